"""Choices that forms and pages of several wings offer: causes of absence, roles at a conference,
yes or no, languages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# Root-cause codes (domain.md A2.4).
CAUSES = [
    ("health", _("Health")),
    ("mental_health", _("Mental health or anxiety")),
    ("transport", _("Transport")),
    ("housing", _("Housing")),
    ("work", _("Work")),
    ("sibling_care", _("Care of a brother or sister")),
    ("safety", _("Safety or bullying")),
    ("disengagement", _("Lost interest")),
    ("academic", _("School work")),
    ("family_crisis", _("Family crisis")),
    ("discipline", _("Discipline")),
    ("language", _("Language or immigration")),
    ("custody", _("Custody")),
    ("other", _("Other")),
]


CONFERENCE_ROLES = [
    ("ssw", _("Social worker")),
    ("administrator", _("Administrator")),
    ("parent", _("Parent or guardian")),
    ("student", _("Student")),
    ("teacher", _("Teacher")),
    ("counselor", _("Counselor")),
    ("nurse", _("Nurse")),
    ("ec_teacher", _("EC teacher (IEP)")),
    ("interpreter", _("Interpreter")),
    ("other", _("Somebody else")),
]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
