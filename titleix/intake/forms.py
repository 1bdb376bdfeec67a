"""What a report asks: of everybody on the public form, of staff on theirs; and the code with
which a reporter comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput
from casework.engine.services import local_today
from district.models import School
from titleix.intake.fields import (
    MOST_CHARACTERS,
    MOST_FILES,
    FilesField,
    KnowledgeField,
    not_ahead,
    words,
)
from titleix.intake.immediate_duties import duties_at_once
from titleix.models import Party, TitleIXCase

MOST_WITNESSES = 20

RELATIONS = [
    ("student", _("I am a student")),
    ("parent", _("I am a parent or guardian")),
    ("employee", _("I work for the district")),
    ("other", _("Somebody else")),
]
PLACES = [
    ("", _("I do not know")),
    ("classroom", _("Classroom")),
    ("building", _("Elsewhere in the school building")),
    ("grounds", _("School grounds")),
    ("bus", _("School bus or bus stop")),
    ("athletics", _("Sports or club")),
    ("field_trip", _("Field trip")),
    ("online", _("Online or by phone")),
    ("off_campus", _("Off campus")),
    ("other", _("Another place")),
]
WHO = [
    (Party.Kind.UNKNOWN, _("I do not know")),
    (Party.Kind.STUDENT, _("A student")),
    (Party.Kind.EMPLOYEE, _("An employee")),
    (Party.Kind.THIRD, _("Somebody else")),
]
KIND_OF_REPORTER = {
    "student": Party.Kind.STUDENT,
    "parent": Party.Kind.THIRD,
    "employee": Party.Kind.EMPLOYEE,
    "other": Party.Kind.UNKNOWN,
}


# -- the forms -------------------------------------------------------------------------------------


class FactsForm(forms.Form):
    """What every report says, whoever brings it. Only the narrative must be there: the rest may
    not be known."""

    required_css_class = "required"
    sections: ClassVar[list[tuple[Any, Any, tuple[str, ...]]]] = []
    narrative = words(
        _("What happened?"),
        MOST_CHARACTERS,
        rows=10,
        help_text=_(
            "In your own words. Say what you saw, heard or were told. This is the one thing that "
            "we need."
        ),
    )
    incident_on = forms.DateField(
        label=_("When?"),
        widget=DateInput,
        required=False,
        help_text=_("The day, or the first day if it went on. Leave it empty if you do not know."),
    )
    school = forms.ModelChoiceField(
        label=_("Which school?"),
        queryset=School.objects.none(),
        required=False,
        empty_label=_("I do not know, or none of these"),
    )
    location = forms.ChoiceField(label=_("In what kind of place?"), choices=PLACES, required=False)
    complainant_name = words(_("Name of the person it happened to"), 200, required=False)
    complainant_kind = forms.ChoiceField(
        label=_("Who is this person?"), choices=WHO, initial=Party.Kind.UNKNOWN, required=False
    )
    respondent_name = words(_("Name of the person who did it"), 200, required=False)
    respondent_kind = forms.ChoiceField(
        label=_("Who did it?"), choices=WHO, initial=Party.Kind.UNKNOWN, required=False
    )
    witnesses = words(
        _("Who else saw or heard it?"),
        4_000,
        rows=3,
        required=False,
        help_text=_("One name on each line."),
    )
    assault = forms.BooleanField(
        label=_("Somebody was touched sexually, hurt, forced or threatened"),
        required=False,
        help_text=_(
            "Then the police, and for a child social services, may have to know today. This is "
            "looked at first."
        ),
    )
    under_18 = forms.BooleanField(label=_("The person it happened to is under 18"), required=False)
    uploads = FilesField(label=_("Pictures, screenshots, documents or recordings"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mb = settings.MAX_ATTACHMENT_BYTES // 1024 // 1024
        self.fields["uploads"].help_text = _("Up to %(most)d files, each up to %(mb)d MB.") % {
            "most": MOST_FILES,
            "mb": mb,
        }
        school = self.fields["school"]
        assert isinstance(school, forms.ModelChoiceField)
        school.queryset = School.objects.filter(
            Q(open_to=None) | Q(open_to__gte=local_today())
        ).order_by("name", "pk")

    def groups(self) -> Iterator[tuple[Any, Any, list[forms.BoundField]]]:
        """The sections of the page: heading, what it is for, fields."""
        for title, about, names in self.sections:
            yield title, about, [self[name] for name in names]

    def clean_incident_on(self) -> date | None:
        """It has happened, in a lifetime."""
        return not_ahead(self.cleaned_data.get("incident_on"))

    def clean_witnesses(self) -> list[str]:
        """One name a line."""
        names = [
            line.strip() for line in self.cleaned_data["witnesses"].splitlines() if line.strip()
        ]
        if len(names) > MOST_WITNESSES or any(len(name) > 200 for name in names):
            raise forms.ValidationError(
                _("Give at most 20 names, one on each line; write more in your own words above.")
            )
        return names

    def clean(self) -> dict[str, Any]:
        """A browser cannot keep chosen files: say so wherever the form is shown again."""
        cleaned = super().clean() or {}
        if self.errors and cleaned.get("uploads"):
            self.files_lost()
        return cleaned

    def files_lost(self) -> None:
        """The files must be chosen anew."""
        self.add_error(
            "uploads", _("Please choose your files again: a browser does not keep them.")
        )

    def duties(self) -> list[str]:
        """The duties of state law that the report itself shows."""
        given = self.cleaned_data
        return duties_at_once(
            location=given["location"],
            assault=given["assault"],
            under_18=given["under_18"],
            abuse=bool(given.get("abuse")),
        )

    def people(self) -> list[dict[str, Any]]:
        """The people of the report, as `open_report` takes them."""
        given = self.cleaned_data
        rows = [
            self.complainant(),
            person_field(Party.Part.RESPONDENT, given["respondent_name"], given["respondent_kind"]),
        ]
        rows += [person_field(Party.Part.WITNESS, name) for name in given["witnesses"]]
        return [row for row in [*rows, self.reporter()] if row]

    def complainant(self) -> dict[str, Any]:
        """To whom it happened; empty while nothing is known."""
        given = self.cleaned_data
        row = person_field(
            Party.Part.COMPLAINANT, given["complainant_name"], given["complainant_kind"]
        )
        return {**row, "minor": given["under_18"]} if row else row

    def reporter(self) -> dict[str, Any]:
        """Who tells; empty when that is not to be kept."""
        raise NotImplementedError


def person_field(part: str, name: str, kind: str = "", **more: Any) -> dict[str, Any]:
    """One person for `open_report`; nothing when neither name nor kind is known."""
    known = name or kind not in ("", Party.Kind.UNKNOWN)
    return (
        {"part": str(part), "name": name, "kind": str(kind or Party.Kind.UNKNOWN), **more}
        if known
        else {}
    )


class PublicForm(FactsForm):
    """The public form: no sign-in, no name needed."""

    channel = TitleIXCase.Channel.FORM
    relation = forms.ChoiceField(
        label=_("Who are you?"), choices=RELATIONS, widget=forms.RadioSelect
    )
    identity = forms.ChoiceField(
        label=_("Do you want to give your name?"),
        widget=forms.RadioSelect,
        choices=[
            ("named", _("Yes, you may contact me")),
            ("anonymous", _("No, I want to stay anonymous")),
        ],
        help_text=_(
            "Without your name we can still read and answer your report, but it may limit what we "
            "can do."
        ),
    )
    name = words(_("Your name"), 200, required=False)
    email = forms.EmailField(label=_("Your e-mail"), required=False, max_length=254)
    phone = words(_("Your telephone number"), 40, required=False)
    it_was_me = forms.BooleanField(label=_("It happened to me"), required=False)
    knowledge_at = KnowledgeField(
        label=_("Only if you work for the district: when did an employee first know of this?"),
        required=False,
        help_text=_("You, or a colleague before you. If you leave it empty, we count from now."),
    )
    sections = [
        (
            _("What happened"),
            "",
            ("narrative", "assault", "under_18", "incident_on", "school", "location"),
        ),
        (
            _("Who was involved"),
            _("As far as you know. You may leave all of this empty."),
            (
                "it_was_me",
                "complainant_name",
                "complainant_kind",
                "respondent_name",
                "respondent_kind",
                "witnesses",
            ),
        ),
        (_("Files"), "", ("uploads",)),
        (_("About you"), "", ("relation", "identity", "name", "email", "phone", "knowledge_at")),
    ]

    def clean(self) -> dict[str, Any]:
        """Who gives a name gives it; what an anonymous reporter typed about themselves is let go
        at once."""
        given = self.cleaned_data
        if given.get("identity") == "named" and not given.get("name") and "name" not in self.errors:
            self.add_error("name", _("Enter your name, or choose to stay anonymous."))
        if given.get("identity") == "anonymous":
            given.update(name="", email="", phone="")
        return super().clean()

    @property
    def anonymous(self) -> bool:
        """Whether the reporter gave no name."""
        return self.cleaned_data["identity"] == "anonymous"

    def knowledge(self) -> datetime:
        """When an employee first knew: as the employee who reports says it, else now."""
        said = (
            self.cleaned_data["knowledge_at"]
            if self.cleaned_data["relation"] == "employee"
            else None
        )
        return said or timezone.now()

    def complainant(self) -> dict[str, Any]:
        """The reporter, when it happened to them."""
        given = self.cleaned_data
        if not given["it_was_me"]:
            return super().complainant()
        said = given["complainant_kind"]
        kind = said if said not in ("", Party.Kind.UNKNOWN) else KIND_OF_REPORTER[given["relation"]]
        row = person_field(
            Party.Part.COMPLAINANT,
            given["name"] or given["complainant_name"],
            kind,
            minor=given["under_18"],
            **self._reach(),
        )
        return row or {
            "part": str(Party.Part.COMPLAINANT),
            "name": "",
            "kind": str(Party.Kind.UNKNOWN),
        }

    def reporter(self) -> dict[str, Any]:
        """Nothing of somebody who wants to stay anonymous."""
        if self.anonymous:
            return {}
        return person_field(
            Party.Part.REPORTER,
            self.cleaned_data["name"],
            KIND_OF_REPORTER[self.cleaned_data["relation"]],
            **self._reach(),
        )

    def _reach(self) -> dict[str, str]:
        given = self.cleaned_data
        return {
            "email": given["email"],
            "phone": given["phone"],
            "language": "es" if (get_language() or "").startswith("es") else "en",
        }


class CodeForm(forms.Form):
    """The receipt code of a report."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=60,
        help_text=_(
            "Four groups of four letters and digits. Capital letters and hyphens do not matter."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class AnswerForm(forms.Form):
    """What a reporter answers or adds."""

    text = words(_("Your answer, or what you want to add"), 10_000, rows=5)
