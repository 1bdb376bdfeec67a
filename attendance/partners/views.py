"""Pages of district administrators and supervisors about mediation providers and community
partners. No case is named here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import MediationProvider
from attendance.partners import agencies
from attendance.partners.forms import (
    EndForm,
    MediatorForm,
    MemorandumForm,
    PartnerForm,
    ProviderForm,
    SchoolsForm,
)
from casework.access.rights import signed_in
from casework.engine.services import local_today

DETAILS: dict[str, type[ProviderForm]] = {"mediation": ProviderForm, "partners": PartnerForm}


def for_maintainers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only who maintains agencies; for others the page does not exist."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not agencies.may_maintain(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@for_maintainers
def every(request: HttpRequest) -> HttpResponse:
    """All providers and partners, how many schools have access, and a form for a new one of
    each."""
    doing, today = request.POST.get("do", ""), local_today()
    made = {
        kind: form(request.POST if doing == kind else None, prefix=kind)
        for kind, form in DETAILS.items()
    }
    if doing in made and made[doing].is_valid():
        agency = _save(request, agencies.KINDS[doing](), made[doing])
        if agency is not None:
            messages.success(request, _("Added. Now give it a memorandum and schools."))
            return redirect("agency", doing, agency.pk)
    here, schools = agencies.coverage(today)
    context = {
        "providers": agencies.providers(today),
        "partners": agencies.partners(today),
        "forms": made,
        "today": today,
        "here": here,
        "schools": schools,
    }
    return render(
        request,
        "attendance/agencies.html",
        context,
        status=422 if any(form.errors for form in made.values()) else 200,
    )


def _save(request: HttpRequest, agency: Any, form: ProviderForm) -> Any:
    """The saved agency; None after a name that is taken, which then stands at the field."""
    try:
        return agencies.save(signed_in(request), agency, form.cleaned_data)
    except ValueError:
        form.add_error("name", _("Another one has this name already."))
        return None


@for_maintainers
def one(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One agency: details, memoranda, schools, mediators; each with its form."""
    agency = (
        agencies.KINDS[kind].objects.filter(pk=pk).first()
        if kind in agencies.KINDS and pk < 2**31
        else None
    )
    if agency is None:
        raise Http404
    doing = request.POST.get("do", "")
    made = _forms(request, agency, kind, doing)
    if doing in made and made[doing].is_valid() and DO[doing](request, agency, made[doing]):
        return redirect("agency", kind, pk)
    agency.refresh_from_db()
    context = {
        "agency": agency,
        "kind": kind,
        "forms": made,
        "memoranda": agency.mous.order_by("-starts"),
        "today": local_today(),
        "rows": list(agencies.serving(agency)),
        "chosen": request.POST.getlist("row"),
        "mediators": agency.mediators.select_related("user").order_by("-active", "user__last_name")
        if kind == "mediation"
        else None,
    }
    return render(
        request,
        "attendance/agency.html",
        context,
        status=422 if any(form.errors for form in made.values()) else 200,
    )


def _forms(request: HttpRequest, agency: Any, kind: str, doing: str) -> dict[str, Any]:
    def given(name: str) -> Any:
        return request.POST if doing == name else None

    found: dict[str, Any] = {
        "details": DETAILS[kind](
            given("details"), initial=forms.model_to_dict(agency), prefix="details"
        ),
        "memorandum": MemorandumForm(given("memorandum"), prefix="memorandum"),
        "schools": SchoolsForm(given("schools"), with_status=kind == "mediation", prefix="schools"),
        "end": EndForm(given("end"), prefix="end", initial={"on": local_today()}),
    }
    if kind == "mediation":
        found |= {
            "mediator": MediatorForm(given("mediator"), prefix="mediator"),
            "leave": forms.Form(given("leave")),
        }
    return found


def _details(request: HttpRequest, agency: Any, form: Any) -> bool:
    if _save(request, type(agency).objects.get(pk=agency.pk), form) is None:
        return False
    messages.success(request, _("Saved."))
    return True


def _memorandum(request: HttpRequest, agency: Any, form: Any) -> bool:
    agencies.sign_memorandum(signed_in(request), agency, form.cleaned_data)
    messages.success(request, _("The memorandum was added."))
    return True


def _schools(request: HttpRequest, agency: Any, form: Any) -> bool:
    given, schools = form.cleaned_data, agencies.open_schools(form.cleaned_data["starts"])
    if not given["every"]:
        schools = schools.filter(area__in=given["areas"]) | schools.filter(
            school_id__in=given["numbers"]
        )
    added = agencies.add_schools(
        signed_in(request),
        agency,
        list(schools),
        given["starts"],
        given["ends"],
        given.get("status", "ACTIVE"),
    )
    messages.success(
        request,
        ngettext("%(n)s school was added.", "%(n)s schools were added.", added) % {"n": added},
    )
    return True


def _end(request: HttpRequest, agency: Any, form: Any) -> bool:
    rows = [int(row) for row in request.POST.getlist("row") if row.isdecimal() and len(row) < 10]
    if not rows:
        form.add_error(None, _("Choose at least one school."))
        return False
    ended = agencies.end_schools(signed_in(request), agency, rows, form.cleaned_data["on"])
    messages.success(
        request,
        ngettext("%(n)s school was ended.", "%(n)s schools were ended.", ended) % {"n": ended},
    )
    return True


def _mediator(request: HttpRequest, agency: Any, form: Any) -> bool:
    given = form.cleaned_data
    try:
        agencies.add_mediator(
            signed_in(request), agency, given["first"], given["last"], given["email"]
        )
    except ValueError:
        form.add_error(
            "email", _("This address belongs to somebody of the district or of another provider.")
        )
        return False
    messages.success(request, _("The mediator can be chosen now."))
    return True


def _leave(request: HttpRequest, agency: Any, form: Any) -> bool:
    number = request.POST.get("who", "")
    assert isinstance(agency, MediationProvider)
    mediator = (
        agency.mediators.filter(pk=int(number)).first()
        if number.isdecimal() and len(number) < 10
        else None
    )
    if mediator is None:
        raise Http404
    agencies.end_mediator(signed_in(request), mediator)
    messages.success(
        request, _("The mediator was ended; access to mediations that run ended with it.")
    )
    return True


DO: dict[str, Callable[[HttpRequest, Any, Any], bool]] = {
    "details": _details,
    "memorandum": _memorandum,
    "schools": _schools,
    "end": _end,
    "mediator": _mediator,
    "leave": _leave,
}
