"""The duties of a case in their order, with their citations and which are done. Pure: facts in,
duties out."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from titleix.rules import state_law
from titleix.rules.case_facts import Facts
from titleix.rules.duty import Duty
from titleix.rules.grievance_duties import grievance_duties
from titleix.rules.screening import Outcome

DUTIES = {
    duty.key: duty
    for duty in (
        state_law.POLICE,
        state_law.SUPERINTENDENT,
        state_law.DSS,
        state_law.JUVENILE,
        state_law.LICENSE,
    )
}


def duties_of(facts: Facts) -> Iterator[Duty]:
    """All duties of the procedure that the case is under, in their order."""
    yield from _beginning(facts)
    if facts.district:
        yield from grievance_duties(facts)
    elif facts.outcome in (
        Outcome.SCHOOL_30,
        Outcome.OTHER_SEX_DISCRIMINATION,
        Outcome.DISTRICT_60,
    ):
        yield from _inquiry(facts)


def _beginning(f: Facts) -> Iterator[Duty]:
    yield from _screening(f)
    yield from _state_law(f)
    yield from _measures(f)


def _screening(f: Facts) -> Iterator[Duty]:
    yield Duty(
        "contact",
        _("Complainant contacted: supportive measures, wishes, how to file a complaint"),
        "34 CFR 106.44(a)",
        f.contacted_on is not None,
        f.contacted_on,
        "contact_complainant",
        side=True,
    )
    yield Duty(
        "screening",
        _("Screened by the one standard"),
        "34 CFR 106.30(a), 106.44(a)",
        bool(f.screened_on and f.outcome != Outcome.INFO_REQUESTED),
        f.screened_on,
        "info" if f.outcome == Outcome.INFO_REQUESTED else "screening",
    )
    needed = f.second_reader_open or f.second_read_on is not None
    yield Duty(
        "second_reader",
        _("Second reader has looked at what stayed unknown"),
        _("policy"),
        f.second_read_on is not None,
        f.second_read_on,
        applies=needed,
    )


def _state_law(f: Facts) -> Iterator[Duty]:
    for key in [*f.duties_open, *(key for key in f.duties_done if key not in f.duties_open)]:
        label, cite = (DUTIES[key].label, DUTIES[key].citation) if key in DUTIES else (key, "")
        yield Duty(
            f"duty_{key}",
            label,
            cite,
            key not in f.duties_open,
            f.duties_done.get(key),
            f"duty_{key}",
            side=True,
        )


def _measures(f: Facts) -> Iterator[Duty]:
    measures = f.records.get("MEASURE")
    yield Duty(
        "measures",
        _("Supportive measures offered, or on file why none"),
        "34 CFR 106.30, 106.45(b)(10)(ii)",
        measures is not None,
        measures,
        applies=f.outcome not in (Outcome.NOT_TITLE_IX, Outcome.DUPLICATE),
        side=True,
    )
    if f.handed_in:
        yield Duty(
            "handed_in",
            _("Files that the parties handed in: each is evidence, or set aside with the reason"),
            "34 CFR 106.45(b)(5)(ii), (vi)",
            not f.handed_in_open,
            side=True,
        )
    if "measures_review" in f.due:
        yield Duty(
            "measures_review",
            _("Supportive measures reviewed"),
            "34 CFR 106.30",
            False,
            None,
            "measures_review",
            side=True,
        )


def _inquiry(f: Facts) -> Iterator[Duty]:
    """The school's inquiry under the code of conduct (Rule 27)."""
    yield from _school_investigation(f)
    yield from _school_outcome(f)


def _school_investigation(f: Facts) -> Iterator[Duty]:
    yield Duty(
        "investigator",
        _("School investigator assigned, without a tie, trained"),
        _("policy"),
        "school_investigator" in f.roles,
    )
    yield Duty(
        "allegations",
        _("Allegations written down"),
        _("policy"),
        "ALLEGATION" in f.records,
        f.records.get("ALLEGATION"),
    )
    yield Duty(
        "interviews",
        _("Both sides heard, or that they would not"),
        _("policy"),
        0 < f.sides <= f.heard,
        f.records.get("INTERVIEW"),
    )
    yield Duty(
        "evidence",
        _("Evidence listed"),
        _("policy"),
        "EVIDENCE" in f.records,
        f.records.get("EVIDENCE"),
    )


def _school_outcome(f: Facts) -> Iterator[Duty]:
    due = "district_investigation" if "district_investigation" in f.due else "school_investigation"
    yield Duty(
        "findings",
        _("Finding on each allegation"),
        _("policy"),
        "FINDING" in f.records,
        f.records.get("FINDING"),
        due,
    )
    yield Duty(
        "outcome",
        _("Both families told of the outcome, at the same time"),
        _("policy"),
        "SCHOOL_OUTCOME" in f.sent,
        f.sent.get("SCHOOL_OUTCOME"),
        due,
    )
    yield Duty(
        "closed",
        _("Case closed; the file is kept for seven years"),
        "34 CFR 106.45(b)(10)",
        f.closed_on is not None,
        f.closed_on,
        "check_in",
    )
