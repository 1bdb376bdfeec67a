"""What a process of its own does in row 15. Apart from the measurement, because such a process
reads this module before Django is set up: nothing of the product may be imported at its top."""

from __future__ import annotations

from datetime import date


def prepare() -> None:
    """Set up Django in a new process."""
    import django

    django.setup()


def write(part: tuple[list[str], int, bool]) -> None:
    """Take one step in each of these cases as this user, with the mark for the sums or without."""
    from casework.engine import writer
    from casework.engine.services import act
    from district.models import User

    numbers, user_id, marks = part
    kept = writer._counts_anew
    if not marks:
        writer._counts_anew = lambda _file: False
    try:
        user = User.objects.get(pk=user_id)
        for number in numbers:
            act(number, "raise_tier2", actor=user, data={"reason": "bench"}, on=date(2026, 9, 10))
    finally:
        writer._counts_anew = kept
