"""The secrets of the second step that were kept in clear before are sealed."""

from typing import Any

from django.db import migrations

from casework.resealing import Resealed
from web.secondstep import reseal


def seal(apps: Any, schema_editor: Any) -> None:
    """Every secret of the table under the first key."""
    reseal(apps.get_model("mfa", "Authenticator"), 500, Resealed())


class Migration(migrations.Migration):
    """Data alone."""

    initial = True
    dependencies = [("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
