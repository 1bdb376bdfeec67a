"""What staff are asked to do before they act on a student, without being told why."""

from __future__ import annotations

from django.db import models


class StudentNotice(models.Model):
    """While one stands, staff call the district before they contact the family. It says neither who
    asked for it nor why: several offices use it, and it points nowhere (domain.md C3)."""

    student = models.ForeignKey("district.Student", models.CASCADE, related_name="notices")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["student"], condition=models.Q(until=None), name="student_notice_open"
            )
        ]
