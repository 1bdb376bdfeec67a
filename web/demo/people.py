"""Who works in the demo district, and what they have done so far: every step through the door, as a
person would."""

from __future__ import annotations

import random
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from attendance.models import Arc, AttendanceCase, Notice
from casework.engine.errors import Refused
from casework.engine.services import act
from casework.models import Process, Task
from district.models import Area, Post, Role, User
from district.role_assignments import sync_posts
from web.demo.files import SCHOOLS, SEED

SIGN_INS = [
    ("School social worker", "worker", "Lena", "Ortiz"),
    ("Principal", "principal", "Renée", "Park"),
    ("Title IX coordinator", "coordinator", "Dana", "Whitfield"),
    ("Supervisor", "supervisor", "Marcus", "Hale"),
    ("District administrator", "admin", "Ines", "Novak"),
    ("Title IX investigator", "investigator", "Robin", "Vega"),
    ("Title IX decision-maker", "decider", "Alex", "Stone"),
    ("Title IX appeal officer", "officer", "Noor", "Haddad"),
    ("Title IX facilitator", "facilitator", "Sam", "Okafor"),
    ("School investigator", "inquirer", "Jo", "Lindgren"),
    ("Deputy superintendent", "deputy", "Ruth", "Castellano"),
    ("Counsel", "counsel", "Imre", "Falk"),
    ("Auditor", "auditor", "Petra", "Lindqvist"),
    ("Street team lead", "lead", "Omar", "Reyes"),
    ("Street team member", "member", "Ada", "Cole"),
    ("Mediator (outside)", "mediator", "Mia", "Lang"),
    ("Truancy court coordinator", "court", "Paula", "Stein"),
    ("Data manager", "datamanager", "Ray", "Quinn"),
]
SURNAMES = ["Bell", "Boyd", "Cole", "Dunn", "Fisk", "Gill", "Hayes", "Ivey", "Kerr", "Lamb", "Nash"]


def staff_rows() -> list[dict[str, str]]:
    """staff_roles.csv: a social worker and a principal at each school. The demo's own people are
    given posts later."""
    rows = []
    for number, (school, *_rest) in enumerate(SCHOOLS[2:]):
        rows.append(
            {
                "staff_id": f"S{school}",
                "name": f"Jo {SURNAMES[number]}",
                "email": f"ssw{school}@demo.invalid",
                "role": "SSW",
                "school_id": school,
            }
        )
        rows.append(
            {
                "staff_id": f"P{school}",
                "name": f"Kim {SURNAMES[number]}",
                "email": f"principal{school}@demo.invalid",
                "role": "PRINCIPAL",
                "school_id": school,
            }
        )
    return rows


def _kept(folder: Path) -> dict[str, tuple[str, str]]:
    """By name: the password of this data folder (made once, never in the code), and what the
    database stores for it, so that no later start has to work the hash out again."""
    path = folder / "demo-passwords"
    rows = [line.split(" ") for line in path.read_text().splitlines()] if path.exists() else []
    known = {name: (word, "".join(stored)) for name, word, *stored in rows}
    return {name: known.get(name) or (secrets.token_hex(5), "") for _role, name, *_rest in SIGN_INS}


def _keep(folder: Path, kept: dict[str, tuple[str, str]]) -> None:
    path = folder / "demo-passwords"
    path.touch(mode=0o600)
    path.write_text("\n".join(f"{name} {word} {stored}" for name, (word, stored) in kept.items()))


def make_sign_ins(folder: Path) -> list[dict[str, str]]:
    """The demo users with their posts and passwords (again at each start, so that they always fit
    the file)."""
    kept = _kept(folder)
    from district.models import School

    schools = {school.school_id: school for school in School.objects.filter(source="sis")}
    north = Area.objects.filter(name="North").first()
    places: dict[str, list[tuple[str, Any, Any]]] = {
        "worker": [(Role.SSW, schools.get("101"), None), (Role.SSW, schools.get("102"), None)],
        "principal": [
            (Role.PRINCIPAL, schools.get("101"), None),
            (Role.PRINCIPAL, schools.get("102"), None),
        ],
        "coordinator": [(Role.TITLE_IX_COORDINATOR, None, None)],
        "supervisor": [(Role.SUPERVISOR, None, north)],
        "admin": [(Role.DISTRICT_ADMIN, None, None)],
        "deputy": [(Role.DEPUTY, None, None)],
        "counsel": [(Role.COUNSEL, None, None)],
        "auditor": [(Role.AUDITOR, None, None)],
        "lead": [(Role.STREET_LEAD, None, north)],
        "member": [(Role.STREET_MEMBER, None, north)],
        "mediator": [],
        "court": [(Role.COURT_COORD, None, north)],
        "datamanager": [
            (Role.DATA_MANAGER, schools.get("101"), None),
            (Role.DATA_MANAGER, schools.get("102"), None),
        ],
    }
    for _role, name, first, last in SIGN_INS:
        user, _created = User.objects.get_or_create(
            username=name,
            defaults={
                "first_name": first,
                "last_name": last,
                "phone": "980-555-0142",
                "email": f"{name}@demo.invalid",
            },
        )
        word, stored = kept[name]
        if not stored or user.password != stored:
            user.set_password(word)
            user.save()
            kept[name] = (word, user.password)
        for role, school, area in places.get(name, ()):
            Post.objects.get_or_create(
                user=user, role=role, school=school, area=area, defaults={"source": "demo"}
            )
    sync_posts()
    _keep(folder, kept)
    return [
        {"role": role, "username": name, "password": kept[name][0]}
        for role, name, *_rest in SIGN_INS
    ]


