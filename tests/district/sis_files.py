"""Writes canonical deliveries for tests: `SisFolder(tmp_path).school("1").student("S1",
"1").absent("S1", day).write(as_of)`."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

from tests.casework.engine.fixture_calendar import DAYS, FIRST


class SisFolder:
    """One district whose deliveries a test writes night by night."""

    def __init__(self, root: Path) -> None:
        self.root, self.night = Path(root), 0
        self.days = dict(DAYS)
        self.tables: dict[str, list[dict[str, str]]] = {
            name: [] for name in ("schools", "students", "guardians", "enrollments", "staff_roles")
        }
        self.marks: dict[tuple[str, date], dict[str, str]] = {}

    def school(self, number: str = "1", area: str = "North") -> SisFolder:
        self.tables["schools"].append(
            {
                "school_id": number,
                "name": f"School {number}",
                "area": area,
                "calendar_id": "cal26",
                "phone": "555-0100",
            }
        )
        return self

    def staff(self, staff_id: str, role: str, school: str = "") -> SisFolder:
        self.tables["staff_roles"].append(
            {"staff_id": staff_id, "name": f"Staff {staff_id}", "role": role, "school_id": school}
        )
        return self

    def student(
        self,
        number: str,
        school: str = "1",
        entry: date = FIRST,
        exit: date | None = None,
        **more: str,
    ) -> SisFolder:
        if not any(row["student_id"] == number for row in self.tables["students"]):
            row = {
                "student_id": number,
                "first": "Ana",
                "last": f"Test{number}",
                "dob": "2015-05-05",
                "grade": "5",
            } | more
            self.tables["students"].append(row)
            self.tables["guardians"].append(
                {
                    "student_id": number,
                    "guardian_id": f"G{number}",
                    "name": f"Rosa Test{number}",
                    "relation": "mother",
                    "address": "1 Main Street|Charlotte, NC 28202",
                    "phone": "704-555-0101",
                    "language": more.get("home_language", "en"),
                }
            )
        self.tables["enrollments"].append(
            {
                "enrollment_id": f"{number}-{school}-{entry}",
                "student_id": number,
                "school_id": school,
                "entry_date": entry.isoformat(),
                "exit_date": exit.isoformat() if exit else "",
            }
        )
        return self

    def mark(
        self, student: str, day: date, code: str = "2A", school: str = "1", **more: str
    ) -> SisFolder:
        self.marks[(student, day)] = {
            "student_id": student,
            "school_id": school,
            "date": day.isoformat(),
            "code": code,
        } | more
        return self

    def absent(self, student: str, *days: date, code: str = "2A", school: str = "1") -> SisFolder:
        for day in days:
            self.mark(student, day, code, school)
        return self

    def present(self, student: str, *days: date) -> SisFolder:
        """The mark vanishes from the next snapshot."""
        for day in days:
            self.marks.pop((student, day), None)
        return self

    def school_days(self, until: date) -> list[date]:
        return [
            day
            for day, kind in sorted(self.days.items())
            if kind == "INSTRUCTIONAL" and day <= until
        ]

    def write(self, as_of: date, **manifest: object) -> Path:
        """A new folder with the snapshot as of a date."""
        self.night += 1
        folder = self.root / f"night-{self.night}"
        folder.mkdir(parents=True)
        tables = dict(self.tables)
        tables["calendar_days"] = [
            {"calendar_id": "cal26", "date": day.isoformat(), "day_type": kind}
            for day, kind in sorted(self.days.items())
        ]
        tables["attendance"] = [
            row for (_student, day), row in sorted(self.marks.items()) if day <= as_of
        ]
        for name, rows in tables.items():
            self._csv(folder / f"{name}.csv", name, rows)
        files = {
            path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in folder.glob("*.csv")
        }
        (folder / "manifest.json").write_text(
            json.dumps(
                {
                    "district": "test",
                    "as_of": as_of.isoformat(),
                    "school_year": 2026,
                    "files": files,
                }
                | manifest
            )
        )
        return folder

    @staticmethod
    def _csv(path: Path, name: str, rows: list[dict[str, str]]) -> None:
        empty = {
            "staff_roles": ["staff_id", "name", "role", "school_id"],
            "attendance": ["student_id", "school_id", "date", "code"],
            "guardians": ["student_id", "guardian_id", "name"],
            "students": ["student_id", "first", "last"],
            "enrollments": ["enrollment_id", "student_id", "school_id", "entry_date"],
            "schools": ["school_id", "name"],
        }.get(name, [])
        columns = list(dict.fromkeys(key for row in rows for key in row)) or empty
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


def a_day_later(day: date) -> date:
    return day + timedelta(days=1)
