"""The screening of a report: which procedure it gets, what a coordinator may decide, what the law
of NC asks beside it.

Normative text: domain.md B2.1, B2.2 and B1.2; definitions of 34 CFR 106.30(a) as of 2020. The
tree of B2.2 stands in `screening.csv` beside this file: one row per branch, the first match
wins. No database, no clock, no settings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Answer(StrEnum):
    """What is known about a question."""

    YES = "Y"
    NO = "N"
    UNKNOWN = "U"


class Outcome(StrEnum):
    """What a screening ends in (B2.2)."""

    DUPLICATE = "DUPLICATE"
    INFO_REQUESTED = "INFO_REQUESTED"
    NOT_TITLE_IX = "NOT_TITLE_IX"
    OTHER_SEX_DISCRIMINATION = "OTHER_SEX_DISCRIMINATION"
    DISTRICT_60 = "DISTRICT_60"
    SCHOOL_30 = "SCHOOL_30"


def any_of(answers: Iterable[Answer]) -> Answer:
    """YES when one is, NO when all are, UNKNOWN otherwise: a prong that is true is not put in
    doubt by another one."""
    found = set(answers)
    if Answer.YES in found:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in found else Answer.NO


def all_of(answers: Iterable[Answer]) -> Answer:
    """YES when all are, NO when one is not, UNKNOWN otherwise."""
    found = set(answers)
    if Answer.NO in found:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in found else Answer.YES


# -- the facts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HostileEnvironment:
    """Prong (b), five separate ticks (34 CFR 106.30(a)(2)): the rule of 2020 says severe *and*
    pervasive."""

    unwelcome: Answer = Answer.UNKNOWN
    severe: Answer = Answer.UNKNOWN
    pervasive: Answer = Answer.UNKNOWN
    objectively_offensive: Answer = Answer.UNKNOWN
    denies_equal_access: Answer = Answer.UNKNOWN

    @property
    def ticks(self) -> tuple[Answer, ...]:
        """The five answers."""
        return (
            self.unwelcome,
            self.severe,
            self.pervasive,
            self.objectively_offensive,
            self.denies_equal_access,
        )

    @property
    def met(self) -> Answer:
        """Whether all five are true."""
        return all_of(self.ticks)


@dataclass(frozen=True, kw_only=True)
class DutyFacts:
    """What the duties of NC law hang on (B1.2), whatever Title IX says."""

    on_school_property: bool = False
    # G.S. 115C-288(g): sexual assault or offense, rape, indecent liberties, kidnapping, serious
    # injury ...
    listed_act: bool = False
    abuse_suspected: bool = False
    juvenile_victim: bool = False
    violent_or_sexual_offense: bool = False
    licensed_employee: bool = False  # the respondent holds a licence of the State Board


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a screening knows (form T9-SCREEN, B2.1). Q2 to Q4 are asked only when Q1 is not No;
    not asked = unknown."""

    duplicate: bool  # the same incident is already open
    identifiable: bool  # somebody, a party or a witness, can be identified
    leads: bool  # there are facts to follow
    q1: Answer  # on the basis of sex or sexual in nature
    q5: bool  # other sex discrimination, not harassment
    in_time: bool  # the screening time is not over: procedure.unknown_may_wait
    employee: bool  # Q6: the respondent is an employee
    q2: Answer = (
        Answer.UNKNOWN
    )  # education program or activity: control of the respondent and the context
    q3: Answer = Answer.UNKNOWN  # against a person in the United States
    quid_pro_quo: Answer = Answer.UNKNOWN  # Q4, prong (a), by an employee
    hostile: HostileEnvironment = HostileEnvironment()  # Q4, prong (b)
    offense: Answer = (
        Answer.UNKNOWN
    )  # Q4, prong (c): sexual assault, dating or domestic violence, stalking
    duties: DutyFacts = field(default_factory=DutyFacts)

    @property
    def q4(self) -> Answer:
        """Whether a prong is true, if the conduct happened as alleged."""
        return any_of((self.quid_pro_quo, self.hostile.met, self.offense))

    @property
    def prong_unknown(self) -> bool:
        """Whether any prong or tick was left unknown, even where Q4 is settled without it."""
        return Answer.UNKNOWN in (self.quid_pro_quo, self.offense, *self.hostile.ticks)

    @property
    def by_employee(self) -> bool:
        """The respondent is an employee. Prong (a) and a licence say so too: a Q6 left empty
        must not send such a report to the school (T-22)."""
        return self.employee or self.quid_pro_quo is Answer.YES or self.duties.licensed_employee

    def cells(self) -> dict[str, str]:
        """The facts as the decision table writes them."""
        flags = {
            "duplicate": self.duplicate,
            "identifiable": self.identifiable,
            "leads": self.leads,
            "q5": self.q5,
        }
        flags |= {"in_time": self.in_time, "employee": self.by_employee}
        answers: dict[str, str] = {"q1": self.q1, "q2": self.q2, "q3": self.q3, "q4": self.q4}
        return {column: "Y" if flag else "N" for column, flag in flags.items()} | answers


