"""K1 to K9 of attendance on one page: what the district reports, each figure with its denominator and its list."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from attendance import kpis
from casework.figures import Figures
from casework.policy import policy_for
from casework.services import local_today
from web import charts
from web.charts import Cell, Chart
from web.compliance import summary
from web.compliance.scope import Scope, scope_for, scopes

KINDS = {
    "conference": _lazy("Conference held"), "letter": _lazy("Letter sent"), "contact": _lazy("Family reached"), "causes": _lazy("Causes recorded"),
    "mediation": _lazy("Mediation held"), "street_team": _lazy("Found by the street team"),
}  # fmt: skip


@login_required
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """The figures of attendance for the schools that one supervises."""
    scope, today = scope_for(request.user, "ATT"), local_today()
    found = scope.figures(today)
    sections = [
        _chronic(scope, today),
        _bands(today),
        _conferences(scope, today),
        _mediation(scope, today),
        _notices(scope, found, today),
        _effects(scope, today),
        _street(scope, today),
        _legal(scope, today),
    ]
    context = {"scope": scope, "kind": scope.kind, "tab": "report", "domains": scopes(request.user), "charts": sections,
               "policy": policy_for("attendance", today).id, "today": today}  # fmt: skip
    return render(request, "web/compliance/report.html", context)


def _rate(kpi: kpis.Kpi) -> str:
    return f"{kpi.rate} %" if kpi.rate else "–"


def _row(name: str, kpi: kpis.Kpi, href: str = "") -> tuple[list[Cell], float, str]:
    cells = [Cell(name), Cell(_rate(kpi), number=True), Cell(str(kpi.numerator), href, True), Cell(str(kpi.denominator), href, True)]
    return cells, kpi.numerator / kpi.denominator if kpi.denominator else 0.0, "part"


def _head() -> list[str]:
    return [_("Figure"), _("Rate"), _("Part"), _("Whole")]


def _chronic(scope: Scope, today: date) -> Chart:
    """K1: the state's tables give a district as the sum of its schools, so both stand here."""
    district, schools, _every = kpis.chronic(today)
    mine = len(kpis.chronic_students(scope.schools, today))
    sentence = _("%(rate)s of the district's students with at least 10 days enrolled are chronically absent; %(n)s of them count at your schools.") % {
        "rate": _rate(district), "n": mine}  # fmt: skip
    rows = [_row(_("District, each student once"), district), _row(_("District, sum of its schools"), schools)]
    chart = charts.bars(_("K1 Chronic absence"), sentence, _head(), rows)
    chart.rows.append(
        [Cell(_("Students at your schools"), ""), Cell(""), Cell(str(mine), reverse("goal", args=["chronic"]), True), Cell("")]
    )
    chart.bars.append(charts.bar(0))
    return chart


def _bands(today: date) -> Chart:
    """K2: shares of the bands, district-wide."""
    district, _schools, bands = kpis.chronic(today)
    names = {"satisfactory": _("Satisfactory"), "at_risk": _("At risk"), "moderate": _("Moderate"), "severe": _("Severe")}
    rows = [_row(names[key], kpis.Kpi(n, district.denominator, today, district.policy)) for key, n in bands.items()]
    sentence = _("%(n)s of %(all)s students of the district are severely absent.") % {"n": bands["severe"], "all": district.denominator}
    return charts.bars(_("K2 Bands, district"), sentence, _head(), rows)


def _conferences(scope: Scope, today: date) -> Chart:
    """K3 in both readings."""
    people, students = kpis.arc_facilitators(today, scope.schools)[0], kpis.arc_students(today, scope.cases())[0]
    rows = [_row(_("Social workers who facilitated a conference"), people, reverse("goal", args=["arc_facilitators"])),
            _row(_("Students in tier 3 with a conference held"), students, reverse("goal", args=["arc_students"]))]  # fmt: skip
    sentence = _("At your schools %(a)s of %(b)s social workers facilitated a conference, and %(c)s of %(d)s students in tier 3 had theirs.") % {
        "a": people.numerator, "b": people.denominator, "c": students.numerator, "d": students.denominator}  # fmt: skip
    return charts.bars(_("K3 Attendance Review Conferences"), sentence, _head(), rows)


