"""A new version of a policy put into the policy folder by an administrator: checked, never over an
old one, kept at once."""

from __future__ import annotations

import os
import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from casework.policy import policies
from casework.policy.policies import Policy
from district.admin_changes import note
from district.models import AdminChange

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")


def parsed(content: bytes) -> Policy:
    """The policy of an uploaded file. Raises PolicyError with file, line and key, or
    UnicodeDecodeError."""
    with tempfile.TemporaryDirectory(prefix="holdfast-policy-") as folder:
        path = Path(folder) / "policy.yaml"
        path.write_bytes(content)
        return policies.parse_policy(path)


def against(new: Policy, today: date) -> list[str]:
    """Why a version cannot be put in force, in words; nothing when it can."""
    known = [old for old in policies.all_policies().values() if old.domain == new.domain]
    same = [old for old in known if old.policy_id == new.policy_id]
    found = []
    if new.id in policies.all_policies():
        found.append(
            _(
                "A version of this name is in the folder already: give the changed file a "
                "new version."
            )
        )
    if not (NAME.match(new.policy_id) and NAME.match(new.version)):
        found.append(_("Name and version may hold letters, digits, dots and hyphens alone."))
    if known and not same:
        found.append(
            _(
                "The policy of this domain has another name; keep it, so that there is one "
                "in force at any time."
            )
        )
    if new.effective_from < today:
        found.append(_("It must begin today or later: what was counted before stays as it was."))
    if any(old.effective_from >= new.effective_from for old in same):
        found.append(_("It must begin after every version that there is."))
    if new.effective_to is not None:
        found.append(_("Leave its end open: the next version ends it."))
    return found


@transaction.atomic
def put_in_force(content: bytes, by: Any, today: date) -> Policy:
    """Write a new version into the folder and keep who did it. Raises PolicyError with the reason,
    or OSError where the folder cannot be written."""
    new = parsed(content)
    reasons = against(new, today)
    if reasons:
        raise policies.PolicyError(" ".join(reasons))
    before = max(
        (old for old in policies.all_policies().values() if old.policy_id == new.policy_id),
        key=lambda old: old.effective_from,
        default=None,
    )
    note(
        by,
        AdminChange.What.POLICY,
        new.domain,
        before.id if before else "",
        f"{new.id} {new.effective_from.isoformat()}",
    )
    _write(Path(settings.POLICY_DIR) / f"{new.policy_id}-{new.version}.yaml", content)
    policies.forget_policies()
    return policies.all_policies()[new.id]


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; never over a file that is there."""
    if path.exists():
        raise policies.PolicyError(_("A file of this name is in the folder already."))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        os.chmod(name, 0o640)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