# -- the decision table ----------------------------------------------------------------------------

REASONS: Mapping[str, Text] = {
    "duplicate": _("The same incident is already open; this report is merged into that case."),
    "no_leads": _("Nobody can be identified and there are no facts to follow; more must be asked."),
    "not_sex_based": _(
        "The conduct is not on the basis of sex and no other sex discrimination is alleged; it is "
        "referred."
    ),
    "other_discrimination": _(
        "No harassment, but other sex discrimination: the grievance procedure of 34 CFR 106.8(c), "
        "at the district."
    ),
    "q1_open": _(
        "Whether the conduct was on the basis of sex is unknown, and there is still time to ask."
    ),
    "q2_open": _(
        "Whether it was in the education program or activity is unknown, and there is still time "
        "to ask."
    ),
    "q3_open": _(
        "Whether it was against a person in the United States is unknown, and there is still time "
        "to ask."
    ),
    "q4_open": _(
        "Whether a prong of the definition is met is unknown, and there is still time to ask."
    ),
    "q1_upward": _(
        "Whether the conduct was on the basis of sex is still unknown: a second reader; the "
        "district by default."
    ),
    "q2_upward": _(
        "Whether it was in the education program or activity is still unknown: a second reader; "
        "the district by default."
    ),
    "q3_upward": _(
        "Whether it was against a person in the United States is still unknown: a second reader; "
        "the district by default."
    ),
    "q4_upward": _(
        "Whether a prong of the definition is met is still unknown: a second reader; the district "
        "by default."
    ),
    "employee_harassment": _(
        "The respondent is an employee and the definition of sexual harassment is met: the "
        "district, with HR."
    ),
    "employee_outside": _(
        "The respondent is an employee, outside the education program: employee conduct, at the "
        "district, with HR."
    ),
    "employee_abroad": _(
        "The respondent is an employee, outside the United States: employee conduct, at the "
        "district, with HR."
    ),
    "employee_conduct": _(
        "The respondent is an employee and no prong is met: employee conduct, at the district, "
        "with HR."
    ),
    "harassment": _(
        "The definition of sexual harassment is met: the grievance process of the district, with a "
        "formal complaint."
    ),
    "outside_program": _(
        "A prong is met, but not in the education program or activity: the school, under the code "
        "of conduct."
    ),
    "outside_country": _(
        "A prong is met, but not against a person in the United States: the school, under the code "
        "of conduct."
    ),
    "rule_27": _(
        "On the basis of sex, but no prong is met: the school, under Rule 27 of the code of "
        "conduct."
    ),
}
YN, YNU = ("*", "Y", "N"), ("*", "Y", "N", "U")
FACTS: Mapping[str, tuple[str, ...]] = {
    "duplicate": YN,
    "identifiable": YN,
    "leads": YN,
    "q1": YNU,
    "q2": YNU,
    "q3": YNU,
    "q4": YNU,
    "q5": YN,
    "in_time": YN,
    "employee": YN,
}
RESULTS: Mapping[str, tuple[str, ...]] = {
    "rule": tuple(str(number) for number in range(1, 11)),
    "outcome": tuple(Outcome),
    "second_reader": ("yes", "no", "if_unknown"),
    "formal_complaint": ("Y", "N"),
    "dismiss_first": ("Y", "N"),
    "reason": tuple(REASONS),
}
COLUMNS = {*FACTS, *RESULTS, "note"}


