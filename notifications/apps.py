"""App configuration of notifications."""

from datetime import date, time

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Notifications."""

    name = "notifications"
    verbose_name = _("Notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The digests are collected once a day."""
        from casework.policy.policies import policy_for
        from casework.scheduler.run import nightly
        from notifications.fanout import collect_digests
        from notifications.rules import parse_time

        def at(day: date) -> time:
            return parse_time(policy_for("notifications", day).data["digest"]["at"])

        nightly("digests", at, collect_digests)
