"""The inbox, what a person prefers, the calendar feed, and the delivery page of the
administrators."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.access import rights
from casework.access.rights import holds, signed_in
from casework.documents import calendar_files
from casework.engine.services import local_today
from casework.models import Heartbeat
from casework.pages import selectors as cases
from casework.policy.policies import policy_for
from casework.scheduler.run import late_by
from district.models import Role
from notifications import delivery, family_contacts, rules, selectors, texts
from notifications.forms import PreferenceForm
from notifications.models import Digest, FamilyMessage, FeedToken, Message, Preference
from notifications.models.outbox import State

KINDS: dict[Any, str] = {Message: "message", Digest: "digest", FamilyMessage: "family"}
SHOW = {"": _("Unread"), "snoozed": _("Snoozed"), "read": _("Read"), "all": _("All")}


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The alerts of the signed-in person."""
    show = request.GET.get("show", "") if request.GET.get("show", "") in SHOW else ""
    rows = selectors.inbox(request.user, show, request.GET.get("before", ""))
    more = rows[selectors.PAGE - 1].created_at.isoformat() if len(rows) > selectors.PAGE else ""
    cases = [row.alert.case for row in rows if row.alert.case is not None]
    rights.remember_rights(signed_in(request), cases)
    listed = [
        (
            row,
            texts.words(row.alert),
            texts.due(row.alert),
            texts.place(row.alert, request.user),
            texts.duty(row.alert, request.user),
        )
        for row in rows[: selectors.PAGE]
    ]
    return render(
        request,
        "notifications/inbox.html",
        {"rows": listed, "show": show, "tabs": SHOW, "more": more},
    )


@login_required
@require_POST
def mark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read, unread, or snoozed until tomorrow morning or for three days, never beyond the due
    date."""
    row = (
        Message.objects.filter(pk=pk, recipient=signed_in(request), channel="inbox")
        .select_related("alert")
        .first()
    )
    if row is None:
        raise Http404
    what, now = request.POST.get("do", "read"), timezone.now()
    if what in ("snooze1", "snooze3"):
        due = row.alert.clock.due if row.alert.clock else None
        row.snoozed_until = rules.snooze_until(
            now + timedelta(days=int(what[-1])), due, settings.TIME_ZONE
        )
        if row.snoozed_until <= now:
            row.snoozed_until = None
            messages.error(request, _("This is due: it cannot be put off."))
    else:
        row.read_at = None if what == "unread" else now
    row.save(update_fields=["read_at", "snoozed_until"])
    return redirect(f"{reverse('inbox')}?show={request.POST.get('show', '')}")


@login_required
@require_POST
def mark_all(request: HttpRequest) -> HttpResponse:
    """Everything was read."""
    Message.objects.filter(recipient=signed_in(request), channel="inbox", read_at=None).filter(
        selectors.awake(timezone.now())
    ).update(read_at=timezone.now())
    return redirect("inbox")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How one hears of alerts, and the address of one's calendar feed."""
    kept = Preference.objects.filter(user=signed_in(request)).first() or Preference(
        user=signed_in(request)
    )
    form = PreferenceForm(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your choice was saved."))
        return redirect("preferences")
    policy = policy_for("notifications", local_today()).data
    context = {
        "form": form,
        "floor": [texts.label(code) for code in policy["at_once"]],
        "quiet": policy["quiet_hours"],
        "feed": FeedToken.objects.filter(user=signed_in(request)).first(),
        "address": request.session.pop("feed", None),
    }
    return render(
        request, "notifications/preferences.html", context, status=422 if form.errors else 200
    )


@login_required
@require_POST
def feed_token(request: HttpRequest) -> HttpResponse:
    """Make a new secret address (the old one ends), or end it."""
    if request.POST.get("do") == "end":
        FeedToken.objects.filter(user=signed_in(request)).delete()
    else:
        token = secrets.token_urlsafe(32)
        FeedToken.objects.update_or_create(
            user=signed_in(request),
            defaults={"digest": _digest(token), "created_at": timezone.now()},
        )
        request.session["feed"] = f"{settings.SITE_URL}{reverse('feed', args=[token])}"
    return redirect("preferences")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's deadlines for their calendar program; the secret in the address is the key."""
    found = (
        FeedToken.objects.filter(digest=_digest(token), user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is None:
        raise Http404
    now = timezone.now()
    content = calendar_files.feed(
        cases.my_deadlines(found.user),
        cases.my_appointments(found.user, now - timedelta(days=30)),
        now,
    )
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _administers(request: HttpRequest) -> None:
    if not holds(signed_in(request), Role.DISTRICT_ADMIN):
        raise Http404


@login_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Sweep, outbox, dead letters, people without an address: for administrators; no case is
    named."""
    _administers(request)
    context = {
        "figures": selectors.figures(),
        "beats": Heartbeat.objects.order_by("name"),
        "late": late_by(),
        "dead": [(row, KINDS[type(row)]) for row in selectors.dead_letters()],
        "silent": selectors.without_address(),
    }
    return render(request, "notifications/health.html", context)


@login_required
@require_POST
def resend(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Try a dead letter again."""
    _administers(request)
    model = next((model for model, name in KINDS.items() if name == kind), None)
    row = model._default_manager.filter(pk=pk, state=State.DEAD).first() if model else None
    if row is None:
        raise Http404
    delivery.resend(row)
    messages.success(request, _("It will be tried again within a minute."))
    return redirect("health")


@require_http_methods(["GET", "HEAD", "POST"])
def stop_messages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whoever got a message wants no more at that address: the number of the message in the link is
    the key. A look alone (a mail program that opens links) changes nothing."""
    row = FamilyMessage.objects.filter(pk=pk).only("address", "language").first()
    if row is None:
        raise Http404
    done = request.method == "POST"
    if done:
        family_contacts.choose([row.address], True, timezone.now())
    wanted = request.GET.get("lang", row.language)
    lang = wanted if wanted in texts.STOP else "en"
    context = {
        "done": done,
        "lang": lang,
        "other": "en" if lang == "es" else "es",
        "t": texts.STOP[lang],
    }
    answer = render(request, "notifications/stop.html", context)
    answer["Cache-Control"], answer["Referrer-Policy"] = "private, no-store", "no-referrer"
    return answer
