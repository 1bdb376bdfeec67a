"""The canonical files of schools, calendars, people and enrolments, and how their good rows become
the district's."""

from __future__ import annotations

from district.imports.specs import Column, FileSpec, register, text
from district.imports.staging import Delivery, Issue
from district.issue_reasons import say
from district.models import DayType, Role

FLAGS = ("ec", "section504", "ell", "mckinney_vento", "foster", "military")


def _upserted(delivery: Delivery, spec: FileSpec, sql: str) -> None:
    """Run an upsert that returns whether each written row is new, and count."""
    written = [row[0] for row in delivery.rows(sql)]
    counts = delivery.count(spec.name)
    counts.new += sum(written)
    counts.changed += len(written) - sum(written)
    good = delivery.rows(f"SELECT count(*) FROM {spec.table}")[0][0]
    counts.unchanged += good - len(written)


def _upsert(table: str, key: str, columns: dict[str, str], source: str) -> str:
    """INSERT ... ON CONFLICT that writes only rows that differ; `columns` maps a column to its SQL
    expression."""
    names = ", ".join(columns)
    changing = [name for name in columns if name not in key.split(", ")]
    sets = ", ".join(f"{name} = excluded.{name}" for name in changing)
    old, new = (", ".join(f"{side}.{name}" for name in changing) for side in ("t", "excluded"))
    return (
        f"INSERT INTO {table} AS t ({names}) SELECT {', '.join(columns.values())} FROM {source} "
        f"ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE ({old}) IS DISTINCT FROM ({new}) "
        "RETURNING (xmax = 0)"
    )


def _or_empty(name: str) -> str:
    return f"coalesce(s.{name}, '')"


def _bool(name: str, default: str) -> str:
    return (
        f"CASE WHEN lower(s.{name}) IN ('true','1','yes','y','t') THEN true WHEN "
        f"coalesce(s.{name}, '') = '' THEN {default} ELSE false END"
    )


# -- calendars -------------------------------------------------------------------------------------


def apply_calendar(delivery: Delivery) -> None:
    """Days of calendars; ordinals are counted anew and the revision grows for every calendar that
    changed (N8)."""
    spec = CALENDAR
    delivery.run(
        "INSERT INTO district_calendar (source, calendar_id, revision) SELECT DISTINCT "
        "%(source)s, calendar_id, 1 "
        "FROM stage_calendar_days ON CONFLICT DO NOTHING"
    )
    _upserted(
        delivery,
        spec,
        _upsert(
            "district_calendarday",
            "calendar_id, date",
            {
                "calendar_id": "c.id",
                "date": "s.date::date",
                "day_type": "s.day_type",
                "minutes": "coalesce(nullif(s.minutes, '')::smallint, 0)",
                "is_membership_day": _bool(
                    "is_membership_day", "s.day_type IN ('INSTRUCTIONAL', 'MAKEUP')"
                ),
                "instructional": "s.day_type IN ('INSTRUCTIONAL', 'MAKEUP')",
                "ordinal": (
                    "coalesce((SELECT ordinal FROM district_calendarday d WHERE d.calendar_id "
                    "= c.id AND d.date = s.date::date), 0)"
                ),
            },
            (
                "stage_calendar_days s JOIN district_calendar c ON c.source = %(source)s AND "
                "c.calendar_id = s.calendar_id"
            ),
        ),
    )
    ended = delivery.run(
        "DELETE FROM district_calendarday d USING district_calendar c WHERE c.id = "
        "d.calendar_id AND c.source = %(source)s "
        "AND d.date BETWEEN %(starts)s AND %(ends)s "
        "AND EXISTS (SELECT 1 FROM stage_calendar_days s WHERE s.calendar_id = c.calendar_id) "
        "AND NOT EXISTS (SELECT 1 FROM stage_calendar_days s WHERE s.calendar_id = "
        "c.calendar_id AND s.date::date = d.date)"
    )
    delivery.count(spec.name).ended += ended
    counts = delivery.count(spec.name)
    if counts.new or counts.changed or ended:
        delivery.run(_ORDINALS)
        delivery.run(
            "UPDATE district_calendar SET revision = revision + 1 WHERE source = "
            "%(source)s AND EXISTS "
            "(SELECT 1 FROM stage_calendar_days s WHERE s.calendar_id = "
            "district_calendar.calendar_id)"
        )


_ORDINALS = """
UPDATE district_calendarday d SET ordinal = o.ordinal
  FROM (SELECT id, count(*) FILTER (WHERE instructional) OVER (PARTITION BY calendar_id ORDER BY date) AS ordinal
          FROM district_calendarday) o
 WHERE o.id = d.id AND d.ordinal <> o.ordinal
"""


