"""The form in which staff enter a report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.models import User
from titleix.intake.fields import (
    KnowledgeField,
    words,
)
from titleix.intake.forms import KIND_OF_REPORTER, FactsForm, person_field
from titleix.models import Party


class StaffForm(FactsForm):
    """The form of staff who were told of something, or saw it."""

    channel = forms.ChoiceField(
        label=_("How did you learn of it?"),
        widget=forms.RadioSelect,
        choices=[
            ("staff", _("I saw or heard it myself")),
            ("person", _("Somebody told me in person")),
            ("phone", _("Somebody telephoned")),
        ],
    )
    relation = forms.ChoiceField(
        label=_("Who told you?"),
        required=False,
        choices=[
            ("", _("Nobody, or not known")),
            ("student", _("A student")),
            ("parent", _("A parent or guardian")),
            ("employee", _("An employee")),
            ("other", _("Somebody else")),
        ],
    )
    name = words(
        _("Their name"),
        200,
        required=False,
        help_text=_("Leave it empty if they want to stay anonymous."),
    )
    email = forms.EmailField(label=_("Their e-mail"), required=False, max_length=254)
    phone = words(_("Their telephone number"), 40, required=False)
    knowledge_at = KnowledgeField(
        label=_("When did an employee of the district first know of this?"),
        help_text=_(
            "The promises of the case count from here (34 CFR 106.30(a)), however late it is "
            "entered."
        ),
    )
    knowledge_employee = words(
        _("Which employee was that?"),
        150,
        required=False,
        help_text=_(
            "Staff number, e-mail or user name of the first who knew. Leave it empty if it was you."
        ),
    )
    abuse = forms.BooleanField(
        label=_("Abuse or neglect by a parent or caretaker is suspected"),
        required=False,
        help_text=_("G.S. 115C-400, G.S. 7B-301"),
    )
    police = words(
        _("Police called"),
        200,
        required=False,
        help_text=_("When, whom, by whom. Leave it empty if nobody was called."),
    )
    police_number = words(_("Number of the police report"), 60, required=False)
    dss = words(
        _("Social services called"),
        200,
        required=False,
        help_text=_("When, whom, by whom. Leave it empty if nobody was called."),
    )
    dss_number = words(_("Reference number of social services"), 60, required=False)
    sections = [
        (
            _("When it was known"),
            "",
            ("knowledge_at", "knowledge_employee", "channel", "relation", "name", "email", "phone"),
        ),
        (
            _("What happened"),
            _("In the words of whoever told you, as far as you can."),
            ("narrative", "incident_on", "school", "location"),
        ),
        (
            _("Who was involved"),
            _("As far as it is known."),
            (
                "complainant_name",
                "complainant_kind",
                "respondent_name",
                "respondent_kind",
                "witnesses",
            ),
        ),
        (
            _("Police and social services"),
            _("These duties never wait for the Title IX case."),
            ("assault", "under_18", "abuse", "police", "police_number", "dss", "dss_number"),
        ),
        (_("Files"), "", ("uploads",)),
    ]

    def clean_knowledge_employee(self) -> User | None:
        """One active member of staff, or nobody named: then it was the one who reports."""
        said = self.cleaned_data["knowledge_employee"]
        if not said:
            return None
        found = User.objects.filter(
            Q(staff_id=said) | Q(username__iexact=said) | Q(email__iexact=said), is_active=True
        )[:2]
        if len(found) != 1:
            raise forms.ValidationError(
                _("No member of staff, or more than one, is found by this. Check the staff number.")
            )
        return found[0]

    @property
    def anonymous(self) -> bool:
        """Somebody told, and is not named."""
        return self.cleaned_data["channel"] != "staff" and not self.cleaned_data["name"]

    def knowledge(self) -> datetime:
        """As entered."""
        found: datetime = self.cleaned_data["knowledge_at"]
        return found

    def reporter(self) -> dict[str, Any]:
        """Who told it, when they are named."""
        given = self.cleaned_data
        if not given["name"]:
            return {}
        return person_field(
            Party.Part.REPORTER,
            given["name"],
            KIND_OF_REPORTER.get(given["relation"], ""),
            email=given["email"],
            phone=given["phone"],
        )
