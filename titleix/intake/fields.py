"""Fields that the forms of the intake share: files, free text, the time of knowledge."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.documents.attachments import ALLOWED, sniff
from casework.engine.services import local_today

MOST_FILES = 5


MOST_CHARACTERS = 20_000


EARLIEST = date(1950, 1, 1)


# -- fields ----------------------------------------------------------------------------------------


class FilesInput(forms.FileInput):
    """The browser's own field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to five files, each of a size and type that the product keeps; every refusal names its
    file."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files, or all that is wrong with them."""
        uploads = [
            one
            for one in (data if isinstance(data, list | tuple) else [data])
            if one is not None and one != ""
        ]
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(
                _("Choose at most %(most)d files."), params={"most": MOST_FILES}
            )
        problems = [
            forms.ValidationError(_("%(file)s: %(why)s"), params={"file": one.name, "why": why})
            for one in uploads
            if (why := problem(one))
        ]
        if problems:
            raise forms.ValidationError(problems)
        return uploads


def problem(upload: UploadedFile) -> Any:
    """Why a file would not be kept (the rules of casework.documents.attachments), or nothing.
    The file can be read again after it."""
    limit = settings.MAX_ATTACHMENT_BYTES
    if (upload.size or 0) > limit:
        return _("it is larger than %(mb)d MB") % {"mb": limit // 1024 // 1024}
    content = upload.read(65_537)  # as much as sniff looks at
    upload.seek(0)
    if not content:
        return _("it is empty")
    if sniff(content) not in ALLOWED:
        return _("this type of file is not allowed; hand in a PDF, a picture, a text or a document")
    return ""


def words(label: Any, most: int, *, rows: int = 0, **about: Any) -> forms.CharField:
    """A text field; with `rows`, one of several lines."""
    widget = (
        forms.Textarea(attrs={"rows": rows})
        if rows
        else forms.TextInput(attrs={"autocomplete": "off"})
    )
    return forms.CharField(label=label, widget=widget, max_length=most, **about)


def not_ahead(value: date | None) -> date | None:
    """A day that has been, not before 1950."""
    if value and value > local_today():
        raise forms.ValidationError(
            _("This date lies in the future. Enter the day on which it happened.")
        )
    if value and value < EARLIEST:
        raise forms.ValidationError(_("Check the year of this date."))
    return value


class KnowledgeField(forms.DateTimeField):
    """The moment at which an employee first knew: it starts the promises of the case."""

    def __init__(self, **about: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **about)

    def clean(self, value: Any) -> datetime | None:
        """A moment that has been."""
        if isinstance(value, str) and len(value) > 40:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        found: datetime | None = super().clean(value)
        if found is not None:
            if found.year < EARLIEST.year or found.year > 9000:
                raise forms.ValidationError(_("Check the year of this date."))
            if found > timezone.now():
                raise forms.ValidationError(
                    _("This moment lies in the future. Enter when it was first known.")
                )
        return found
