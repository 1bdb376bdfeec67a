"""What stands on a compliance page: figures with their links, charts with their tables and
sentences."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.reporting.compliance_figures import Figures, Line
from district.models import School, User
from web.compliance.scope import Scope
from web.layout import charts
from web.layout.charts import Cell, Chart

Bucket = tuple[int | None, int | None]


def link(scope: Scope, **values: Any) -> str:
    """The list behind a figure."""
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    return f"{reverse('compliance-list', args=[scope.kind.code])}?{urlencode(kept)}"


def per_cent(line: Line, extended: bool) -> str:
    """A rate for reading, or a dash where nothing is counted yet."""
    found = line.rates[extended]
    return "–" if found is None else f"{found} %"


def big(scope: Scope, found: Figures, school: int | None) -> list[dict[str, Any]]:
    """The two big figures."""
    rows = []
    for extended, label in (
        (False, _("in time by the original date")),
        (True, _("in time with extensions")),
    ):
        one, name = (
            (found.total.extended, "extended") if extended else (found.total.original, "original")
        )
        rows.append(
            {
                "label": label,
                "rate": per_cent(found.total, extended),
                "met": one.met,
                "counted": one.counted,
                "missed": one.counted - one.met,
                "met_link": link(scope, figure=f"met_{name}", school=school),
                "counted_link": link(scope, figure=f"counted_{name}", school=school),
                "missed_link": link(scope, figure=f"missed_{name}", school=school),
            }
        )
    return rows


def over_time(scope: Scope, found: Figures, school: int | None) -> Chart:
    """Both measures at the end of each month."""
    points = found.over_time()
    labels = [date_format(day, "j M Y") for day, _line in points]
    rows = [_month(scope, day, line, school) for day, line in points]
    lines = [
        charts.Line(_("original date"), "one", [_value(line, False) for _day, line in points]),
        charts.Line(_("with extensions"), "two", [_value(line, True) for _day, line in points]),
    ]
    first, last = points[0], points[-1]
    sentence = _(
        "Kept by the original date: %(then)s at %(day)s, %(now)s now. With extensions: "
        "%(then2)s, then %(now2)s."
    ) % {
        "then": per_cent(first[1], False),
        "day": labels[0],
        "now": per_cent(last[1], False),
        "then2": per_cent(first[1], True),
        "now2": per_cent(last[1], True),
    }
    head = [
        _("As of"),
        _("Original date"),
        _("kept"),
        _("of"),
        _("With extensions"),
        _("kept"),
        _("of"),
    ]
    return charts.series(_("Over time"), sentence, labels, lines, (head, rows))


def _value(line: Line, extended: bool) -> float | None:
    found = line.rates[extended]
    return None if found is None else float(found)


def _month(scope: Scope, day: date, line: Line, school: int | None) -> list[Cell]:
    row = [Cell(date_format(day, "j M Y"))]
    for extended, name, one in (
        (False, "original", line.original),
        (True, "extended", line.extended),
    ):
        row.append(Cell(per_cent(line, extended), number=True))
        for figure, number in (("met", one.met), ("counted", one.counted)):
            row.append(
                Cell(
                    str(number),
                    link(scope, figure=f"{figure}_{name}", as_of=day, school=school),
                    number=True,
                )
            )
    return row


def soon(scope: Scope, found: Figures, school: int | None) -> list[tuple[int, int, str]]:
    """What breaks next: (days, promises, list)."""
    return [
        (days, number, link(scope, figure="running", due_from=0, due_to=days, school=school))
        for days, number in found.soon()
    ]


def bucket_words(bucket: Bucket) -> str:
    """'in 1 to 7 days', '3 days overdue' and the like."""
    first, last = bucket
    if first is None:
        return _("overdue")
    if last is None:
        return ngettext("in more than %(n)s day", "in more than %(n)s days", first - 1) % {
            "n": first - 1
        }
    return (
        _("today")
        if first == last
        else _("in %(first)s to %(last)s days") % {"first": first, "last": last}
    )


def days_left(scope: Scope, found: Figures, school: int | None) -> Chart:
    """Open promises by the days that are left."""
    rows = found.by_days_left()
    overdue, total = rows[0][1], sum(number for _bucket, number in rows)
    sentence = ngettext(
        "%(late)s of %(all)s open promise is overdue.",
        "%(late)s of %(all)s open promises are overdue.",
        total,
    ) % {"late": overdue, "all": total}
    most = max((number for _bucket, number in rows), default=0) or 1
    return charts.bars(
        _("Open promises by days left"),
        sentence,
        [_("Due"), _("Promises")],
        [
            (
                [
                    Cell(bucket_words(bucket)),
                    Cell(
                        str(number),
                        link(
                            scope,
                            figure="running",
                            due_from=bucket[0],
                            due_to=bucket[1],
                            school=school,
                        ),
                        True,
                    ),
                ],
                number / most,
                "over" if bucket[0] is None else "near" if bucket in ((0, 0), (1, 7)) else "part",
            )
            for bucket, number in rows
        ],
    )


def ageing(scope: Scope, found: Figures, school: int | None) -> Chart:
    """Open cases by their age."""
    rows = found.by_age()
    oldest = rows[-1][1]
    sentence = _("%(n)s of %(all)s open cases are older than 90 days.") % {
        "n": oldest,
        "all": found.cases,
    }
    most = max((number for _age, number in rows), default=0) or 1
    return charts.bars(
        _("Open cases by age"),
        sentence,
        [_("Opened"), _("Cases")],
        [
            (
                [
                    Cell(_age_words(age)),
                    Cell(
                        str(number),
                        link(scope, what="cases", age_from=age[0], age_to=age[1], school=school),
                        True,
                    ),
                ],
                number / most,
                "part",
            )
            for age, number in rows
        ],
    )


def _age_words(age: tuple[int, int | None]) -> str:
    first, last = age
    return (
        ngettext("%(n)s day ago and more", "%(n)s days ago and more", first) % {"n": first}
        if last is None
        else _("%(first)s to %(last)s days ago") % {"first": first, "last": last}
    )


def breakdown(scope: Scope, found: Figures, by: str, school: int | None) -> Chart:
    """In time by school, owner or step, the worst first."""
    every: dict[str, Any] = {"school": found.schools, "owner": found.owners, "duty": found.duties}
    lines: dict[Any, Line] = every[by]
    names, title = (
        _names(scope, lines, by),
        {"school": _("By school"), "owner": _("By owner"), "duty": _("By step")}[by],
    )
    known = [(key, line) for key, line in lines.items() if any(line.sums)]
    known.sort(
        key=lambda pair: (
            pair[1].original.counted == 0,
            _value(pair[1], False) or 0.0,
            -pair[1].original.counted,
        )
    )
    rows = [
        (
            _break_row(scope, by, key, names.get(key, str(key)), line, school),
            (_value(line, False) or 0) / 100,
            _tone(line),
        )
        for key, line in known
    ]
    what = {"school": _("School"), "owner": _("Owner"), "duty": _("Step")}[by]
    head = [
        what,
        _("Open"),
        _("Original date"),
        _("kept"),
        _("of"),
        _("With extensions"),
        _("kept"),
        _("of"),
    ]
    return charts.bars(title, _worst(known, names), head, rows)


def _tone(line: Line) -> str:
    value = _value(line, False)
    return "part" if value is None or value >= 90 else "near" if value >= 75 else "over"


def _worst(known: list[tuple[Any, Line]], names: dict[Any, str]) -> str:
    counted = [(key, line) for key, line in known if line.original.counted]
    if not counted:
        return _("Nothing is counted yet: a promise counts once its date has come or it is kept.")
    key, line = counted[0]
    return _("Lowest: %(name)s, %(rate)s kept by the original date (%(met)s of %(all)s).") % {
        "name": names.get(key, key),
        "rate": per_cent(line, False),
        "met": line.original.met,
        "all": line.original.counted,
    }


def _break_row(
    scope: Scope, by: str, key: Any, name: str, line: Line, school: int | None
) -> list[Cell]:
    where = {"school": school, by: key}
    page = f"{reverse('compliance', args=[scope.kind.code])}?school={key}" if by == "school" else ""
    row = [Cell(name, page), Cell(str(line.open), link(scope, figure="open", **where), True)]
    for extended, measure, one in (
        (False, "original", line.original),
        (True, "extended", line.extended),
    ):
        row.append(Cell(per_cent(line, extended), number=True))
        row += [
            Cell(str(number), link(scope, figure=f"{figure}_{measure}", **where), True)
            for figure, number in (("met", one.met), ("counted", one.counted))
        ]
    return row


def _names(scope: Scope, keys: Any, by: str) -> dict[Any, str]:
    if by == "duty":
        return {key: str(scope.kind.clock_labels.get(key, key)) for key in keys}
    if by == "school":
        return {
            -1: _("no school"),
            **dict(School.objects.filter(id__in=list(keys)).values_list("id", "name")),
        }
    return {
        0: _("nobody"),
        **{user.pk: str(user) for user in User.objects.filter(id__in=list(keys))},
    }
