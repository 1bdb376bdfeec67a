"""App configuration of titleix."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TitleIXConfig(AppConfig):
    """Title IX."""

    name = "titleix"
    verbose_name = _("Title IX")
    default_auto_field = "django.db.models.BigAutoField"
