"""The demo district's deliveries: 12 schools, 6,000 students, a school year whose last known day is
today."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

SEED = 20260824
STUDENTS = 6000
SCHOOLS = [
    ("101", "Cedar Grove Elementary", "elementary", "North"),
    ("102", "Briar Creek Elementary", "elementary", "North"),
    ("103", "Harbor Elementary", "elementary", "South"),
    ("104", "Sugar Maple Elementary", "elementary", "South"),
    ("105", "Stone Bridge Elementary", "elementary", "East"),
    ("106", "Willow Run Elementary", "elementary", "East"),
    ("201", "Cedar Grove Middle", "middle", "North"),
    ("202", "Independence Middle", "middle", "South"),
    ("203", "Eastfield Middle", "middle", "East"),
    ("301", "North Mill High", "high", "North"),
    ("302", "Catawba High", "high", "South"),
    ("303", "Eastfield High", "high", "East"),
]
FIRST = [
    "Aaliyah",
    "Aiden",
    "Amara",
    "Ana",
    "Andre",
    "Ava",
    "Ben",
    "Camila",
    "Carlos",
    "Chloe",
    "Daniel",
    "Diego",
    "Elena",
    "Elijah",
    "Emma",
    "Fatima",
    "Gabriel",
    "Grace",
    "Hannah",
    "Hugo",
    "Isaac",
    "Isabel",
    "Jada",
    "Jamal",
    "James",
    "Jin",
    "Jordan",
    "Kayla",
    "Kevin",
    "Layla",
    "Leo",
    "Liam",
    "Lucia",
    "Luis",
    "Maya",
    "Mei",
    "Mia",
    "Mateo",
    "Nia",
    "Noah",
    "Noor",
    "Olivia",
    "Omar",
    "Priya",
    "Rosa",
    "Samuel",
    "Sofia",
    "Tariq",
    "Thomas",
    "Valeria",
    "Victor",
    "Wei",
    "Yusuf",
    "Zoe",
]
LAST = [
    "Adams",
    "Ahmed",
    "Alvarez",
    "Baker",
    "Barnes",
    "Brooks",
    "Campbell",
    "Carter",
    "Castillo",
    "Chen",
    "Cruz",
    "Davis",
    "Diaz",
    "Edwards",
    "Evans",
    "Flores",
    "Foster",
    "Garcia",
    "Gomez",
    "Gray",
    "Green",
    "Gutierrez",
    "Hall",
    "Harris",
    "Hernandez",
    "Hill",
    "Howard",
    "Jackson",
    "James",
    "Johnson",
    "Jones",
    "Kim",
    "Lee",
    "Lewis",
    "Lopez",
    "Martin",
    "Martinez",
    "Mitchell",
    "Moore",
    "Morales",
    "Morgan",
    "Nguyen",
    "Ortiz",
    "Patel",
    "Perez",
    "Phillips",
    "Ramirez",
    "Reyes",
    "Rivera",
    "Roberts",
    "Robinson",
    "Rogers",
    "Ruiz",
    "Sanchez",
    "Scott",
    "Singh",
    "Smith",
    "Taylor",
    "Thomas",
    "Torres",
    "Turner",
    "Vargas",
    "Walker",
    "Ward",
    "Washington",
    "White",
    "Williams",
    "Wilson",
    "Wright",
    "Young",
]
STREETS = [
    "Oak",
    "Maple",
    "Cedar",
    "Pine",
    "Elm",
    "Walnut",
    "Chestnut",
    "Laurel",
    "Dogwood",
    "Magnolia",
]
# Some of the first two schools miss many days without a reason: enough for every state before the
# law. Two of the third school do too and move to the first one, and one leaves the district:
# (number, new school).
TRUANTS = (1200, 1201, 1212, 1213, 1224, 1225, 1236, 1237, 1202, 1214, 1248)
MOVED = {1202: "101", 1214: "102", 1248: ""}
GRADES = {
    "elementary": ["K", "1", "2", "3", "4", "5"],
    "middle": ["6", "7", "8"],
    "high": ["9", "10", "11", "12"],
}


@dataclass
class Pupil:
    """One student of the demo and the days they miss."""

    number: str
    first: str
    last: str
    grade: str
    school: str
    dob: date
    spanish: bool
    missing: dict[date, str] = field(default_factory=dict)
    moved: tuple[date, str] | None = (
        None  # first day elsewhere, and at which school; none when the student left the district
    )

    def school_on(self, day: date) -> str:
        """The school of a day."""
        return self.moved[1] or self.school if self.moved and day >= self.moved[0] else self.school


@dataclass
class Demo:
    """The whole demo district."""

    days: list[tuple[date, str]]
    pupils: list[Pupil]

    @property
    def school_days(self) -> list[date]:
        """Instructional days up to today."""
        return [day for day, kind in self.days if kind == "INSTRUCTIONAL"]


def build(today: date) -> Demo:
    """The demo as of today: some 60 school days back, the rest of the year ahead."""
    rng = random.Random(SEED)
    first = _monday(today - timedelta(days=91))
    days = list(_days(first, first + timedelta(days=285)))
    past = [day for day, kind in days if kind == "INSTRUCTIONAL" and day <= today]
    pupils = [_pupil(rng, number, today) for number in range(STUDENTS)]
    for pupil in pupils:
        _absences(rng, pupil, past)
    for number in TRUANTS:
        pupils[number].missing.update(dict.fromkeys(past[-32:-7:2], "2A"))
        if number in MOVED:
            pupils[number].moved = past[-2], MOVED[number]
            pupils[number].missing = {
                day: code for day, code in pupils[number].missing.items() if day < past[-2]
            }
    return Demo(days, pupils)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days(first: date, last: date) -> Iterable[tuple[date, str]]:
    rng = random.Random(SEED)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() < 5:
            week = offset // 7
            free = (
                week in (17, 18),
                day.weekday() == 0 and week in (2, 9, 21),
                day.weekday() == 4 and week == 12,
            )
            yield (
                day,
                "BREAK"
                if free[0]
                else "HOLIDAY"
                if free[1]
                else "WORKDAY"
                if free[2] or rng.random() < 0.008
                else "INSTRUCTIONAL",
            )


def _pupil(rng: random.Random, number: int, today: date) -> Pupil:
    school, _name, level, _area = SCHOOLS[number % len(SCHOOLS)]
    grade = rng.choice(GRADES[level])
    age = 5 + (0 if grade == "K" else int(grade))
    born = today - timedelta(days=age * 365 + rng.randrange(20, 380))
    return Pupil(
        f"{700000 + number}",
        rng.choice(FIRST),
        rng.choice(LAST),
        grade,
        school,
        born,
        rng.random() < 0.22,
    )


def _absences(rng: random.Random, pupil: Pupil, days: list[date]) -> None:
    """Most miss little; some miss much; a few stop coming."""
    kind = rng.choices(["steady", "often", "much", "stopped"], [90, 7, 2.2, 0.8])[0]
    chance = {"steady": 0.012, "often": 0.06, "much": 0.17, "stopped": 0.05}[kind]
    unexcused = {"steady": 0.25, "often": 0.45, "much": 0.6, "stopped": 0.8}[kind]
    last = rng.randrange(8, 25)
    for index, day in enumerate(days):
        gone = kind == "stopped" and index >= len(days) - last
        if gone or rng.random() < chance:
            code = (
                "2A"
                if gone or rng.random() < unexcused
                else rng.choice(["1A", "1A", "1B", "1F", "3"])
            )
            recent = index >= len(days) - 2
            pupil.missing[day] = "A" if recent and rng.random() < 0.2 else code
        elif rng.random() < 0.01:
            pupil.missing[day] = "T"


def write(demo: Demo, folder: Path, as_of: date, staff: list[dict[str, str]]) -> None:
    """One delivery as of a date into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "schools.csv": [
            {
                "school_id": n,
                "name": name,
                "level": level,
                "area": area,
                "calendar_id": "main",
                "phone": f"980-555-0{n}",
                "address": f"{int(n) * 3} School Road|Charlotte, NC 282{n[-2:]}",
            }
            for n, name, level, area in SCHOOLS
        ],
        "calendar_days.csv": [
            {"calendar_id": "main", "date": day.isoformat(), "day_type": kind, "minutes": "390"}
            for day, kind in demo.days
        ],
        "students.csv": [
            {
                "student_id": p.number,
                "first": p.first,
                "last": p.last,
                "grade": p.grade,
                "dob": p.dob.isoformat(),
                "home_language": "es" if p.spanish else "en",
            }
            for p in demo.pupils
        ],
        "guardians.csv": [row for p in demo.pupils for row in _guardians(p)],
        "enrollments.csv": [
            row for p in demo.pupils for row in _enrollments(p, demo.days[0][0], as_of)
        ],
        "attendance.csv": [
            {
                "student_id": p.number,
                "school_id": p.school_on(day),
                "date": day.isoformat(),
                "code": code,
            }
            for p in demo.pupils
            for day, code in p.missing.items()
            if day <= as_of
        ],
        "staff_roles.csv": staff,
    }
    for name, rows in tables.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    (folder / "manifest.json").write_text(
        json.dumps({"district": "demo", "as_of": as_of.isoformat(), "attendance": "year_to_date"})
    )


