"""What the steps of attendance need to be told; one form checks the page, the API and the tests."""

from .case import CAUSES, AssignForm, CaseHoldForm, ExclusionForm, RaiseForm, RecuseForm, ReviewForm, RootCauseForm
from .conference import ActionDoneForm, HeldForm, PlanForm, PlanReviewForm, RescheduleForm, ScheduleForm, SignPlanForm
from .law import DisclosureForm, ExcuseNoteForm, GoodFaithForm, InquiryForm, OverrideForm, VerifyForm, WithdrawalForm
from .messages import MessageChoiceForm, MessageForm, WhichForm
from .notice import DeliveredForm, DraftForm, EventDateForm, NotifyForm, ReturnedForm, SendForm, SignForm
from .processes import (
    AcceptMediationForm,
    AgreementForm,
    AttemptForm,
    CourtSessionForm,
    DispatchForm,
    DssReportForm,
    EnrollForm,
    FollowUpForm,
    HandbackForm,
    IntakeForm,
    LocateRequestForm,
    MediationReferralForm,
    OutcomeForm,
    PartnerReferralForm,
    SessionForm,
)
from .simple import ConfirmForm, DayForm, LanguageForm, NextForm

__all__ = [
    "CAUSES", "AcceptMediationForm", "ActionDoneForm", "AgreementForm", "AssignForm", "AttemptForm", "CaseHoldForm", "ConfirmForm",
    "CourtSessionForm", "DayForm", "DeliveredForm", "DisclosureForm", "DispatchForm", "DraftForm", "DssReportForm", "EnrollForm",
    "EventDateForm", "ExclusionForm", "ExcuseNoteForm", "FollowUpForm", "GoodFaithForm", "HandbackForm", "HeldForm", "InquiryForm",
    "IntakeForm", "LanguageForm", "LocateRequestForm", "MediationReferralForm", "MessageChoiceForm", "MessageForm", "NextForm",
    "NotifyForm", "OutcomeForm", "OverrideForm",
    "PartnerReferralForm", "PlanForm", "PlanReviewForm", "RaiseForm", "RecuseForm", "RescheduleForm", "ReturnedForm", "ReviewForm",
    "RootCauseForm", "ScheduleForm",
    "SendForm", "SessionForm", "SignForm", "SignPlanForm", "VerifyForm", "WhichForm", "WithdrawalForm",
]  # fmt: skip