class TableError(ValueError):
    """The decision table cannot be read; says the row (its line in the file) and the column."""


@dataclass(frozen=True)
class Row:
    """One row of the table. `when` holds the facts that the row asks for; what is `*` is not in
    it."""

    number: int
    when: Mapping[str, str]
    rule: int
    outcome: Outcome
    second_reader: str
    formal_complaint: bool
    dismiss_first: bool
    reason: str
    note: str

    def matches(self, cells: Mapping[str, str]) -> bool:
        """Whether all facts that the row asks for are so."""
        return all(cells[column] == value for column, value in self.when.items())


def read_table(lines: Iterable[str]) -> tuple[Row, ...]:
    """The rows of a decision table in CSV. TableError for an unknown or missing column, an
    unknown value, a wrong number of cells, or rules out of order."""
    reader = csv.DictReader(lines)
    header = reader.fieldnames or ()
    if len(header) != len(set(header)) or set(header) != COLUMNS:
        odd = ", ".join(sorted(COLUMNS.symmetric_difference(header))) or "one twice"
        raise TableError(f"screening.csv, row 1: columns unknown or missing: {odd}")
    rows = tuple(_row(reader.line_num, cells) for cells in reader)
    for before, row in pairwise(rows):
        if row.rule < before.rule:
            raise TableError(
                f"screening.csv, row {row.number}: rule {row.rule} stands after rule "
                f"{before.rule}; the first match wins"
            )
    return rows


def _row(number: int, cells: Mapping[str, str]) -> Row:
    if None in cells or None in cells.values():
        raise TableError(f"screening.csv, row {number}: {len(COLUMNS)} cells are needed")
    for column, allowed in {**FACTS, **RESULTS}.items():
        if cells[column] not in allowed:
            raise TableError(
                f"screening.csv, row {number}, column {column}: {cells[column]!r} is none of "
                f"{', '.join(allowed)}"
            )
    return Row(
        number=number,
        when={column: cells[column] for column in FACTS if cells[column] != "*"},
        rule=int(cells["rule"]),
        outcome=Outcome(cells["outcome"]),
        second_reader=cells["second_reader"],
        formal_complaint=cells["formal_complaint"] == "Y",
        dismiss_first=cells["dismiss_first"] == "Y",
        reason=cells["reason"],
        note=cells["note"],
    )


with Path(__file__).with_name("screening.csv").open(encoding="utf-8", newline="") as _lines:
    TABLE = read_table(_lines)


# -- the answer ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Screening:
    """What the tree says. `complaint_must_be_dismissed_first`: a formal complaint, if one is
    filed, must be dismissed before another track goes on (34 CFR 106.45(b)(3)(i))."""

    outcome: Outcome
    rule: int
    reason: Text
    needs_second_reader: (
        bool  # a person other than the screener, because something stays unknown (B2.1)
    )
    needs_formal_complaint: bool  # 34 CFR 106.45 needs one: FC_PENDING until it is filed or signed
    employee: bool  # HR record; administrative leave instead of emergency removal
    complaint_must_be_dismissed_first: bool


def find_row(facts: Facts) -> Row:
    """The first row that matches. LookupError when none does (a test proves that it cannot
    happen)."""
    cells = facts.cells()
    for row in TABLE:
        if row.matches(cells):
            return row
    raise LookupError(f"no row of screening.csv for {cells}")


def screen(facts: Facts) -> Screening:
    """The outcome of the decision tree of B2.2."""
    row = find_row(facts)
    return Screening(
        outcome=row.outcome,
        rule=row.rule,
        reason=REASONS[row.reason],
        needs_second_reader=row.second_reader == "yes"
        or (row.second_reader == "if_unknown" and facts.prong_unknown),
        needs_formal_complaint=row.formal_complaint,
        employee=facts.by_employee,
        complaint_must_be_dismissed_first=row.dismiss_first,
    )


TICKS = (
    "unwelcome",
    "severe",
    "pervasive",
    "objectively_offensive",
    "denies_equal_access",
)  # prong (b), five separate ticks
