"""What a person may choose."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Preference

PHONE = re.compile(r"^\+[0-9][0-9 ()./-]{6,18}$")


class PreferenceForm(forms.ModelForm):
    """How one hears of alerts."""

    class Meta:
        model = Preference
        fields = ["email", "sms", "phone"]
        widgets = {"email": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        """A text message needs a number that can be dialled."""
        cleaned: dict[str, Any] = super().clean() or {}
        phone = str(cleaned.get("phone") or "").strip()
        if phone and not PHONE.match(phone):
            self.add_error(
                "phone", _("Write the number with its country code, for example +1 704 555 0123.")
            )
        if cleaned.get("sms") and not phone:
            self.add_error("phone", _("A text message needs a mobile number."))
        return cleaned
