"""The page on which a district administrator tries a policy over the stored marks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from attendance.models import PolicyTrial
from attendance.simulation import policy_trials, tasks
from casework.access import rights
from casework.engine.forms import DateInput
from casework.engine.services import local_today
from casework.policy.policies import Policy
from district.models import Role, SchoolYear

MOST_BYTES = 200_000
RUNNING = (PolicyTrial.State.WAITING, PolicyTrial.State.RUNNING)


class TrialForm(forms.Form):
    """A policy file and a span of nights."""

    file = forms.FileField(
        label=_("Policy file"),
        help_text=_(
            "A .yaml file of the domain attendance. It is checked first; nothing is put in force."
        ),
    )
    first = forms.DateField(label=_("First night"), widget=DateInput)
    last = forms.DateField(label=_("Last night"), widget=DateInput)

    def clean_file(self) -> Policy:
        """Every mistake is told with line and key."""
        upload = self.cleaned_data["file"]
        self.file_name = str(upload.name)[:200]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("A policy file is a few pages of text; this one is too large.")
            )
        content = upload.read()
        if b"\x00" in content:
            raise forms.ValidationError(_("This is no text file."))
        try:
            self.text = content.decode()
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This is no UTF-8 text file.")) from error
        policy, self.found = policy_trials.read_policy(content)
        errors = [finding.as_text() for finding in self.found if finding.level == "error"]
        if policy is None or errors:
            raise forms.ValidationError(errors)
        if policy.domain != "attendance":
            raise forms.ValidationError(_("This is no attendance policy."))
        return policy

    def clean(self) -> dict[str, Any]:
        """The span holds days of a stored school year."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last:
            if first > last:
                self.add_error("last", _("The last night lies before the first one."))
            elif not SchoolYear.objects.filter(starts__lte=last, ends__gte=first).exists():
                self.add_error(
                    "first",
                    _(
                        "No school year of this span is stored. Choose nights of a year "
                        "whose calendar was imported."
                    ),
                )
        return data


def _administrator(request: HttpRequest) -> Any:
    user = rights.signed_in(request)
    if not rights.holds(user, Role.DISTRICT_ADMIN):
        raise Http404
    return user


@login_required
@require_http_methods(["GET", "POST"])
def trial_list(request: HttpRequest) -> HttpResponse:
    """The last trials, and the place to begin one."""
    user = _administrator(request)
    form = TrialForm(request.POST or None, request.FILES or None, initial=_whole_year())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        trial = PolicyTrial.objects.create(
            started_by=user,
            file_name=form.file_name,
            text=form.text,
            policy=data["file"].id,
            first=data["first"],
            last=data["last"],
        )
        tasks.run_policy_trial.delay_on_commit(str(trial.pk))
        return redirect("policy-trial", pk=trial.pk)
    listed = (
        PolicyTrial.objects.select_related("started_by")
        .defer("text", "report")
        .order_by("-created_at")[:20]
    )
    return render(
        request,
        "attendance/trials.html",
        {"form": form, "trials": listed},
        status=422 if form.errors else 200,
    )


def _whole_year() -> dict[str, Any]:
    year = SchoolYear.objects.order_by("-starts").first()
    return {"first": year.starts, "last": min(year.ends, local_today())} if year else {}


@login_required
@require_GET
def trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One trial: how far it is, and what came of it."""
    _administrator(request)
    found = get_object_or_404(PolicyTrial.objects.select_related("started_by"), pk=pk)
    running = found.state in RUNNING
    context = {
        "trial": found,
        "running": running,
        "progress": policy_trials.progress_of(found) if running else None,
        "tables": policy_trials.tables(found.report) if found.report else [],
        "warnings": _warnings(found),
        "workload": policy_trials.workload(found.report),
        "refusals": policy_trials.refusals(found.report),
    }
    template = (
        "attendance/_trial_body.html"
        if getattr(request, "htmx", False)
        else "attendance/trial.html"
    )
    return render(request, template, context)


def _warnings(found: PolicyTrial) -> list[str]:
    _policy, findings = policy_trials.read_policy(found.text.encode())
    return [finding.as_text() for finding in findings]
