"""Staff posts (a role at a school, an area or the whole district) and the permissions on schools
that follow.

A post puts its holder into the group of that role at that place; django-guardian grants on School
hang on the group (direct foreign keys: measured 10-29 ms for a worklist where the generic tables
took 1.3 s)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class Role(models.TextChoices):
    """The roles of domain.md A2.1."""

    SSW = "SSW", _("school social worker")
    COUNSELOR = "COUNSELOR", _("counselor")
    NURSE = "NURSE", _("nurse")
    TEACHER = "TEACHER", _("teacher")
    PRINCIPAL = "PRINCIPAL", _("principal")
    DATA_MANAGER = "DATA_MANAGER", _("data manager")
    SUPERVISOR = "SUPERVISOR", _("supervisor")
    STREET_LEAD = "STREET_LEAD", _("street team lead")
    STREET_MEMBER = "STREET_MEMBER", _("street team member")
    COURT_COORD = "COURT_COORD", _("court coordinator")
    TITLE_IX_COORDINATOR = "TITLE_IX_COORDINATOR", _("Title IX coordinator")
    DISTRICT_ADMIN = "DISTRICT_ADMIN", _("district administrator")
    # these three give nothing at a school: an auditor reads who read what, counsel sets legal
    # holds, the deputy superintendent decides what is beyond the coordinator
    AUDITOR = "AUDITOR", _("auditor")
    COUNSEL = "COUNSEL", _("counsel")
    DEPUTY = "DEPUTY", _("deputy superintendent")


# What each role may do with the cases of its schools. A district administrator reads no case
# (domain.md C3); Title IX is granted case by case and never follows from a post.
ROLE_GRANTS: dict[str, tuple[str, ...]] = {
    Role.SSW: ("view_cases", "work_cases", "mail_cases"),
    Role.COUNSELOR: ("view_cases",),
    Role.NURSE: ("view_cases",),
    Role.PRINCIPAL: ("view_cases", "sign_cases", "mail_cases"),
    Role.DATA_MANAGER: ("view_cases", "mail_cases"),
    Role.SUPERVISOR: ("view_cases", "supervise_cases"),
    # these see what they were asked to do and what they need for it, never the case itself
    Role.STREET_LEAD: ("locate_cases", "lead_locates"),
    Role.STREET_MEMBER: ("locate_cases",),
    Role.COURT_COORD: ("court_cases",),
}


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Post(models.Model):
    """A role held by a user at a school, in an area, or (both empty) in the whole district."""

    user = models.ForeignKey("district.User", models.CASCADE, related_name="posts")
    role = models.CharField(_("role"), max_length=32, choices=Role)
    school = models.ForeignKey(
        "district.School", models.CASCADE, null=True, blank=True, related_name="posts"
    )
    area = models.ForeignKey(
        "district.Area", models.CASCADE, null=True, blank=True, related_name="posts"
    )
    starts = models.DateField(_("from"), null=True, blank=True)
    ends = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("delivered by"), max_length=32, default="sis")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(school__isnull=True) | models.Q(area__isnull=True),
                name="post_one_place",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "school", "area"], name="post_key", nulls_distinct=False
            ),
        ]


class SchoolGroupPermission(GroupObjectPermissionBase):
    """django-guardian grant of a group on a school."""

    content_object: Any = models.ForeignKey("district.School", on_delete=models.CASCADE)


class SchoolUserPermission(UserObjectPermissionBase):
    """django-guardian grant of one user on a school (not used by posts; exists so that guardian
    finds a direct model)."""

    content_object: Any = models.ForeignKey("district.School", on_delete=models.CASCADE)
