"""Why the door refused a step. Each carries what a page or the API needs to say so plainly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime


class Refused(Exception):
    """A step was refused; nothing was changed. `status` is the HTTP status that fits."""

    status = 400


class UnknownCase(Refused):
    """No such case, process or transition (for this user)."""

    status = 404


class Stale(Refused):
    """Somebody else moved the case since the page was shown."""

    status = 409

    def __init__(self, who: str, when: datetime | None, revision: int) -> None:
        super().__init__(f"the case was moved to revision {revision}")
        self.who, self.when, self.revision = who, when, revision


class NotNow(Refused):
    """The state or a condition does not allow the step; `reasons` says why in words."""

    status = 409

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(str(reason) for reason in reasons))
        self.reasons = list(reasons)


class Forbidden(Refused):
    """The user may see the case but may not take this step."""

    status = 403


class Invalid(Refused):
    """The data of the step is incomplete or wrong; `errors` maps fields to messages."""

    status = 422

    def __init__(self, errors: Mapping[str, Sequence[str]], form: object | None = None) -> None:
        super().__init__(", ".join(errors))
        self.errors = {field: list(messages) for field, messages in errors.items()}
        self.form = form
