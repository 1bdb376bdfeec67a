"""Districts of other states: their packs in force, through files, import, evaluation and door
(A-36)."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from attendance.models import AttendanceCase, Notice
from attendance.nightly.run import evaluate
from attendance.notice import letters
from casework.documents.letters import Letterhead, render
from casework.engine.errors import Invalid
from casework.engine.services import act
from casework.models import Clock, Document, Event, Task
from casework.policy.policies import parse_policy
from district.models import Import
from tests.attendance.packs import POLICIES, in_force, miss

DETECTED = date(2026, 11, 20)


@pytest.fixture
def under(nights, tmp_path):
    """`under("texas")`: the district is under this pack until the end of the test."""
    stack = []

    def put(name: str):
        manager = in_force(name, tmp_path / "policies")
        manager.__enter__()
        stack.append(manager)
        return nights

    yield put
    for manager in stack:
        manager.__exit__(None, None, None)


def ten(nights) -> list[date]:
    """Ten school days, two a week, the last on 20 November."""
    days = nights.sis.school_days(DETECTED)
    return days[-19::2]


def due(case, kind: str) -> date:
    return Clock.objects.get(case=case, kind=kind).original_due


@pytest.mark.scenario("A-36")
def test_virginia_holds_the_conference_ten_school_days_after_the_tenth(under):
    nights = under("virginia")
    miss(nights.sis, "S1", *ten(nights))
    nights.run(date(2026, 11, 19))
    case = nights.case("S1")
    assert (case.state, case.policy, case.triggers) == ("TIER2", "virginia@2024.1", ["VA5", "VA7"])
    assert set(Task.objects.filter(status="OPEN").values_list("kind", flat=True)) == {
        "ROOT_CAUSE",
        "do_VA5",
        "do_VA7",
    }
    nights.run(DETECTED)
    case = nights.case("S1")
    assert case.state == "TIER3"
    assert due(case, "arc_hold") == date(2026, 12, 9)
    assert not Notice.objects.exists(), (
        "the regulation asks for a plan and a conference, not for a letter"
    )


@pytest.mark.scenario("A-36")
def test_texas_counts_parts_of_days_and_refers_within_ten_school_days(under, people):
    nights = under("texas")
    miss(nights.sis, "S1", *ten(nights), minutes=60, status="E")
    nights.run(DETECTED)
    case = nights.case("S1")
    assert case.state == "TIER3"
    assert due(case, "do_TX10") == date(2026, 12, 9)
    assert Task.objects.get(kind="do_TX10").status == "OPEN"
    step = {"duty": "do_TX10", "on": "2026-12-01", "text": "Filed with the truancy court."}
    act(case.number, "record_action", actor=people.worker, data=step, on=date(2026, 12, 1))
    assert Clock.objects.get(kind="do_TX10").status == "MET"
    nights.run(date(2026, 12, 2))
    assert Task.objects.filter(kind="do_TX10").count() == 1, "once for each occasion"


@pytest.mark.scenario("A-36")
def test_texas_refuses_the_referral_of_a_homeless_student_but_not_the_warning(under, people):
    nights = under("texas")
    nights.sis.tables["students"][0]["mckinney_vento"] = "true"
    miss(nights.sis, "S1", *ten(nights)[:-8], *nights.sis.school_days(DETECTED)[-8:])
    nights.run(DETECTED)
    case = nights.case("S1")
    refused = Task.objects.get(kind="do_TX10")
    assert (refused.status, refused.outcome) == ("CANCELLED", "refused")
    assert not Clock.objects.filter(kind="do_TX10").exists()
    assert Event.objects.get(case=case, data__key="TX10").data["refused"] == [
        "homeless: the absences come from homelessness"
    ]
    assert Notice.objects.get().code == "TX3"
    evaluate(date(2026, 11, 23), full=True)
    assert Task.objects.filter(kind="do_TX10").count() == 1
    nights.sis.tables["students"][0]["mckinney_vento"] = "false"
    miss(nights.sis, "S1", date(2026, 11, 24))
    nights.run(date(2026, 11, 24))
    assert Task.objects.filter(kind="do_TX10", status="OPEN").count() == 1, (
        "the exclusion fell away: the referral is due"
    )


def test_a_referral_is_refused_at_the_door_when_an_exclusion_came_after_it(under, people):
    nights = under("texas")
    miss(nights.sis, "S1", *ten(nights))
    nights.run(DETECTED)
    number = nights.case("S1").number
    act(
        number,
        "record_exclusion",
        actor=people.worker,
        data={"exclusion": "severe_illness", "stands": "yes", "reason": "A letter."},
        on=DETECTED,
    )
    with pytest.raises(Invalid) as refused:
        act(
            number,
            "record_action",
            actor=people.worker,
            data={"duty": "do_TX10", "on": "2026-11-20", "text": "Filed."},
            on=DETECTED,
        )
    assert "severe illness" in str(refused.value.errors["duty"])


@pytest.mark.scenario("A-36")
def test_ohio_is_habitual_truancy_at_seventy_two_hours_and_not_before(under):
    nights = under("ohio")
    days = nights.sis.school_days(date(2027, 6, 10))[::8]
    miss(nights.sis, "S1", *days[:14], minutes=300)
    miss(nights.sis, "S1", days[14], minutes=90)
    nights.run(days[14])
    case = nights.case("S1")
    assert [key for key in case.triggers if key.startswith("OH")] == []
    assert case.state == "WATCH", "71.5 hours: excessive absence, no truancy"
    assert Notice.objects.get().covers == ["OX65"]
    miss(nights.sis, "S1", days[14], minutes=120)
    nights.run(days[15])
    case = nights.case("S1")
    assert (case.state, [key for key in case.triggers if key.startswith("OH")]) == (
        "TIER3",
        ["OH72"],
    )
    assert Task.objects.get(kind="do_OH72").clock_id is not None
    assert Clock.objects.get(kind="do_OH72").n == 7


def test_ohio_takes_the_minutes_of_a_whole_day_from_the_calendar(under, nights):
    nights = under("ohio")
    run = None
    days = nights.sis.school_days(DETECTED)[10:16]
    miss(nights.sis, "S1", *days, minutes=None)
    run = nights.run(DETECTED)
    assert run.state == Import.State.APPLIED
    assert "has no minutes" in run.report["evaluation"]["refused"][0], (
        "neither mark nor calendar nor policy says how long the day was"
    )
    from district.models import CalendarDay

    CalendarDay.objects.update(minutes=400)
    evaluate(DETECTED, full=True)
    assert "OH30" in nights.case("S1").triggers


def test_florida_begins_each_month_anew(under):
    nights = under("florida")
    october = [day for day in nights.sis.school_days(date(2026, 10, 30)) if day.month == 10]
    september = [day for day in nights.sis.school_days(date(2026, 10, 30)) if day.month == 9]
    miss(nights.sis, "S1", *september[:5], *october[::4][:5])
    nights.run(date(2026, 10, 30))
    assert nights.case("S1").triggers == ["FL5/2026-09-01", "FL5/2026-10-01", "FL10"]
    assert Task.objects.filter(kind__startswith="do_FL5", status="OPEN").count() == 2
    assert Clock.objects.filter(kind__startswith="do_FL5", status="RUNNING").count() == 2


def test_tennessee_sends_a_notice_at_every_further_five_in_the_familys_language(under, people):
    nights = under("tennessee")
    nights.sis.student("S2", home_language="es")
    days = nights.sis.school_days(date(2026, 11, 20))
    for student in ("S1", "S2"):
        miss(nights.sis, student, *days[5:30:5])
    nights.run(days[29])
    letter = Notice.objects.get(case__attendancecase__student__student_id="S2")
    assert (letter.covers, letter.must_mail, letter.count, letter.language) == (
        ["TN5"],
        True,
        5,
        "es",
    )
    case = nights.case("S2")
    assert due(case, "notice_TN5") == days[34], (
        "the law gives no number of days: process_sla.notice"
    )
    act(
        case.number,
        "draft",
        actor=people.worker,
        data={"language": "es"},
        process=letter.id,
        on=days[30],
    )
    document = Document.objects.get()
    assert (document.code, document.language, document.data["rule"]["cite"]) == (
        "POLICY",
        "es",
        "T.C.A. 49-6-3007",
    )
    act(
        case.number,
        "sign",
        actor=people.principal,
        data={"confirm": "on"},
        process=letter.id,
        on=days[30],
    )
    act(
        case.number,
        "send",
        actor=people.mailer,
        data={"on": days[31].isoformat(), "means": "mail"},
        process=letter.id,
        on=days[31],
    )
    assert Clock.objects.get(process=letter).status == "MET"
    miss(nights.sis, "S2", *days[32:42:2])
    nights.run(days[42])
    again = Notice.objects.filter(case=case).exclude(id=letter.id).get()
    assert (again.covers, again.code, again.count) == (["TN5/10"], "TN5/10", 10)
    assert Task.objects.filter(case=case, kind="do_TN3").count() == 1


def test_a_correction_takes_an_open_duty_away_and_a_new_absence_gives_it_again(under):
    nights = under("texas")
    days = ten(nights)
    miss(nights.sis, "S1", *days)
    nights.run(DETECTED)
    nights.sis.present("S1", days[0])
    nights.run(date(2026, 11, 23))
    assert Task.objects.get(kind="do_TX10").status == "CANCELLED"
    assert not Clock.objects.filter(kind="do_TX10", status="RUNNING").exists()
    miss(nights.sis, "S1", date(2026, 11, 24))
    nights.run(date(2026, 11, 24))
    assert Task.objects.filter(kind="do_TX10", status="OPEN").count() == 1
    assert Clock.objects.get(kind="do_TX10", status="RUNNING").day0 == date(2026, 11, 24)


@pytest.mark.parametrize(
    "name", ["virginia", "texas", "ohio", "california", "florida", "tennessee"]
)
def test_an_incremental_night_and_a_full_one_come_to_the_same(under, name):
    nights = under(name)
    for number in range(2, 9):
        nights.sis.student(f"S{number}")
    days = nights.sis.school_days(date(2027, 1, 29))
    for number in range(1, 9):
        miss(nights.sis, f"S{number}", *days[number :: number + 1])
    for as_of in (days[10], days[30], days[50], days[-1]):
        nights.run(as_of)
    before = sorted(AttendanceCase.objects.values_list("student", "state", "triggers", "head_seq"))
    assert len(before) > 3
    again = evaluate(days[-1], full=True)
    assert again.steps == {}
    assert again.opened == 0
    assert (
        sorted(AttendanceCase.objects.values_list("student", "state", "triggers", "head_seq"))
        == before
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("pack", "key"),
    [
        ("texas", "TX3"),
        ("ohio", "OX38/2026-09-01"),
        ("california", "CA3/7"),
        ("tennessee", "TN5/10"),
    ],
)
def test_the_general_letter_says_what_the_policy_says(pack, key, language):
    policy = parse_policy(POLICIES / "packs" / f"{pack}.yaml")
    data = {
        "reference": "ATT-2026-000001",
        "date": "2026-11-20",
        "recipients": [{"name": "Rosa Test", "address": ["1 Main Street"]}],
        "student": "Ana Test",
        "grade": "5",
        "school": {"name": "School 1", "address": [], "phone": ""},
        "dates": ["2026-11-19", "2026-11-20"],
        "count": 7,
        "signer": "",
        "signer_title": "principal",
        "contact": "",
        "contact_phone": "555-0100",
        "rule": letters.rule_data(key, policy),
    }
    made = render("attendance", letters.template_of(key), language, data, Letterhead("District"))
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(made.pdf)).pages).split()
    )
    assert made.language == language
    assert data["rule"]["cite"] in text
    assert {"TX3": "3", "OX38/2026-09-01": "38", "CA3/7": "7", "TN5/10": "10"}[key] in text
    assert "none" not in text


def test_thresholds_with_a_letter_of_their_own_keep_it():
    assert [letters.template_of(key) for key in ("L3", "L6", "L10", "TX3", "TN5/10")] == [
        "L3",
        "L6",
        "L10",
        "POLICY",
        "POLICY",
    ]