# -- schools ---------------------------------------------------------------------------------------


def apply_schools(delivery: Delivery) -> None:
    """Schools and their areas. A school that vanishes from the file stays: its cases do."""
    delivery.run(
        "INSERT INTO district_area (name) SELECT DISTINCT area FROM stage_schools WHERE "
        "coalesce(area, '') <> '' ON CONFLICT DO NOTHING"
    )
    _upserted(
        delivery,
        SCHOOLS,
        _upsert(
            "district_school",
            "source, school_id",
            {
                "source": "%(source)s",
                "school_id": "s.school_id",
                "state_school_number": _or_empty("state_school_number"),
                "name": "s.name",
                "level": _or_empty("level"),
                "area_id": "a.id",
                "calendar_id": "c.id",
                "address": "replace(coalesce(s.address, ''), '|', E'\\n')",
                "phone": _or_empty("phone"),
                "open_from": "nullif(s.open_from, '')::date",
                "open_to": "nullif(s.open_to, '')::date",
            },
            (
                "stage_schools s LEFT JOIN district_area a ON a.name = s.area "
                "LEFT JOIN district_calendar c ON c.source = %(source)s AND c.calendar_id = "
                "s.calendar_id"
            ),
        ),
    )
    for number, calendar in delivery.rows(
        "SELECT s.school_id, s.calendar_id FROM stage_schools s LEFT JOIN "
        "district_calendar c ON c.source = %(source)s "
        "AND c.calendar_id = s.calendar_id WHERE coalesce(s.calendar_id, '') <> '' AND c.id IS NULL"
    ):
        delivery.add_issue(
            Issue(
                SCHOOLS.name,
                None,
                "calendar_id",
                calendar,
                say("NO_CALENDAR", school=number),
                "WARNING",
            )
        )


# -- students and guardians ------------------------------------------------------------------------


def apply_students(delivery: Delivery) -> None:
    """Students; one who vanishes stays (history), membership ends by enrolments."""
    flags = " || ".join(
        (
            f"CASE WHEN lower(coalesce(s.{flag}, '')) IN ('true','1','yes','y','t') THEN "
            f"'[\"{flag}\"]'::jsonb ELSE '[]'::jsonb END"
        )
        for flag in FLAGS
    )
    _upserted(
        delivery,
        STUDENTS,
        _upsert(
            "district_student",
            "source, student_id",
            {
                "source": "%(source)s",
                "student_id": "s.student_id",
                "state_student_id": _or_empty("state_student_id"),
                "first_name": "s.first",
                "middle_name": _or_empty("middle"),
                "last_name": "s.last",
                "dob": "nullif(s.dob, '')::date",
                "grade": _or_empty("grade"),
                "home_language": "coalesce(nullif(s.home_language, ''), 'en')",
                "flags": flags,
                "race_ethnicity": _or_empty("race_ethnicity"),
                "sex": _or_empty("sex"),
                "eds": _bool("eds", "NULL"),
            },
            "stage_students s",
        ),
    )
    for (count,) in delivery.rows(
        "SELECT count(*) FROM (SELECT state_student_id FROM district_student WHERE source "
        "= %(source)s AND state_student_id <> '' "
        "AND merged_into_id IS NULL GROUP BY state_student_id HAVING count(*) > 1) d"
    ):
        if count:
            delivery.notes.append(say("SAME_STATE_NUMBER", count=count))


def apply_guardians(delivery: Delivery) -> None:
    """Contacts; those of a delivered student that are no longer listed are removed (their history
    is kept)."""
    spec = GUARDIANS
    delivery.reject(spec, "st.id IS NULL", "student_id", say("NO_SUCH_STUDENT"), _STUDENT_OF)
    _upserted(
        delivery,
        spec,
        _upsert(
            "district_guardian",
            "source, student_id, guardian_id",
            {
                "source": "%(source)s",
                "student_id": "st.id",
                "guardian_id": "s.guardian_id",
                "name": "s.name",
                "relation": _or_empty("relation"),
                "legal_rights": _bool("legal_rights", "true"),
                "address": "replace(coalesce(s.address, ''), '|', E'\\n')",
                "phone": _or_empty("phone"),
                "email": _or_empty("email"),
                "language": "coalesce(nullif(s.language, ''), 'en')",
                "contact_order": "coalesce(nullif(s.contact_order, '')::smallint, 1)",
                "do_not_contact": _bool("do_not_contact", "false"),
            },
            f"{spec.table} s {_STUDENT_OF}",
        ),
    )
    delivery.count(spec.name).ended += delivery.run(
        f"WITH listed AS (SELECT st.id, s.guardian_id FROM {spec.table} s {_STUDENT_OF}) "
        "DELETE FROM district_guardian g WHERE g.source = %(source)s AND g.student_id IN "
        "(SELECT id FROM listed) "
        "AND (g.student_id, g.guardian_id) NOT IN (SELECT id, guardian_id FROM listed)"
    )


