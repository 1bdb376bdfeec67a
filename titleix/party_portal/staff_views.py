"""What the coordinator does with the links of a case: make and end them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.access import rights
from casework.audit import access_log
from casework.engine.errors import Invalid, Refused
from casework.engine.services import act
from casework.models import Read
from district.models import User
from titleix.models import Party, PartyLink, TitleIXCase
from titleix.party_portal import links as party_links
from titleix.party_portal.views import NOBODY, private


def _coordinated(request: HttpRequest, number: str) -> tuple[User, TitleIXCase]:
    user: User = rights.signed_in(request)
    case = TitleIXCase.objects.filter(number=number).first()
    if case is None or not rights.can(user, "coordinate_cases", case):
        access_log.refused(user, Read.What.PACKET, number)
        raise Http404
    return user, case


@login_required
@require_POST
def end(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """Take one link back at a stroke, by the step of the case."""
    user, case = _coordinated(request, number)
    try:
        act(number, "end_party_link", actor=user, data={"link": str(pk)})
        messages.success(request, _("The link leads nowhere from now on."))
    except Invalid:  # it was taken back before, or belongs to another case
        messages.info(request, _("This link was taken back before."))
    except Refused as error:
        messages.error(request, str(error) or _("The link was not taken back."))
    return redirect("party-links", number=case.number)


@login_required
@require_GET
def links(request: HttpRequest, number: str) -> HttpResponse:
    """The private links of a case with their addresses and codes, for its coordinators; who
    looked at what by them."""
    user, case = _coordinated(request, number)
    access_log.note(user, Read.What.PACKET, case)
    found = list(
        PartyLink.objects.filter(case=case).select_related("party", "made_by").order_by("-made_at")
    )
    looks = Read.objects.filter(case=case, user=None).order_by("-id")[:200]
    by_link = {link.pk: link.party.label for link in found}
    rows = [
        (
            link,
            party_links.valid(link),
            request.build_absolute_uri(f"/party/{party_links.token_of(link.pk)}"),
            party_links.code_of(link.pk) if link.code else "",
        )
        for link in found
    ]
    context = {
        "case": case,
        "rows": rows,
        "looks": [(look, by_link.get(look.object or NOBODY, "")) for look in looks],
        "Part": Party.Part,
    }
    return private(render(request, "titleix/links.html", context))
