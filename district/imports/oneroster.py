"""A OneRoster 1.1 or 1.2 CSV folder as a canonical delivery: schools, students, guardians and
enrolments. OneRoster has no attendance."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from district.imports.staging import Issue, Refused
from district.issue_reasons import Said, say

BOM = "utf-8-sig"


def recognises(folder: Path) -> bool:
    """Whether a folder looks like a OneRoster set."""
    return (folder / "users.csv").exists() and (folder / "orgs.csv").exists()


def convert(folder: Path, target: Path) -> tuple[dict[str, Any], list[Said], list[Issue]]:
    """Write the canonical files into `target`; returns manifest, notes and issues. Raises
    Refused."""
    issues: list[Issue] = []
    orgs = [
        row
        for row in _rows(folder / "orgs.csv")
        if row.get("type", "") == "school" and _active(row)
    ]
    users = [row for row in _rows(folder / "users.csv") if _active(row)]
    people = {row["sourcedId"]: row for row in users if row.get("sourcedId")}
    born = {
        row.get("userSourcedId", row.get("sourcedId", "")): row
        for row in _rows(folder / "demographics.csv")
    }
    starts, ends = _year(folder)
    students = [
        row for row in users if "student" in (row.get("role") or row.get("roles") or "").lower()
    ]
    _write(
        target / "schools.csv",
        ["school_id", "name", "state_school_number"],
        [
            {
                "school_id": row["sourcedId"],
                "name": row.get("name") or row["sourcedId"],
                "state_school_number": row.get("identifier", ""),
            }
            for row in orgs
        ],
    )
    _write(
        target / "students.csv",
        ["student_id", "first", "last", "grade", "dob", "sex"],
        [_student(row, born) for row in students],
    )
    _write(
        target / "guardians.csv",
        ["student_id", "guardian_id", "name", "email", "phone", "relation"],
        _guardians(students, people),
    )
    enrollments = list(_enrollments(folder, {row["sourcedId"] for row in students}, starts, ends))
    _write(
        target / "enrollments.csv",
        ["enrollment_id", "student_id", "school_id", "entry_date", "exit_date"],
        enrollments,
    )
    notes = [say("ONEROSTER_HOLDS")]
    if not enrollments:
        notes.append(say("ONEROSTER_EMPTY"))
    return {"as_of": min(ends, max(starts, date.today())).isoformat()}, notes, issues


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    try:
        with path.open(encoding=BOM, newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused("NOT_CSV", file=path.name, detail=error) from error
    for number, row in enumerate(rows, start=2):
        if None in row:
            raise Refused("TOO_MANY_VALUES", file=path.name, line=number)
    return [{key: (value or "").strip() for key, value in row.items()} for row in rows]


def _active(row: dict[str, str]) -> bool:
    return row.get("status", "active") in ("", "active")


def _year(folder: Path) -> tuple[date, date]:
    """The school year of the set: from its sessions, else the one that today belongs to."""
    found = [
        (date.fromisoformat(row["startDate"]), date.fromisoformat(row["endDate"]))
        for row in _rows(folder / "academicSessions.csv")
        if row.get("type") == "schoolYear" and row.get("startDate") and row.get("endDate")
    ]
    if found:
        return min(start for start, _end in found), max(end for _start, end in found)
    today = date.today()
    year = today.year if today.month >= 7 else today.year - 1
    return date(year, 7, 1), date(year + 1, 6, 30)


def _student(row: dict[str, str], born: dict[str, dict[str, str]]) -> dict[str, str]:
    details = born.get(row["sourcedId"], {})
    return {
        "student_id": row["sourcedId"],
        "first": row.get("givenName", ""),
        "last": row.get("familyName", ""),
        "grade": (row.get("grades") or row.get("grade") or "").split(",")[0],
        "dob": details.get("birthdate") or details.get("birthDate", ""),
        "sex": details.get("sex", ""),
    }


def _guardians(
    students: list[dict[str, str]], people: dict[str, dict[str, str]]
) -> Iterator[dict[str, str]]:
    for student in students:
        for agent_id in (student.get("agents") or student.get("agentSourcedIds") or "").split(","):
            agent = people.get(agent_id.strip())
            if agent:
                yield {
                    "student_id": student["sourcedId"],
                    "guardian_id": agent["sourcedId"],
                    "name": f"{agent.get('givenName', '')} {agent.get('familyName', '')}".strip()
                    or agent["sourcedId"],
                    "email": agent.get("email", ""),
                    "phone": agent.get("phone", ""),
                    "relation": agent.get("role", ""),
                }


def _enrollments(
    folder: Path, students: set[str], starts: date, ends: date
) -> Iterator[dict[str, str]]:
    """One membership per student and school, from the class enrolments."""
    seen: set[tuple[str, str]] = set()
    for row in _rows(folder / "enrollments.csv"):
        pair = (row.get("userSourcedId", ""), row.get("schoolSourcedId", ""))
        if (
            row.get("role") == "student"
            and _active(row)
            and pair[0] in students
            and pair not in seen
        ):
            seen.add(pair)
            yield {
                "enrollment_id": f"{pair[0]}@{pair[1]}",
                "student_id": pair[0],
                "school_id": pair[1],
                "entry_date": row.get("beginDate") or starts.isoformat(),
                "exit_date": row.get("endDate", ""),
            }


def _write(path: Path, columns: list[str], rows: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
