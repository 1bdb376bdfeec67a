"""attendance.csv of the nightly delivery: staged rows become marks, with every earlier version kept
(domain.md A3.1)."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from attendance.rules import law, mark_sql
from casework.policy.policies import policy_for
from district import issue_reasons
from district.imports.canonical import STUDENTS_NOW
from district.imports.specs import Column, FileSpec, after_apply, register, register_step, text
from district.imports.staging import Delivery, Refused
from district.issue_reasons import Said, say
from district.models import Import


def _load(delivery: Delivery) -> dict[str, Any]:
    """The attendance policy in force on the delivery's date."""
    return dict(policy_for("attendance", delivery.as_of).data)


def check(delivery: Delivery) -> None:
    """Reject rows that cannot be true: unknown student or school, not enrolled there, no
    instructional day, no code."""
    policy, spec = _load(delivery), ATTENDANCE
    codes = {code: int(law.CLASSES[name]) for code, name in policy["code_map"].items()}
    rows = delivery.make(
        "checked",
        _CHECKED,
        codes=json.dumps(codes),
        present=str(policy["present_rule"]["min_fraction_of_day"]),
    )
    if (
        rows > delivery.rows(f"SELECT count(*) FROM {spec.table}")[0][0]
    ):  # two enrolments that overlap both hold the day
        delivery.run(
            "DELETE FROM checked a USING checked b WHERE a.line = b.line AND a.ctid > b.ctid"
        )
    problems = [
        ("student IS NULL", "student_id", "NO_SUCH_STUDENT"),
        ("school IS NULL", "school_id", "NO_SUCH_SCHOOL"),
        ("day > %(as_of)s", "date", "IN_THE_FUTURE"),
        ("day NOT BETWEEN %(starts)s AND %(ends)s", "date", "OTHER_SCHOOL_YEAR"),
        ("NOT instructional", "date", "NO_SCHOOL_DAY"),
        ("NOT enrolled", "school_id", "NOT_ENROLLED"),
        ("mark_class IS NULL", "code", "UNKNOWN_CODE"),
    ]
    anything = " OR ".join(f"({condition})" for condition, _column, _code in problems)
    if delivery.rows(f"SELECT 1 FROM checked WHERE {anything} LIMIT 1"):
        for condition, column, code in problems:
            where = f"s.line IN (SELECT line FROM checked WHERE {condition})"
            delivery.reject(spec, where, column, say(code))
            delivery.run(f"DELETE FROM checked WHERE {condition}")
    delivery.make("difference", _DIFFERENCE.format(coverage=coverage(delivery)))


# Every staged row with what it means. `day` sorts the joins; classes come from the policy's map,
# else status and excuse.
_CHECKED = f"""
WITH codes AS (SELECT key AS code, value::smallint AS named FROM jsonb_each_text(%(codes)s::jsonb)),
classed AS (
    SELECT s.line, st.id AS student, sc.id AS school, sc.calendar_id, s.date::date AS day, coalesce(s.code, '') AS code,
           CASE WHEN c.named IS NOT NULL AND (c.code <> '' OR coalesce(s.status, '') = '')
                THEN c.named
                WHEN s.status = 'A'
                THEN CASE coalesce(s.excuse, '')
                          WHEN 'U' THEN {mark_sql.UNEXCUSED}
                          WHEN 'E' THEN {mark_sql.EXCUSED}
                          WHEN 'X' THEN {mark_sql.EXCUSED}
                          ELSE {mark_sql.UNKNOWN} END
                WHEN s.status = 'T' THEN {mark_sql.TARDY}
                WHEN s.status = 'E' THEN {mark_sql.EARLY} END AS named,
           coalesce(s.excuse, '') AS excuse,
           nullif(s.minutes_absent, '')::smallint AS minutes_absent,
           nullif(s.minutes_scheduled, '')::smallint AS minutes_scheduled,
           nullif(s.fraction, '')::numeric AS fraction,
           coalesce(s.reason_text, '') AS reason_text
      FROM stage_attendance s
      LEFT JOIN {STUDENTS_NOW} st ON st.source = %(source)s AND st.student_id = s.student_id
      LEFT JOIN district_school sc ON sc.source = %(source)s AND sc.school_id = s.school_id
      LEFT JOIN codes c ON c.code = coalesce(s.code, '')
)
SELECT k.line, k.student, k.school, k.day, k.code, k.excuse, k.minutes_absent, k.minutes_scheduled, k.reason_text,
       CASE WHEN k.named {mark_sql.ABSENT}
                 AND k.minutes_absent IS NOT NULL AND k.minutes_scheduled > 0
                 AND (k.minutes_scheduled - k.minutes_absent)
                     >= %(present)s::numeric * k.minutes_scheduled
            THEN {mark_sql.EARLY}
            WHEN k.named {mark_sql.ABSENT}
                 AND k.minutes_absent IS NULL AND 1 - k.fraction >= %(present)s::numeric
            THEN {mark_sql.EARLY}
            ELSE k.named END::smallint AS mark_class,
       coalesce(d.instructional, false) AS instructional, e.student_id IS NOT NULL AS enrolled
  FROM classed k
  LEFT JOIN district_calendarday d ON d.calendar_id = k.calendar_id AND d.date = k.day
  LEFT JOIN district_enrollment e ON e.student_id = k.student AND e.school_id = k.school
                                  AND e.entry_date <= k.day AND coalesce(e.exit_date, 'infinity') >= k.day
"""

