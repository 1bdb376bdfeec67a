import casework.sealed
from django.db import migrations

from casework.resealing import seal_clear_rows


def seal(apps, schema_editor):
    """What stands there in clear is sealed."""
    seal_clear_rows([apps.get_model("notifications", "Endpoint")])


class Migration(migrations.Migration):
    """With the secret of a webhook anybody could send messages in the district's name."""

    dependencies = [
        ("notifications", "0002_webhook_secrets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="endpoint",
            name="secret",
            field=casework.sealed.SealedTextField(),
        ),
        migrations.AlterField(
            model_name="endpoint",
            name="secret_before",
            field=casework.sealed.SealedTextField(blank=True, help_text="the one before, still used to sign for a week"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
