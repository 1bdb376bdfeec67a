"""The district's master data: places, people, enrolments, posts and imports."""

from district.models.changes import AdminChange
from district.models.enrolment import Enrollment
from district.models.imports import Import, ImportIssue, TouchedStudent
from district.models.notices import StudentNotice
from district.models.people import Guardian, Student, User
from district.models.places import (
    Area,
    Calendar,
    CalendarDay,
    DayType,
    District,
    School,
    SchoolYear,
)
from district.models.posts import (
    ROLE_GRANTS,
    Post,
    Role,
    SchoolGroupPermission,
    SchoolUserPermission,
)
from district.models.tokens import ApiRequest, ApiToken, Scope

__all__ = [
    "ROLE_GRANTS",
    "AdminChange",
    "ApiRequest",
    "ApiToken",
    "Area",
    "Calendar",
    "CalendarDay",
    "DayType",
    "District",
    "Enrollment",
    "Guardian",
    "Import",
    "ImportIssue",
    "Post",
    "Role",
    "School",
    "SchoolGroupPermission",
    "SchoolUserPermission",
    "SchoolYear",
    "Scope",
    "Student",
    "StudentNotice",
    "TouchedStudent",
    "User",
]
