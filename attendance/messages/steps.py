"""Messages to the family by e-mail and text message, and what became of them; the log of the case
tells of both."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from attendance.common.states import MAIL, OPEN, STATE, WORK, AttendanceFlow
from attendance.messages.forms import MessageChoiceForm, MessageForm
from attendance.messages.planning import Plan
from casework.engine.workflow import SYSTEM, step
from casework.models import Event
from casework.policy.policies import policy_for
from notifications import family_contacts, rules


class FamilyMessages(AttendanceFlow):
    """Steps about messages to the family."""

    @step(
        STATE,
        source=OPEN,
        label=_("Send a message to the family"),
        by=(WORK,),
        form=MessageForm,
        event=Event.Kind.CONTACT,
        page="family-messages",
        does=_("Sends a short text by e-mail or text message, after you saw what goes to whom."),
        makes=_("An entry in the log, and another one if a message comes back."),
    )
    def message_family(self) -> None:
        """Into the outbox; they leave at once, or at the end of the quiet hours. A message that is
        sent is no contact yet: nobody was reached."""
        plan: Plan = self.data["_plan"]
        policy = policy_for("notifications", self.turn.today)
        leaves = rules.not_before(
            self.turn.now, settings.TIME_ZONE, family_contacts.quiet_hours(policy)
        )
        rows = [self.file.add(line.message(self.turn.now, leaves)) for line in plan.lines]
        self._worked()
        self.turn.data.pop("seen", None)
        self.remember(
            result="sent",
            means="message",
            channels=sorted({row.channel for row in rows}),
            languages=sorted({row.language for row in rows}),
            versions=sorted({row.template for row in rows}),
            messages=[str(row.id) for row in rows],
        )

    @step(
        STATE,
        source=OPEN,
        label=_("Stop or allow messages to an adult"),
        by=(WORK, MAIL),
        form=MessageChoiceForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps whether this adult wants e-mails and text messages from the school, for all "
            "their children."
        ),
    )
    def message_choice(self) -> None:
        """What a parent says holds at once, for what already waits too."""
        addresses, stop, now = self.data["_addresses"], self.data["wanted"] == "stop", self.turn.now
        self.file.later.append(lambda: family_contacts.choose(addresses, stop, now))

    @step(
        STATE,
        source=OPEN,
        label=_("A message did not arrive"),
        by=(SYSTEM,),
        event=Event.Kind.CONTACT,
        work=False,
    )
    def message_outcome(self) -> None:
        """The outbox tells: it came back, could not be delivered, or did not leave after all."""
        self.remember(means="message")
