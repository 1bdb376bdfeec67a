"""How a case ends, and how it opens again (B3.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import ReasonForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions
from titleix.case.conditions import kept
from titleix.case.forms import EventForm, SentForm
from titleix.case.states import (
    APPEAL,
    COMPLAINT,
    COORDINATE,
    FACILITATE,
    S,
    after_appeal,
    after_window,
    by_reopening,
    state,
    where_it_was,
)
from titleix.letters import rendering, sending
from titleix.models import Record, TitleIXCase
from titleix.outcomes import ends_writing
from titleix.outcomes.forms import (
    AgreementForm,
    AppealDecisionForm,
    CheckForm,
    ConsentForm,
    DismissForm,
    FiledAppealForm,
    OfferForm,
    RemedyDoneForm,
    RemedyForm,
    ReopenForm,
    StatementForm,
)
from titleix.records import records_writing
from titleix.rules.separation_of_duties import Role


class Endings(Workflow):
    """Dismissal, informal resolution, appeal, remedies, closing, reopening (B3.3)."""

    case: TitleIXCase

    @step(
        state,
        source=COMPLAINT,
        target=S.DISMISSED,
        label=_("Dismiss the complaint"),
        by=(COORDINATE,),
        form=DismissForm,
        does=_(
            "Ends the grievance process with a ground and reasons; both parties may appeal. Until then the days of the investigation rest."
        ),
        tells=_("Both parties, at the same time."),
        makes=_("The dismissal letters."),
        prepare=rendering.to_parties("DISMISSAL"),
        effects=rendering.tells("DISMISSAL"),
        conditions=[conditions.has_both_sides],
        cite="34 CFR 106.45(b)(3)",
    )
    def dismiss(self) -> None:
        """Mandatory or discretionary, with reasons; both may appeal (T-15)."""
        ends_writing.dismissal(self)

    @step(
        state,
        source=COMPLAINT,
        label=_("Record a written withdrawal"),
        by=(COORDINATE,),
        form=EventForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps that the complainant withdrew in writing. You may dismiss or go on; either needs a reason."
        ),
        starts=("dismissal_decision",),
    )
    def withdraw(self) -> None:
        """T-15: only a written one enables a dismissal; the coordinator may go on."""
        self.case.withdrawn_on = self.data["on"]

    @step(
        state,
        source=COMPLAINT,
        label=_("Go on in spite of the withdrawal"),
        by=(COORDINATE,),
        form=ReasonForm,
        event=Event.Kind.FACT,
        does=_("The complaint is not dismissed; your reason stays on file."),
        stops=("dismissal_decision",),
        conditions=[conditions.withdrawn],
        cite="34 CFR 106.45(b)(3)(ii)",
    )
    def go_on(self) -> None:
        """T-15: either needs a reason."""
        ends_writing.go_on(self)

    @step(
        state,
        source=COMPLAINT,
        label=_("Offer an informal resolution"),
        by=(COORDINATE,),
        form=OfferForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Sends every party the written offer with the consent to sign. Nothing rests until both have signed."
        ),
        conditions=[
            conditions.no_employee,
            conditions.has_both_sides,
            conditions.has_allegations,
            conditions.somebody(Role.FACILITATOR, _("Assign a facilitator first.")),
        ],
        prepare=rendering.offer,
        effects=rendering.tells("IR_NOTICE", each=2),
        cite="34 CFR 106.45(b)(9)(i)",
    )
    def offer_informal(self) -> None:
        """Allegations, requirements, right to withdraw, consequences, records."""
        sending.offer(self)

    @step(
        state,
        source=COMPLAINT,
        target=S.INFORMAL,
        label=_("Begin an informal resolution"),
        by=(COORDINATE,),
        form=ConsentForm,
        does=_(
            "The days of the investigation rest while a facilitator helps the parties to agree."
        ),
        starts=("informal",),
        conditions=[
            conditions.no_employee,
            conditions.somebody(Role.FACILITATOR, _("Assign a facilitator first.")),
            conditions.able(Role.FACILITATOR),
            conditions.informal_offered,
        ],
        cite="34 CFR 106.45(b)(9)",
    )
    def begin_informal(self) -> None:
        """T-17: both consents in writing; the days of the investigation rest."""
        ends_writing.begin_informal(self)

    @step(
        state,
        source=S.INFORMAL,
        target=where_it_was,
        label=_("A party withdraws from it"),
        by=(COORDINATE, FACILITATE),
        form=ReasonForm,
        does=_("Back to the investigation, where it was; the days held are added to its date."),
    )
    def leave_informal(self) -> None:
        """Any time before the agreement: back to the state before, the days held are added."""
        ends_writing.leave_informal(self)

    @step(
        state,
        source=S.INFORMAL,
        target=S.FINAL,
        label=_("Record the agreement"),
        by=(COORDINATE, FACILITATE),
        form=AgreementForm,
        stops=("informal",),
        starts=("outcome",),
        does=_("Keeps the signed agreement; the case is final."),
        primary=True,
    )
    def agree(self) -> None:
        """Signed: final; the investigation has no date to keep any more."""
        ends_writing.agreement(self)

    @step(
        state,
        source=[S.APPEAL_WINDOW, S.DISMISSED],
        target=S.APPEAL,
        label=_("Record an appeal"),
        by=(COORDINATE,),
        form=FiledAppealForm,
        primary=True,
        does=_("Takes an appeal on that came in time and has a base; both parties are told next."),
        stops=("appeal_window",),
        starts=("appeal_decision",),
        cite="34 CFR 106.45(b)(8)",
    )
    def file_appeal(self) -> None:
        """In time and on one of the three bases."""
        ends_writing.appeal(self)

    @step(
        state,
        source=[S.APPEAL_WINDOW, S.DISMISSED],
        target=after_window,
        label=_("The time to appeal is over"),
        by=(SYSTEM,),
        work=False,
        cite="34 CFR 106.45(b)(7)(iii)",
    )
    def appeal_time_over(self) -> None:
        """T-26: final on the day after."""
        ends_writing.window_over(self)

    @step(
        state,
        source=S.APPEAL,
        label=_("Tell both parties of the appeal"),
        by=(COORDINATE, APPEAL),
        form=SentForm,
        primary=True,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Both hear of the appeal at the same time, and have equal time for a written statement."
        ),
        conditions=[
            conditions.not_told_of_appeal,
            conditions.somebody(Role.APPEAL_OFFICER, _("Assign an appeal officer first.")),
        ],
        starts=("appeal_statement",),
        prepare=rendering.to_parties("APPEAL_NOTICE"),
        effects=rendering.tells("APPEAL_NOTICE"),
        cite="34 CFR 106.45(b)(8)(iii)(A)",
    )
    def notify_appeal(self) -> None:
        """The other party is notified in writing."""
        sending.send(self, "APPEAL_NOTICE")

    @step(
        state,
        source=S.APPEAL,
        label=_("Record a statement in the appeal"),
        by=(COORDINATE, APPEAL),
        form=StatementForm,
        event=Event.Kind.FACT,
        does=_("Keeps the written statement of a party."),
        cite="34 CFR 106.45(b)(8)(iii)(D)",
    )
    def state_appeal(self) -> None:
        """An equal opportunity for both."""
        records_writing.statement(self)

    @step(
        state,
        source=S.APPEAL,
        target=after_appeal,
        label=_("Decide the appeal"),
        by=(APPEAL,),
        form=AppealDecisionForm,
        primary=True,
        does=_(
            "Upholds or changes the decision, or sends the case back; both parties get the written result at the same time."
        ),
        conditions=[conditions.fit(Role.APPEAL_OFFICER), conditions.appeal_heard],
        stops=("appeal_decision",),
        prepare=rendering.to_parties("APPEAL_DECISION"),
        effects=rendering.tells("APPEAL_DECISION"),
        cite="34 CFR 106.45(b)(8)(iii)",
    )
    def decide_appeal(self) -> None:
        """By somebody who was none of the three before."""
        ends_writing.appeal_decided(self)

    @step(
        state,
        source=[S.FINAL, S.REMEDIES],
        label=_("Record a remedy or sanction"),
        by=(COORDINATE,),
        form=RemedyForm,
        event=Event.Kind.FACT,
        does=_("Keeps a remedy or a sanction that the coordinator carries out."),
        cite="34 CFR 106.45(b)(7)(iv)",
    )
    def remedy(self) -> None:
        """The coordinator implements them (34 CFR 106.45(b)(7)(iv))."""
        records_writing.remedy(self)

    @step(
        state,
        source=[S.FINAL, S.REMEDIES],
        label=_("Record that a remedy was carried out"),
        by=(COORDINATE,),
        form=RemedyDoneForm,
        event=Event.Kind.FACT,
        does=_("Keeps when a remedy or sanction was carried out."),
        conditions=[conditions.on_record(Record.Kind.REMEDY, _("No remedy is open."))],
    )
    def remedy_done(self) -> None:
        """With the last one the promise is kept."""
        records_writing.remedy_done(self)

    @step(
        state,
        source=S.FINAL,
        target=S.REMEDIES,
        label=_("Send the outcome and carry out the remedies"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Both parties hear how it ended; remedies are carried out and checked after 30, 60 and 90 days."
        ),
        stops=("outcome",),
        starts=("check_30", "check_60", "check_90"),
        conditions=[conditions.responsible(True), conditions.remedies_assigned],
        prepare=rendering.to_parties("OUTCOME"),
        effects=rendering.tells("OUTCOME"),
        tells=_("Both parties."),
        cite="34 CFR 106.45(b)(7)(iv)",
    )
    def begin_remedies(self) -> None:
        """Final with responsibility (B3.3)."""
        ends_writing.begin_remedies(self)

    @step(
        state,
        source=S.REMEDIES,
        label=_("Record a check of the remedies"),
        by=(COORDINATE,),
        form=CheckForm,
        event=Event.Kind.FACT,
        does=_("Keeps whether remedies and measures work."),
        primary=True,
        conditions=[
            lambda flow: unmet(
                any(clock.kind.startswith("check_") for clock in flow.file.running),
                _("No check is due."),
            )
        ],
    )
    def check_remedies(self) -> None:
        """After 30, 60 and 90 days."""
        records_writing.check(self)

    @step(
        state,
        source=S.REMEDIES,
        target=S.CLOSED,
        label=_("Close the case"),
        by=(COORDINATE,),
        form=ReasonForm,
        primary=True,
        does=_(
            "Remedies are carried out and checked: ends the case; the file is kept for seven years."
        ),
        prepare=rendering.closing_memo,
        makes=_("The closing memo with the checklist of the file."),
        conditions=[conditions.remedies_done, conditions.file_complete],
    )
    def close_remedies(self) -> None:
        """All tasks done, all checks made (B3.3)."""
        ends_writing.close_with_reason(self)

    @step(
        state,
        source=S.FINAL,
        target=S.CLOSED,
        label=_("Send the outcome and close"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_("Both parties hear how it ended; the file is kept for seven years."),
        stops=("outcome",),
        tells=_("Both parties."),
        conditions=[conditions.responsible(False), conditions.file_complete],
        prepare=rendering.outcome_and_memo,
        effects=rendering.tells("OUTCOME"),
        makes=_("The closing memo with the checklist of the file."),
        cite="34 CFR 106.45(b)(7)(iii)",
    )
    def close_final(self) -> None:
        """Both parties hear how it ended; the file is kept for seven years (34 CFR 106.45(b)(10))."""
        sending.send(self, "OUTCOME")
        ends_writing.close(self, "COMPLETED")

    @step(
        state,
        source=S.CLOSED,
        target=by_reopening,
        label=_("Reopen"),
        by=(COORDINATE,),
        form=ReopenForm,
        does=_(
            "Opens the case again as a new episode with a date of its own; the first result stays."
        ),
        conditions=[kept],
    )
    def reopen(self) -> None:
        """T-27: new evidence or an error; a new episode with its own day 0, the old result stays."""
        ends_writing.reopen(self)

    @step(
        state,
        source=S.REOPENED,
        target=S.INVESTIGATING,
        label=_("Tell the parties that it is open again"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_("Both parties hear at the same time that the investigation is open again, and why."),
        stops=("reopening_notice",),
        prepare=rendering.to_parties("REOPENING"),
        effects=rendering.tells("REOPENING"),
        conditions=[conditions.has_both_sides],
    )
    def resume_investigation(self) -> None:
        """The old result is frozen; evidence, report and decision follow anew."""
        sending.send(self, "REOPENING")
