"""Need to know in single cases: the neutral notice on a student, and a party's private link
(domain.md C3, C10).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedTextField
from titleix.models.case import TitleIXCase
from titleix.models.people import Party


class FamilyFlag(models.Model):
    """A case that asks for 'call the district before you contact this family'.

    What staff of the school see is the notice on the student, a row of the lower floor that knows
    nothing of this one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="family_flags")
    notice = models.OneToOneField("district.StudentNotice", models.PROTECT, related_name="+")


class PartyLink(models.Model):
    """The private link of one person of a case to their own packet.

    Only hashes are kept; it ends by its date or when it is taken back. An advisor signs an
    undertaking before anything is shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="party_links")
    party = models.ForeignKey(Party, models.PROTECT, related_name="links")
    token = models.CharField(
        max_length=64, unique=True, help_text="hash of the token in the address"
    )
    code = models.CharField(
        max_length=64, blank=True, help_text="keyed hash of the code that was sent apart"
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="wrong codes in a row")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_on = models.DateField(_("valid until"))
    revoked_at = models.DateTimeField(null=True)
    undertaking_at = models.DateTimeField(
        null=True, help_text="when an advisor signed to keep what is shown to themselves"
    )
    undertaking_name = SealedTextField(blank=True, help_text="the name with which it was signed")
