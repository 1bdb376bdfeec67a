"""What is begun to help: conference, street team, mediation, court programme, partners; goals met and relapse (C7-C9)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.case.tier_changes import Raising
from attendance.common.process_forms import (
    LocateRequestForm,
    MediationReferralForm,
    PartnerReferralForm,
)
from attendance.common.states import (
    HELPED,
    OPEN,
    STATE,
    SUPERVISE,
    WORK,
    Stage,
    mediation_failed,
    none_running,
)
from attendance.mediation import follow_ups
from attendance.notice import letters
from attendance.rules import periods
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SYSTEM, SubjectState, step, unmet
from casework.models import Event

relapse_to = SubjectState.GET_STATE(
    lambda flow: Stage(flow.data.get("stage") or flow.case.stage), states=HELPED
)


def goals_met(flow: Helping) -> object:
    """C7: in the plan's last school days attendance and unexcused days are within the policy's goals."""
    found = periods.plan_window(flow)
    return unmet(found.met, found.words)


def no_relapse(flow: Helping) -> object:
    """C8: no relapse up to now."""
    return unmet(not periods.relapsed(flow), _("There is a relapse: absences began again."))


def court_is_open(flow: Helping) -> object:
    """A2.7: by the policy's number of absences, or after a mediation that failed."""
    least = int(flow.policy.require("court.absences"))
    met = mediation_failed(flow.case, flow.file.processes) or periods.tally(flow).absences >= least
    return unmet(
        met,
        _(
            "The court programme is offered from %(n)s absences on, or after a mediation that failed."
        )
        % {"n": least},
    )


