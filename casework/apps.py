"""App configuration of casework."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    """The engine."""

    name = "casework"
    verbose_name = _("Casework")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """After each migration the database learns the moves that the workflows allow."""
        from casework.engine import allowed_moves
        from casework.policy import policies
        from casework.scheduler import run
        from district.imports import limits, specs

        limits.provide(lambda on: policies.policy_for("import", on).data)
        specs.on_trouble(run.import_in_trouble)
        run.register_jobs()
        post_migrate.connect(
            allowed_moves.publish, sender=self, dispatch_uid="casework.engine.allowed_moves"
        )
