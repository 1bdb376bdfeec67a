"""K1 to K9 of attendance: what the district reports, each figure with its denominator and its list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from attendance.nightly import tallies
from attendance.reporting import intervention_queries, kpi_cases, kpis
from attendance.reporting.intervention_effect import Effect
from casework.access.rights import remember_schools
from casework.engine.services import local_today
from casework.policy.policies import policy_for
from casework.reporting.compliance_figures import Figures
from web.compliance import summary
from web.compliance.reported_figures import link
from web.compliance.scope import WATCH, Scope, scope_for, scopes
from web.layout import charts
from web.layout.charts import Cell, Chart

# What stands together: each part is a page of its own, since each asks the whole district anew.
PARTS = {
    "absence": _lazy("Absence"),
    "conferences": _lazy("Conferences"),
    "help": _lazy("Help"),
    "notices": _lazy("Notices"),
    "law": _lazy("Before the law"),
}


@login_required
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """The figures of attendance for the schools that one supervises, a part at a time."""
    remember_schools(request.user, WATCH, "view_cases")
    scope, today = scope_for(request.user, "ATT"), local_today()
    part = request.GET.get("part", "absence")
    if part not in PARTS:
        raise Http404
    context = {
        "scope": scope,
        "kind": scope.kind,
        "tab": "report",
        "domains": scopes(request.user),
        "charts": _part(part, scope, today),
        "parts": PARTS,
        "part": part,
        "policy": policy_for("attendance", today).id,
        "today": today,
    }
    return render(request, "web/compliance/report.html", context)


def _part(part: str, scope: Scope, today: date) -> list[Chart]:
    if part == "absence":
        return _chronic(scope, today)
    if part == "conferences":
        return [_conferences(scope, today)]
    if part == "help":
        return [_mediation(scope, today), _effects(scope, today), _street(scope, today)]
    return (
        [_notices(scope, scope.figures(today), today)]
        if part == "notices"
        else [_legal(scope, today)]
    )


def _rate(kpi: kpis.Kpi) -> str:
    return f"{kpi.rate} %" if kpi.rate else "–"


def _row(
    name: str, kpi: kpis.Kpi, part: str = "", whole: str = "", more: Sequence[Cell] = ()
) -> tuple[list[Cell], float, str]:
    """A figure with its rate; `part` and `whole` are the lists behind its two numbers."""
    cells = [
        Cell(name),
        Cell(_rate(kpi), number=True),
        Cell(str(kpi.numerator), part, True),
        Cell(str(kpi.denominator), whole, True),
        *more,
    ]
    return cells, kpi.numerator / kpi.denominator if kpi.denominator else 0.0, "part"


def _goal(name: str, kpi: kpis.Kpi, goal: str) -> tuple[list[Cell], float, str]:
    """A figure whose lists are those of a goal."""
    href = reverse("goal", args=[goal])
    return _row(name, kpi, f"{href}?only=part", href)


def _head() -> list[str]:
    return [_("Figure"), _("Rate"), _("Part"), _("Whole")]


def _chronic(scope: Scope, today: date) -> list[Chart]:
    """K1 and K2. The state's tables give a district as the sum of its schools, so both stand here.
    Names are known at one's own schools alone, so the list belongs to the numbers there."""
    district, schools, bands = kpis.chronic(today)
    mine = kpi_cases.rate_counts(scope.schools, today)
    here = len(kpis.chronic_students(scope.schools, today))
    sentence = _(
        "%(rate)s of the district's students with at least 10 days enrolled are "
        "chronically absent; %(n)s of them count at your schools."
    ) % {"rate": _rate(district), "n": here}
    head = [*_head(), _("At your schools"), _("of")]
    whole = Cell(str(mine["enrolled"]), link("enrolled"), True)
    first = _row(
        _("District, each student once"),
        district,
        more=[Cell(str(mine["chronic"]), link("chronic"), True), whole],
    )
    second = _row(
        _("District, sum of its schools"),
        schools,
        more=[Cell(str(here), reverse("goal", args=["chronic"]), True), Cell("")],
    )
    names = {
        "satisfactory": _("Satisfactory"),
        "at_risk": _("At risk"),
        "moderate": _("Moderate"),
        "severe": _("Severe"),
    }
    rows = [
        _row(
            names[key],
            kpis.Kpi(n, district.denominator, today, district.policy),
            more=[Cell(str(mine[key]), link(key), True), whole],
        )
        for key, n in bands.items()
    ]
    severe = _("%(n)s of %(all)s students of the district are severely absent.") % {
        "n": bands["severe"],
        "all": district.denominator,
    }
    return [
        charts.bars(_("K1 Chronic absence"), sentence, head, [first, second]),
        charts.bars(_("K2 Bands, district"), severe, head, rows),
    ]


def _conferences(scope: Scope, today: date) -> Chart:
    """K3 in both readings."""
    people, students = (
        kpis.arc_facilitators(today, scope.schools)[0],
        kpis.arc_students(today, scope.cases())[0],
    )
    rows = [
        _goal(_("Social workers who facilitated a conference"), people, "arc_facilitators"),
        _goal(_("Students in tier 3 with a conference held"), students, "arc_students"),
    ]
    sentence = _(
        "At your schools %(a)s of %(b)s social workers facilitated a conference, and %(c)s "
        "of %(d)s students in tier 3 had theirs."
    ) % {
        "a": people.numerator,
        "b": people.denominator,
        "c": students.numerator,
        "d": students.denominator,
    }
    return charts.bars(_("K3 Attendance Review Conferences"), sentence, _head(), rows)