def work(today: date, share: float) -> None:
    """What people did with the cases of their schools until today: letters, contacts, causes,
    conferences."""
    rng = random.Random(SEED + today.toordinal())
    users = {user.username: user for user in User.objects.all()}
    cases = AttendanceCase.objects.filter(closed_on=None).order_by("id").select_related("school")
    for case in cases:
        assert case.school is not None
        number = case.school.school_id
        worker = users["worker" if number in ("101", "102") else f"staff-S{number}"]
        principal = users["principal" if number in ("101", "102") else f"staff-P{number}"]
        if rng.random() < share:
            _work_case(rng, case.number, case.pk, worker, principal, today)


def _work_case(
    rng: random.Random, number: str, pk: int, worker: User, principal: User, today: date
) -> None:
    for notice in Notice.objects.filter(case_id=pk, closed_on=None).order_by("detected_on"):
        _work_notice(rng, number, notice, worker, principal, today)
    if rng.random() < 0.4:
        result = rng.choice(["reached", "reached", "left_message", "no_answer"])
        _try(
            number,
            "log_contact",
            worker,
            today,
            means=rng.choice(["phone", "visit"]),
            result=result,
        )
    kinds = set(
        Task.objects.filter(case_id=pk, status=Task.Status.OPEN).values_list("kind", flat=True)
    )
    if "ROOT_CAUSE" in kinds and rng.random() < 0.85:
        _try(
            number,
            "record_causes",
            worker,
            today,
            causes=[rng.choice(["health", "transport", "work", "housing", "disengagement"])],
            steps="Morning check-in with the counselor; bus pass; review in two weeks.",
        )
    for arc in Arc.objects.filter(case_id=pk, closed_on=None):
        _work_conference(rng, number, arc, worker, today)


def _work_conference(rng: random.Random, number: str, arc: Arc, worker: User, today: date) -> None:
    """As far along as chance brings it: scheduled, held, the plan written, signed and begun."""
    if arc.state == "REQUESTED" and rng.random() < 0.7:
        soon = (today + timedelta(days=rng.randrange(1, 6))).isoformat()
        _try(
            number, "schedule_conference", worker, today, arc, on=soon, at="14:30", place="Room 12"
        )
    elif arc.state == "SCHEDULED" and rng.random() < 0.8:
        _try(
            number,
            "hold_conference",
            worker,
            today,
            arc,
            on=today.isoformat(),
            attendees=["ssw", "administrator", "parent"],
            notified="yes",
            causes=[rng.choice(["health", "transport", "sibling_care"])],
            disability="no",
            outcomes=["PLAN_AGREED"],
            minutes=(
                "The mother works early; mornings are hard. She wants to try a later first lesson."
            ),
        )
    if arc.state in ("HELD", "SCHEDULED") and rng.random() < 0.7:
        rows = [
            {
                "what": "Later first lesson for four weeks",
                "owner": "Counselor",
                "due": (today + timedelta(days=5)).isoformat(),
            },
            {
                "what": "Call each morning at 7",
                "owner": "Social worker",
                "due": (today + timedelta(days=20)).isoformat(),
            },
        ]
        _try(
            number,
            "draft_plan",
            worker,
            today,
            arc,
            goal_percent="95",
            goal_unexcused="1",
            actions=rows,
            resources="Bus pass",
        )
        _try(
            number,
            "sign_plan",
            worker,
            today,
            arc,
            on=today.isoformat(),
            parent="signed",
            student="signed",
        )
        _try(number, "start_plan", worker, today, arc, on=today.isoformat())


def _work_notice(
    rng: random.Random, number: str, notice: Notice, worker: User, principal: User, today: date
) -> None:
    """As far along as chance brings it."""
    far = rng.random()
    if notice.state == "DUE" and not notice.must_mail and far < 0.6:
        _try(
            number,
            "notify",
            worker,
            today,
            notice,
            on=today.isoformat(),
            means="phone",
            spoken_to="mother",
        )
        return
    steps = [
        ("DUE", "draft", worker, {"language": notice.language}),
        ("DRAFT", "sign", principal, {"confirm": "on"}),
        (
            "SIGNED",
            "send",
            worker,
            {"on": today.isoformat(), "means": "mail", "proof": f"94001{rng.randrange(10**8)}"},
        ),
        ("SENT", "deliver", worker, {"on": today.isoformat(), "proof": "delivered"}),
    ]
    begun = next((i for i, step in enumerate(steps) if step[0] == notice.state), len(steps))
    for _state, name, actor, data in steps[begun : begun + rng.choice([1, 2, 3, 4])]:
        if name == "deliver" and rng.random() < 0.15:
            _try(number, "come_back", worker, today, notice, on=today.isoformat(), why="moved")
        else:
            _try(number, name, actor, today, notice, **data)


def _try(
    number: str,
    name: str,
    actor: User,
    today: date,
    process: Process | None = None,
    /,
    **data: object,
) -> None:
    try:
        act(number, name, actor=actor, data=data, process=process.id if process else None, on=today)
    except Refused:
        return  # chance proposed a step that the rules refuse here; that is what the rules are for
