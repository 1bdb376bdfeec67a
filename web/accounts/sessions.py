"""How long a session lasts, and who needs a second step before anything else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from allauth.account.signals import user_logged_in as through_the_page
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from lxml.etree import LxmlError
from requests import RequestException

from district.models import Post

STARTED, NEEDED = "started", "second_step_needed"
FREE = ("/accounts/", "/static/")


AWAY = ("/accounts/oidc/", "/accounts/saml/")
log = structlog.get_logger()


def remember(sender: Any, request: HttpRequest | None, user: Any, **more: Any) -> None:
    """At sign-in: when the session began, and whether the person must set up a second step first."""
    if request is None or not hasattr(request, "session"):
        return
    request.session[STARTED] = int(time.time())
    if (
        settings.MFA_ROLES
        and Post.objects.filter(user_id=user.pk, role__in=settings.MFA_ROLES).exists()
    ):
        request.session[NEEDED] = True


def by_the_district(
    sender: Any, request: HttpRequest, user: Any, sociallogin: Any = None, **more: Any
) -> None:
    """Who came through the district's own sign-in took its second step there, where the district
    says so."""
    if sociallogin is not None and settings.SSO_IS_SECOND_STEP:
        request.session.pop(NEEDED, None)


def connect() -> None:
    """Hear of sign-ins; called once when the app is ready."""
    user_logged_in.connect(remember, dispatch_uid="web.accounts.sessions.remember")
    through_the_page.connect(by_the_district, dispatch_uid="web.accounts.sessions.by_the_district")


class Sessions:
    """Ends sessions that are too old or were left alone; leads to the second step where one is
    needed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or pass on."""
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        session = request.session
        if STARTED not in session or not request.user.is_authenticated:
            return None
        if self._over(session):
            logout(request)
            messages.info(
                request,
                _(
                    "You were signed out because the session was too old or left alone. "
                    "Please sign in again."
                ),
            )
            return redirect(settings.LOGIN_URL) if request.method == "GET" else None
        if session.get(NEEDED) and not request.path.startswith(FREE):
            if (
                not Authenticator.objects.filter(user_id=request.user.pk)
                .exclude(type=Authenticator.Type.RECOVERY_CODES)
                .exists()
            ):
                messages.info(
                    request,
                    _("Your post needs a second step at sign-in. Set one up; then you can go on."),
                )
                return redirect("mfa_index")
            del session[NEEDED]
        return None

    def _over(self, session: Any) -> bool:
        """Whether the session is past its end. When it was last used stands in the cache alone:
        where that is lost, being left alone counts from now, and the end of the session holds all
        the same."""
        now, key = int(time.time()), f"session-used:{session.session_key}"
        if now - int(session[STARTED]) > settings.SESSION_COOKIE_AGE:
            return True
        used = cache.get(key)
        if used is not None and now - int(used) > settings.SESSION_IDLE_MINUTES * 60:
            return True
        if used is None or now - int(used) >= 30:
            cache.set(key, now, settings.SESSION_COOKIE_AGE)
        return False

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The district's own sign-in is out of reach, or answers what cannot be read: a page that
        says so, no error."""
        if request.path.startswith(AWAY) and isinstance(
            exception, RequestException | LxmlError | ValueError | KeyError
        ):
            log.warning("signin.district_failed", error=type(exception).__name__)
            return render(request, "socialaccount/authentication_error.html", status=502)
        return None