class Helping(Raising):
    """Steps that begin a process, and those that say whether it helped."""

    @step(
        STATE,
        source=HELPED,
        label=_("Call a conference"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[none_running("ARC", _("A conference or its plan is running already."))],
        does=_("Begins an Attendance Review Conference."),
        makes=_("The duties to schedule and to hold it."),
    )
    def request_arc(self) -> None:
        """A2.4 by hand: a new one after a plan that ended, or early in tier 2."""
        self._worked()
        self.begin_arc()

    @step(
        STATE,
        source=OPEN,
        label=_("Ask the street team to find the student"),
        by=(SYSTEM, WORK, SUPERVISE),
        form=LocateRequestForm,
        conditions=[
            none_running("LOCATE", _("The street team is looking for the student already."))
        ],
        work=False,
        does=_("Hands the search over to the street team of the area."),
        tells=_("The lead of the street team."),
        makes=_("A request with its dates: team sent, first visit, outcome."),
    )
    def request_locate(self) -> None:
        """A2.5: absent without contact, a no-show, or by hand."""
        self.case.worked = self.case.worked or self.turn.actor is not None
        data = self.data
        self.spawn(
            "LOCATE",
            code=data["code"],
            reason=data["reason"],
            last_seen_on=data["last_seen_on"],
            safety=data["safety"],
        )
        self.alert("LOCATE_REQUESTED", "supervisor")

    @step(
        STATE,
        source=[*HELPED, Stage.LEGAL_REVIEW],
        label=_("Refer to mediation"),
        by=(WORK,),
        form=MediationReferralForm,
        conditions=[none_running("MEDIATION", _("A mediation is running already."))],
        prepare=letters.prepare_packet,
        does=_("Refers the family to a neutral mediator."),
        tells=_("The provider."),
        makes=_("The referral packet, and the duties to accept it and to hold the mediation."),
    )
    def refer_mediation(self) -> None:
        """A2.6: free, informal, confidential; to avoid charges."""
        self._worked()
        self.step_found()
        self._begin_mediation(self.data["provider"], self.data["reason"])

    def _begin_mediation(self, provider: object, reason: str) -> None:
        packet = self.made()
        self.spawn(
            "MEDIATION",
            provider_id=getattr(provider, "pk", None),
            referred_on=self.effective_on,
            reason=reason,
            packet_id=packet.id if packet else None,
        )
        self.disclose_to(
            str(provider),
            str(_("referral packet: counts, letters, plan")),
            str(_("consent of the parent, 34 CFR 99.30")),
            packet,
        )

    @step(
        STATE,
        source=[*HELPED, Stage.LEGAL_REVIEW],
        label=_("Offer the court programme"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[
            none_running("COURT", _("The court programme is running already.")),
            court_is_open,
        ],
        does=_(
            "Offers the family the truancy court programme: weekly sessions at school, no prosecution."
        ),
        makes=_("The duty to get the family's answer."),
    )
    def offer_court(self) -> None:
        """A2.7: restorative, before any prosecution and apart from it."""
        self._worked()
        self.step_found()
        self.spawn(
            "COURT", code="offered", offered_on=self.effective_on, reason=self.data["reason"]
        )

    @step(
        STATE,
        source=OPEN,
        label=_("Refer to a community partner"),
        by=(WORK,),
        form=PartnerReferralForm,
        does=_("Refers the student or the family to an agency that serves this school."),
        makes=_("The duty to ask whether the intake took place."),
    )
    def refer_partner(self) -> None:
        """What the district plan measures: referrals, and whether they were received."""
        self._worked()
        data = self.data
        self.spawn(
            "PARTNER",
            code=data["partner"].service,
            partner_id=data["partner"].pk,
            referred_on=self.effective_on,
            reason=data["reason"],
            consent_on=data["consent_on"],
        )
        self.disclose_to(
            str(data["partner"]),
            str(_("name, contact, reason of the referral")),
            str(_("consent of the parent, 34 CFR 99.30")),
        )

    # -- goals met, relapse (C7-C9) --------------------------------------------------------------------------------

    @step(
        STATE,
        source=HELPED,
        target=Stage.MONITOR,
        label=_("Goals met: step down and watch"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[goals_met],
        prepare=letters.prepare_step_down,
        does=_("The plan worked. The case closes by itself if there is no relapse."),
        makes=_("A note to the family."),
    )
    def monitor(self) -> None:
        """C7: the policy's goals were met in the plan's window."""
        self._worked()
        self.case.monitor_from = self.effective_on
        for kind in ("NEXT_STEP", "ROOT_CAUSE", "REVIEW_CORRECTION"):
            self.finish_task(kind, gettext_noop("goals met"), cancelled=kind == "ROOT_CAUSE")
        for process in self.running_processes("ARC"):
            if process.state in ("PLAN_ACTIVE", "REVIEWED"):
                self._complete(process)
        self.start_clock("monitor")

    def _complete(self, process: object) -> None:
        """A plan whose goals are met is complete."""
        from attendance.models import Arc

        assert isinstance(process, Arc)
        process.state = "COMPLETED"
        self.end_process(process, gettext_noop("goals met"))

    @step(
        STATE,
        source=Stage.MONITOR,
        target=Stage.CLOSED,
        label=_("Close: improved"),
        by=(SYSTEM,),
        conditions=[no_relapse],
        work=False,
        prepare=letters.prepare_closing,
        makes=_("A letter that thanks the family."),
    )
    def close_improved(self) -> None:
        """C8: so many school days without a relapse. The wait is kept, not cancelled."""
        for clock in self._running("monitor"):
            self.stop_clock(
                "monitor", min(clock.due, self.effective_on)
            )  # the step is taken on the day after
        self._end_processes("improved")
        self.close_case("IMPROVED")

    @step(
        STATE,
        source=Stage.MONITOR,
        target=relapse_to,
        label=_("Relapse"),
        by=(SYSTEM,),
        work=False,
        tells=_("The social worker."),
    )
    def relapse(self) -> None:
        """C9: unexcused days within few school days, or a higher threshold."""
        self.cancel_clock("monitor", gettext_noop("relapse"))
        self.case.monitor_from = None
        self._raise(Stage(self.data.get("stage") or self.case.stage))
        self.ask_next()
        self.alert("RELAPSE", "owner")

    # -- from one year into the next (A-26) ------------------------------------------------------------------------

    @step(
        STATE,
        source=OPEN,
        label=_("Mediation carried over from last year"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def carry_mediation(self) -> None:
        """A-26: what fell behind the last school day is reviewed in the first school days of this year."""
        fields = {key: value for key, value in self.data.items() if not key.startswith("_")}
        self.spawn("MEDIATION", state="FOLLOWUP_90", code="carried", **fields)
        case_id, mediator = self.case.id, fields.get("mediator_id")
        if mediator is not None:
            self.file.later.append(lambda: follow_ups.lend(case_id, mediator))
        self.turn.data = {"carried_from": str(fields["carried_from_id"])}

    @step(
        STATE,
        source=HELPED,
        target=Stage.LEGAL_REVIEW,
        label=_("Legal review after the mediation"),
        by=(SYSTEM,),
        work=False,
        tells=_("The principal."),
        cite="G.S. 115C-378",
    )
    def review_after_mediation(self) -> None:
        """A2.6: no agreement or a broken one while ten unexcused days stand."""
        self.step_found()
        self.open_task("FINDING", role="PRINCIPAL", clock="finding")

    @step(
        STATE,
        source=HELPED,
        label=_("Say what comes next"),
        by=(WORK,),
        form=ReasonForm,
        event=Event.Kind.FACT,
        conditions=[
            lambda flow: unmet(flow.has_task("NEXT_STEP"), _("What comes next was decided."))
        ],
        does=_("Keeps what you decided where none of the other steps fits."),
        makes=_("The duty to see whether it works when the plan has run its time."),
    )
    def say_next(self) -> None:
        """A plan or programme ended; the decision is written down."""
        self._worked()
        self.see_whether_it_works()
