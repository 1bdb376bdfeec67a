"""From posts to permissions: each role at a place is a group; the group holds guardian grants on
the place's schools."""

from __future__ import annotations

from collections import defaultdict

from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.utils import timezone

from district.models import ROLE_GRANTS, Post, School, SchoolGroupPermission


def group_name(role: str, school_id: int | None, area_id: int | None) -> str:
    """The name of the group of a role at a school, in an area or in the whole district."""
    place = f"school:{school_id}" if school_id else f"area:{area_id}" if area_id else "district"
    return f"{role}@{place}"


@transaction.atomic
def sync_posts() -> None:
    """Make groups, their members and their grants equal to the posts in force today (idempotent; a
    few statements)."""
    today = timezone.localdate()
    posts = [
        post
        for post in Post.objects.all()
        if (post.starts is None or post.starts <= today)
        and (post.ends is None or today <= post.ends)
    ]
    places = {(post.role, post.school_id, post.area_id) for post in posts}
    groups = _groups({group_name(*place) for place in places})
    _members({(groups[group_name(p.role, p.school_id, p.area_id)], p.user_id) for p in posts})
    _grants({groups[group_name(*place)]: place for place in places})


def _groups(names: set[str]) -> dict[str, int]:
    Group.objects.bulk_create([Group(name=name) for name in sorted(names)], ignore_conflicts=True)
    return dict(Group.objects.filter(name__contains="@").values_list("name", "id"))


def _members(wanted: set[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT group_id, user_id FROM district_user_groups g JOIN auth_group a ON "
            "a.id = g.group_id WHERE a.name LIKE '%@%'"
        )
        present = set(cursor.fetchall())
        cursor.executemany(
            "DELETE FROM district_user_groups WHERE group_id = %s AND user_id = %s",
            sorted(present - wanted),
        )
        cursor.executemany(
            "INSERT INTO district_user_groups (group_id, user_id) VALUES (%s, %s)",
            sorted(wanted - present),
        )


def _grants(places: dict[int, tuple[str, int | None, int | None]]) -> None:
    codes = dict(
        Permission.objects.filter(
            content_type__app_label="district", content_type__model="school"
        ).values_list("codename", "id")
    )
    by_area: dict[int | None, list[int]] = defaultdict(list)
    everywhere = []
    for school_id, area_id in School.objects.values_list("id", "area_id"):
        by_area[area_id].append(school_id)
        everywhere.append(school_id)
    wanted = {
        (group, codes[codename], school)
        for group, (role, school_id, area_id) in places.items()
        for codename in ROLE_GRANTS.get(role, ())
        for school in ([school_id] if school_id else by_area[area_id] if area_id else everywhere)
    }
    rows = SchoolGroupPermission.objects.filter(group__name__contains="@")
    present = {
        (g, p, s): pk
        for pk, g, p, s in rows.values_list("id", "group_id", "permission_id", "content_object_id")
    }
    SchoolGroupPermission.objects.filter(
        id__in=[present[key] for key in present.keys() - wanted]
    ).delete()
    SchoolGroupPermission.objects.bulk_create(
        [
            SchoolGroupPermission(group_id=g, permission_id=p, content_object_id=s)
            for g, p, s in sorted(wanted - present.keys())
        ]
    )
