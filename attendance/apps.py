"""App configuration of attendance."""

from datetime import time
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    """Brings the case kind ATT and the attendance file of the nightly import."""

    name = "attendance"
    verbose_name = _("Attendance")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the lower floors shall know of attendance."""
        from attendance import kind
        from attendance.marks import delivery, merging
        from attendance.mediation import carry_over
        from attendance.nightly import run
        from attendance.reporting import intervention_queries
        from casework.case_types import registry
        from casework.scheduler.run import nightly
        from district.merging import on_merge

        import_module("attendance.simulation.tasks")  # a task registers itself when it is imported
        registry.register(kind.ATTENDANCE)
        delivery.register_files()
        on_merge(merging.unite)
        nightly("attendance_year_end", lambda _day: time(0, 30), run.close_years)
        nightly("attendance_carry_over", lambda _day: time(0, 45), carry_over.carry_over)
        nightly("attendance_effects", lambda _day: time(4, 15), intervention_queries.compute)
