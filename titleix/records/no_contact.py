"""No-contact orders, a supportive measure (34 CFR 106.30)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions
from titleix.case.forms import Cleaned, EndForm, PartyChoice, choose, long_text, people_of
from titleix.case.record_rows import end_record, record_from_form
from titleix.case.states import OPEN, STAFF, state
from titleix.models import Record, TitleIXCase


class NoContactForm(PartyChoice):
    """An order to keep apart; it binds both sides alike unless the reason says why not
    (34 CFR 106.44(a)).
    """

    on = forms.DateField(label=_("From"), widget=DateInput)
    other = forms.ChoiceField(label=_("And whom"))
    mutual = forms.BooleanField(label=_("It binds both"), required=False, initial=True)
    until = forms.DateField(label=_("Until"), widget=DateInput, required=False)
    text = long_text(_("What it forbids, and why"))

    def prepare(self) -> None:
        """Any two people of the case."""
        super().prepare()
        choose(self, "party", people_of(self))
        choose(self, "other", people_of(self))

    def clean(self) -> Cleaned:
        """Two people, and an end after the begin."""
        cleaned = super().clean() or {}
        if cleaned.get("party") and cleaned.get("party") == cleaned.get("other"):
            self.add_error("other", _("Choose two people."))
        if cleaned.get("until") and cleaned.get("on") and cleaned["until"] < cleaned["on"]:
            self.add_error("until", _("It ends before it begins."))
        return cleaned


class EndNoContactForm(EndForm):
    """The end of a no-contact order."""

    kind = Record.Kind.NO_CONTACT


class NoContact(Workflow):
    """An order between two people, and its end."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Order people to keep apart"),
        by=STAFF,
        form=NoContactForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.30",
        does=_("Keeps a no-contact order between two people, with its end."),
    )
    def order_no_contact(self) -> None:
        """A supportive measure; it binds both alike unless the reason says why not."""
        until = self.data.get("until")
        record_from_form(
            self,
            Record.Kind.NO_CONTACT,
            code="mutual" if self.data["mutual"] else "one_sided",
            other=self.data["other"],
            until=until.isoformat() if until else None,
        )

    @step(
        state,
        source=OPEN,
        label=_("End a no-contact order"),
        by=STAFF,
        form=EndNoContactForm,
        event=Event.Kind.FACT,
        does=_("Keeps when and why the order ended."),
        conditions=[conditions.on_record(Record.Kind.NO_CONTACT, _("There is no such order."))],
    )
    def end_no_contact(self) -> None:
        """The record stays."""
        end_record(self)
