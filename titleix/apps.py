"""App configuration of titleix."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TitleixConfig(AppConfig):
    """Brings the case kind TIX."""

    name = "titleix"
    verbose_name = _("Title IX")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the lower floors shall know of Title IX."""
        from casework.case_types import registry
        from titleix import kind

        registry.register(kind.TITLE_IX)
