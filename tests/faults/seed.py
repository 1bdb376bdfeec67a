"""Fills a fresh database for the fault runs: cases, running clocks, people with addresses. Run as a
script."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import django


def main(students: int) -> None:
    """Open one case for each student and give everybody an address and alerts at once."""
    django.setup()
    from district.imports.pipeline import run_import
    from district.models import Import, User
    from notifications.models import Preference
    from tests.district.sis_files import SisFolder

    with tempfile.TemporaryDirectory() as folder:
        sis = SisFolder(Path(folder)).school("1")
        for staff_id, role in (("SSW1", "SSW"), ("SUP", "SUPERVISOR"), ("PR1", "PRINCIPAL")):
            sis.staff(staff_id, role, "1")
        for number in range(students):
            sis.student(f"S{number}").absent(
                f"S{number}", date(2026, 9, 1), date(2026, 9, 3), date(2026, 9, 10)
            )
        assert run_import(sis.write(date(2026, 9, 10))).state == Import.State.APPLIED
    for user in User.objects.exclude(staff_id=None):
        user.email = f"{user.staff_id.lower()}@example.org"
        user.save()
        Preference.objects.create(user=user, email=Preference.Email.AT_ONCE)


if __name__ == "__main__":
    main(int(sys.argv[1]))