# What is new, changed or gone, on the days that the delivery covers.
_DIFFERENCE = f"""
SELECT coalesce(n.day, o.day) AS day, coalesce(n.student, o.student_id) AS student,
       n.school, n.code, n.excuse, n.mark_class, n.minutes_absent, n.minutes_scheduled, n.reason_text, o.mark_class AS old_class,
       CASE WHEN o.day IS NULL THEN 'new' WHEN n.day IS NULL THEN 'ended' ELSE 'changed' END AS what
  FROM (SELECT DISTINCT ON (day, student) *
          FROM checked
         WHERE mark_class <> {mark_sql.PRESENT}
         ORDER BY day, student, line) n
  FULL JOIN (SELECT m.* FROM attendance_mark m WHERE {{coverage}}) o
    ON o.day = n.day AND o.student_id = n.student
 WHERE (n.school, n.code, n.excuse, n.mark_class,
        n.minutes_absent, n.minutes_scheduled, n.reason_text)
       IS DISTINCT FROM
       (o.school_id, o.code, o.excuse, o.mark_class,
        o.minutes_absent, o.minutes_scheduled, o.reason_text)
"""


def coverage(delivery: Delivery) -> str:
    """Which stored marks the delivery speaks for: the year to date (default), only the days that it
    holds, or only the rows that it names (a delta, in which nothing vanishes)."""
    mode = str(delivery.manifest.get("attendance", "year_to_date"))
    own = "m.student_id IN (SELECT id FROM district_student WHERE source = %(source)s)"
    if mode == "year_to_date":
        return f"m.day BETWEEN %(starts)s AND %(as_of)s AND {own}"
    if mode == "days":
        return f"m.day IN (SELECT DISTINCT day FROM checked) AND {own}"
    if mode == "delta":
        return "(m.day, m.student_id) IN (SELECT day, student FROM checked)"
    raise Refused("MANIFEST_ATTENDANCE", mode=mode)


def guard(delivery: Delivery) -> Said | None:
    """Why a person must look at this delivery first (A3.1 rule 5, A-30), if so. A first delivery is
    no mass change."""
    check(delivery)
    limits = delivery.policy["mass_change"]
    last = (
        Import.objects.filter(
            source=delivery.source,
            state=Import.State.APPLIED,
            school_year=delivery.year_starts.year,
            report__has_key="files",
        )
        .order_by("-as_of", "-created_at")
        .first()
    )
    if last is None or not (last.report["files"].get(ATTENDANCE.name) or {}).get("read"):
        return None
    enrolled = delivery.rows(_ENROLLED)[0][0]
    changed = delivery.rows(_CHANGED_CLASS, seen=last.as_of)[0][0]
    if (
        changed >= limits["at_least_students"]
        and changed * 100 > enrolled * limits["class_percent"]
    ):
        return _held("classes", changed=changed, enrolled=enrolled, percent=limits["class_percent"])
    return _fewer_rows(delivery, last, limits) or _absurd_day(delivery, last, limits, enrolled)


_ENROLLED = """
SELECT count(DISTINCT student_id) FROM district_enrollment
 WHERE source = %(source)s AND entry_date <= %(as_of)s AND coalesce(exit_date, 'infinity') >= %(as_of)s
"""
_CHANGED_CLASS = f"""
SELECT count(DISTINCT student)
  FROM difference
 WHERE day <= %(seen)s
   AND coalesce(mark_class, {mark_sql.PRESENT}) <> coalesce(old_class, {mark_sql.PRESENT})
"""


