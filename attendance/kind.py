"""The attendance case as the engine sees it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from attendance.case.queries import panel
from attendance.common import labels as common_labels
from attendance.common.states import RULES
from attendance.conference.steps import ArcWorkflow
from attendance.court.steps import CourtWorkflow
from attendance.mediation.steps import MediationWorkflow
from attendance.models import (
    Arc,
    AttendanceCase,
    Court,
    ExcuseNote,
    FollowUp,
    Locate,
    LocateAttempt,
    Mediation,
    Notice,
    PartnerReferral,
    PlanAction,
    PlanReview,
)
from attendance.notice.steps import NoticeWorkflow
from attendance.partners.steps import PartnerWorkflow
from attendance.rules import clocks
from attendance.street_team.steps import LocateWorkflow
from attendance.workflow import AttendanceWorkflow
from casework.access.rights import SchoolAccess
from casework.case_types.registry import CaseKind, ProcessKind


def labels(case_ids: Collection[int]) -> dict[int, str]:
    """The students' names by case, for those who may see the cases (one statement)."""
    rows = AttendanceCase.objects.filter(pk__in=case_ids).values_list(
        "pk", "student__last_name", "student__first_name", "student__grade"
    )
    return {
        pk: f"{last}, {first}" + (f" ({grade})" if grade else "") for pk, last, first, grade in rows
    }


def search(words: str) -> Q:
    """Cases whose student's name or number begins with each of the words."""
    found = AttendanceCase.objects.filter(pk=OuterRef("pk"))
    for word in words.replace(",", " ").split():
        found = found.filter(
            Q(student__last_name__istartswith=word)
            | Q(student__first_name__istartswith=word)
            | Q(student__student_id=word)
        )
    return Q(Exists(found))


ATTENDANCE = CaseKind(
    code="ATT",
    label=_("Attendance"),
    domain="attendance",
    model=AttendanceCase,
    workflows={RULES: AttendanceWorkflow},
    current_rules=RULES,
    access=SchoolAccess(),
    labels=labels,
    search=search,
    processes={
        "NOTICE": ProcessKind("NOTICE", _("Notice"), Notice, {"notice-2026": NoticeWorkflow}),
        "ARC": ProcessKind("ARC", _("Conference"), Arc, {"arc-2026": ArcWorkflow}),
        "LOCATE": ProcessKind(
            "LOCATE",
            _("Street team"),
            Locate,
            {"locate-2026": LocateWorkflow},
            told={"STREET_LEAD": "lead_locates"},
            desk=("street",),
        ),
        "MEDIATION": ProcessKind(
            "MEDIATION",
            _("Mediation"),
            Mediation,
            {"mediation-2026": MediationWorkflow},
            told={"MEDIATOR": "mediate_cases"},
            desk=("desk", "mediation"),
        ),
        "COURT": ProcessKind(
            "COURT",
            _("Court programme"),
            Court,
            {"court-2026": CourtWorkflow},
            told={"COURT_COORD": "court_cases"},
            desk=("desk", "court"),
        ),
        "PARTNER": ProcessKind(
            "PARTNER", _("Partner"), PartnerReferral, {"partner-2026": PartnerWorkflow}
        ),
    },
    children={
        "plan_action": PlanAction,
        "plan_review": PlanReview,
        "attempt": LocateAttempt,
        "follow_up": FollowUp,
        "note": ExcuseNote,
    },
    narrow=("locate_cases", "lead_locates", "court_cases", "mediate_cases"),
    template="attendance/case.html",
    panels=panel,
    clock_labels=clocks.LABELS,
    task_labels=clocks.TASKS,
    letter_labels=common_labels.LETTERS,
    says=common_labels.says,
)
