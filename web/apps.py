"""App configuration of web."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """Web."""

    name = "web"
    verbose_name = _("Web")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sessions remember when they began; the secrets of the second step follow the key ring;
        each night keeps the values of the goals' measures, after its imports."""
        from datetime import time

        from casework.privacy import key_rotation
        from casework.scheduler import run
        from web.accounts import mfa, sessions
        from web.compliance import goal_measures

        sessions.connect()
        key_rotation.also("mfa.Authenticator", mfa.rotate)
        run.nightly("measures", lambda _day: time(6, 30), goal_measures.keep)