_WORST_NEW_DAY = f"""
SELECT day, count(*)
  FROM difference
 WHERE day > %(seen)s AND mark_class {mark_sql.ABSENT}
 GROUP BY day
 ORDER BY 2 DESC
 LIMIT 1
"""


def _held(rule: str, **params: Any) -> Said:
    return say(f"MASS_CHANGE/{rule}", file=ATTENDANCE.name, **params)


def _fewer_rows(delivery: Delivery, last: Import, limits: dict[str, Any]) -> Said | None:
    if delivery.manifest.get("attendance", "year_to_date") != "year_to_date":
        return None
    before, now = (
        last.report["files"][ATTENDANCE.name]["read"],
        delivery.count(ATTENDANCE.name).read,
    )
    if before - now >= limits["at_least_rows"] and now * 100 < before * (
        100 - limits["rows_fall_percent"]
    ):
        return _held("rows", rows=now, before=before, percent=limits["rows_fall_percent"])
    return None


def _absurd_day(
    delivery: Delivery, last: Import, limits: dict[str, Any], enrolled: int
) -> Said | None:
    percent = limits["new_day_absent_percent"]
    for day, absent in delivery.rows(_WORST_NEW_DAY, seen=last.as_of):
        if absent >= limits["at_least_rows"] and absent * 100 > enrolled * percent:
            return _held("day", day=day, absent=absent, enrolled=enrolled, percent=percent)
    return None


def apply(delivery: Delivery) -> None:
    """Write the difference: old versions to the history, then the marks; students are touched."""
    if "difference" not in delivery.made:
        check(delivery)
    delivery.run("SELECT attendance_ensure_partitions(%(starts)s, %(ends)s)")
    delivery.run(_HISTORY)
    delivery.run(_DELETE)
    delivery.run(_UPDATE)
    delivery.run(_INSERT)
    delivery.run(_TOUCH)
    counts = delivery.count(ATTENDANCE.name)
    found = dict(delivery.rows("SELECT what, count(*) FROM difference GROUP BY what"))
    counts.new, counts.changed, counts.ended = (
        found.get(what, 0) for what in ("new", "changed", "ended")
    )
    good = delivery.rows("SELECT count(*) FROM checked")[0][0]
    counts.unchanged = good - counts.new - counts.changed


COLUMNS = (
    "day, student_id, school_id, code, mark_class, excuse, minutes_absent, minutes_scheduled, "
    "reason_text, run_id, known_from, recorded_at"
)
_HISTORY = f"""
INSERT INTO attendance_mark_version ({COLUMNS}, known_to, superseded_at, successor, superseded_by_run)
SELECT {", ".join("m." + c.strip() for c in COLUMNS.split(","))}, %(as_of)s, clock_timestamp(),
       CASE d.what WHEN 'ended' THEN 'PRESENT' ELSE 'CHANGED' END, %(run)s::uuid
  FROM difference d
  JOIN attendance_mark m ON m.day = d.day AND m.student_id = d.student
 WHERE d.what <> 'new'
"""
_DELETE = """
DELETE FROM attendance_mark m
 USING difference d
 WHERE d.what = 'ended' AND m.day = d.day AND m.student_id = d.student
"""
_TOUCH = """
INSERT INTO district_touchedstudent (run_id, student_id)
SELECT DISTINCT %(run)s::uuid, student
  FROM difference
    ON CONFLICT DO NOTHING
"""
_UPDATE = """
UPDATE attendance_mark m
   SET school_id = d.school, code = d.code, mark_class = d.mark_class, excuse = d.excuse,
       minutes_absent = d.minutes_absent, minutes_scheduled = d.minutes_scheduled, reason_text = d.reason_text, run_id = %(run)s::uuid,
       known_from = %(as_of)s, recorded_at = clock_timestamp()
  FROM difference d WHERE d.what = 'changed' AND m.day = d.day AND m.student_id = d.student
"""
_INSERT = f"""
INSERT INTO attendance_mark ({COLUMNS})
SELECT day, student, school, code, mark_class, excuse, minutes_absent, minutes_scheduled,
       reason_text, %(run)s::uuid, %(as_of)s, clock_timestamp()
  FROM difference
 WHERE what = 'new'
 ORDER BY day, student
"""


