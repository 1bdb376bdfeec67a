"""A synthetic district of the model's size, made by SQL: 141,000 students, 186 schools, 180
days."""

from __future__ import annotations

from datetime import date

from benchmarks.common import sql

STUDENTS, SCHOOLS, DAYS = 141_000, 186, 180
FIRST = date(2026, 8, 3)


def build(students: int = STUDENTS) -> None:
    """Schools, calendar, students, enrolments; no mark yet."""
    sql(
        "INSERT INTO district_schoolyear (year, starts, ends) VALUES (2026, '2026-07-01', "
        "'2027-06-30')"
    )
    sql("INSERT INTO district_calendar (source, calendar_id, revision) VALUES ('sis', 'main', 1)")
    sql(
        "INSERT INTO district_calendarday (calendar_id, date, day_type, minutes, "
        "is_membership_day, instructional, ordinal) "
        "SELECT c.id, d::date, 'INSTRUCTIONAL', 390, true, true, row_number() OVER (ORDER BY d) "
        "FROM district_calendar c, "
        "generate_series(%s::date, %s::date + 400, interval '1 day') d WHERE extract(isodow FROM "
        "d) < 6 LIMIT %s",
        FIRST,
        FIRST,
        DAYS,
    )
    sql(
        "INSERT INTO district_school (source, school_id, state_school_number, name, level, "
        "calendar_id, address, phone) "
        "SELECT 'sis', n::text, '', 'School ' || n, '', c.id, '', '' FROM generate_series(1, %s) "
        "n, district_calendar c",
        SCHOOLS,
    )
    sql(
        "INSERT INTO district_student (source, student_id, state_student_id, first_name, "
        "middle_name, last_name, grade, home_language, flags, race_ethnicity, sex) "
        "SELECT 'sis', 'S' || n, '', 'A', '', 'B' || n, '5', 'en', '[]', '', '' FROM "
        "generate_series(1, %s) n",
        students,
    )
    sql(
        "INSERT INTO district_enrollment (source, enrollment_id, student_id, school_id, "
        "entry_date, entry_code, exit_code, service_type, derived) "
        "SELECT 'sis', 'E' || s.id, s.id, k.id, %s, '', '', 'P', false FROM district_student s "
        "JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM district_school) k ON k.n "
        "= s.id %% %s",
        FIRST,
        SCHOOLS,
    )
    sql("SELECT attendance_ensure_partitions('2026-07-01', '2027-06-30')")
    sql("ANALYZE")


def absences(per_day: int) -> None:
    """Marks of a whole year: so many students of each day, spread unevenly as in life."""
    sql(
        "WITH drawn AS MATERIALIZED (SELECT d.date, r.n, (power(random(), 2.2) * (e.total - "
        "1))::int AS place "
        "FROM district_calendarday d CROSS JOIN generate_series(1, %s) r(n) CROSS JOIN (SELECT "
        "count(*) AS total FROM district_enrollment) e), "
        "placed AS MATERIALIZED (SELECT student_id, school_id, row_number() OVER (ORDER BY id) - 1 "
        "AS place FROM district_enrollment) "
        "INSERT INTO attendance_mark (day, student_id, school_id, code, mark_class, excuse, "
        "reason_text, known_from, recorded_at) "
        "SELECT DISTINCT ON (x.date, p.student_id) x.date, p.student_id, p.school_id, CASE WHEN "
        "x.n %% 3 = 0 THEN '2A' ELSE '1A' END, "
        "CASE WHEN x.n %% 3 = 0 THEN 2 ELSE 1 END, '', '', x.date, now() FROM drawn x JOIN placed "
        "p USING (place)",
        per_day,
    )
    sql("ANALYZE attendance_mark")
