"""Changes of providers and partners are kept with the administrators' other changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("district", "0006_admin_changes")]
    operations = [
        migrations.AlterField(
            "adminchange",
            "what",
            models.CharField(
                choices=[
                    ("CALENDAR", "calendar day"),
                    ("AREA", "area"),
                    ("POLICY", "policy version"),
                    ("AGENCY", "provider or partner"),
                ],
                max_length=12,
            ),
        )
    ]
