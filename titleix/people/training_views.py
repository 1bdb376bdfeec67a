"""Who was trained in what, until when, and where the material is published
(34 CFR 106.45(b)(1)(iii), (b)(10)(i)(D)). Without a valid record nobody is given a
function in a case, and nobody moves one.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.access.rights import holds, signed_in
from casework.engine.forms import DateInput
from casework.engine.services import local_today
from district.models import Role, User
from titleix.case.forms import Cleaned
from titleix.models import Training
from titleix.rules.separation_of_duties import ROLES

SOON = timedelta(days=30)
MOST = 500


class TrainingForm(forms.Form):
    """A training that somebody completed."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    roles = forms.MultipleChoiceField(
        label=_("For which functions"), choices=ROLES, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(label=_("Title of the training"), max_length=200)
    completed_on = forms.DateField(label=_("Completed on"), widget=DateInput)
    valid_until = forms.DateField(label=_("Valid until"), widget=DateInput)
    material = forms.URLField(
        label=_("Address of the published material"),
        max_length=300,
        assume_scheme="https",
        help_text=_("The district must publish it on its website (34 CFR 106.45(b)(10)(i)(D))."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(is_active=True).order_by(
            "last_name", "first_name", "pk"
        )

    def clean_completed_on(self) -> date:
        """It is completed."""
        on: date = self.cleaned_data["completed_on"]
        if on > local_today() or on.year < 2000:
            raise forms.ValidationError(_now("Enter the day on which the training was completed."))
        return on

    def clean(self) -> Cleaned:
        """It ends after it was completed."""
        cleaned = super().clean() or {}
        if (
            cleaned.get("completed_on")
            and cleaned.get("valid_until")
            and cleaned["valid_until"] <= cleaned["completed_on"]
        ):
            self.add_error("valid_until", _now("Choose a day after the training."))
        return cleaned

    def keep(self) -> None:
        """One record for each function; the older ones stay."""
        given = dict(self.cleaned_data)
        roles, user = given.pop("roles"), given.pop("user")
        Training.objects.bulk_create([Training(user=user, role=role, **given) for role in roles])


@login_required
@require_http_methods(["GET", "POST"])
def trainings(request: HttpRequest) -> HttpResponse:
    """The register, and a new entry: for coordinators."""
    if not holds(signed_in(request), Role.TITLE_IX_COORDINATOR):
        raise Http404
    form = TrainingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.keep()
        messages.success(request, _now("The training is on record."))
        return redirect("trainings")
    return render(
        request,
        "titleix/trainings.html",
        {"rows": _shown(local_today()), "form": form},
        status=422 if form.errors else 200,
    )


def _shown(today: date) -> list[tuple[Training, str, bool, bool]]:
    """One line for each training of a person, with its functions; whether it is over, and whether
    it ends soon.
    """
    rows = Training.objects.select_related("user").order_by(
        "user__last_name", "user__first_name", "user", "-valid_until", "title", "role"
    )
    labels, found = {role: str(label) for role, label in ROLES}, []
    for _key, same in groupby(
        rows[:MOST],
        key=lambda row: (row.user_id, row.title, row.material, row.completed_on, row.valid_until),
    ):
        group = list(same)
        names = ", ".join(labels[row.role] for row in group if row.role in labels)
        found.append(
            (group[0], names, group[0].valid_until < today, group[0].valid_until <= today + SOON)
        )
    return found
