"""Forms of the import pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SeveralFiles(forms.ClearableFileInput):
    """The browser's file field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file by itself; none at all is one that is missing."""
        files = (data or [None]) if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(item, initial) for item in files]


class UploadForm(forms.Form):
    """A delivery: one zip file, or the single files."""

    files: Any = FilesField(
        label=_("Files"),
        help_text=_(
            "One zip file, or all files of the delivery: canonical CSV with manifest.json, "
            "Ed-Fi XML, or OneRoster CSV."
        ),
    )
    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Only if the delivery does not say it itself."),
    )


class DecisionForm(forms.Form):
    """Releasing or rejecting a held import needs a reason."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("release", _("Release: apply it")), ("reject", _("Reject: put it aside"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
