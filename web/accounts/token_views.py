"""A person's own API tokens: made, shown once, ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_POST

from casework.access.rights import holds, signed_in
from district import tokens
from district.audit import recorded
from district.models import ApiToken, Role, Scope, User

MOST = 20


class TokenForm(forms.Form):
    """What the token is for, what it may be used for, how long."""

    name = forms.CharField(
        label=__("What for"),
        max_length=60,
        help_text=__("For example: spreadsheet of the attendance team."),
    )
    scopes = forms.MultipleChoiceField(
        label=__("May be used to"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=__("Valid for"),
        coerce=int,
        initial=90,
        choices=[
            (30, __("30 days")),
            (90, __("90 days")),
            (180, __("180 days")),
            (365, __("one year")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = _scopes(user)


def _scopes(user: User) -> list[tuple[str, Any]]:
    """Reports and counts of Title IX are offered to coordinators alone; others get them by command."""
    narrow = {Scope.INTAKE.value, Scope.COUNTS.value}
    coordinates = holds(user, Role.TITLE_IX_COORDINATOR)
    return [(value, label) for value, label in Scope.choices if coordinates or value not in narrow]


@login_required
def own(request: HttpRequest) -> HttpResponse:
    """The list, the form, and once after making it: the secret."""
    user = signed_in(request)
    form, secret = TokenForm(request.POST or None, user=user), None
    if request.method == "POST" and form.is_valid():
        if ApiToken.objects.filter(user=user, revoked_at=None).count() >= MOST:
            form.add_error(None, _("You have %(n)d tokens in force. End one first.") % {"n": MOST})
        else:
            with recorded(user):
                _token, secret = tokens.issue(
                    user,
                    form.cleaned_data["name"],
                    form.cleaned_data["scopes"],
                    form.cleaned_data["days"],
                )
            form = TokenForm(user=user)
    rows = ApiToken.objects.filter(user=user).order_by("-created_at")[:100]
    answer = render(
        request,
        "web/tokens.html",
        {"form": form, "rows": rows, "secret": secret},
        status=422 if form.errors else 200,
    )
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of one's own at once."""
    user = signed_in(request)
    with recorded(user):
        if not tokens.revoke(ApiToken.objects.filter(pk=pk, user=user)):
            raise Http404
    messages.success(
        request, _("The token was ended. Programs that use it are refused from now on.")
    )
    return redirect("tokens")
