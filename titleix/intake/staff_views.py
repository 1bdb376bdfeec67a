"""Staff enter a report: everybody who can sign in. Entering gives no access to the case."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.access import rights
from titleix.intake.forms import FactsForm
from titleix.intake.staff_form import StaffForm
from titleix.intake.stamps import new_stamp, read_stamp
from titleix.intake.views import file_report, page, receipt_page


@login_required
@page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a report as staff: everybody who can sign in. Entering gives no access: only
    coordinators see the case afterwards."""
    user = rights.signed_in(request)
    if request.method != "POST":
        return _staff_page(request, StaffForm(), new_stamp())
    form, text = StaffForm(request.POST, request.FILES), request.POST.get("stamp", "")
    stamp = read_stamp(text)
    if form.is_valid() and stamp is None:
        form.add_error(
            None,
            _(
                "This page was open for a very long time. Nothing was sent yet: please check the "
                "report and send it again."
            ),
        )
    if stamp is None or form.errors:
        return _staff_page(request, form, text if stamp else new_stamp(), 422)
    case, repeated = file_report(form, stamp.key, user)
    mine = case if rights.can(user, "view_cases", case) else None
    return receipt_page(
        request,
        "titleix/intake_entered.html",
        case,
        stamp,
        repeated,
        late=case.late_entry,
        mine=mine,
    )


def _staff_page(
    request: HttpRequest, form: FactsForm, stamp: str, status: int = 200
) -> HttpResponse:
    return render(request, "titleix/intake_new.html", {"form": form, "stamp": stamp}, status=status)
