"""What an administrator may change by hand: posts, areas, days of calendars. Each change keeps who
did it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from district.audit import recorded
from district.models import AdminChange, Area, Calendar, CalendarDay, Post, School, User
from district.models.places import INSTRUCTIONAL_TYPES
from district.role_assignments import sync_posts

HAND = "hand"
_ORDINALS = """
UPDATE district_calendarday d SET ordinal = o.ordinal
  FROM (SELECT id, count(*) FILTER (WHERE instructional) OVER (ORDER BY date) AS ordinal
          FROM district_calendarday WHERE calendar_id = %(calendar)s) o
 WHERE o.id = d.id AND d.ordinal <> o.ordinal
"""


def note(by: Any, what: str, about: str, before: str, after: str, reason: str = "") -> None:
    """Keep one change."""
    AdminChange.objects.create(
        at=timezone.now(),
        by=by,
        what=what,
        about=about[:200],
        before=before[:200],
        after=after[:200],
        reason=reason[:300],
    )


def add_post(
    by: User,
    user: User,
    role: str,
    school: School | None,
    area: Area | None,
    starts: date | None,
    ends: date | None,
) -> Post:
    """Give a post by hand; rights follow at once. ValueError where the person holds it already."""
    with recorded(by):
        held = Post.objects.filter(user=user, role=role, school=school, area=area).first()
        if held is not None and (
            held.source != HAND or held.ends is None or held.ends >= timezone.localdate()
        ):
            raise ValueError("held")
        if held is not None:
            held.starts, held.ends = starts, ends
            held.save(update_fields=["starts", "ends"])
            post = held
        else:
            post = Post.objects.create(
                user=user,
                role=role,
                school=school,
                area=area,
                starts=starts,
                ends=ends,
                source=HAND,
            )
        sync_posts()
    return post


def end_post(by: User, post: Post) -> None:
    """End a post that was given by hand; rights end at once. A post of the staff file is ended
    there."""
    with recorded(by):
        yesterday = timezone.localdate() - timedelta(days=1)
        if post.starts is None or post.starts <= yesterday:
            post.ends = yesterday
            post.save(update_fields=["ends"])
        else:
            post.delete()
        sync_posts()


@transaction.atomic
def amend_day(by: User, calendar: Calendar, day: date, day_type: str, reason: str) -> bool:
    """Change what one day of a calendar is (a snow day, a make-up day); whether anything changed.
    The revision grows, and the next sweep carries the change into every running school-day and
    work-day promise (domain.md N8). ValueError for a day beyond the calendar."""
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    row = CalendarDay.objects.filter(calendar=calendar, date=day).first()
    if row is None:
        raise ValueError("no such day")
    if row.day_type == day_type:
        return False
    note(
        by,
        AdminChange.What.CALENDAR,
        f"{calendar} {day.isoformat()}",
        row.day_type,
        day_type,
        reason,
    )
    row.day_type, row.instructional = day_type, day_type in INSTRUCTIONAL_TYPES
    row.is_membership_day = row.instructional
    row.save(update_fields=["day_type", "instructional", "is_membership_day"])
    with connection.cursor() as cursor:
        cursor.execute(_ORDINALS, {"calendar": calendar.pk})
    Calendar.objects.filter(pk=calendar.pk).update(revision=F("revision") + 1)
    return True


@transaction.atomic
def move_school(by: User, school: School, area: Area | None) -> bool:
    """Put a school into an area; supervisors' rights follow at once. Whether anything changed."""
    if school.area_id == (area.pk if area else None):
        return False
    note(by, AdminChange.What.AREA, school.name, str(school.area or ""), str(area or ""))
    school.area = area
    school.save(update_fields=["area"])
    sync_posts()
    return True


@transaction.atomic
def add_area(by: User, name: str) -> Area:
    """A new area. ValueError where one has this name."""
    if Area.objects.filter(name__iexact=name).exists():
        raise ValueError("taken")
    note(by, AdminChange.What.AREA, name, "", "new")
    return Area.objects.create(name=name)