# A record that was merged into another leads to the survivor.
STUDENTS_NOW = (
    "(SELECT source, student_id, coalesce(merged_into_id, id) AS id FROM district_student)"
)
_STUDENT_OF = (
    f"LEFT JOIN {STUDENTS_NOW} st ON st.source = %(source)s AND st.student_id = s.student_id"
)
_SCHOOL_OF = "LEFT JOIN district_school sc ON sc.source = %(source)s AND sc.school_id = s.school_id"


# -- enrolments ------------------------------------------------------------------------------------


def apply_enrollments(delivery: Delivery) -> None:
    """Spans of membership. Students whose spans changed are touched: their days enrolled are
    counted anew (A3.3)."""
    spec = ENROLLMENTS
    delivery.reject(spec, "st.id IS NULL", "student_id", say("NO_SUCH_STUDENT"), _STUDENT_OF)
    delivery.reject(spec, "sc.id IS NULL", "school_id", say("NO_SUCH_SCHOOL"), _SCHOOL_OF)
    delivery.reject(
        spec,
        "coalesce(s.exit_date, '') <> '' AND s.exit_date::date < s.entry_date::date",
        "exit_date",
        say("EXIT_BEFORE_ENTRY"),
    )
    delivery.reject(
        spec, "s.prior_unexcused LIKE '-%%'", "prior_unexcused", say("NOT_A_NUMBER/negative")
    )
    delivery.make(
        "enrollments_before", "SELECT * FROM district_enrollment WHERE source = %(source)s"
    )
    _upserted(
        delivery,
        spec,
        _upsert(
            "district_enrollment",
            "source, enrollment_id",
            {
                "source": "%(source)s",
                "enrollment_id": "s.enrollment_id",
                "student_id": "st.id",
                "school_id": "sc.id",
                "entry_date": "s.entry_date::date",
                "entry_code": _or_empty("entry_code"),
                "exit_date": "nullif(s.exit_date, '')::date",
                "exit_code": _or_empty("exit_code"),
                "prior_unexcused": "nullif(s.prior_unexcused, '')::smallint",
                "service_type": "coalesce(nullif(s.service_type, ''), 'P')",
                "derived": _bool("derived", "false"),
            },
            f"{spec.table} s {_STUDENT_OF} {_SCHOOL_OF}",
        ),
    )
    delivery.count(spec.name).ended += delivery.run(
        "DELETE FROM district_enrollment e WHERE e.source = %(source)s AND e.entry_date "
        "BETWEEN %(starts)s AND %(ends)s "
        f"AND NOT EXISTS (SELECT 1 FROM {spec.table} s WHERE s.enrollment_id = e.enrollment_id)"
    )
    delivery.run(
        "INSERT INTO district_touchedstudent (run_id, student_id) SELECT DISTINCT "
        "%(run)s::uuid, coalesce(e.student_id, b.student_id) "
        "FROM (SELECT * FROM district_enrollment WHERE source = %(source)s) e FULL JOIN "
        "enrollments_before b ON b.id = e.id "
        "WHERE (e.id, e.student_id, e.school_id, e.entry_date, e.exit_date) IS DISTINCT FROM "
        "(b.id, b.student_id, b.school_id, b.entry_date, b.exit_date) ON CONFLICT DO NOTHING"
    )


# -- staff -----------------------------------------------------------------------------------------


