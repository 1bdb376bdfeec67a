"""The page that says what interventions did, for supervisors (K7)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from attendance.reporting import intervention_queries
from casework.access import rights
from casework.engine.services import local_today
from district.models import SchoolYear


@login_required
@require_GET
def effect_report(request: HttpRequest) -> HttpResponse:
    """Before and after each kind of intervention, beside similar students not yet served;
    `?year=2026` for an earlier year."""
    user = rights.signed_in(request)
    if not rights.visible_schools(user, "supervise_cases"):
        raise Http404
    years = list(SchoolYear.objects.filter(starts__lte=local_today()).order_by("-starts"))
    asked = request.GET.get("year", "")
    year = next((one for one in years if str(one.year) == asked), years[0] if years else None)
    found = intervention_queries.report(user, year) if year else None
    return render(request, "attendance/effects.html", {"report": found, "years": years})
