"""`manage.py seed_policies`: bring what this version ships into the district's own policy folder,
and leave its policies alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

SHIPPED = Path(settings.BASE_DIR) / "policies"
OURS = ("schema", "packs")  # what the product owns: taken over with each version


class Command(BaseCommand):
    """Before each `migrate` where POLICY_DIR is not the product's own folder (docker-compose.yml
    does it)."""

    help = (
        "Copy schemas, and the policies of domains that have none yet, into POLICY_DIR; "
        "changes no policy that is there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; says what was copied."""
        target = Path(settings.POLICY_DIR)
        if target.resolve() == SHIPPED.resolve():
            self.stdout.write(f"{target} is the product's own folder: nothing to do")
            return
        copied = [path.name for path in sorted(_new(target))]
        self.stdout.write(f"{target}: {', '.join(copied) or 'every domain has a policy'}")


def _new(target: Path) -> Iterator[Path]:
    """Copy, and tell each policy that is new."""
    for name in OURS:
        shutil.copytree(SHIPPED / name, target / name, dirs_exist_ok=True)
    known = {_domain(path) for path in target.glob("*.yaml")}
    rules = [
        path
        for path in (SHIPPED / "rules").glob("*.yaml")
        if not (target / "rules" / path.name).exists()
    ]
    (target / "rules").mkdir(exist_ok=True)
    for path in [*rules, *(path for path in SHIPPED.glob("*.yaml") if _domain(path) not in known)]:
        shutil.copyfile(path, target / path.relative_to(SHIPPED))
        yield path


def _domain(path: Path) -> str:
    """Of a file that is no policy: nothing that a shipped one has."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return ""
    return str(found.get("domain", "")) if isinstance(found, dict) else ""
