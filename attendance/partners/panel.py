"""A referral to a community partner on a page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.process_view import ProcessView
from attendance.models import (
    Partner,
    PartnerReferral,
)
from casework.engine.casefile import CaseFile
from casework.models import Process


def fill(file: CaseFile, process: Process, view: ProcessView) -> None:
    """The referral, its intake and what came of it."""
    assert isinstance(process, PartnerReferral)
    partner = file.once(
        ("partner", process.partner_id),
        lambda: Partner.objects.filter(pk=process.partner_id).first(),
    )
    view.facts = [
        (_("Partner"), str(partner or "")),
        (_("Referred"), process.referred_on),
        (_("Consent"), process.consent_on),
        (_("Intake"), process.intake_on),
        (_("Ended"), process.ended_on),
        (_("Result"), process.result),
    ]
    view.text = process.reason
