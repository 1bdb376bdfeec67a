"""Registers the case kind TIX: seen by nobody but those assigned (C3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.access.rights import GrantAccess
from casework.case_types.registry import CaseKind, Party
from casework.case_types.target_window import Window
from casework.engine.casefile import CaseFile
from casework.engine.services import local_today
from titleix.case import queries, sealed_notes
from titleix.case.states import RULES
from titleix.dashboards.case_page import panel
from titleix.letters import rendering
from titleix.models import Assignment, Delivery, FamilyFlag, PartyLink, Record, TitleIXCase
from titleix.models import Party as Person
from titleix.rules import clocks, feasibility, rule_versions
from titleix.workflow import TitleIXWorkflow


def labels(case_ids: Collection[int]) -> dict[int, str]:
    """A neutral label in lists: the level, never a person."""
    levels = dict(TitleIXCase.Level.choices)
    rows = TitleIXCase.objects.filter(pk__in=case_ids).values_list("pk", "level")
    return {pk: str(levels.get(level, _("Not screened yet"))) for pk, level in rows}


def search(words: str) -> Q:
    """Names are sealed: a Title IX case is found by its number alone."""
    return Q(pk__in=[])


def parties(file: CaseFile) -> Sequence[Party]:
    """Those to whom written notice of an extension is owed."""
    return [Party(str(party.id), party.label) for party in queries.parties(file)]


def windows(file: CaseFile) -> Sequence[Window]:
    """By when evidence and report must be out, so that the waits of at least ten days fit (B2.4,
    T-39).
    """
    found = []
    for clock in [
        clock
        for clock in file.running
        if clock.kind == "district_investigation" and file.case.complaint_on
    ]:
        target = feasibility.Target(str(file.policy.get("clock_stops_at", "report")))
        limits = feasibility.limits(
            clock.due, target, queries.span(file, "evidence_wait"), file.calendar
        )
        for code, duty, latest in (
            ("EVIDENCE", _("Evidence to the parties"), limits.evidence),
            ("REPORT", _("Report to the parties"), limits.report),
        ):
            if not queries.deliveries(file, code):
                found.append(
                    Window(clock, duty, latest, clocks.LABELS[clock.kind], local_today() > latest)
                )
    return found


# Under which headings a case page offers what does not move the case.
GROUPS = (
    (
        _("People, functions, ties"),
        {
            "add_person",
            "correct_person",
            "link_person",
            "record_advisor",
            "assign",
            "unassign",
            "declare_tie",
            "review_tie",
            "recuse_person",
            "involve",
            "release",
        },
    ),
    (
        _("Interviews, allegations, evidence"),
        {
            "allege",
            "schedule_interview",
            "cancel_meeting",
            "interview",
            "add_evidence",
            "set_aside",
            "record_inspection",
            "withdraw",
            "go_on",
            "respond",
        },
    ),
    (
        _("Measures, orders, safety"),
        {
            "add_measure",
            "end_measure",
            "review_measures",
            "remove",
            "hear_challenge",
            "end_removal",
            "leave",
            "end_leave",
            "order_no_contact",
            "end_no_contact",
            "ask_accommodation",
            "answer_accommodation",
            "tell_hr",
            "duty_done",
            "report_retaliation",
        },
    ),
    (
        _("Letters and private links"),
        {
            "send_letter",
            "record_delivery",
            "send_extension_notice",
            "make_party_link",
            "end_party_link",
            "offer_informal",
            "ask_information",
        },
    ),
    (
        _("Deadlines"),
        {
            "extend_deadline",
            "hold_deadline",
            "resume_deadline",
            "correct_day0",
            "recalculate_deadlines",
        },
    ),
    (
        _("File, privacy, rules"),
        {
            "disclose",
            "flag_family",
            "unflag_family",
            "migrate_rules",
            "export_file",
            "propose_disposal",
            "withdraw_disposal",
            "confirm_disposal",
            "take_in",
            "give_back",
        },
    ),
)

TITLE_IX = CaseKind(
    groups=GROUPS,
    code="TIX",
    label=_("Title IX"),
    domain="titleix",
    model=TitleIXCase,
    workflows={RULES: TitleIXWorkflow},
    current_rules=RULES,
    rules_on=rule_versions.rules_on,
    access=GrantAccess(),
    labels=labels,
    search=search,
    number_width=4,
    children={
        "party": Person,
        "assignment": Assignment,
        "record": Record,
        "delivery": Delivery,
        "party_link": PartyLink,
        "family_flag": FamilyFlag,
    },
    clock_labels=clocks.LABELS,
    task_labels=clocks.TASKS,
    letter_labels=rendering.NAMES,
    reach={
        "owner": _("whoever is responsible"),
        "supervisor": _("whoever is responsible, the coordinators"),
        "coordinator": _("whoever is responsible, the coordinators"),
        "escalation": _("the coordinators and the deputy superintendent"),
    },
    acted={
        "party_answer": _("a party, by the private link"),
        "reporter_answered": _("the reporter"),
    },
    parties=parties,
    windows=windows,
    keeps_reads=True,
    template="titleix/case.html",
    panels=panel,
    sealed=True,
    keep_words=sealed_notes.keep,
    words_of=sealed_notes.of_events,
)
