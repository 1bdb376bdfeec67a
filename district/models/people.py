"""Who is involved: users who sign in, students, and the adults responsible for them."""

from __future__ import annotations

import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Somebody who signs in. What they may do comes from their posts alone, never from
    is_superuser."""

    staff_id = models.CharField(
        _("staff number"), max_length=64, null=True, blank=True, unique=True
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")

    def __str__(self) -> str:
        return self.get_full_name() or self.username


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Student(models.Model):
    """A student as the student information system knows them. A record that turned out to be
    somebody else's twin points to the surviving one by `merged_into` (domain.md C18)."""

    source = models.CharField(_("delivered by"), max_length=32, default="sis")
    student_id = models.CharField(_("student number"), max_length=64)
    state_student_id = models.CharField(_("state student number"), max_length=64, blank=True)
    first_name = models.CharField(_("first name"), max_length=100)
    middle_name = models.CharField(_("middle name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    dob = models.DateField(_("date of birth"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=8, blank=True)
    home_language = models.CharField(_("home language"), max_length=16, default="en")
    flags = models.JSONField(
        _("flags"),
        default=list,
        help_text="of ec, section504, ell, mckinney_vento, foster, military",
    )
    race_ethnicity = models.CharField(max_length=64, blank=True)
    sex = models.CharField(max_length=16, blank=True)
    eds = models.BooleanField(_("economically disadvantaged"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "student_id"], name="student_key")]
        indexes = [models.Index(fields=["last_name", "first_name"], name="student_name")]

    def __str__(self) -> str:
        # Shown on pages to those who may; never put a student in a log.
        return f"{self.last_name}, {self.first_name}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Guardian(models.Model):
    """A parent, guardian or custodian of one student, as one line of guardians.csv."""

    source = models.CharField(_("delivered by"), max_length=32, default="sis")
    guardian_id = models.CharField(_("contact number"), max_length=64)
    student = models.ForeignKey(Student, models.CASCADE, related_name="guardians")
    name = models.CharField(_("name"), max_length=200)
    relation = models.CharField(_("relation"), max_length=64, blank=True)
    legal_rights = models.BooleanField(_("has legal rights"), default=True)
    address = models.TextField(_("address"), blank=True, help_text="one line of the address a line")
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=16, default="en")
    contact_order = models.PositiveSmallIntegerField(_("order of contact"), default=1)
    do_not_contact = models.BooleanField(_("do not contact"), default=False)

    class Meta:
        ordering = ["contact_order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "student", "guardian_id"], name="guardian_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name
