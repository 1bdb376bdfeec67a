"""The notice to the family: states and steps, nothing else (domain.md A2.3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.letters import recipients
from attendance.common.states import MAIL, SIGN, WORK, AttendanceFlow
from attendance.models import Notice
from attendance.notice import letters
from attendance.notice.forms import (
    DeliveredForm,
    DraftForm,
    NotifyForm,
    ReturnedForm,
    SendForm,
    SignForm,
)
from attendance.rules import clocks
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SYSTEM, SubjectState, step, unmet
from casework.models import Event


class NoticeState(models.TextChoices):
    """Where a notice stands (A2.3)."""

    DUE = "DUE", _("Due")
    DRAFT = "DRAFT", _("Drafted")
    SIGNED = "SIGNED", _("Signed")
    SENT = "SENT", _("Sent")
    DELIVERED = "DELIVERED", _("Delivered")
    RETURNED = "RETURNED", _("Returned")
    WITHDRAWN = "WITHDRAWN_CORRECTION", _("Withdrawn: the record was corrected")


BEFORE_SENT = [NoticeState.DUE, NoticeState.DRAFT, NoticeState.SIGNED]


def by_any_means(flow: NoticeWorkflow) -> object:
    """The law wants no letter for this one (G.S. 115C-378: three days, any means)."""
    return unmet(
        not flow.notice.must_mail, _("This notice must go by mail: draft and sign the letter.")
    )


def not_reissued(flow: NoticeWorkflow) -> object:
    """A returned or superseded notice is reissued once."""
    again = any(
        isinstance(other, Notice) and other.replaces_id == flow.notice.id
        for other in flow.file.processes
    )
    return unmet(not again, _("The notice was reissued already."))


def still_counts(flow: NoticeWorkflow) -> object:
    """A letter whose days were excused meanwhile must not go out again: it would say what is no
    longer so (A3.3)."""
    words = _(
        "The record was corrected after this letter went out. A new notice begins by itself when "
        "the threshold is reached again."
    )
    return unmet(flow.notice.superseded_on is None, words)


class NoticeWorkflow(AttendanceFlow):
    """One notice to the family, from due to delivered."""

    kind, version = "NOTICE", "notice-2026"
    born = (NoticeState.DUE,)
    final = (NoticeState.DELIVERED, NoticeState.RETURNED, NoticeState.WITHDRAWN)
    labels = dict(NoticeState.choices)
    clocks = clocks.NOTICE
    state = SubjectState(NoticeState)

    @property
    def notice(self) -> Notice:
        """The notice that is moved."""
        assert isinstance(self.subject, Notice)
        return self.subject

    def begin(self) -> None:
        """The clock starts at detection, not at the absence (A3.1 rule 6)."""
        kind = clocks.shortest(self.notice.covers, self.policy)
        if kind is not None:
            self.start_clock(kind, clocks.day0(kind, self.notice, self.policy), "detected")

    def _stop_clock(self) -> None:
        for kind in {
            clock.kind for clock in self.file.running if clock.kind.startswith(clocks.NOTICE_PREFIX)
        }:
            self.stop_clock(kind)

    @step(
        state,
        source=[NoticeState.DUE, NoticeState.DRAFT],
        target=NoticeState.DRAFT,
        label=_("Draft the letter"),
        by=(WORK, MAIL, SIGN),
        form=DraftForm,
        prepare=letters.prepare_draft,
        primary=True,
        does=_("Makes the letter for you to read before it is signed."),
        makes=_("A draft of the letter."),
    )
    def draft(self) -> None:
        """DUE -> DRAFT; a new draft replaces the last."""
        self._worked()
        self.notice.language = self.data["language"]

    @step(
        state,
        source=NoticeState.DRAFT,
        target=NoticeState.SIGNED,
        label=_("Sign the letter"),
        by=(SIGN,),
        form=SignForm,
        prepare=letters.prepare_signed,
        primary=True,
        does=_("Puts your name under the letter."),
        makes=_("The final letter, ready for the mail room."),
        cite="G.S. 115C-378",
    )
    def sign(self) -> None:
        """The principal, the superintendent or a designee notifies."""
        self._worked()

    @step(
        state,
        source=NoticeState.SIGNED,
        target=NoticeState.SENT,
        label=_("Record the mailing"),
        by=(MAIL,),
        form=SendForm,
        primary=True,
        does=_("Keeps when and how the letter left the house; stops its clock."),
        cite="G.S. 115C-378",
    )
    def send(self) -> None:
        """The day of mailing stops the clock."""
        self._sent(self.data["means"])
        self.notice.proof = self.data.get("proof", "")

    @step(
        state,
        source=[NoticeState.DUE, NoticeState.DRAFT],
        target=NoticeState.DELIVERED,
        label=_("Record the notice by telephone or in person"),
        by=(WORK, SIGN, MAIL),
        form=NotifyForm,
        conditions=[by_any_means],
        does=_("Keeps whom you told, when and how; stops the clock."),
        cite="G.S. 115C-378",
    )
    def notify(self) -> None:
        """Three days: any means will do, and reaching the parent is delivery."""
        self._sent(self.data["means"])
        self.notice.delivered_on = self.effective_on
        self.case.last_contact_on = self.effective_on
        self.end_process()

    def _sent(self, means: str) -> None:
        self._worked()
        self.effective_on = self.data["on"]
        self.notice.sent_on, self.notice.means = self.effective_on, means
        self.notice.recipients = recipients(self.case)
        self._stop_clock()

    @step(
        state,
        source=NoticeState.SENT,
        target=NoticeState.DELIVERED,
        label=_("Record the delivery"),
        by=(MAIL, WORK),
        form=DeliveredForm,
        primary=True,
        does=_("Keeps the proof of delivery."),
    )
    def deliver(self) -> None:
        """Proof of delivery is evidence later on (A1.1)."""
        self.effective_on = self.data["on"]
        self.notice.delivered_on = self.effective_on
        self.notice.proof = self.data.get("proof") or self.notice.proof
        self.end_process()

    @step(
        state,
        source=NoticeState.SENT,
        target=NoticeState.RETURNED,
        label=_("Record that the letter came back"),
        by=(MAIL, WORK),
        form=ReturnedForm,
        does=_("Keeps that the letter was not delivered."),
        makes=_("A task to confirm the address."),
    )
    def come_back(self) -> None:
        """RETURNED opens the task to confirm the address and to reissue."""
        self.effective_on = self.data["on"]
        self.notice.returned_on = self.effective_on
        self.open_task("CONFIRM_ADDRESS", role="DATA_MANAGER", clock="confirm_address")

    @step(
        state,
        source=[NoticeState.RETURNED],
        label=_("Reissue the notice"),
        by=(WORK, MAIL),
        form=ReasonForm,
        conditions=[not_reissued, still_counts],
        primary=True,
        does=_("Begins the notice anew after the address was confirmed."),
        makes=_("A new notice with a clock of its own."),
    )
    def reissue(self) -> None:
        """A notice that came back does not count; a new one must go out. Whether the first one left
        in time stays what it was."""
        old = self.notice
        self.finish_task("CONFIRM_ADDRESS", "reissued")
        self.end_process()
        self.spawn(
            "NOTICE",
            code=old.code,
            covers=old.covers,
            detected_on=self.turn.today,
            cited=old.cited,
            count=old.count,
            must_mail=old.must_mail,
            language=old.language,
            replaces_id=old.id,
            breached_on=old.breached_on,
        )

    @step(
        state,
        source=BEFORE_SENT,
        target=NoticeState.WITHDRAWN,
        label=_("Withdraw: corrected"),
        by=(SYSTEM,),
        work=False,
    )
    def withdraw(self) -> None:
        """The record was corrected before anything was sent (A-07)."""
        self.end_process()

    @step(
        state,
        source=[NoticeState.SENT, NoticeState.DELIVERED, NoticeState.RETURNED],
        label=_("Superseded"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def supersede(self) -> None:
        """A cited day was excused after the letter went out: it stays, but no longer counts (A-08).
        One that came back is over with it, since it is not reissued."""
        self.notice.superseded_on = self.effective_on
        if self.notice.state == NoticeState.RETURNED:
            self.finish_task("CONFIRM_ADDRESS", gettext_noop("superseded"), cancelled=True)
            self.end_process()

    @step(
        state,
        source=BEFORE_SENT,
        label=_("Sent too late"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
        cite="G.S. 115C-378",
    )
    def breach(self) -> None:
        """A seventh unexcused day accrued before the sixth-day notice was sent ('not more than
        six')."""
        self.notice.breached_on = self.effective_on
        self.alert("L6_LATE", "supervisor")
