"""Mediations that go on from one school year into the next (A-26)."""

from __future__ import annotations

from datetime import date

from attendance.models import AttendanceCase, Mediation
from casework.engine import services
from district.models import Enrollment, SchoolYear


def carry_over(day: date) -> int:
    """On the first day of a school year or later: mediations of the year before whose last
    follow-up fell behind its end go on in a case of this year, to be reviewed in the first ten
    school days; how many. Nightly."""
    year = SchoolYear.objects.filter(starts__lte=day, ends__gte=day).first()
    if year is None:
        return 0
    waiting = Mediation.objects.filter(
        carries_over=True,
        carried_to=None,
        case__attendancecase__school_year=year.year - 1,
        case__closed_reason="YEAR_END",
    )
    carried = 0
    for mediation in waiting.exclude(code__in=["BREACHED", "NO_AGREEMENT"]).select_related("case"):
        carried += _carry(mediation, year, day)
    return carried


def _carry(mediation: Mediation, year: SchoolYear, day: date) -> bool:
    """Carry one mediation into this year's case, opened for it if need be; whether it was."""
    last = AttendanceCase.objects.select_related("student").get(pk=mediation.case_id)
    student = last.student
    enrolled = (
        Enrollment.objects.filter(student=student, entry_date__lte=day)
        .exclude(exit_date__lt=day)
        .order_by("-entry_date")
        .first()
    )
    if enrolled is None:
        return False  # not here yet, or not any more: asked again tomorrow
    existing = AttendanceCase.objects.filter(student=student, school_year=year.year).first()
    if existing is None:
        _open_with(mediation, last, enrolled.school_id, year, day)
    elif existing.closed_on is None:
        services.act(
            existing.number, "carry_mediation", actor=None, data=_carried(mediation), on=day
        )
    return existing is None or existing.closed_on is None


def _open_with(
    mediation: Mediation, last: AttendanceCase, school_id: int, year: SchoolYear, day: date
) -> None:
    """A case of the new year that begins with the mediation."""
    fields = {
        "student_id": last.student_id,
        "school_year": year.year,
        "stage": "WATCH",
        "prior_year_tier3": last.stage == "TIER3",
    }
    steps: list[tuple[str, dict[str, object]]] = [
        ("open_case", {"triggers": []}),
        ("carry_mediation", _carried(mediation)),
    ]
    services.open_cases("ATT", [services.Opening(school_id, fields, steps)], year=year.year, on=day)


def _carried(mediation: Mediation) -> dict[str, object]:
    """What the step `carry_mediation` takes over from the mediation of the year before."""
    return {
        "carried_from_id": str(mediation.pk),
        "provider_id": mediation.provider_id,
        "mediator_id": mediation.mediator_id,
        "referred_on": mediation.referred_on,
        "agreed_on": mediation.agreed_on,
        "agreement": mediation.agreement,
    }
