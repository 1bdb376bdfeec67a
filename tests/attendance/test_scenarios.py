"""The acceptance scenarios of attendance, first half, under their numbers: through files, import,
evaluation and door."""

from __future__ import annotations

from datetime import date

import pytest

from attendance.case.queries import attendance_report
from attendance.models import AttendanceCase, MarkVersion, Notice, Tally
from casework.access import rights
from casework.engine.errors import Forbidden, UnknownCase
from casework.engine.services import act
from casework.models import Clock, Event, Task
from district.models import Import, School


def d(month: int, day: int) -> date:
    return date(2026 if month > 6 else 2027, month, day)


def clock(case: AttendanceCase, kind: str) -> Clock:
    return Clock.objects.filter(case=case, kind=kind).latest("day0")


@pytest.mark.scenario("A-01")
def test_third_unexcused(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    run = nights.run(d(9, 10))
    case = nights.case("S1")
    assert run.report["evaluation"]["opened"] == 1
    assert (case.state, case.number, Tally.objects.get().unexcused) == (
        "WATCH",
        "ATT-2026-000001",
        3,
    )
    assert clock(case, "notice_L3").original_due == d(9, 15)
    assert Notice.objects.get().cited == [d(9, 1), d(9, 3), d(9, 10)]


@pytest.mark.scenario("A-02")
def test_excused_do_not_count_for_truancy_but_do_for_chronic(nights):
    days = nights.sis.school_days(d(9, 11))
    nights.sis.absent("S1", days[0], days[2]).absent("S1", *days[4:9], code="1A")
    nights.run(d(9, 11))
    assert len(days) == 13
    report = attendance_report(d(9, 11))
    assert report["chronic"]["district"] == {"students": 1, "denominator": 1, "rate": "100.00"}
    assert report["bands"]["severe"] == 1
    assert not Notice.objects.exists()
    # 13 enrolled days are fewer than the 20 that a case by rate needs, and the five days in a row
    # are excused but uncontacted: they open a watch, not a tier.
    assert not AttendanceCase.objects.exclude(state="WATCH").exists()


@pytest.mark.scenario("A-03")
def test_sixth_unexcused_in_a_plain_week(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 8), d(9, 15), d(9, 22), d(9, 29), d(10, 6))
    nights.run(d(9, 15))
    nights.run(d(10, 6))
    case = nights.case("S1")
    assert case.state == "TIER3", (
        "6 of 29 enrolled days are 20.69 %: severe, beside the sixth unexcused day"
    )
    assert clock(case, "notice_L6").original_due == d(10, 9)
    assert Notice.objects.get(code="L6").must_mail


def test_the_sixth_unexcused_day_alone_is_tier_two(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 15), d(9, 29), d(10, 13), d(10, 27), d(11, 10))
    nights.run(d(11, 10))
    case = nights.case("S1")
    assert (case.state, case.triggers) == ("TIER2", ["L3", "L6", "CH10", "RISK"])
    assert set(Task.objects.values_list("kind", flat=True)) == {"ROOT_CAUSE"}, (
        "the school's only social worker owns the case at once"
    )


@pytest.mark.scenario("A-05")
def test_tenth_unexcused_before_thanksgiving(nights):
    days = [
        d(9, 1),
        d(9, 8),
        d(9, 15),
        d(9, 22),
        d(9, 29),
        d(10, 6),
        d(10, 13),
        d(10, 20),
        d(10, 27),
        d(11, 20),
    ]
    nights.sis.absent("S1", *days)
    nights.run(d(11, 20))
    case = nights.case("S1")
    assert case.state == "TIER3"
    assert clock(case, "arc_schedule").original_due == d(12, 2)
    assert clock(case, "arc_hold").original_due == d(12, 9)
    notice = Notice.objects.get()
    assert notice.code == "L3+L6+L10", (
        "several thresholds crossed in one import are one combined letter"
    )


