"""App configuration of district."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DistrictConfig(AppConfig):
    """Master data and the import."""

    name = "district"
    verbose_name = _("District")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The files that the district itself understands."""
        from district.imports import canonical

        canonical.register_files()