def _mediation(scope: Scope, today: date) -> Chart:
    """K4, and the schools that agencies serve."""
    access, agencies = kpis.mediation_access(today, scope.schools)[0], kpis.agency_schools(today, scope.schools)[0]
    rows = [_row(_("Schools with access to mediation"), access, reverse("goal", args=["mediation"])),
            _row(_("Schools served by a community agency"), agencies, reverse("goal", args=["agencies"]))]  # fmt: skip
    sentence = _("%(n)s of your %(all)s schools have access to mediation under a memorandum in force.") % {
        "n": access.numerator,
        "all": access.denominator,
    }
    return charts.bars(_("K4 Mediation and partners"), sentence, _head(), rows)


def _street(scope: Scope, today: date) -> Chart:
    """K8."""
    found, back, days = kpis.street_team(today, scope.cases())
    sentence = _("Half of the requests had their outcome within %(n)s school days.") % {"n": days}
    if days is None:
        sentence = _("No request to the street team has an outcome yet.")
    rows = [_row(_("Students found"), found), _row(_("Handed back and accepted by the school"), back)]
    return charts.bars(_("K8 Street team"), sentence, _head(), rows)


def _notices(scope: Scope, found: Figures, today: date) -> Chart:
    """K5: notices sent by their date, and six-day notices that came later than six."""
    rows = []
    for duty in ("notice_L3", "notice_L6", "notice_L10"):
        line = found.duties[duty].original
        kpi = kpis.Kpi(line.met, line.counted, today, "")
        cells, share, tone = _row(str(scope.kind.clock_labels.get(duty, duty)), kpi)
        links = [summary.link(scope, figure=f"{figure}_original", duty=duty) for figure in ("met", "counted")]
        rows.append(([*cells[:2], *(Cell(cell.text, href, True) for cell, href in zip(cells[2:], links, strict=True))], share, tone))
    late = kpis.late_sixes(today, scope.cases()).count()
    sentence = _("Six-day notices that were not out when the seventh day came: %(n)s.") % {"n": late}
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
    """K7: before and after."""
    found = kpis.effects(today, list(scope.cases().values_list("id", flat=True)))
    rows = [([Cell(str(KINDS.get(one.kind, one.kind))), Cell(f"{one.before} %", number=True), Cell(f"{one.after} %", number=True), Cell(str(one.number), number=True)],
             float(one.after or 0) / 100, "part") for one in found]  # fmt: skip
    sentence = _(
        "Attendance in the 20 school days before and after, where the 20 days after are over. It shows what went together, not what caused what."
    )
    return charts.bars(_("K7 Interventions and attendance"), sentence, [_("Intervention"), _("Before"), _("After"), _("Times")], rows)


def _legal(scope: Scope, today: date) -> Chart:
    """K9: under ten, no number."""
    rows: list[tuple[list[Cell], float, str]] = []
    for name, state in ((_("In legal review"), "LEGAL_REVIEW"), (_("Referred to DA and DSS"), "LEGAL_REFERRED")):
        cases = scope.cases().filter(closed_on=None, state=state)
        rows.append(([Cell(name), Cell(str(cases.count()), summary.link(scope, what="cases", state=state), True)], 0.0, "part"))
    excluded = kpis.excluded(scope.cases()).count()
    rows.append(
        ([Cell(_("With an exclusion on file")), Cell(str(excluded), summary.link(scope, what="cases", mark="excluded"), True)], 0.0, "part")
    )
    sentence = _("For your eyes: outside this page numbers under ten are not told.")
    return charts.bars(_("K9 Before the law"), sentence, [_("Cases"), _("Number")], rows)
