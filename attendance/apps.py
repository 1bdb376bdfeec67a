"""App configuration of attendance."""

from datetime import time

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    """Brings the case kind ATT and the attendance file of the nightly import."""

    name = "attendance"
    verbose_name = _("Attendance")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the lower floors shall know of attendance."""
        from attendance import effect_selectors, evaluation, imports, kind, merging, watching
        from casework import kinds
        from casework.sweep import nightly
        from district.merging import on_merge

        kinds.register(kind.ATTENDANCE)
        imports.register_files()
        on_merge(merging.unite)
        nightly("attendance_year_end", lambda _day: time(0, 30), evaluation.close_years)
        nightly("attendance_carry_over", lambda _day: time(0, 45), watching.carry_over)
        nightly("attendance_effects", lambda _day: time(4, 15), effect_selectors.compute)
