"""Cases before the law and on hold, each in a few steps through the door: what chance alone brings
about too seldom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from attendance.models import Arc, AttendanceCase, Notice, Tally
from district.models import User
from web.demo.processes import answers, attempt

Way = tuple[str, ...]

# one case for each way: under review, with an exclusion, found in good faith, referred, referred
# with both notices sent, on hold
REFERRED: Way = ("open_legal_review", "verify_referral", "refer")
WAYS: list[Way] = [
    (*REFERRED, "DA", "DSS"),
    REFERRED,
    ("open_legal_review", "record_exclusion"),
    ("open_legal_review", "find_good_faith"),
    ("open_legal_review",),
    ("hold_case",),
]
PRINCIPALS = ("find_good_faith", "refer", "DA", "DSS")
# a notice on its way to the family: from which state which step leads on, and whose it is
MAILED = {
    "DUE": ("draft", "worker"),
    "DRAFT": ("sign", "principal"),
    "SIGNED": ("send", "worker"),
    "SENT": ("deliver", "worker"),
}
# so many cases are tried for one way before it is left out
MOST = 6


def build(today: date) -> None:
    """One case for every way, of the first two schools."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=["worker", "principal", "supervisor"])
    }
    if len(users) < 3:
        return
    waiting = _candidates()
    for way in WAYS:
        for _number in range(MOST):
            case = next(waiting, None)
            if case is None or _walk(case, way, today, users):
                break


def _candidates() -> Iterator[AttendanceCase]:
    """Open cases of tier 3, those with most unexcused days first."""
    here = AttendanceCase.objects.filter(
        closed_on=None, school__school_id__in=["101", "102"], state="TIER3"
    )
    cases = list(here.order_by("id"))
    days = dict(
        Tally.objects.filter(student__in=[case.student_id for case in cases]).values_list(
            "student_id", "unexcused"
        )
    )
    yield from sorted(cases, key=lambda case: -days.get(case.student_id, 0))


def _walk(case: AttendanceCase, way: Way, today: date, users: dict[str, User]) -> bool:
    """Walk a way in the last days; False where the rules refuse its beginning in a case that chance
    made."""
    begins = today - timedelta(days=len(way))
    if way[0] == "open_legal_review":
        _confer(case, begins, users["worker"])
    if "refer" in way:
        _deliver(case, begins, users)
    for number, step in enumerate(way):
        on, who = (
            begins + timedelta(days=number),
            "supervisor"
            if step == "hold_case"
            else "principal"
            if step in PRINCIPALS
            else "worker",
        )
        if (
            not attempt(
                case, "disclose" if step in ("DA", "DSS") else step, users[who], on, _data(step, on)
            )
            and number == 0
        ):
            return False
    return True


def _confer(case: AttendanceCase, on: date, worker: User) -> None:
    """The conference is held: the law asks for it before a review."""
    for arc in Arc.objects.filter(case=case, closed_on=None, held_on=None):
        for step in ("schedule_conference", "hold_conference"):
            attempt(case, step, worker, on, answers(step, on) | {"on": on.isoformat()}, arc)


def _deliver(case: AttendanceCase, on: date, users: dict[str, User]) -> None:
    """Every notice of the case reaches the family: the law asks for it before a referral."""
    for notice in Notice.objects.filter(case=case, closed_on=None):
        while (turn := MAILED.get(notice.state)) is not None:
            step, who = turn
            data = {
                "language": notice.language,
                "confirm": "on",
                "on": on.isoformat(),
                "means": "mail",
                "proof": "9400 1000 0000 7734",
            }
            if not attempt(case, step, users[who], on, data, notice):
                break
            notice.refresh_from_db()


def _data(step: str, on: date) -> dict[str, Any]:
    to = {
        "DA": "District attorney, 26th Prosecutorial District",
        "DSS": "Director of social services",
    }.get(step, "")
    return {
        "reason": "Two visits and a conference did not change it; the mother has not answered since.",
        "on": on.isoformat(),
        "confirm": "on",
        "facts": (
            "Conference held, bus pass given, three home visits. The family keeps no agreement."
        ),
        "opens": [],
        "exclusion": "indigency_claim",
        "stands": "yes",
        "until": (on + timedelta(days=30)).isoformat(),
        "task": f"NOTIFY_{step}",
        "to": to,
        "basis": "G.S. 115C-378",
        "what": "The notice with dates of absence and what was done to help",
    }