def void_closed_days(delivery: Delivery) -> None:
    """Marks on days that a calendar amendment closed are void (A3.1 rule 3); their students are
    touched, and so is everybody of the calendar, whose days enrolled changed."""
    # A day may close, or a school may move to another calendar.
    files = [
        delivery.counts[name]
        for name in ("calendar_days.csv", "schools.csv")
        if name in delivery.counts
    ]
    if not any(counts.new or counts.changed or counts.ended for counts in files):
        return
    delivery.make(
        "voided",
        "SELECT m.day, m.student_id FROM attendance_mark m "
        "JOIN district_school s ON s.id = m.school_id AND s.source = %(source)s "
        "LEFT JOIN district_calendarday d ON d.calendar_id = s.calendar_id AND d.date = m.day "
        "WHERE m.day BETWEEN %(starts)s AND %(ends)s AND NOT coalesce(d.instructional, false)",
    )
    delivery.run(
        f"INSERT INTO attendance_mark_version ({COLUMNS}, known_to, superseded_at, "
        "successor, superseded_by_run) "
        f"SELECT {', '.join('m.' + c.strip() for c in COLUMNS.split(','))}, %(as_of)s, "
        "clock_timestamp(), 'VOID', %(run)s::uuid "
        "FROM attendance_mark m JOIN voided v USING (day, student_id)"
    )
    gone = delivery.run(
        "DELETE FROM attendance_mark m USING voided v WHERE m.day = v.day AND m.student_id "
        "= v.student_id"
    )
    if gone:
        delivery.notes.append(say("VOID_MARKS", count=gone))
    delivery.run(
        "INSERT INTO district_touchedstudent (run_id, student_id) SELECT DISTINCT "
        "%(run)s::uuid, e.student_id "
        "FROM district_enrollment e JOIN district_student st ON st.id = e.student_id WHERE "
        "st.source = %(source)s ON CONFLICT DO NOTHING"
    )


def evaluate_after_import(run: Import) -> dict[str, Any]:
    """Cases and notices follow from the import at once."""
    from attendance.nightly.run import evaluate

    assert run.as_of is not None
    return {"evaluation": evaluate(run.as_of, run_id=run.id).as_dict()}


ATTENDANCE = FileSpec(
    "attendance.csv",
    (
        text("student_id", 64, required=True),
        text("school_id", 64, required=True),
        Column("date", "date", required=True),
        text("code", 16),
        Column("status", words=("A", "T", "E")),
        Column("excuse", words=("U", "E", "X", "?")),
        Column("minutes_absent", "int"),
        Column("minutes_scheduled", "int"),
        Column("fraction", "number"),
        text("reason_text", 2000),
        text("source_modified_at", 40),
    ),
    ("student_id", "date"),
    apply,
    guard=guard,
    order=50,
)


SENTENCES = {
    "IN_THE_FUTURE": _("lies after the delivery's as-of date; check manifest.json"),
    "OTHER_SCHOOL_YEAR": _("does not belong to the delivery's school year"),
    "NO_SCHOOL_DAY": _("is no instructional day at this school; correct the mark or the calendar"),
    "NOT_ENROLLED": _(
        "the student is not enrolled at this school on this day; check enrollments.csv"
    ),
    "UNKNOWN_CODE": _(
        "neither the policy's code_map nor status and excuse say what this means; add the "
        "code to the policy"
    ),
    "MANIFEST_ATTENDANCE": _(
        "manifest.json: attendance is '%(mode)s'; write year_to_date, days or delta"
    ),
    "MASS_CHANGE/classes": _(
        "%(file)s: %(changed)d of %(enrolled)d enrolled students change class on days that "
        "were delivered before (limit %(percent)s %%). "
        "Nothing was applied; release or reject the import."
    ),
    "MASS_CHANGE/rows": ngettext_lazy(
        (
            "%(file)s: the file holds %(rows)d row, the last one %(before)d (limit %(percent)s "
            "%% fewer). "
            "Nothing was applied; release or reject the import."
        ),
        (
            "%(file)s: the file holds %(rows)d rows, the last one %(before)d (limit "
            "%(percent)s %% fewer). "
            "Nothing was applied; release or reject the import."
        ),
        "rows",
    ),
    "MASS_CHANGE/day": _(
        "%(file)s: on %(day)s %(absent)d of %(enrolled)d students are absent (limit "
        "%(percent)s %%). "
        "Nothing was applied; release or reject the import."
    ),
    "VOID_MARKS": ngettext_lazy(
        "%(count)d mark fell on a day that is no longer instructional and is void.",
        "%(count)d marks fell on days that are no longer instructional and are void.",
        "count",
    ),
}


def register_files() -> None:
    """Make attendance.csv, its sentences and the evaluation known to the import."""
    issue_reasons.register(SENTENCES)
    register(ATTENDANCE)
    register_step(45, void_closed_days)
    after_apply(evaluate_after_import)
