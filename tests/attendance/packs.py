"""Puts a district under the policy pack of another state."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.conf import settings

from casework.policy import policies
from tests.district.sis_files import SisFolder

POLICIES = Path(__file__).resolve().parents[2] / "policies"


@contextmanager
def in_force(name: str, folder: Path) -> Iterator[Path]:
    """Within it, POLICY_DIR is a folder in which the pack stands in the place of North Carolina's."""
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("packs"))
    (folder / "nc-cms.yaml").unlink()
    shutil.copy(POLICIES / "packs" / f"{name}.yaml", folder)
    before, settings.POLICY_DIR = settings.POLICY_DIR, str(folder)
    policies.forget_policies()
    yield folder
    settings.POLICY_DIR = before
    policies.forget_policies()


def miss(
    sis: SisFolder,
    student: str,
    *days: date,
    minutes: int | None = 390,
    excuse: str = "U",
    status: str = "A",
    school: str = "1",
) -> None:
    """Marks by status and excuse: the codes of other states' systems are not known."""
    more = (
        {"minutes_absent": str(minutes), "minutes_scheduled": "390"} if minutes is not None else {}
    )
    for day in days:
        sis.mark(student, day, "", school, status=status, excuse=excuse, **more)
