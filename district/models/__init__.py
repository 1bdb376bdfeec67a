"""The district's master data: places, people, enrolments, posts and imports."""

from .changes import AdminChange
from .enrolment import Enrollment
from .imports import Import, ImportIssue, TouchedStudent
from .notices import StudentNotice
from .people import Guardian, Student, User
from .places import Area, Calendar, CalendarDay, DayType, District, School, SchoolYear
from .posts import ROLE_GRANTS, Post, Role, SchoolGroupPermission, SchoolUserPermission
from .tokens import ApiRequest, ApiToken, Scope

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
