"""Accounts are made by the district, not by visitors: who signs in is in the staff file."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from district.models import User


def tried_name(request: HttpRequest | None, credentials: Any = None) -> str:
    """The name under which failed sign-ins are counted: as it was typed, whether user name or
    address."""
    typed = str(request.POST.get("login", "")) if request is not None else ""
    given = credentials or {}
    return (
        (typed or str(given.get("username") or given.get("email") or ""))
        .strip()
        .lower()
        .replace("\x00", "")[:150]
    )


@login_required
@require_GET
def address(request: HttpRequest) -> HttpResponse:
    """One's e-mail address. It is the staff file's: nobody adds one of their own, which the
    district's sign-in would believe, and no address is ever "unverified", which would keep its
    owner from a second step."""
    return render(request, "account/address.html")


def not_here(request: HttpRequest, **rest: str) -> HttpResponse:
    """Pages of the library for what this product does not do: confirming addresses, making
    accounts. Raises Http404."""
    raise Http404


class ClosedAdapter(DefaultAccountAdapter):
    """No sign-up; everything else as allauth does it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class StaffAdapter(DefaultSocialAccountAdapter):
    """The district's own sign-in (OIDC, SAML): a person is found in the staff file by staff number
    or e-mail."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Bind the district's account to the person of the staff file at the first sign-in. Raises
        ImmediateHttpResponse with a page for everybody else."""
        if sociallogin.is_existing:
            return
        person = staff_of(sociallogin)
        if person is not None:
            sociallogin.connect(request, person)
        elif not settings.SSO_CREATES_USERS:
            raise ImmediateHttpResponse(render(request, "socialaccount/not_staff.html", status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only where the district wants accounts for people beyond the staff file; they hold no
        post and see nothing."""
        return bool(settings.SSO_CREATES_USERS)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody is asked to choose a name: the account is made or refused."""
        return bool(settings.SSO_CREATES_USERS)


def staff_of(sociallogin: Any) -> User | None:
    """The one active person of the staff file with this staff number or, without one, this e-mail
    address. Two people with one address are nobody: better no sign-in than the wrong one."""
    if settings.SSO_STAFF_ATTRIBUTE:
        number = _claim(sociallogin.account.extra_data, settings.SSO_STAFF_ATTRIBUTE)
        return User.objects.filter(staff_id=number, is_active=True).first() if number else None
    address, told = _email(sociallogin)
    if not address or told is False:
        return None
    found = list(
        User.objects.filter(email__iexact=address, is_active=True).exclude(staff_id=None)[:2]
    )
    return found[0] if len(found) == 1 else None


def _email(sociallogin: Any) -> tuple[str, bool | None]:
    """The address, and whether the provider says that it checked it (None where it says nothing)."""
    data = sociallogin.account.extra_data
    told = _claim(data, "email_verified")
    address = (
        next((row.email for row in sociallogin.email_addresses), "") or sociallogin.user.email or ""
    )
    return address.strip(), None if told is None else told.lower() == "true"


def _claim(data: Any, name: str) -> str | None:
    """A claim wherever the provider puts it: at the top, in the id token, or in the user
    information."""
    for place in (data, data.get("id_token") or {}, data.get("userinfo") or {}):
        value = place.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if value not in (None, "", []):
            return str(value)
    return None
