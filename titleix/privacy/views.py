"""Pages of need to know: who looked at what, what left the district, legal holds, retention,
emergency access."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.access import rights
from casework.audit import access_log
from casework.engine.errors import Invalid
from casework.engine.services import local_today
from casework.models import EmergencyAccess, LegalHold, Read
from district.models import Post, Role, User
from titleix.case import retention
from titleix.models import Disclosure, TitleIXCase
from titleix.privacy import emergency_access
from titleix.privacy.forms import EmergencyForm, HoldForm, LiftForm, ReadsForm

PAGE = 100


def _holds(user: Any, *roles: str) -> bool:
    return Post.objects.filter(user=user, role__in=roles).exists()


@login_required
def record(request: HttpRequest) -> HttpResponse:
    """Who looked at what. The words of a search come by POST, so that they stand in no address."""
    user = rights.signed_in(request)
    if not access_log.may_read(user):
        raise Http404
    form = ReadsForm(request.POST or request.GET or None)
    rows = access_log.readable(user)
    if form.is_bound and form.is_valid():
        rows = _narrowed(rows, form.cleaned_data)
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    access_log.note(user, Read.What.READS, number=_asked(form))
    context = {
        "rows": found[:PAGE],
        "form": form,
        "after": found[PAGE - 1].pk if len(found) > PAGE else None,
        "whats": dict(Read.What.choices),
    }
    return render(request, "titleix/reads.html", context)


def _asked(form: ReadsForm) -> str:
    return (
        str(form.cleaned_data.get("number", "")).upper()
        if form.is_bound and form.is_valid()
        else ""
    )


def _narrowed(rows: QuerySet[Read], wanted: dict[str, Any]) -> QuerySet[Read]:
    if wanted["number"]:
        rows = rows.filter(number=wanted["number"].strip().upper())
    if wanted["words"]:
        rows = rows.filter(words=access_log.digest(wanted["words"]))
    return rows.filter(refused=True) if wanted["refused"] else rows


def _covered(user: User) -> QuerySet[TitleIXCase]:
    """The cases of which a user may see what left the district: their own to coordinate, all for
    auditor and counsel."""
    if _holds(user, Role.AUDITOR, Role.COUNSEL):
        return TitleIXCase.objects.all()
    return TitleIXCase.objects.filter(pk__in=rights.coordinated(user))


@login_required
@require_GET
def disclosures(request: HttpRequest) -> HttpResponse:
    """What left the district: what, to whom, when, on what basis, by whom (34 CFR 99.32)."""
    user = rights.signed_in(request)
    if not access_log.may_read(user):
        raise Http404
    rows = (
        Disclosure.objects.filter(case__in=_covered(user))
        .select_related("case", "by")
        .order_by("-on", "-id")
    )
    number = request.GET.get("number", "").strip().upper()[:24]
    rows = rows.filter(case__number=number) if number else rows
    access_log.note(user, Read.What.DISCLOSURES, number=number)
    return render(request, "titleix/disclosures.html", {"rows": rows[:500], "number": number})


@login_required
def holds(request: HttpRequest) -> HttpResponse:
    """Legal holds: counsel alone sets and lifts them (C5)."""
    user = rights.signed_in(request)
    if not _holds(user, Role.COUNSEL):
        raise Http404
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.hold(user, local_today())
        messages.success(
            request, _("The hold is set. Nothing that it covers can be destroyed or merged away.")
        )
        return redirect("holds")
    rows = LegalHold.objects.select_related("case", "student", "set_by", "lifted_by").order_by(
        "lifted_on", "-set_on", "id"
    )
    context = {"rows": [(row, _reach(row)) for row in rows], "form": form, "lift": LiftForm()}
    return render(request, "titleix/holds.html", context, status=422 if form.errors else 200)


def _reach(hold: LegalHold) -> int:
    """How many cases an open hold covers now."""
    return (
        0
        if hold.lifted_on
        else TitleIXCase.objects.filter(retention.held_q(hold)).distinct().count()
    )


@login_required
@require_POST
def lift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lift a hold, with the reason."""
    user = rights.signed_in(request)
    if not _holds(user, Role.COUNSEL):
        raise Http404
    hold = get_object_or_404(LegalHold, pk=pk, lifted_on=None)
    form = LiftForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the hold is lifted."))
        return redirect("holds")
    hold.lifted_by, hold.lifted_on, hold.lifted_why = user, local_today(), form.cleaned_data["why"]
    hold.save()
    messages.success(request, _("The hold is lifted."))
    return redirect("holds")


@login_required
@require_GET
def past_retention(request: HttpRequest) -> HttpResponse:
    """The closed files whose time is over, with what holds them. Coordinators see their own,
    counsel all."""
    user = rights.signed_in(request)
    if _holds(user, Role.COUNSEL):
        cases = TitleIXCase.objects.all()
    elif rights.coordinated(user).exists():
        cases = TitleIXCase.objects.filter(pk__in=rights.coordinated(user))
    else:
        raise Http404
    today = local_today()
    rows = retention.past(today, cases)
    return render(
        request,
        "titleix/retention.html",
        {"rows": [(row, row.may_go(today)) for row in rows], "today": today},
    )


@login_required
def break_glass(request: HttpRequest) -> HttpResponse:
    """Emergency access: for the posts that the policy names. Coordinators see who came in this
    way."""
    user = rights.signed_in(request)
    coordinated = rights.coordinated(user)
    if not emergency_access.may_open(user) and not coordinated.exists():
        raise Http404
    form = EmergencyForm(request.POST or None, most=int(emergency_access.rule()["hours"]))
    if request.method == "POST":
        if not emergency_access.may_open(user):
            raise Http404
        opened = _opened(user, form)
        if opened:
            return redirect("case", number=opened.case.number)
    now = timezone.now()
    context = {
        "form": form if emergency_access.may_open(user) else None,
        "now": now,
        "mine": EmergencyAccess.objects.filter(user=user, until__gt=now)
        .select_related("case")
        .order_by("until"),
        "rows": EmergencyAccess.objects.filter(case__in=coordinated)
        .exclude(user=user)
        .select_related("case", "user")
        .order_by("-at")[:100],
    }
    return render(request, "titleix/emergency.html", context, status=422 if form.errors else 200)


def _opened(user: User, form: EmergencyForm) -> EmergencyAccess | None:
    """The access, or None with the errors in the form. A number that does not lead anywhere is
    kept as a refused try."""
    if not form.is_valid():
        return None
    number = form.cleaned_data["number"].strip().upper()
    try:
        return emergency_access.open_case(
            user, number, form.cleaned_data["reason"], form.cleaned_data["hours"], timezone.now()
        )
    except Invalid as error:
        access_log.refused(user, Read.What.CASE, number)
        for name, texts in error.errors.items():
            for text in texts:
                form.add_error(name, text)
        return None
