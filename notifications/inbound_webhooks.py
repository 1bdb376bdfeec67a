"""What a provider of text messages calls: what became of a message, and what somebody answered to
one."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications import delivery, family_contacts, texts, twilio
from notifications.models import FamilyMessage

FAILED = ("failed", "undelivered")
STOP = frozenset(
    {
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "optout",
        "revoke",
        "alto",
        "parar",
        "pare",
        "basta",
        "baja",
    }
)
START = frozenset({"start", "unstop", "yes", "si", "sí"})


@csrf_exempt
@require_POST
def text_status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A text message arrived, or did not. Calls come in any order and more than once."""
    if not twilio.genuine(request):
        raise Http404
    status, code = request.POST.get("MessageStatus", ""), request.POST.get("ErrorCode", "")
    if status == "delivered":
        delivery.arrived(pk)
    elif status in FAILED:
        kept = f"twilio_{code}" if code.isdecimal() else f"twilio_{status}"
        delivery.came_back(pk, kept, wrong_address=code in twilio.WRONG_NUMBER)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def text_reply(request: HttpRequest) -> HttpResponse:
    """Somebody answered. STOP and START are kept (the provider itself answers them); to anything
    else a line says that nobody reads answers. What was written is not kept."""
    if not twilio.genuine(request):
        raise Http404
    number, word = (
        request.POST.get("From", "")[:254],
        request.POST.get("Body", "").strip().strip(".!").lower(),
    )
    chosen = request.POST.get("OptOutType", "").lower()
    if chosen == "stop" or word in STOP:
        family_contacts.choose([number], True, timezone.now())
    elif chosen == "start" or word in START:
        family_contacts.choose([number], False, timezone.now())
    elif chosen != "help":
        last = FamilyMessage.objects.filter(address=number).order_by("-created_at").first()
        if last is not None:
            words = texts.UNREAD.get(last.language, texts.UNREAD["en"])
            return render(
                request,
                "notifications/reply.xml",
                {"words": words},
                content_type="text/xml; charset=utf-8",
            )
    return render(request, "notifications/reply.xml", {}, content_type="text/xml; charset=utf-8")
