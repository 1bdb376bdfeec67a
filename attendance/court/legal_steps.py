"""Before the law (C4-C6): review, finding, referral with its guards, disclosures, exclusions and
the indigency inquiry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.states import OPEN, SIGN, STATE, WORK, Stage
from attendance.court import conditions, letters
from attendance.court.forms import (
    DisclosureForm,
    ExclusionForm,
    GoodFaithForm,
    InquiryForm,
    VerifyForm,
)
from attendance.mediation.case_steps import MediationReferrals
from attendance.mediation.letters import prepare_packet
from attendance.rules.conditions import compulsory, ten_days, with_exclusion
from casework.engine.forms import ReasonForm
from casework.engine.workflow import step, unmet
from casework.models import Event

DISCLOSURES = ("NOTIFY_DA", "NOTIFY_DSS", "JUVENILE_COMPLAINT", "INFORM_CORRECTION")


def open_disclosure(flow: LegalReview) -> object:
    """A notice to an authority is still to be sent."""
    return unmet(any(flow.has_task(kind) for kind in DISCLOSURES), _("Every notice was sent."))


def inquiry_open(flow: LegalReview) -> object:
    """There is a claim to inquire into."""
    return unmet(
        flow.has_task("INDIGENCY_INQUIRY"), _("No claim that the child must work is open.")
    )


class LegalReview(MediationReferrals):
    """Steps of G.S. 115C-378 and its neighbors."""

    @step(
        STATE,
        source=Stage.TIER3,
        target=Stage.LEGAL_REVIEW,
        label=_("Open the legal review"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[ten_days, compulsory, conditions.conferred],
        does=_("Asks the principal for the good-faith finding."),
        tells=_("The principal."),
        cite="G.S. 115C-378",
    )
    def open_legal_review(self) -> None:
        """C4: after the conference, or after two attempts by two means."""
        self._worked()
        self.step_found()
        self.open_task("FINDING", role="PRINCIPAL", clock="finding")

    @step(
        STATE,
        source=Stage.LEGAL_REVIEW,
        target=Stage.TIER3,
        label=_("Find good faith"),
        by=(SIGN,),
        form=GoodFaithForm,
        primary=True,
        prepare=prepare_packet,
        does=_("The parent has made a good-faith effort: the help goes on."),
        makes=_(
            "What you choose: a mediation, the court programme, a complaint with the juvenile "
            "court counselor."
        ),
        cite="G.S. 115C-378",
    )
    def find_good_faith(self) -> None:
        """C5: the principal's finding with its rationale; it may open what helps on, or the
        juvenile complaint."""
        self._worked()
        self.finish_task("FINDING", "good faith")
        opens = self.data["opens"]
        if "mediation" in opens:
            self.begin_mediation(self.data["provider"], self.data["reason"])
        if "court" in opens and not self.running_processes("COURT"):
            self.spawn(
                "COURT", code="good faith", offered_on=self.effective_on, reason=self.data["reason"]
            )
        if "juvenile" in opens:
            self.open_task("JUVENILE_COMPLAINT", role="PRINCIPAL", clock="juvenile")
        self.ask_next()

    @step(
        STATE,
        source=[Stage.LEGAL_REVIEW, Stage.LEGAL_REFERRED],
        label=_("Write and verify the referral"),
        by=(WORK,),
        form=VerifyForm,
        event=Event.Kind.FACT,
        conditions=[conditions.referral_open],
        prepare=letters.prepare_referral,
        does=_("Makes the notice with your name as the social worker who reports and verifies it."),
        makes=_("A draft for the principal."),
        cite="G.S. 115C-381",
    )
    def verify_referral(self) -> None:
        """G.S. 115C-381: the social worker reports and verifies."""
        self._worked()
        self.case.verified_on, self.case.verified_by_id = self.effective_on, self.actor_id

    @step(
        STATE,
        source=Stage.LEGAL_REVIEW,
        target=Stage.LEGAL_REFERRED,
        label=_("Find no good faith and refer"),
        by=(SIGN,),
        form=ReasonForm,
        conditions=[
            ten_days,
            compulsory,
            conditions.letters_delivered,
            conditions.not_excluded,
        ],
        does=_("The district attorney and the director of social services must be notified."),
        makes=_("Two notices to write, each with its date."),
        cite="G.S. 115C-378",
    )
    def refer(self) -> None:
        """C6: shall notify, when every letter was delivered and nothing excludes it."""
        self._worked()
        self.finish_task("FINDING", "no good faith")
        self.open_task("NOTIFY_DA", role="PRINCIPAL", clock="notify_da")
        self.open_task("NOTIFY_DSS", role="PRINCIPAL", clock="notify_dss")

    @step(
        STATE,
        source=OPEN,
        label=_("Record a notice to an authority"),
        by=(SIGN,),
        form=DisclosureForm,
        event=Event.Kind.FACT,
        conditions=[open_disclosure],
        prepare=letters.prepare_disclosure,
        does=_("Keeps to whom what was disclosed, when and on what legal basis."),
        makes=_("The notice as a document, signed by you."),
        cite="34 CFR 99.32",
        primary=True,
    )
    def disclose(self) -> None:
        """C2: every disclosure outside the district is an entry."""
        self.effective_on = self.data["on"]
        self.finish_task(self.data["task"], "sent")
        self.disclose_to(self.data["to"], self.data["what"], self.data["basis"], self.made())

    @step(
        STATE,
        source=OPEN,
        label=_("Record an exclusion from legal referral"),
        by=(WORK, SIGN),
        form=ExclusionForm,
        event=Event.Kind.FACT,
        does=_("Keeps a reason that stands against a referral, or that it fell away."),
    )
    def record_exclusion(self) -> None:
        """An indigency claim blocks the referral until the inquiry is recorded (G.S. 115C-382)."""
        self._worked()
        self.exclude(self.data["exclusion"], self.data["stands"] == "yes")
        if self.data["exclusion"] == "indigency_claim":
            if self.data["stands"] != "yes":
                self.finish_task("INDIGENCY_INQUIRY", "fell away")
            elif not self.has_task("INDIGENCY_INQUIRY"):
                self.open_task("INDIGENCY_INQUIRY", role="SSW", clock="inquiry")

    def exclude(self, name: str, stands: bool) -> None:
        """Put a reason against a referral, or take it away."""
        self.case.exclusions = with_exclusion(self.case.exclusions, name, stands)

    @step(
        STATE,
        source=OPEN,
        label=_("Record the indigency inquiry"),
        by=(WORK, SIGN),
        form=InquiryForm,
        event=Event.Kind.FACT,
        conditions=[inquiry_open],
        does=_(
            "Keeps what the inquiry found; a referral is open again where the claim was not "
            "confirmed."
        ),
        cite="G.S. 115C-382",
    )
    def record_inquiry(self) -> None:
        """An affidavit that the child must work to support the family leads to an inquiry; its
        finding ends the block or keeps it."""
        self._worked()
        self.finish_task("INDIGENCY_INQUIRY", self.data["result"])
        self.exclude("indigency_claim", self.data["result"] == "confirmed")