def _enrollments(pupil: Pupil, start: date, as_of: date) -> list[dict[str, str]]:
    """Where the student is enrolled as a delivery of that date knows it."""
    row = {
        "enrollment_id": f"E{pupil.number}",
        "student_id": pupil.number,
        "school_id": pupil.school,
        "entry_date": start.isoformat(),
        "exit_date": "",
    }
    if pupil.moved is None or as_of < pupil.moved[0]:
        return [row]
    first, school = pupil.moved
    after = row | {
        "enrollment_id": f"E{pupil.number}b",
        "school_id": school,
        "entry_date": first.isoformat(),
    }
    return [
        row | {"exit_date": (first - timedelta(days=1)).isoformat()},
        *([after] if school else []),
    ]


def _guardians(pupil: Pupil) -> list[dict[str, str]]:
    rng = random.Random(int(pupil.number))
    street = (
        f"{rng.randrange(100, 9900)} {rng.choice(STREETS)} Street|Charlotte, NC "
        f"282{rng.randrange(10, 99)}"
    )
    language = "es" if pupil.spanish else "en"
    names = [(rng.choice(FIRST), "mother"), (rng.choice(FIRST), "father")][: rng.choice([1, 2, 2])]
    return [
        {
            "student_id": pupil.number,
            "guardian_id": f"G{pupil.number}{i}",
            "name": f"{name} {pupil.last}",
            "relation": relation,
            "legal_rights": "true",
            "address": street,
            "phone": f"704-555-{rng.randrange(1000, 9999)}",
            "language": language,
            "email": f"{name}.{pupil.last}.{pupil.number}@example.org".lower()
            if int(pupil.number) % 3
            else "",
            "contact_order": str(i + 1),
        }
        for i, (name, relation) in enumerate(names)
    ]
