"""Cases for a synthetic district, made by SQL: 1,100,000 cases of eight years, 100,000 of them
open, each with a promise."""

from __future__ import annotations

from benchmarks.common import sql

CASES, OPEN = 1_100_000, 100_000
DUTIES = (
    "ARRAY['notice_L3','notice_L6','notice_L10','root_cause','arc_schedule','arc_hold','assign',"
    "'confirm_address']"
)


def build(cases: int = CASES, open_cases: int = OPEN) -> None:
    """The whole of it, ready to be measured."""
    rows(cases, open_cases)
    sql("VACUUM ANALYZE casework_case")
    sql("VACUUM ANALYZE casework_clock")
    sql("ANALYZE")


def rows(cases: int, open_cases: int) -> None:
    """Cases with owners, clocks and the first line of each clock's history. Triggers rest while
    the rows are made. What ended did so before 1 March 2027: a closed case was opened 65 days or
    more before it."""
    sql("SET session_replication_role = replica")
    _people_and_cases(cases, open_cases)
    _promises()
    sql("SET session_replication_role = DEFAULT")


def _people_and_cases(cases: int, open_cases: int) -> None:
    sql(
        "INSERT INTO district_user (username, password, first_name, last_name, email, "
        "is_superuser, is_staff, is_active, date_joined, phone, language) "
        "SELECT 'owner' || n, '', 'O', 'W' || n, '', false, false, true, now(), '', 'en' FROM "
        "generate_series(1, 200) n ON CONFLICT DO NOTHING"
    )
    sql(
        f"""
        INSERT INTO casework_case (number, kind, rules, policy, state, revision,
                                   school_id, owner_id, episode, opened_on, closed_on,
                                   closed_reason, next_due, next_duty, next_day0,
                                   last_contact_on, head_seq, head_hash, updated_at)
        SELECT 'ATT-2019-' || lpad(n::text, 7, '0'), 'ATT', 'att-2026', 'nc-cms@2026.1',
               CASE WHEN x.open THEN 'TIER2' ELSE 'CLOSED' END, 1,
               s.id, u.id, 1, x.opened, CASE WHEN NOT x.open THEN x.opened + 60 END,
               '', CASE WHEN x.open THEN DATE '2027-03-01' + (n %% 90) - 30 END,
               CASE WHEN x.open THEN ({DUTIES})[1 + n %% 8] ELSE '' END,
               CASE WHEN x.open THEN DATE '2027-02-10' END,
               NULL, 1, '', now()
          FROM generate_series(1, %(cases)s) n
         CROSS JOIN LATERAL (
                SELECT n <= %(open)s AS open,
                       DATE '2027-03-01'
                       - CASE WHEN n <= %(open)s THEN n %% 1500 ELSE 65 + n %% 1435 END AS opened
               ) x
          JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM district_school) s
            ON s.k = (n::bigint * 7919) %% (SELECT count(*) FROM district_school)
          JOIN (
                SELECT id, row_number() OVER (ORDER BY id) - 1 AS k
                  FROM district_user
                 WHERE username LIKE 'owner%%'
               ) u ON u.k = s.k
        """,
        **{"open": open_cases, "cases": cases},
    )


def _promises() -> None:
    sql(
        f"""
        INSERT INTO casework_clock (id, case_id, kind, day0, day0_basis,
                                    unit, n, original_due, due,
                                    status, stop_event, stopped_on,
                                    episode, ladder, roll, role, extended_by, extensions,
                                    held_days, generation, "then", provisional)
        SELECT gen_random_uuid(), c.id, ({DUTIES})[1 + c.id % 8], c.opened_on, 'x',
               'calendar', 20, coalesce(c.next_due, c.opened_on + 20),
               coalesce(c.next_due,
                        c.opened_on + 20 + CASE WHEN c.id % 9 = 0 THEN 10 ELSE 0 END),
               CASE WHEN c.closed_on IS NULL THEN 'RUNNING'
                    WHEN c.id % 31 = 0 THEN 'CANCELLED'
                    ELSE 'MET' END, '',
               CASE WHEN c.closed_on IS NOT NULL THEN c.opened_on + (c.id % 35)::int END,
               1, 'default', 'none', 'SSW', 0, 0,
               0, 1, '', false
          FROM casework_case c
         WHERE c.number LIKE 'ATT-2019-%'
        """
    )
    sql(
        'INSERT INTO casework_clockchange (clock_id, at, op, new_due, reason, "on", data) '
        "SELECT id, now(), 'START', due, '', day0, '{}' FROM casework_clock WHERE day0_basis = 'x'"
    )
    sql(
        "INSERT INTO attendance_attendancecase (case_ptr_id, student_id, school_year, stage, "
        "triggers, worked, resume_state, exclusions, prior_year_tier3) "
        "SELECT c.id, s.id, 2000 + (c.k / c.students)::int, 'TIER2', '{}', false, '', '{}', false "
        "FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k, (SELECT count(*) FROM "
        "district_student) AS students "
        "FROM casework_case WHERE number LIKE 'ATT-2019-%') c "
        "JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM district_student) s ON s.k "
        "= c.k % c.students"
    )
