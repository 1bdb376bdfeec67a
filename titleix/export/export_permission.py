"""Who may take a file out of the house as an archive (C7, C8), and how it is kept that they did."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.access import rights
from casework.engine import services
from casework.engine.workflow import Workflow, unmet
from casework.models import Case
from district.models import Role


def may_take(user: Any, case: Case) -> bool:
    """Whoever coordinates the case, and counsel who was brought in. An emergency access is for
    looking, not for taking."""
    return rights.can(user, "coordinate_cases", case) or is_counsel(user, case)


def is_counsel(user: Any, case: Case) -> bool:
    """Counsel to whom the case was opened by its coordinator."""
    if not rights.can(user, "view_cases", case) or rights.rights(user, case).emergency:
        return False
    return rights.holds(user, Role.COUNSEL)


def takes(flow: Workflow) -> object:
    """The condition of the step that keeps it."""
    allowed = flow.turn.actor is None or may_take(flow.turn.actor, flow.case)
    return unmet(
        allowed, _("Only whoever coordinates the case, or its counsel, may take the file.")
    )


def keep(number: str, actor: Any, what: str, content: bytes) -> None:
    """The event of the case that says who took what (file, redacted, key), with the hash of the
    bytes."""
    services.act(
        number,
        "export_file",
        actor=actor,
        data={"sha256": hashlib.sha256(content).hexdigest(), "what": what},
    )
