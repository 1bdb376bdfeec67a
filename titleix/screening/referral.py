"""A report that is not Title IX goes to the office where it belongs (B3.1)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.documents.reports import Section
from casework.engine.forms import StepForm
from casework.engine.workflow import Effects, Workflow, step
from titleix.case import queries
from titleix.case.closing import close
from titleix.case.forms import long_text
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, S, state
from titleix.letters import sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, generated, letters_to, make
from titleix.models import Record, TitleIXCase


class ReferForm(StepForm):
    """Where a report goes that is not Title IX."""

    office = forms.CharField(label=_("Office or person"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    phone = forms.CharField(label=_("Telephone"), max_length=40)
    text = long_text(
        _("Why, in the words of the letter"),
        help_text=_("The reporter reads this. It says no more than they may know."),
    )


def referral_documents(flow: Workflow) -> Prepared:
    """The letter to the reporter and the memo for the other office."""
    people = [
        person
        for person in queries.people(flow.file, "reporter")
        or queries.people(flow.file, "complainant")
        if person.name
    ]
    memo = generated(flow, "REFERRAL_MEMO", gettext("Referral memo"), referral_sections(flow))
    return make(flow, "REFERRAL", people) | memo


def tells_reporter(flow: Workflow) -> Effects:
    """The reporter, or the complainant where nobody else reported."""
    people = queries.people(flow.file, "reporter") or queries.people(flow.file, "complainant")
    return letters_to(flow, [person for person in people if person.name])


def referral_sections(flow: Workflow) -> list[Section]:
    """The memo for the office that takes a report over."""
    data, case = flow.data, flow.case
    return [
        Section(gettext("To"), [str(data["office"]), str(data["email"]), str(data["phone"])]),
        Section(gettext("Why"), [str(data["text"])]),
        Section(
            gettext("The report"),
            [
                gettext("Received on %(day)s, outcome of the screening: %(what)s.")
                % {"day": f"{case.opened_on:%d %B %Y}", "what": case.outcome}
            ],
        ),
        Section(gettext("In the reporter's words"), [case.narrative]),
    ]


@says("REFERRAL")
def _referral(letter: Letter) -> Fields:
    form = letter.flow.data
    return {
        "received_on": letter.case.opened_on.isoformat(),
        "explanation": form["text"],
        "referred_on": letter.on.isoformat(),
        "referred_to": {"name": form["office"], "email": form["email"], "phone": form["phone"]},
    }


class Referral(Workflow):
    """Bullying, conduct, another civil right (B3.1)."""

    case: TitleIXCase

    @step(
        state,
        source=S.NOT_TITLE_IX,
        target=S.CLOSED,
        label=_("Refer it to where it belongs"),
        by=(COORDINATE,),
        form=ReferForm,
        primary=True,
        prepare=referral_documents,
        effects=tells_reporter,
        makes=_("A letter to the reporter and a memo for the other office."),
        does=_(
            "Hands the report to another office and closes it here; it is kept for seven years."
        ),
    )
    def refer(self) -> None:
        """Bullying, conduct, another civil right: memo and letter, and the end here (B3.1)."""
        people = queries.people(self.file, "reporter") or queries.people(self.file, "complainant")
        add(
            self,
            Record.Kind.REFERRAL,
            self.turn.today,
            text=self.data["text"],
            code="referred",
            office=self.data["office"],
            email=self.data["email"],
            phone=self.data["phone"],
        )
        self.stop_clock("referral")
        sending.sent_to(
            self, "REFERRAL", [person for person in people if person.name], self.turn.today, "mail"
        )
        close(self, "REFERRED")
        self.turn.data = {}