@pytest.mark.scenario("A-07")
def test_correction_before_the_letter(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    nights.sis.mark("S1", d(9, 3), "1A")
    nights.run(d(9, 14))
    case = nights.case("S1")
    assert Tally.objects.get().unexcused == 2
    assert Notice.objects.get().state == "WITHDRAWN_CORRECTION"
    assert (case.state, case.closed_reason, case.next_due) == ("CLOSED", "CORRECTED", None)
    version = MarkVersion.objects.get()
    assert (version.code, version.day, version.known_to) == ("2A", d(9, 3), d(9, 14))
    assert not Notice.objects.exclude(sent_on=None).exists()


@pytest.mark.scenario("A-08")
def test_correction_after_the_letter(nights, people):
    six = [d(9, 1), d(9, 8), d(9, 15), d(9, 22), d(9, 29), d(10, 13)]
    nights.sis.absent("S1", *six)
    nights.run(d(10, 13))
    case, letter = nights.case("S1"), Notice.objects.get()
    act(
        case.number,
        "draft",
        actor=people.worker,
        data={"language": "en"},
        process=letter.id,
        on=d(10, 13),
    )
    act(
        case.number,
        "sign",
        actor=people.principal,
        data={"confirm": "on"},
        process=letter.id,
        on=d(10, 13),
    )
    act(
        case.number,
        "send",
        actor=people.mailer,
        data={"on": "2026-10-13", "means": "mail"},
        process=letter.id,
        on=d(10, 13),
    )
    nights.sis.absent("S1", d(9, 1), d(9, 8), code="1A")
    nights.run(d(10, 20))
    letter.refresh_from_db()
    case = nights.case("S1")
    assert (letter.state, letter.superseded_on, case.state) == ("SENT", d(10, 20), "TIER2")
    assert clock(case, "review_correction").original_due == d(10, 22)
    assert Task.objects.filter(case=case, kind="REVIEW_CORRECTION", status="OPEN").exists()
    nights.sis.absent("S1", d(10, 27), d(11, 5))
    nights.run(d(11, 5))
    again = Notice.objects.exclude(id=letter.id).get(code="L6")
    assert Clock.objects.get(process=again).original_due == d(11, 10)
    assert len(again.cited) == 6
    assert d(9, 1) not in again.cited


@pytest.mark.scenario("A-11")
@pytest.mark.parametrize(("absent", "counts"), [(190, 0), (195, 0), (200, 1)])
def test_half_day_rule(nights, absent, counts):
    nights.sis.mark("S1", d(9, 1), "2A", minutes_absent=str(absent), minutes_scheduled="390")
    nights.run(d(9, 1))
    assert Tally.objects.get().unexcused == counts


@pytest.mark.scenario("A-13")
def test_suspension_counts_for_chronic_absence_alone(nights):
    days = nights.sis.school_days(d(6, 10))
    nights.sis.absent("S1", *days[10:15], code="3").absent("S1", *days[20:28], code="1A").absent(
        "S1", *days[40:90:10]
    )
    nights.run(d(6, 10))
    tally = Tally.objects.get()
    assert (tally.absences, tally.unexcused) == (18, 5)
    assert attendance_report(d(6, 10))["chronic"]["district"]["students"] == 1
    assert Notice.objects.get().code == "L3"


@pytest.mark.scenario("A-16")
def test_two_schools_two_scopes(nights):
    days = nights.sis.school_days(d(6, 10))
    last_at_one = days[59]
    nights.sis.tables["enrollments"].clear()
    nights.sis.student("S1", "1", exit=last_at_one).student("S1", "2", entry=days[60])
    nights.sis.absent("S1", *days[0:7], code="1A").absent("S1", *days[70:79], code="1A", school="2")
    nights.run(d(6, 10))
    report = attendance_report(d(6, 10))
    assert report["chronic"]["school"]["students"] == 1
    assert report["chronic"]["district"]["students"] == 0
    one = attendance_report(d(6, 10), School.objects.get(school_id="1"))
    assert (one["enrolled"], one["chronic"]["district"]["students"]) == (1, 1)


@pytest.mark.scenario("A-29")
def test_same_file_twice(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    folder = nights.sis.write(d(9, 10))
    from district.imports.pipeline import run_import

    run_import(folder)
    before = (Event.objects.count(), Task.objects.count(), MarkVersion.objects.count())
    again = run_import(folder)
    assert again.state == Import.State.UNCHANGED
    assert (Event.objects.count(), Task.objects.count(), MarkVersion.objects.count()) == before
    assert Import.objects.count() == 2


@pytest.mark.scenario("A-30")
def test_mass_change_is_held_and_released(nights, people):
    for number in range(100):
        nights.sis.student(f"M{number}")
    nights.sis.absent("M0", d(9, 1), code="1A")
    nights.run(d(9, 10))
    for number in range(3):
        nights.sis.absent(f"M{number + 10}", d(9, 2), d(9, 3), d(9, 9))
    run = nights.run(d(9, 11))
    assert run.state == Import.State.HELD
    assert "3 of 101" in run.report["why"]
    assert not Notice.objects.exists()
    from district.imports.pipeline import release

    done = release(run, people.admin, "checked with the schools")
    assert (done.state, done.decided_by) == (Import.State.APPLIED, people.admin)
    assert Notice.objects.count() == 3


@pytest.mark.scenario("A-34")
def test_unknown_code(nights):
    nights.sis.absent("S1", d(9, 8), code="A")
    nights.run(d(9, 8))
    tally = Tally.objects.get()
    assert (tally.absences, tally.unknown, tally.unexcused) == (1, 1, 0)
    nights.sis.mark("S1", d(9, 8), "2A")
    nights.run(d(9, 10))
    tally.refresh_from_db()
    assert (tally.absences, tally.unknown, tally.unexcused) == (1, 0, 1)


def test_a_seventh_day_before_the_sixth_day_notice_is_a_breach(nights):
    six = [d(9, 1), d(9, 8), d(9, 15), d(9, 22), d(9, 29), d(10, 6)]
    nights.sis.absent("S1", *six)
    nights.run(d(10, 6))
    nights.sis.absent("S1", d(10, 7))
    nights.run(d(10, 7))
    assert Notice.objects.get(covers__contains=["L6"]).breached_on == d(10, 7)
    nights.run(d(10, 8))
    assert Event.objects.filter(name="breach").count() == 1


def test_a_closure_voids_marks_and_recounts(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    nights.sis.days[d(9, 3)] = "CLOSURE"
    nights.sis.present("S1", d(9, 3))
    nights.run(d(9, 11))
    assert Tally.objects.get().unexcused == 2
    assert MarkVersion.objects.get().successor == "VOID"
    assert nights.case("S1").state == "CLOSED"


def test_a_vanished_row_is_corrected_to_present(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    nights.sis.present("S1", d(9, 10))
    nights.run(d(9, 11))
    assert MarkVersion.objects.get().successor == "PRESENT"
    assert Tally.objects.get().unexcused == 2


def test_the_machine_does_not_lower_a_case_on_which_somebody_worked(nights, people):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    act(
        nights.case("S1").number,
        "add_note",
        actor=people.worker,
        data={"text": "called"},
        on=d(9, 11),
    )
    nights.sis.mark("S1", d(9, 3), "1A")
    nights.run(d(9, 14))
    assert nights.case("S1").state == "WATCH"
    assert Notice.objects.get().state == "WITHDRAWN_CORRECTION"


def test_a_case_that_a_correction_closed_comes_back_with_the_next_trigger(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    nights.sis.mark("S1", d(9, 3), "1A")
    nights.run(d(9, 14))
    nights.sis.absent("S1", d(9, 17))
    nights.run(d(9, 17))
    case = nights.case("S1")
    assert (case.state, case.episode) == ("WATCH", 2)
    assert Notice.objects.filter(state="DUE").get().detected_on == d(9, 17)


def test_evaluating_again_changes_nothing(nights):
    from attendance.nightly.run import evaluate

    nights.sis.absent("S1", d(9, 1), d(9, 8), d(9, 15), d(9, 22), d(9, 29), d(10, 6), d(10, 7))
    nights.run(d(10, 7))
    before = Event.objects.count()
    for full in (False, True):
        result = evaluate(d(10, 7), full=full)
        assert (result.opened, result.steps) == (0, {})
    assert Event.objects.count() == before


@pytest.mark.scenario("A-38")
def test_same_child_two_student_numbers(nights, capsys):
    from django.core.management import call_command

    nights.sis.student("S2", "2")
    nights.sis.absent("S1", d(9, 1), d(9, 15), d(9, 29), d(10, 6))
    nights.sis.absent("S2", d(9, 8), d(9, 15), d(9, 22), school="2")
    nights.run(d(9, 29))
    nights.run(d(10, 6))
    older = (
        nights.case("S2").number
        if nights.case("S2").pk < nights.case("S1").pk
        else nights.case("S1").number
    )
    call_command("merge_students", "S1", "S2", "--as-of", "2026-10-14", "--json")
    tally = Tally.objects.get()
    assert tally.unexcused == 6, "one date stands in both records and counts once"
    open_case = AttendanceCase.objects.exclude(state="CLOSED").get()
    assert open_case.number == older
    assert AttendanceCase.objects.get(state="CLOSED").closed_reason == "MERGED"
    letter = Notice.objects.filter(case=open_case, covers__contains=["L6"]).get()
    assert Clock.objects.get(process=letter).original_due == d(10, 19)
    assert Notice.objects.exclude(case=open_case).exists(), "letters of both stay on file"
    again = nights.run(d(10, 15))
    assert again.state == Import.State.APPLIED
    assert (Tally.objects.get().unexcused, AttendanceCase.objects.count()) == (6, 2), (
        "later deliveries know the survivor"
    )


@pytest.mark.scenario("A-18")
def test_arrival_from_another_district(nights, people, client):
    nights.sis.tables["enrollments"][0]["prior_unexcused"] = "4"
    nights.sis.absent("S1", d(9, 1), d(9, 3))
    nights.run(d(9, 10))
    assert Tally.objects.get().unexcused == 2
    assert not AttendanceCase.objects.exists()
    nights.sis.absent("S1", d(9, 11))
    nights.run(d(9, 11))
    client.force_login(people.worker, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/cases/{nights.case('S1').number}").content.decode()
    assert "4 unexcused days in another district this year" in page
    nights.sis.tables["enrollments"][0]["prior_unexcused"] = "-4"
    run = nights.run(d(9, 14))
    assert run.issues.filter(column="prior_unexcused", code="NOT_A_NUMBER").count() == 1


@pytest.mark.scenario("A-40")
def test_conflict_of_interest(nights, people):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    case = nights.case("S1")
    before = list(case.clocks.values_list("kind", "due"))
    assert case.owner == people.worker
    with pytest.raises(Forbidden):
        act(
            case.number,
            "recuse",
            actor=people.worker,
            data={"user": str(people.worker.pk), "reason": "x"},
            on=d(9, 11),
        )
    act(
        case.number,
        "recuse",
        actor=people.supervisor,
        data={"user": str(people.worker.pk), "reason": "her aunt"},
        on=d(9, 11),
    )
    again = type(people.worker).objects.get(pk=people.worker.pk)
    assert not rights.visible(again).exists()
    with pytest.raises(UnknownCase):
        act(case.number, "add_note", actor=again, data={"text": "x"})
    case.refresh_from_db()
    assert case.owner is None
    assert [row for row in case.clocks.values_list("kind", "due") if row[0] != "assign"] == before
