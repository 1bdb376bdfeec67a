"""Lists that a rule asks for: the ten-day rule (DPI manual; domain.md A1.1)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attendance.street_team.steps import LocateState
from attendance.street_team.ten_day_rule import ten_day_list
from casework.access import rights
from casework.engine.services import local_today


@login_required
@require_GET
def ten_days(request: HttpRequest) -> HttpResponse:
    """Students with more than ten unlawful absences in a row at the schools whose cases the user
    works or whose codes they keep: what the rule allows, and whether somebody looks for them."""
    rights.remember_schools(rights.signed_in(request), "work_cases", "mail_cases", "view_cases")
    schools = {
        *rights.visible_schools(request.user, "work_cases"),
        *rights.visible_schools(request.user, "mail_cases"),
    }
    if not schools:
        raise Http404
    rows = ten_day_list(sorted(schools), local_today())
    seen = set(
        rights.visible(request.user, "ATT")
        .filter(pk__in=[row.case.pk for row in rows])
        .values_list("pk", flat=True)
    )
    labels = dict(LocateState.choices)
    listed = [
        vars(row) | {"search": labels.get(row.looked_for, "")}
        for row in rows
        if row.case.pk in seen
    ]
    return render(request, "attendance/ten_days.html", {"rows": listed})
