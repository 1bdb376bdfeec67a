"""The worklist: which open cases a user sees, in the order in which they fall due, as rows of a
page or shelves of a desk.

The page is one statement written by hand, as it is what all read all day: each way by which a user
sees cases (their schools, a loan, an emergency access) is read along an index of its own and ends
after a page; what is closed is never touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from casework.access import rights
from casework.case_types import registry
from casework.engine.services import local_today
from casework.models import Task
from district.models import Role

PAGE = 50
ROW = (
    "id",
    "number",
    "kind",
    "state",
    "next_duty",
    "next_due",
    "last_contact_on",
    "opened_on",
    "school__name",
    "owner__first_name",
    "owner__last_name",
    "next_day0",
)
VIEWS = {
    "all": _("All open"),
    "overdue": _("Overdue"),
    "today": _("Today"),
    "week": _("This week"),
    "new": _("New since yesterday"),
    "waiting": _("Waiting for others"),
    "mine": _("Mine"),
    "closed": _("Closed"),
}


@dataclass(frozen=True)
class Row:
    """One line of a worklist."""

    number: str
    label: str
    school: str
    state: str
    duty: str
    due: date | None
    days: int | None
    owner: str
    last_contact: date | None
    opened: date
    gone: int = 0
    """How much of the time of the next duty is over: 0 to 60, the width of the small clock."""


@dataclass
class Worklist:
    """One page of a worklist."""

    rows: list[Row]
    after: str = ""
    filters: dict[str, str] = field(default_factory=dict)


# -- the statement ---------------------------------------------------------------------------------

_KEPT = (
    "c.id, c.number, c.kind, c.state, c.next_duty, c.next_due, c.last_contact_on, c.opened_on, "
    "c.school_id, c.owner_id, c.next_day0"
)
_PAGE = """
SELECT x.id, x.number, x.kind, x.state, x.next_duty, x.next_due, x.last_contact_on, x.opened_on, s.name, u.first_name, u.last_name,
       x.next_day0
  FROM ({parts}) x LEFT JOIN district_school s ON s.id = x.school_id LEFT JOIN district_user u ON u.id = x.owner_id
 ORDER BY {order} LIMIT {most}
