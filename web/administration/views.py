"""Posts, areas, calendars, webhooks, tokens, and the list of what was changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.access.rights import holds, signed_in
from casework.models import Clock
from district import admin_changes, tokens
from district.audit import recorded
from district.models import ApiToken, Area, Calendar, CalendarDay, Post, Role, School
from notifications import webhooks
from notifications.models import Endpoint
from web.administration.changes import changes
from web.administration.forms import AreaForm, DayForm, MoveForm, PostForm, WebhookForm

PAGE = 50


def for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only district administrators; for others the page does not exist."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not holds(signed_in(request), Role.DISTRICT_ADMIN):
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@for_administrators
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What can be administered, each with what it is for."""
    return render(request, "web/administration/index.html")


@for_administrators
def posts(request: HttpRequest) -> HttpResponse:
    """Who holds which post; give one by hand."""
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            admin_changes.add_post(
                signed_in(request),
                given["person"],
                given["role"],
                given["school"],
                given["area"],
                given["starts"] or timezone.localdate(),
                given["ends"],
            )
        except ValueError:
            form.add_error("person", _("This person holds this post already."))
        else:
            messages.success(request, _("The post was given; its rights hold from its first day."))
            return redirect("admin-posts")
    words = " ".join(request.GET.get("words", "").replace("\x00", "").split())[:100]
    rows = Post.objects.select_related("user", "school", "area").order_by(
        "user__last_name", "user__first_name", "user_id", "id"
    )
    if words:
        rows = rows.filter(
            Q(user__last_name__icontains=words)
            | Q(user__first_name__icontains=words)
            | Q(user__staff_id=words)
            | Q(school__name__icontains=words)
        )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "words": words,
        "today": timezone.localdate(),
        "hand": admin_changes.HAND,
    }
    return render(
        request, "web/administration/posts.html", context, status=422 if form.errors else 200
    )


@for_administrators
@require_POST
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post that was given by hand."""
    post = get_object_or_404(Post, pk=pk, source=admin_changes.HAND)
    if post.user_id == request.user.pk and post.role == Role.DISTRICT_ADMIN:
        messages.error(request, _("Another administrator must end your own post."))
    else:
        admin_changes.end_post(signed_in(request), post)
        messages.success(request, _("The post was ended; its rights ended with it."))
    return redirect("admin-posts")


@for_administrators
def areas(request: HttpRequest) -> HttpResponse:
    """Areas and their schools."""
    doing = request.POST.get("do", "")
    new, move = (
        AreaForm(request.POST if doing == "new" else None),
        MoveForm(request.POST if doing == "move" else None),
    )
    if new.is_bound and new.is_valid():
        try:
            admin_changes.add_area(signed_in(request), new.cleaned_data["name"].strip())
        except ValueError:
            new.add_error("name", _("An area has this name already."))
        else:
            return redirect("admin-areas")
    if move.is_bound and move.is_valid():
        if admin_changes.move_school(
            signed_in(request), move.cleaned_data["school"], move.cleaned_data["area"]
        ):
            messages.success(request, _("The school was moved; the rights of area posts follow."))
        return redirect("admin-areas")
    rows = Area.objects.annotate(count=Count("schools")).order_by("name")
    context = {
        "rows": rows,
        "new": new,
        "move": move,
        "without": School.objects.filter(area=None).count(),
    }
    return render(
        request,
        "web/administration/areas.html",
        context,
        status=422 if new.errors or move.errors else 200,
    )


@for_administrators
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    """The calendars and how many schools follow each."""
    rows = Calendar.objects.annotate(count=Count("schools")).order_by("calendar_id")
    return render(request, "web/administration/calendars.html", {"rows": rows})


@for_administrators
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The days of a calendar from this month on; change one."""
    found = get_object_or_404(Calendar, pk=pk)
    form = DayForm(request.POST or None, calendar=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if admin_changes.amend_day(
            signed_in(request), found, given["day"], given["day_type"], given["reason"]
        ):
            messages.success(
                request,
                _(
                    "The day was changed. Running promises follow within a minute, and "
                    "whoever is concerned hears of it."
                ),
            )
        else:
            messages.info(request, _("The day was that already: nothing was changed."))
        return redirect("admin-calendar", pk=pk)
    first = timezone.localdate().replace(day=1)
    days: dict[date, list[CalendarDay]] = {}
    for day in CalendarDay.objects.filter(calendar=found, date__gte=first).order_by("date")[:400]:
        days.setdefault(day.date.replace(day=1), []).append(day)
    running = (
        Clock.objects.filter(calendar=found, status__in=("RUNNING", "HELD"))
        .exclude(unit="calendar")
        .count()
    )
    context = {
        "calendar": found,
        "form": form,
        "months": days,
        "running": running,
        "schools": found.schools.order_by("name")[:12],
    }
    return render(
        request, "web/administration/calendar.html", context, status=422 if form.errors else 200
    )


@for_administrators
def hooks(request: HttpRequest) -> HttpResponse:
    """Webhooks: add one, give a new secret, end one. A secret is shown once."""
    form, secret = WebhookForm(request.POST if request.POST.get("do") == "add" else None), None
    if form.is_bound and form.is_valid():
        try:
            with recorded(signed_in(request)):
                secret = webhooks.add(**form.cleaned_data).secret
            form = WebhookForm()
        except ValueError:
            form.add_error("name", _("A webhook in use has this name already."))
    elif request.method == "POST" and not form.is_bound:
        secret = _changed_hook(request)
        if secret is None:
            return redirect("admin-webhooks")
    rows = Endpoint.objects.annotate(
        sent=Count("messages", filter=Q(messages__state="SENT")),
        dead=Count("messages", filter=Q(messages__state="DEAD")),
    ).order_by("-active", "name")
    answer = render(
        request,
        "web/administration/webhooks.html",
        {"rows": rows, "form": form, "secret": secret},
        status=422 if form.errors else 200,
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _changed_hook(request: HttpRequest) -> str | None:
    """A new secret, or the end; 404 for what is not in use."""
    number = request.POST.get("hook", "")
    row = (
        Endpoint.objects.filter(pk=int(number), active=True).first()
        if number.isdecimal() and len(number) < 10
        else None
    )
    if row is None:
        raise Http404
    with recorded(signed_in(request)):
        if request.POST.get("do") == "rotate":
            return webhooks.rotate(row)
        row.active = False
        row.save(update_fields=["active"])
    messages.success(request, _("The webhook was ended."))
    return None


@for_administrators
def all_tokens(request: HttpRequest) -> HttpResponse:
    """Everybody's API tokens; end one. Making one is for its owner, or for the command."""
    if request.method == "POST":
        number = request.POST.get("token", "")
        row = (
            ApiToken.objects.filter(pk=int(number))
            if number.isdecimal() and len(number) < 10
            else ApiToken.objects.none()
        )
        with recorded(signed_in(request)):
            if not tokens.revoke(row):
                raise Http404
        messages.success(
            request, _("The token was ended. Programs that use it are refused from now on.")
        )
        return redirect("admin-tokens")
    rows = ApiToken.objects.select_related("user").order_by("revoked_at", "-created_at")[:300]
    return render(request, "web/administration/tokens.html", {"rows": rows, "now": timezone.now()})


@for_administrators
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """What administrators changed, the newest first."""
    return render(request, "web/administration/audit.html", {"rows": changes()})
