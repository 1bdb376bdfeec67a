"""Forms of need to know: disclosures, notices, people beside the case, holds, emergency access."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.engine.forms import DateInput, StepForm
from casework.models import LegalHold
from district.models import Role, School, Student, User
from titleix.case.context import beside
from titleix.models import TitleIXCase

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow

# The legal basis of a disclosure without consent, with its citation (C1, C2).
BASES: dict[str, tuple[Any, str]] = {
    "consent": (_("Written consent of the parent or eligible student"), "34 CFR 99.30"),
    "police": (_("Police: report that the law asks for"), "G.S. 115C-288(g); 34 CFR 99.36"),
    "dss": (
        _("Department of social services: suspected abuse or neglect"),
        "G.S. 7B-301; 20 USC 1232g(b)(1)(L)",
    ),
    "ocr": (_("Office for Civil Rights"), "34 CFR 99.31(a)(3)"),
    "counsel": (_("Counsel outside the district"), "34 CFR 99.31(a)(1)(i)(B)"),
    "subpoena": (_("Subpoena or court order"), "34 CFR 99.31(a)(9)"),
    "emergency": (_("Health or safety emergency"), "34 CFR 99.31(a)(10), 99.36"),
    "juvenile": (_("Juvenile justice system"), "34 CFR 99.31(a)(5), 99.38"),
    "procedure": (_("To carry out the Title IX procedure"), "34 CFR 106.6(e), 106.71(a)"),
    "other": (_("Another basis, in words"), ""),
}
# What a part beside the functions brings with it.
PARTS = {
    "deputy": ("view_cases", "approve_cases"),
    "school": ("view_cases", "administer_cases"),
    "counsel": ("view_cases",),
}
PART_LABELS = [
    ("deputy", _("Deputy superintendent: decides what is beyond the coordinator")),
    ("school", _("School administrator: acts for the school")),
    ("counsel", _("Counsel: reads")),
]
POSTS = {"deputy": (Role.DEPUTY,), "school": (Role.PRINCIPAL,), "counsel": (Role.COUNSEL,)}


def basis_text(code: str, words: str) -> str:
    """The basis as it stands in the log, with its citation."""
    label, cite = BASES[code]
    return f"{words or label}{f' ({cite})' if cite else ''}"[:200]


class DiscloseForm(StepForm):
    """What left the district."""

    on = forms.DateField(label=_("Date"), widget=DateInput)
    basis = forms.ChoiceField(
        label=_("Legal basis"),
        choices=[
            (code, f"{label} · {cite}" if cite else label) for code, (label, cite) in BASES.items()
        ],
    )
    basis_text = forms.CharField(
        label=_("The basis in words"),
        max_length=160,
        required=False,
        help_text=_("Case number of the court or agency, the emergency, the consent."),
    )
    to = forms.CharField(label=_("To whom"), max_length=200, help_text=_("Person and office."))
    what = forms.CharField(
        label=_("What"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_on(self) -> Any:
        """It has left."""
        return self.not_in_future("on")

    def clean(self) -> dict[str, Any]:
        """Some bases must be said in words."""
        cleaned = super().clean() or {}
        if cleaned.get("basis") in ("other", "emergency", "subpoena") and not cleaned.get(
            "basis_text"
        ):
            self.add_error(
                "basis_text",
                _(
                    "Say which: a subpoena, an emergency or another basis must be recorded in "
                    "words."
                ),
            )
        return cleaned


class FlagForm(StepForm):
    """The student on whom the notice is put."""

    student_number = forms.CharField(
        label=_("Student number"),
        max_length=64,
        help_text=_("Of the student whose family staff would contact."),
    )

    def prepare(self) -> None:
        """The number of a party who is a student of the district, where there is one."""
        linked = [row.student_id for row in self.flow.file.children["party"] if row.student_id]
        if linked:
            self.fields["student_number"].initial = (
                Student.objects.filter(pk=linked[0]).values_list("student_id", flat=True).first()
            )

    def clean_student_number(self) -> Student:
        """A student of the district."""
        found = Student.objects.filter(
            student_id=self.cleaned_data["student_number"].strip()
        ).first()
        if found is None:
            raise forms.ValidationError(_("The district has no student of this number."))
        return found


class InvolveForm(StepForm):
    """Somebody beside the functions of the procedure."""

    part = forms.ChoiceField(label=_("Part"), choices=PART_LABELS)
    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())

    def prepare(self) -> None:
        """Holders of the posts concerned; principals only of the school of the case."""
        beyond = Q(posts__role__in=(Role.DEPUTY, Role.COUNSEL))
        school = Q(posts__role=Role.PRINCIPAL, posts__school_id=self.flow.case.school_id)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            User.objects.filter(beyond | school, is_active=True)
            .distinct()
            .order_by("last_name", "first_name", "pk")
        )

    def clean(self) -> dict[str, Any]:
        """The post fits the part."""
        cleaned = super().clean() or {}
        user, part = cleaned.get("user"), cleaned.get("part")
        if user and part and not user.posts.filter(role__in=POSTS[part]).exists():
            self.add_error("user", _("This person does not hold the post that this part needs."))
        return cleaned


def involved(flow: Workflow) -> set[int]:
    """Ids of who was brought in beside the functions."""
    functions = {row.user_id for row in flow.file.children["assignment"] if row.ends_on is None}
    rights = beside(flow.file, flow.actor_id).rights
    coordinate = {user_id for user_id, codename in rights if codename == "coordinate_cases"}
    return {user_id for user_id, _codename in rights} - functions - coordinate


class ReleaseForm(StepForm):
    """The end of such an access."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())

    def prepare(self) -> None:
        """Those who were brought in."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=involved(self.flow)).order_by("last_name", "pk")


class DestroyForm(StepForm):
    """The last word."""

    number = forms.CharField(label=_("Type the number of the case"), max_length=24)

    def clean_number(self) -> str:
        """Nobody destroys by a slip."""
        if self.cleaned_data["number"].strip().upper() != self.flow.case.number:
            raise forms.ValidationError(_("This is not the number of the case."))
        return str(self.flow.case.number)


class HoldForm(forms.Form):
    """A legal hold (C5)."""

    scope = forms.ChoiceField(
        label=_("Covers"), choices=LegalHold.Scope.choices, widget=forms.RadioSelect
    )
    number = forms.CharField(
        label=_("Case number"), max_length=24, required=False, help_text=_("For one case.")
    )
    student_number = forms.CharField(
        label=_("Student number"),
        max_length=64,
        required=False,
        help_text=_("For every case about a student."),
    )
    school = forms.ModelChoiceField(
        label=_("School"),
        queryset=School.objects.none(),
        required=False,
        help_text=_("For a description."),
    )
    opened_from = forms.DateField(
        label=_("Opened from"), widget=DateInput, required=False, help_text=_("For a description.")
    )
    opened_to = forms.DateField(
        label=_("Opened until"), widget=DateInput, required=False, help_text=_("For a description.")
    )
    matter = forms.CharField(
        label=_("Matter"),
        max_length=200,
        help_text=_("Court or agency and its file number. No names."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["school"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = School.objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        """Each scope needs its own fields."""
        cleaned = super().clean() or {}
        scope = cleaned.get("scope")
        if scope == LegalHold.Scope.CASE:
            cleaned["case"] = TitleIXCase.objects.filter(
                number=(cleaned.get("number") or "").strip().upper()
            ).first()
            if cleaned["case"] is None:
                self.add_error("number", _("There is no case of this number."))
        elif scope == LegalHold.Scope.PERSON:
            cleaned["student"] = Student.objects.filter(
                student_id=(cleaned.get("student_number") or "").strip()
            ).first()
            if cleaned["student"] is None:
                self.add_error("student_number", _("The district has no student of this number."))
        elif scope == LegalHold.Scope.QUERY:
            self._check_query(cleaned)
        return cleaned

    def _check_query(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned.get("opened_from"), cleaned.get("opened_to")
        if first and last and first > last:
            self.add_error("opened_to", _("This lies before the first day."))

    def hold(self, user: User, today: date) -> LegalHold:
        """The hold of a valid form, kept."""
        cleaned = self.cleaned_data
        query: dict[str, Any] = {"kind": "TIX"}
        if cleaned.get("school"):
            query["school"] = cleaned["school"].pk
        query |= {
            name: cleaned[name].isoformat()
            for name in ("opened_from", "opened_to")
            if cleaned.get(name)
        }
        scope = cleaned["scope"]
        return LegalHold.objects.create(
            scope=scope,
            case=cleaned.get("case"),
            student=cleaned.get("student"),
            query=query if scope == LegalHold.Scope.QUERY else {},
            matter=cleaned["matter"],
            set_by=user,
            set_on=today,
        )


class LiftForm(forms.Form):
    """The end of a hold."""

    why = forms.CharField(label=_("Why it is lifted"), max_length=200)


class EmergencyForm(forms.Form):
    """Breaking the glass (C3)."""

    number = forms.CharField(label=_("Case number"), max_length=24)
    reason = forms.CharField(
        label=_("Why you must see it now"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        min_length=20,
        help_text=_("At least a sentence. The coordinator reads it at once."),
    )
    hours = forms.IntegerField(label=_("For how many hours"), min_value=1)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].initial = 1
        self.fields["hours"].widget.attrs["max"] = self.most = most

    def clean_hours(self) -> int:
        """Within what the policy allows."""
        hours = int(self.cleaned_data["hours"])
        if hours > self.most:
            raise forms.ValidationError(
                ngettext(
                    "The policy allows at most %(n)d hour.",
                    "The policy allows at most %(n)d hours.",
                    self.most,
                )
                % {"n": self.most}
            )
        return hours


class ReadsForm(forms.Form):
    """Which part of the record of reads."""

    number = forms.CharField(label=_("Case number"), max_length=24, required=False)
    words = forms.CharField(
        label=_("Who searched for these words"),
        max_length=100,
        required=False,
        help_text=_("The words are not kept; their digest is compared."),
    )
    refused = forms.BooleanField(label=_("Refused tries only"), required=False)
