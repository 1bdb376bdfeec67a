"""What is alleged, and the notices that tell the parties of it (34 CFR 106.45(b)(2))."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.conditions import unnoticed
from titleix.case.forms import SentForm, long_text
from titleix.case.record_rows import record_today
from titleix.case.states import COORDINATE, INVESTIGATE, OPEN, S, state
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import Party, Record, TitleIXCase


class AllegationForm(StepForm):
    """One allegation, to be found or not."""

    text = long_text(_("Allegation"))


def has_parties(flow: Workflow) -> object:
    """Both sides are known: a notice can be sent."""
    parts = {party.part for party in queries.parties(flow.file)}
    return unmet(
        {Party.Part.COMPLAINANT, Party.Part.RESPONDENT} <= parts,
        _("Enter complainant and respondent with their names first."),
    )


def new_allegation(flow: Workflow) -> object:
    """There is something to tell in a supplemental notice."""
    return unmet(bool(unnoticed(flow)), _("Every allegation stands in a notice already."))


@says("NOTICE")
def _notice(letter: Letter) -> Fields:
    student = any(
        party.kind == Party.Kind.STUDENT
        for party in queries.people(letter.file, Party.Part.COMPLAINANT)
    )
    return {
        **letter.allegations(),
        "conduct": letter.conduct(),
        "complaint_filed_on": letter.case.complaint_on.isoformat(),
        "complaint_signed_by": letter.case.complaint_by,
        "window_days": queries.span(letter.file, "evidence_wait").n,
        "standard": letter.case.standard,
        "procedure_at": letter.policy("procedure_at"),
        "informal_resolution_available": not (letter.case.employee_respondent and student),
    }


@says("NOTICE_SUPPLEMENT")
def _supplement(letter: Letter) -> Fields:
    first = min(
        (row.sent_on for row in letter.file.children["delivery"] if row.code == "NOTICE"),
        default=letter.on,
    )
    return {
        **letter.allegations(),
        "conduct": letter.conduct(conditions.unnoticed(letter.flow)),
        "first_notice_on": first.isoformat(),
    }


class Allegations(Workflow):
    """Allegations and their notices."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Write down an allegation"),
        by=(COORDINATE, INVESTIGATE),
        form=AllegationForm,
        event=Event.Kind.FACT,
        does=_(
            "Adds to what is alleged. After the notice, a supplemental notice must follow before "
            "anybody is questioned on it."
        ),
    )
    def allege(self) -> None:
        """After the notice, a new one needs a supplemental notice before any questions (T-40)."""
        record_today(self, Record.Kind.ALLEGATION, "alleged")

    @step(
        state,
        source=S.FORMAL_COMPLAINT,
        target=S.NOTICED,
        label=_("Send the notice of allegations"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Tells every known party what is alleged and what their rights are, with time to "
            "prepare."
        ),
        stops=("notice",),
        conditions=[has_parties, conditions.has_allegations],
        tells=_("Every known party."),
        prepare=rendering.to_parties("NOTICE"),
        effects=rendering.tells("NOTICE"),
        cite="34 CFR 106.45(b)(2)",
    )
    def send_notice(self) -> None:
        """With sufficient time to prepare before any initial interview."""
        tell_allegations(self, "NOTICE")

    @step(
        state,
        source=[S.NOTICED, S.INVESTIGATING, S.EVIDENCE_REVIEW],
        label=_("Send a supplemental notice"),
        by=(COORDINATE,),
        form=SentForm,
        does=_("Tells every known party of new allegations; no date moves."),
        tells=_("Every known party."),
        event=Event.Kind.DOCUMENT,
        primary=True,
        conditions=[new_allegation],
        prepare=rendering.to_parties("NOTICE_SUPPLEMENT"),
        effects=rendering.tells("NOTICE_SUPPLEMENT"),
        cite="34 CFR 106.45(b)(2)(ii)",
    )
    def send_supplement(self) -> None:
        """T-40: before anybody is questioned on a new allegation; the clock does not move."""
        tell_allegations(self, "NOTICE_SUPPLEMENT")


def tell_allegations(flow: Workflow, code: str) -> None:
    """The notice of allegations, or a supplemental one: what it says is known to the parties from
    now on (T-40).
    """
    for row in queries.records(flow.file, Record.Kind.ALLEGATION):
        if row.code != "noticed":
            row.code = "noticed"
            flow.file.touch(row)
    sending.send(flow, code)