"""
_PART = "(SELECT {kept} FROM casework_case c WHERE {where} ORDER BY {order} LIMIT {most})"
# A page of each school by itself, and of these the first: a few schools lie too thinly in the order
# of all cases.
_BY_SCHOOL = """(SELECT {kept} FROM unnest(%(schools)s::bigint[]) AS at (school) CROSS JOIN LATERAL (
  SELECT * FROM casework_case c WHERE c.school_id = at.school AND {where} ORDER BY {order} LIMIT {most}) c
 ORDER BY {order} LIMIT {most})"""
FEW_SCHOOLS = 8
CLOSED = "closed"
ORDER, NEWEST = "{0}.next_due, {0}.id", "{0}.id DESC"
_FILTERS = {
    "kind": "c.kind = %(f_kind)s",
    "state": "c.state = %(f_state)s",
    "duty": "c.next_duty = %(f_duty)s",
    "school": "c.school_id = %(f_school)s",
}
_VIEWS = {
    "overdue": "c.next_due < %(today)s",
    "today": "c.next_due = %(today)s",
    "week": "c.next_due BETWEEN %(today)s AND %(week)s",
    "new": "c.opened_on >= %(yesterday)s",
    "waiting": """c.owner_id = %(user)s AND EXISTS (SELECT 1 FROM casework_task t JOIN casework_clock w ON w.id = t.clock_id
                  WHERE t.case_id = c.id AND t.status = 'OPEN' AND t.role <> 'SSW' AND w.kind = c.next_duty)""",
    "mine": "c.owner_id = %(user)s",
}


def worklist(user: Any, filters: Mapping[str, str], after: str = "", words: str = "") -> Worklist:
    """A page of 50 cases in the order in which they fall due, closed ones the newest first (keyset
    pages). Three statements with the access rules, and the labels of each kind; one more for
    `words`, which are looked for in names and numbers through the kinds."""
    today = local_today()
    found = page_after(user, filters, after, today, _searched(user, words) if words else None)
    shown = found[:PAGE]
    rows = _rows(shown, today)
    last = shown[-1] if len(found) > PAGE else None
    return Worklist(rows, f"{last[5] or ''}_{last[0]}" if last else "", dict(filters))


def _searched(user: Any, words: str) -> list[int]:
    """The cases that fit the words, of those that the user sees."""
    found = Q(number__iexact=words.strip())
    for kind in registry.all_kinds():
        found |= Q(kind=kind.code) & kind.search(words)
    return list(rights.visible(user).filter(found).values_list("pk", flat=True))


def page_after(
    user: Any, filters: Mapping[str, str], after: str, today: date, among: list[int] | None = None
) -> list[Any]:
    """The columns of the rows behind the last one of the page before, one more than a page; a
    mangled position starts at the beginning. Dated rows are read from their place in the index on,
    so a late page costs what the first one does; those without a date come after them. `among`: of
    these cases alone."""
    due, _sep, last = after.partition("_")
    day = _day(due)
    values = {
        "last": int(last) if last.isdecimal() else 0,
        "day": day,
        "today": today,
        "among": among,
    }
    where = [] if among is None else ["c.id = ANY(%(among)s)"]
    if filters.get("view") == CLOSED:
        return _read(
            user, filters, [*where, "c.id < %(last)s"] if values["last"] else where, values
        )
    if not last.isdecimal() or (due and day is None):
        return _read(user, filters, where, values)
    undated = "c.next_due IS NULL"
    if day is None:
        return _read(user, filters, [*where, undated, "c.id > %(last)s"], values)
    found = _read(user, filters, [*where, "(c.next_due, c.id) > (%(day)s, %(last)s)"], values)
    return (
        found
        if len(found) > PAGE
        else found + _read(user, filters, [*where, undated], values)[: PAGE + 1 - len(found)]
    )


def _read(
    user: Any, filters: Mapping[str, str], where: list[str], values: dict[str, Any]
) -> list[Any]:
    ways = rights.ways(user)
    if not ways.opened:
        return []
    narrowed, wanted = _narrowed(filters, values["today"])
    where = [*where, *narrowed, *ways.refused]
    order = NEWEST if filters.get("view") == CLOSED else ORDER
    values = (
        values
        | ways.values
        | wanted
        | {f"kinds{place}": codes for place, codes in enumerate(ways.opened.values())}
    )
    parts = [
        _part(way, [f"c.kind = ANY(%(kinds{place})s)", *where], order, schools=ways.schools)
        for place, way in enumerate(ways.opened)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _PAGE.format(parts=" UNION ".join(parts), order=order.format("x"), most=PAGE + 1),
            values,
        )
        return cursor.fetchall()


def _part(way: str, where: list[str], order: str, *, schools: int) -> str:
    """The first rows that one way opens; those by a post at few schools school by school. What
    stands here must look alike to the server whatever the schools are, so that it need not plan
    anew for each list of them."""
    if way == rights.BY_POST and schools == 1:
        way = "c.school_id = (%(schools)s::bigint[])[1]"
    elif way == rights.BY_POST and order == ORDER and schools <= FEW_SCHOOLS:
        return _BY_SCHOOL.format(
            kept=_KEPT, where=" AND ".join(where), order=order.format("c"), most=PAGE + 1
        )
    elif way == rights.BY_POST:  # at many schools the order of all cases is the way
        way = f"coalesce({way}, false)"
    return _PART.format(
        kept=_KEPT, where=" AND ".join([way, *where]), order=order.format("c"), most=PAGE + 1
    )


def _narrowed(filters: Mapping[str, str], today: date) -> tuple[list[str], dict[str, Any]]:
    """The filters of the worklist, as they stand in the address: conditions, and the values that
    they name. What is no view and no number filters nothing."""
    view = filters.get("view", "")
    where = [f"c.closed_on IS {'NOT ' if view == CLOSED else ''}NULL"]
    values: dict[str, Any] = {
        "week": today + timedelta(days=6 - today.weekday()),
        "yesterday": today - timedelta(days=1),
    }
    where += [_VIEWS[view]] if view in _VIEWS else []
    for name, condition in _FILTERS.items():
        wanted: Any = filters.get(name, "")
        if name == "school":
            wanted = int(wanted) if wanted.isdecimal() else None
        if wanted:
            where.append(condition)
            values[f"f_{name}"] = wanted
    return where, values


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _labels(rows: list[Any]) -> dict[int, str]:
    names: dict[int, str] = {}
    for code in {row[2] for row in rows}:
        names |= registry.kind(code).labels([row[0] for row in rows if row[2] == code])
    return names


def _rows(found: list[Any], today: date) -> list[Row]:
    """Lines of a worklist from their columns; the names of all in one statement a kind."""
    names = _labels(found)
    return [_row(values, names, today) for values in found]


def _row(values: Any, names: dict[int, str], today: date) -> Row:
    pk, number, kind_code, state, duty, due, contact, opened, school, first, last, day0 = values
    kind = registry.kind(kind_code)
    labels = kind.workflow(kind.current_rules).labels
    return Row(
        number=number,
        label=names.get(pk, ""),
        school=school or "",
        state=str(labels.get(state, state)),
        duty=str(kind.clock_labels.get(duty, duty)),
        due=due,
        days=(due - today).days if due else None,
        owner=f"{first or ''} {last or ''}".strip(),
        last_contact=contact,
        opened=opened,
        gone=_gone(day0, due, today),
    )


def _gone(day0: date | None, due: date | None, today: date) -> int:
    if day0 is None or due is None:
        return 0
    return max(0, min(60, 60 * (today - day0).days // max((due - day0).days, 1)))


SHELF = 12


def shelves(user: Any) -> dict[str, Any]:
    """The user's own open cases as they lie on the desk: overdue or due today, later this week, new
    since yesterday, and those where the next thing is somebody else's to do. At most twelve each,
    in the order in which they fall due (three statements with the names)."""
    today = local_today()
    week, yesterday = today + timedelta(days=6 - today.weekday()), today - timedelta(days=1)
    others = Task.objects.filter(
        case=OuterRef("pk"), status=Task.Status.OPEN, clock__kind=OuterRef("next_duty")
    ).exclude(role=Role.SSW)
    mine = rights.visible(user).filter(owner=user, closed_on=None).annotate(others=Exists(others))
    wanted = mine.filter(Q(next_due__lte=week) | Q(opened_on__gte=yesterday) | Q(others=True))
    found = list(
        wanted.order_by(F("next_due").asc(nulls_last=True), "id").values_list(*ROW, "others")[:400]
    )
    rows: list[Row] = []
    waiting: list[Row] = []
    for row, values in zip(_rows([values[:-1] for values in found], today), found, strict=True):
        (waiting if values[-1] else rows).append(row)
    late = [row for row in rows if row.due and row.due <= today]
    return {
        "today": late[:SHELF],
        "today_more": max(len(late) - SHELF, 0),
        "week": [row for row in rows if row.due and today < row.due <= week][:SHELF],
        "new": [row for row in rows + waiting if row.opened >= yesterday][:SHELF],
        "waiting": waiting[:SHELF],
    }
