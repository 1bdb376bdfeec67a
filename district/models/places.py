"""Where things happen: the district, its areas, schools, school years and calendars."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """The one district that this database belongs to (a single row): what its letterhead says."""

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A group of schools under one supervisor."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class SchoolYear(models.Model):
    """A school year, named by the year in which it begins (2026 is 2026-27)."""

    year = models.PositiveSmallIntegerField(_("begins in"), primary_key=True)
    starts = models.DateField(_("first date that belongs to it"))
    ends = models.DateField(_("last date that belongs to it"))

    def __str__(self) -> str:
        return f"{self.year}-{(self.year + 1) % 100:02d}"


class DayType(models.TextChoices):
    """What a day is at a school (domain.md A3.1). MAKEUP counts as instructional."""

    INSTRUCTIONAL = "INSTRUCTIONAL", _("instructional day")
    WORKDAY = "WORKDAY", _("teacher workday")
    HOLIDAY = "HOLIDAY", _("holiday")
    BREAK = "BREAK", _("break")
    CLOSURE = "CLOSURE", _("closure")
    MAKEUP = "MAKEUP", _("make-up day")


INSTRUCTIONAL_TYPES = (DayType.INSTRUCTIONAL, DayType.MAKEUP)


class Calendar(models.Model):
    """A calendar that one or more schools follow. `revision` grows with every amendment (domain.md
    N8)."""

    source = models.CharField(_("delivered by"), max_length=32, default="sis")
    calendar_id = models.CharField(_("number in the source"), max_length=64)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "calendar_id"], name="calendar_key")
        ]

    def __str__(self) -> str:
        return self.calendar_id


class CalendarDay(models.Model):
    """One date of a calendar. `ordinal` = instructional days of this calendar up to and including
    the date, over all its years, so that the n-th school day after d is the instructional date
    whose ordinal is ordinal(d) + n."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    date = models.DateField()
    day_type = models.CharField(max_length=16, choices=DayType)
    minutes = models.PositiveSmallIntegerField(default=0)
    is_membership_day = models.BooleanField(default=True)
    instructional = models.BooleanField(
        default=True, help_text="day_type is INSTRUCTIONAL or MAKEUP"
    )
    ordinal = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_key")
        ]
        indexes = [
            models.Index(
                fields=["calendar", "ordinal"],
                condition=models.Q(instructional=True),
                name="calendar_day_ordinal",
            )
        ]


class School(models.Model):
    """A school. `school_id` is the number that the source system gives it."""

    source = models.CharField(_("delivered by"), max_length=32, default="sis")
    school_id = models.CharField(_("school number"), max_length=64)
    state_school_number = models.CharField(_("state school number"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=200)
    level = models.CharField(_("level"), max_length=32, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="schools")
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="schools"
    )
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    open_from = models.DateField(_("open from"), null=True, blank=True)
    open_to = models.DateField(_("open until"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "school_id"], name="school_key")]
        # What a post lets its holder do at a school. The engine asks for these codenames;
        # ROLE_GRANTS gives them.
        permissions = [
            ("view_cases", "may read the school's cases"),
            ("work_cases", "may work the school's cases"),
            ("sign_cases", "may sign letters and make findings"),
            ("mail_cases", "may mail letters and record delivery"),
            ("supervise_cases", "may assign, hold and watch the school's cases"),
            # what lets its holder do single things without reading the school's cases
            ("locate_cases", "may work the school's requests to find a student"),
            ("lead_locates", "may accept and dispatch the school's requests to find a student"),
            ("court_cases", "may work the school's enrolments in the court programme"),
        ]

    def __str__(self) -> str:
        return self.name
