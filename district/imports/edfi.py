"""An Ed-Fi bulk XML set (data standard 5) as a canonical delivery.

The XML is read as a stream without entities; what it says is written as canonical files with the
line of the XML beside each row (`origin`), and goes the same way as every other delivery. What the
set does not hold is derived, and the report says so: membership from attendance events and
sessions, instructional days from the sessions' totals."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from district.imports.staging import Issue, Refused
from district.issue_reasons import Said, say

FEDERAL = {
    (1, 1),
    (6, 19),
    (7, 4),
    (11, 11),
    (12, 25),
}  # fixed-date holidays, taken out first when days are derived
CATEGORIES = {
    "Excused Absence": ("EXC", "A", "E"),
    "Unexcused Absence": ("UNX", "A", "U"),
    "Tardy": ("TDY", "T", ""),
    "Early departure": ("EDP", "E", ""),
    "Partial": ("PAR", "A", "?"),
    "In Attendance": ("", "", ""),
    "Present": ("", "", ""),
}


@dataclass
class Session:
    """One session of one school."""

    school: str
    name: str
    first: date
    last: date
    total: int


@dataclass
class EdFi:
    """What was read, and what is worth telling."""

    schools: dict[str, dict[str, str]] = field(default_factory=dict)
    students: dict[str, dict[str, str]] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    calendar_days: dict[str, dict[date, str]] = field(default_factory=lambda: defaultdict(dict))
    events: list[dict[str, str]] = field(default_factory=list)
    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # XML id -> contact number
    guardians: list[dict[str, str]] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    notes: list[Said] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def recognises(folder: Path) -> bool:
    """Whether a folder looks like an Ed-Fi set."""
    for path in sorted(folder.glob("*.xml"))[:50]:
        with path.open("rb") as file:
            if b"ed-fi.org" in file.read(2000):
                return True
    return False


def convert(folder: Path, target: Path) -> tuple[dict[str, Any], EdFi]:
    """Write the canonical files into `target`; returns the manifest and what is to be told. Raises
    Refused for XML that cannot be read, naming file and line."""
    found = EdFi()
    for path in sorted(folder.glob("*.xml")):
        for element, line in _elements(path):
            _take(found, _name(element), element, f"{path.name}:{line}", path.name)
    if not found.students and not found.events:
        raise Refused("EMPTY_EDFI")
    return _write(found, target), found


def _elements(path: Path) -> Iterator[tuple[Any, int]]:
    """The children of the root, one by one; each is forgotten after use, so that memory stays
    flat."""
    try:
        context = etree.iterparse(
            str(path),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        root, depth = None, 0
        for event, element in context:
            if event == "start":
                depth += 1
                root = element if root is None else root
                continue
            depth -= 1
            if depth == 1:
                yield element, element.sourceline or 0
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Refused("NOT_XML", file=path.name, line=error.lineno, detail=error.msg) from error


def _name(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _value(element: Any, *path: str) -> str:
    """The text at a path of local names, or ''."""
    for step in path:
        element = next((child for child in element if _name(child) == step), None)
        if element is None:
            return ""
    return " ".join((element.text or "").split())


def _descriptor(value: str) -> str:
    return value.rpartition("#")[2]


def _deep(element: Any, name: str) -> str:
    for child in element.iter():
        if _name(child) == name:
            return " ".join((child.text or "").split())
    return ""


def _take(found: EdFi, kind: str, element: Any, origin: str, file: str) -> None:
    readers = {
        "School": _school,
        "Student": _student,
        "Session": _session,
        "CalendarDate": _calendar_date,
        "StudentSchoolAttendanceEvent": _event,
        "Contact": _contact,
        "StudentContactAssociation": _guardian,
    }
    if kind:
        found.read[f"{file}:{kind}"] += 1
    if kind in readers:
        readers[kind](found, element, origin)


def _school(found: EdFi, element: Any, origin: str) -> None:
    number = _value(element, "SchoolId")
    address = next((child for child in element if _name(child) == "Address"), None)
    lines = (
        [
            _value(address, "StreetNumberName"),
            f"{_value(address, 'City')} {_value(address, 'PostalCode')}",
        ]
        if address is not None
        else []
    )
    category = _descriptor(_value(element, "SchoolCategory"))
    found.schools[number] = {
        "school_id": number,
        "name": _value(element, "NameOfInstitution") or number,
        "level": category[:32],
        "address": "|".join(filter(None, lines)),
        "calendar_id": f"school-{number}",
        "origin": origin,
    }


def _student(found: EdFi, element: Any, origin: str) -> None:
    number = _value(element, "StudentUniqueId")
    row = {
        "student_id": number,
        "first": _value(element, "Name", "FirstName"),
        "middle": _value(element, "Name", "MiddleName"),
        "last": _value(element, "Name", "LastSurname"),
        "dob": _value(element, "BirthData", "BirthDate"),
        "origin": origin,
    }
    if number in found.students:
        found.issues.append(
            Issue(origin, None, "StudentUniqueId", number, say("DUPLICATE/student"))
        )
    found.students.setdefault(number, row)


def _session(found: EdFi, element: Any, origin: str) -> None:
    try:
        first, last = (
            date.fromisoformat(_value(element, "BeginDate")),
            date.fromisoformat(_value(element, "EndDate")),
        )
        total = int(_value(element, "TotalInstructionalDays") or 0)
        wrong = (
            None
            if date(1900, 1, 1) <= first <= last <= first + timedelta(days=800)
            else say("BAD_SESSION/span")
        )
    except ValueError as error:
        wrong = say("BAD_SESSION/value", detail=error)
    if wrong:
        found.issues.append(Issue(origin, None, "Session", _value(element, "SessionName"), wrong))
        return
    found.sessions.append(
        Session(_deep(element, "SchoolId"), _value(element, "SessionName"), first, last, total)
    )


def _calendar_date(found: EdFi, element: Any, origin: str) -> None:
    event = _descriptor(_value(element, "CalendarEvent")).lower()
    kind = (
        "INSTRUCTIONAL"
        if event == "instructional day"
        else "MAKEUP"
        if event == "make-up day"
        else "WORKDAY"
        if event == "teacher only day"
        else "HOLIDAY"
        if event == "holiday"
        else "CLOSURE"
    )
    try:
        found.calendar_days[_deep(element, "SchoolId")][
            date.fromisoformat(_value(element, "Date"))
        ] = kind
    except ValueError:
        found.issues.append(Issue(origin, None, "Date", _value(element, "Date"), say("NOT_A_DATE")))


def _event(found: EdFi, element: Any, origin: str) -> None:
    event = next((child for child in element if _name(child) == "AttendanceEvent"), element)
    category = _descriptor(_value(event, "AttendanceEventCategory"))
    code, status, excuse = CATEGORIES.get(category, (category[:16], "", ""))
    found.events.append(
        {
            "student_id": _deep(element, "StudentUniqueId"),
            "school_id": _value(element, "SchoolReference", "SchoolIdentity", "SchoolId"),
            "date": _value(event, "EventDate"),
            "code": code,
            "status": status,
            "excuse": excuse,
            "fraction": _value(event, "EventDuration"),
            "reason_text": _value(event, "AttendanceEventReason"),
            "origin": origin,
        }
    )


def _contact(found: EdFi, element: Any, origin: str) -> None:
    address = next((child for child in element if _name(child) == "Address"), None)
    town = (
        ""
        if address is None
        else (
            f"{_value(address, 'City')}, {_descriptor(_value(address, 'StateAbbreviation'))} "
            f"{_value(address, 'PostalCode')}"
        )
    )
    lines = [] if address is None else [_value(address, "StreetNumberName"), town.strip(", ")]
    found.numbers[element.get("id") or ""] = _value(element, "ContactUniqueId")
    found.contacts[_value(element, "ContactUniqueId")] = {
        "name": f"{_value(element, 'Name', 'FirstName')} {_value(element, 'Name', 'LastSurname')}".strip(),
        "address": "|".join(filter(None, lines)),
        "phone": _value(element, "Telephone", "TelephoneNumber"),
        "email": _value(element, "ElectronicMail", "ElectronicMailAddress"),
    }


def _guardian(found: EdFi, element: Any, origin: str) -> None:
    reference = next((child for child in element if _name(child) == "ContactReference"), None)
    found.guardians.append(
        {
            "student_id": _deep(element, "StudentUniqueId"),
            "ref": (reference.get("ref") or "") if reference is not None else "",
            "guardian_id": _deep(element, "ContactUniqueId"),
            "relation": _descriptor(_value(element, "Relation")),
            "origin": origin,
            "legal_rights": _value(element, "LegalGuardian") or "true",
        }
    )


def _contacts(found: EdFi) -> Iterator[dict[str, str]]:
    """The links of students to contacts, each with the contact's own data; a link to nobody is
    reported."""
    for link in found.guardians:
        link["guardian_id"] = link["guardian_id"] or found.numbers.get(link["ref"], link["ref"])
        contact = found.contacts.get(link["guardian_id"])
        if contact is None:
            found.issues.append(
                Issue(
                    link["origin"],
                    None,
                    "ContactUniqueId",
                    link["guardian_id"],
                    say("NO_SUCH_CONTACT"),
                )
            )
        else:
            yield {**link, **contact}


# -- what the set does not hold --------------------------------------------------------------------


def _write(found: EdFi, target: Path) -> dict[str, Any]:
    days = _instructional_days(found)
    enrollments, without = _memberships(found)
    _csv(
        target / "schools.csv",
        ["school_id", "name", "level", "address", "calendar_id", "origin"],
        found.schools.values(),
    )
    _csv(target / "calendar_days.csv", ["calendar_id", "date", "day_type"], days)
    _csv(
        target / "students.csv",
        ["student_id", "first", "middle", "last", "dob", "origin"],
        found.students.values(),
    )
    _csv(
        target / "enrollments.csv",
        ["enrollment_id", "student_id", "school_id", "entry_date", "exit_date", "derived"],
        enrollments,
    )
    guardians = [
        "student_id",
        "guardian_id",
        "name",
        "relation",
        "legal_rights",
        "address",
        "phone",
        "email",
        "origin",
    ]
    _csv(target / "guardians.csv", guardians, _contacts(found))
    columns = [
        "student_id",
        "school_id",
        "date",
        "code",
        "status",
        "excuse",
        "fraction",
        "reason_text",
        "origin",
    ]
    _csv(target / "attendance.csv", columns, found.events)
    _tell(found, without)
    good = [event["date"] for event in found.events if _is_date(event["date"])]
    last = max(good, default=max((s.last.isoformat() for s in found.sessions), default=""))
    return {"as_of": last, "attendance": "year_to_date"}


def _tell(found: EdFi, without: list[str]) -> None:
    found.notes.append(say("DERIVED_MEMBERSHIP"))
    if without:
        found.notes.append(
            say("WITHOUT_ENROLMENT", count=len(without), students=len(found.students))
        )
        found.issues += [
            Issue("Student.xml", None, "StudentUniqueId", number, say("NO_ENROLMENT"), "WARNING")
            for number in without
        ]
    skipped = [
        f"{count} {key.replace(':', ' ')}"
        for key, count in sorted(found.read.items())
        if key.partition(":")[2] not in _USED
    ]
    if skipped:
        found.notes.append(say("NOT_USED", what="; ".join(skipped)))


_USED = {
    "School",
    "Student",
    "Session",
    "CalendarDate",
    "StudentSchoolAttendanceEvent",
    "Contact",
    "StudentContactAssociation",
}


def _is_date(text: str) -> bool:
    try:
        return date(1990, 1, 1) <= date.fromisoformat(text) <= date(2100, 1, 1)
    except ValueError:
        return False


def _instructional_days(found: EdFi) -> list[dict[str, str]]:
    """Weekdays of each session, less fixed-date federal holidays, less weekdays without any event,
    until as many are left as the session's TotalInstructionalDays says; where the calendar file
    names a day, that counts."""
    busy: dict[str, set[date]] = defaultdict(set)
    for event in found.events:
        if _is_date(event["date"]):
            busy[event["school_id"]].add(date.fromisoformat(event["date"]))
    rows, derived = [], 0
    for session in found.sessions:
        named = found.calendar_days.get(session.school, {})
        chosen = _choose(session, busy[session.school], named)
        derived += len(chosen)
        span = [
            session.first + timedelta(days=i)
            for i in range((session.last - session.first).days + 1)
        ]
        for day in span:
            kind = named.get(day) or ("INSTRUCTIONAL" if day in chosen else "BREAK")
            if kind != "BREAK" or day.weekday() < 5:
                rows.append(
                    {
                        "calendar_id": f"school-{session.school}",
                        "date": day.isoformat(),
                        "day_type": kind,
                    }
                )
    if derived:
        dates = sum(map(len, found.calendar_days.values()))
        found.notes.append(
            say("DERIVED_DAYS", named=dates, days=derived, sessions=len(found.sessions))
        )
    return _unique(rows)


def _choose(session: Session, busy: set[date], named: dict[date, str]) -> set[date]:
    weekdays = [
        day
        for i in range((session.last - session.first).days + 1)
        if (day := session.first + timedelta(days=i)).weekday() < 5
    ]
    chosen = {
        day for day in weekdays if named.get(day, "INSTRUCTIONAL") in ("INSTRUCTIONAL", "MAKEUP")
    }
    quiet = [
        day
        for day in weekdays
        if day in chosen and day not in busy and named.get(day) != "INSTRUCTIONAL"
    ]
    # Holidays first, then quiet days from the end of the session (breaks lie there and in between).
    quiet.sort(key=lambda day: ((day.month, day.day) not in FEDERAL, -day.toordinal()))
    surplus = max(0, len(chosen) - session.total) if session.total else 0
    return chosen - set(quiet[:surplus])


def _unique(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return list({(row["calendar_id"], row["date"]): row for row in rows}.values())


def _memberships(found: EdFi) -> tuple[list[dict[str, str]], list[str]]:
    """One membership per student and school with events, over the school's sessions; and the
    students without any."""
    spans: dict[str, tuple[date, date]] = {}
    for session in found.sessions:
        first, last = spans.get(session.school, (session.first, session.last))
        spans[session.school] = (min(first, session.first), max(last, session.last))
    pairs = sorted(
        {
            (event["student_id"], event["school_id"])
            for event in found.events
            if event["school_id"] in spans
        }
    )
    rows = [
        {
            "enrollment_id": f"derived-{student}-{school}-{spans[school][0].isoformat()}",
            "student_id": student,
            "school_id": school,
            "entry_date": spans[school][0].isoformat(),
            "exit_date": spans[school][1].isoformat(),
            "derived": "true",
        }
        for student, school in pairs
    ]
    enrolled = {student for student, _school in pairs}
    return rows, sorted(set(found.students) - enrolled)


def _csv(path: Path, columns: list[str], rows: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
