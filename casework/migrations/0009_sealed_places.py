import casework.sealed
from django.db import migrations

from casework.resealing import seal_clear_rows


def seal(apps, schema_editor):
    """What stands there in clear is sealed."""
    seal_clear_rows([apps.get_model("casework", "Appointment")])


class Migration(migrations.Migration):
    """The place of a meeting may be somebody's home."""

    dependencies = [
        ("casework", "0008_rollup"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="place",
            field=casework.sealed.SealedTextField(blank=True, help_text="a place may be somebody's home"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