def apply_staff(delivery: Delivery) -> None:
    """Posts and, for new people, accounts without a password (single sign-on or an invitation lets
    them in)."""
    spec = STAFF
    delivery.reject(
        spec,
        "coalesce(s.school_id, '') <> '' AND sc.id IS NULL",
        "school_id",
        say("NO_SUCH_SCHOOL/post"),
        _SCHOOL_OF,
    )
    delivery.run(
        "INSERT INTO district_user (password, is_superuser, username, first_name, "
        "last_name, email, is_staff, is_active, "
        "date_joined, staff_id, phone, language) "
        "SELECT DISTINCT ON (s.staff_id) '!' || md5(random()::text), false, 'staff-' || "
        "s.staff_id, "
        "left(split_part(s.name, ' ', 1), 150), left(substr(s.name, strpos(s.name || ' ', "
        "' ') + 1), 150), coalesce(s.email, ''), "
        "false, true, now(), s.staff_id, '', 'en' FROM stage_staff_roles s "
        "WHERE NOT EXISTS (SELECT 1 FROM district_user u WHERE u.staff_id = s.staff_id) "
        "ORDER BY s.staff_id, s.line"
    )
    joined = f"{spec.table} s JOIN district_user u ON u.staff_id = s.staff_id {_SCHOOL_OF}"
    same = (
        "p.user_id = u.id AND p.role = s.role AND p.school_id IS NOT DISTINCT FROM sc.id AND "
        "p.area_id IS NULL"
    )
    counts = delivery.count(spec.name)
    counts.new += delivery.run(
        "INSERT INTO district_post (user_id, role, school_id, area_id, starts, ends, source) "
        "SELECT DISTINCT ON (u.id, s.role, sc.id) u.id, s.role, sc.id, NULL::bigint, "
        "nullif(s.\"from\", '')::date, nullif(s.\"to\", '')::date, %(source)s "
        f"FROM {joined} WHERE NOT EXISTS (SELECT 1 FROM district_post p WHERE {same})"
    )
    counts.ended += delivery.run(
        "DELETE FROM district_post p WHERE p.source = %(source)s AND NOT EXISTS (SELECT 1 "
        f"FROM {joined} WHERE {same})"
    )
    counts.unchanged += delivery.rows(f"SELECT count(*) FROM {spec.table}")[0][0] - counts.new
    from district.role_assignments import sync_posts

    sync_posts()


CALENDAR = FileSpec(
    "calendar_days.csv",
    (
        text("calendar_id", 64, required=True),
        Column("date", "date", required=True),
        Column("day_type", required=True, words=tuple(DayType.values)),
        Column("minutes", "int"),
        Column("is_membership_day", "bool"),
    ),
    ("calendar_id", "date"),
    apply_calendar,
    order=10,
)
SCHOOLS = FileSpec(
    "schools.csv",
    (
        text("school_id", 64, required=True),
        text("state_school_number", 64),
        text("name", required=True),
        text("level", 32),
        text("area", 100),
        text("calendar_id", 64),
        text("address", 1000),
        text("phone", 40),
        Column("open_from", "date"),
        Column("open_to", "date"),
    ),
    ("school_id",),
    apply_schools,
    order=20,
)
STUDENTS = FileSpec(
    "students.csv",
    (
        text("student_id", 64, required=True),
        text("state_student_id", 64),
        text("first", 100, required=True),
        text("middle", 100),
        text("last", 100, required=True),
        Column("dob", "date"),
        text("grade", 8),
        text("home_language", 16),
        *[Column(flag, "bool") for flag in FLAGS],
        text("race_ethnicity", 64),
        text("sex", 16),
        Column("eds", "bool"),
    ),
    ("student_id",),
    apply_students,
    order=30,
)
GUARDIANS = FileSpec(
    "guardians.csv",
    (
        text("student_id", 64, required=True),
        text("guardian_id", 64, required=True),
        text("name", required=True),
        text("relation", 64),
        Column("legal_rights", "bool"),
        text("address", 1000),
        text("phone", 40),
        text("email", 254),
        text("language", 16),
        Column("contact_order", "int"),
        Column("do_not_contact", "bool"),
    ),
    ("student_id", "guardian_id"),
    apply_guardians,
    order=35,
)
ENROLLMENTS = FileSpec(
    "enrollments.csv",
    (
        text("enrollment_id", 96, required=True),
        text("student_id", 64, required=True),
        text("school_id", 64, required=True),
        Column("entry_date", "date", required=True),
        text("entry_code", 32),
        Column("exit_date", "date"),
        text("exit_code", 32),
        text("service_type", 8),
        Column("derived", "bool"),
        Column("prior_unexcused", "int"),
    ),
    ("enrollment_id",),
    apply_enrollments,
    order=40,
)
STAFF = FileSpec(
    "staff_roles.csv",
    (
        text("staff_id", 64, required=True),
        text("name", required=True),
        text("email", 254),
        Column("role", required=True, words=tuple(Role.values)),
        text("school_id", 64),
        Column("from", "date"),
        Column("to", "date"),
    ),
    ("staff_id", "role", "school_id"),
    apply_staff,
    order=60,
)


def register_files() -> None:
    """Make the district's own files known."""
    for spec in (CALENDAR, SCHOOLS, STUDENTS, GUARDIANS, ENROLLMENTS, STAFF):
        register(spec)