def _mediation(scope: Scope, today: date) -> Chart:
    """K4, and the schools that agencies serve."""
    access, agencies = (
        kpis.mediation_access(today, scope.schools)[0],
        kpis.agency_schools(today, scope.schools)[0],
    )
    rows = [
        _goal(_("Schools with access to mediation"), access, "mediation"),
        _goal(_("Schools served by a community agency"), agencies, "agencies"),
    ]
    sentence = _(
        "%(n)s of your %(all)s schools have access to mediation under a memorandum in force."
    ) % {
        "n": access.numerator,
        "all": access.denominator,
    }
    return charts.bars(_("K4 Mediation and partners"), sentence, _head(), rows)


def _street(scope: Scope, today: date) -> Chart:
    """K8."""
    found, back, days = kpis.street_team(today, scope.cases())
    sentence = ngettext(
        "Half of the requests had their outcome within %(n)s school day.",
        "Half of the requests had their outcome within %(n)s school days.",
        days or 0,
    ) % {"n": days}
    if days is None:
        sentence = _("No request to the street team has an outcome yet.")
    rows = [
        _row(_("Students found"), found, link("street-found"), link("street-requests")),
        _row(
            _("Handed back and accepted by the school"),
            back,
            link("street-accepted"),
            link("street-handed"),
        ),
    ]
    return charts.bars(_("K8 Street team"), sentence, _head(), rows)


def _notices(scope: Scope, found: Figures, today: date) -> Chart:
    """K5: notices sent by their date, and six-day notices that came later than six."""
    rows = []
    for duty in ("notice_L3", "notice_L6", "notice_L10"):
        line = found.duties[duty].original
        part, whole = (
            summary.link(scope, figure=f"{figure}_original", duty=duty)
            for figure in ("met", "counted")
        )
        rows.append(
            _row(
                str(scope.kind.clock_labels.get(duty, duty)),
                kpis.Kpi(line.met, line.counted, today, ""),
                part,
                whole,
            )
        )
    late = kpis.late_sixes(today, scope.cases()).count()
    sentence = _("Six-day notices that were not out when the seventh day came: %(n)s.") % {
        "n": late
    }
    chart = charts.bars(_("K5 Notices in time"), sentence, _head(), rows)
    chart.rows.append(
        [
            Cell(_("Six-day notices later than six")),
            Cell(""),
            Cell(str(late), summary.link(scope, what="cases", mark="late_six"), True),
            Cell(""),
        ]
    )
    chart.bars.append(charts.bar(0))
    return chart


def _effects(scope: Scope, today: date) -> Chart:
    """K7: before and after, beside similar students not yet served; the same figures as on the page
    of its own."""
    found = intervention_queries.measured(scope.cases(), tallies.year_of(today))
    rows = [_effect(one) for one in found.shown]
    sentence = _(
        "Attendance in the 20 school days before and after. Before and after alone "
        "flatter: students are served in their worst weeks, "
        "and worst weeks pass. The last column takes off what similar students gained by "
        "themselves; even that proves no cause."
    )
    head = [_("Intervention"), _("Before"), _("After"), _("Times"), _("More than similar students")]
    return charts.bars(_("K7 Interventions and attendance"), sentence, head, rows)


def _effect(one: Effect) -> tuple[list[Cell], float, str]:
    points = f"{one.effect.points:+.1f}" if one.enough and one.effect else _("too few to compare")
    if one.enough and one.effect and not one.effect.certain:
        points = _("%(points)s, may be chance") % {"points": points}
    cells = [
        Cell(str(intervention_queries.label(one.kind)).capitalize()),
        Cell(f"{one.before:.1f} %", number=True),
        Cell(f"{one.after:.1f} %", number=True),
        Cell(str(one.n), link(f"effect-{one.kind}"), True),
        Cell(points, number=True),
    ]
    return cells, one.after / 100, "part"


def _legal(scope: Scope, today: date) -> Chart:
    """K9: findings, referrals, exclusions."""
    cases = scope.cases()
    states = (
        (_("In legal review"), "LEGAL_REVIEW"),
        (_("Referred to DA and DSS"), "LEGAL_REFERRED"),
    )
    rows = [
        (name, cases.filter(closed_on=None, state=state), {"state": state})
        for name, state in states
    ]
    findings = (
        (_("Found good faith this school year"), "good_faith"),
        (_("Found no good faith this school year"), "no_good_faith"),
    )
    rows += [
        (name, kpi_cases.found(finding, today, cases), {"mark": finding})
        for name, finding in findings
    ]
    rows.append((_("With an exclusion on file"), kpis.excluded(cases), {"mark": "excluded"}))
    table = [
        [Cell(name), Cell(str(found.count()), summary.link(scope, what="cases", **which), True)]
        for name, found, which in rows
    ]
    return Chart(
        _("K9 Before the law"),
        _("For your eyes: outside this page numbers under ten are not told."),
        [_("Cases"), _("Number")],
        table,
    )
