"""The one door: order of refusals, races, repeated requests, bulk, the triggers behind it, the
chain of events."""

from __future__ import annotations

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from attendance.models import AttendanceCase, Notice
from casework.audit import hash_chain
from casework.engine import services
from casework.engine.errors import Forbidden, Invalid, NotNow, Stale, UnknownCase
from casework.engine.services import Opening, StepRequest, act, act_many, open_cases
from casework.models import Alert, Case, Clock, ClockChange, Document, Event, Rung, Task

DAY = date(2026, 9, 10)


@pytest.fixture
def case(people, nights) -> AttendanceCase:
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    return nights.case("S1")


def contact(case: Case, who, **more):
    return act(
        case.number,
        "log_contact",
        actor=who,
        data={"means": "phone", "result": "reached"},
        on=DAY,
        **more,
    )


def test_refusals_come_in_the_order_in_which_a_person_should_hear_them(case, people):
    with pytest.raises(UnknownCase):
        act("ATT-2026-999999", "add_note", actor=people.worker)
    with pytest.raises(UnknownCase):
        act(case.number, "add_note", actor=people.colleague, data={"text": "x"})
    contact(case, people.worker)
    with pytest.raises(Stale) as stale:
        act(case.number, "add_note", actor=people.worker, data={}, revision=case.revision)
    assert (stale.value.who, stale.value.revision) == ("Staff SSW1", case.revision + 1)
    with pytest.raises(NotNow) as refused:
        act(case.number, "record_causes", actor=people.worker, data={})
    assert "Watch" in refused.value.reasons[0]
    with pytest.raises(Forbidden):
        act(case.number, "raise_tier2", actor=people.principal, data={"reason": "x"})
    with pytest.raises(Invalid) as invalid:
        act(case.number, "add_note", actor=people.worker, data={})
    assert set(invalid.value.errors) == {"text"}


@pytest.mark.parametrize("name", ["__init__", "case", "close_case", "_apply", "spawn", "nothing"])
def test_only_declared_steps_exist(case, people, name):
    with pytest.raises(UnknownCase):
        act(case.number, name, actor=people.worker)


def test_steps_of_the_machine_are_closed_to_people(case, people):
    for name in ("close_corrected", "detect", "begin_notice", "flag_correction"):
        with pytest.raises(Forbidden):
            act(case.number, name, actor=people.worker)


def test_a_repeated_request_changes_nothing(case, people):
    key = uuid4()
    first = contact(case, people.worker, key=key)
    again = contact(case, people.worker, key=key)
    assert (again.repeated, again.revision) == (True, first.revision)
    assert Event.objects.filter(name="log_contact").count() == 1
    with pytest.raises(Invalid):
        act(case.number, "add_note", actor=people.worker, data={"text": "x"}, key=key)


def test_a_refused_step_leaves_nothing_behind(case, people):
    before, revision = Event.objects.count(), case.revision
    with pytest.raises(Invalid):
        act(
            case.number,
            "log_contact",
            actor=people.worker,
            data={"means": "pigeon", "result": "reached"},
        )
    case.refresh_from_db()
    assert (Event.objects.count(), case.revision) == (before, revision)


def test_one_step_costs_three_statements_and_the_permissions(
    case, people, django_assert_num_queries
):
    contact(case, people.worker)  # the permissions of this user object are known from here on
    with django_assert_num_queries(
        4
    ):  # savepoint of the test, load and lock, write, release of the savepoint
        contact(case, people.worker)


def test_what_a_step_writes(case, people):
    notice = Notice.objects.get()
    act(
        case.number,
        "notify",
        actor=people.worker,
        process=notice.id,
        on=DAY,
        data={"on": "2026-09-10", "means": "phone", "spoken_to": "mother"},
    )
    notice.refresh_from_db()
    case.refresh_from_db()
    clock = Clock.objects.get(process=notice)
    assert (notice.state, notice.sent_on, notice.means, notice.closed_on) == (
        "DELIVERED",
        DAY,
        "phone",
        DAY,
    )
    assert notice.recipients[0]["name"] == "Rosa TestS1"
    assert (clock.status, clock.stopped_on, case.next_due, case.worked) == ("MET", DAY, None, True)
    assert [change.op for change in ClockChange.objects.order_by("id")] == ["START", "STOP"]
    assert not Rung.objects.filter(cancelled_at=None).exists()
    event = Event.objects.latest("id")
    assert (event.source, event.target, event.actor, event.citation) == (
        "DUE",
        "DELIVERED",
        people.worker,
        "G.S. 115C-378",
    )


def test_letters_are_documents_of_the_case(case, people, nights):
    notice = Notice.objects.get()
    act(
        case.number,
        "draft",
        actor=people.worker,
        process=notice.id,
        data={"language": "es"},
        on=DAY,
    )
    draft = Document.objects.get()
    assert (draft.code, draft.language, draft.draft, draft.pages) == ("L3", "es", True, 1)
    assert draft.file.open("rb").read(5) == b"%PDF-"
    with pytest.raises(Forbidden):
        act(
            case.number,
            "sign",
            actor=people.worker,
            process=notice.id,
            data={"confirm": "on"},
            on=DAY,
        )
    act(
        case.number,
        "sign",
        actor=people.principal,
        process=notice.id,
        data={"confirm": "on"},
        on=DAY,
    )
    assert Document.objects.filter(draft=False).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.update(sha256="0" * 64)


def test_mail_is_required_where_the_law_says_mail(people, nights):
    nights.sis.absent("S1", *[date(2026, 9, day) for day in (1, 3, 8, 10, 15, 17)])
    nights.run(date(2026, 9, 17))
    case, notice = nights.case("S1"), Notice.objects.get()
    assert notice.must_mail
    with pytest.raises(NotNow):
        act(
            case.number,
            "notify",
            actor=people.worker,
            process=notice.id,
            data={"on": "2026-09-17", "means": "phone", "spoken_to": "x"},
        )
    on = date(2026, 9, 18)
    act(
        case.number, "draft", actor=people.worker, process=notice.id, data={"language": "en"}, on=on
    )
    act(
        case.number,
        "sign",
        actor=people.principal,
        process=notice.id,
        data={"confirm": "on"},
        on=on,
    )
    with pytest.raises(Invalid) as error:
        act(
            case.number,
            "send",
            actor=people.mailer,
            process=notice.id,
            data={"on": "2026-09-18", "means": "message"},
            on=on,
        )
    assert "means" in error.value.errors
    act(
        case.number,
        "send",
        actor=people.mailer,
        process=notice.id,
        data={"on": "2026-09-18", "means": "mail"},
        on=on,
    )
    act(
        case.number,
        "come_back",
        actor=people.mailer,
        process=notice.id,
        data={"on": "2026-09-21"},
        on=date(2026, 9, 21),
    )
    assert Task.objects.get(kind="CONFIRM_ADDRESS").status == "OPEN"
    act(
        case.number,
        "reissue",
        actor=people.worker,
        process=notice.id,
        data={"reason": "new address"},
        on=date(2026, 9, 22),
    )
    again = Notice.objects.get(replaces=notice)
    assert (again.state, again.covers, again.detected_on) == (
        "DUE",
        ["L3", "L6"],
        date(2026, 9, 22),
    )
    assert Task.objects.get(kind="CONFIRM_ADDRESS").status == "DONE"


class TestTheDatabaseGuardsTheLaw:
    def refuses(self, sql: str, *values) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)

    def test_states_move_only_along_declared_moves_and_with_an_event(self, case):
        self.refuses("UPDATE casework_case SET state = 'TIER3' WHERE id = %s", case.pk)
        self.refuses(
            (
                "UPDATE casework_case SET state = 'NOWHERE', revision = 99, head_seq = 99 "
                "WHERE id = %s"
            ),
            case.pk,
        )
        self.refuses(
            (
                "UPDATE casework_case SET rules = 'att-1999', revision = 99, head_seq = 99 "
                "WHERE id = %s"
            ),
            case.pk,
        )
        self.refuses("UPDATE casework_case SET kind = 'BUL' WHERE id = %s", case.pk)
        self.refuses("UPDATE casework_process SET state = 'SENT' WHERE case_id = %s", case.pk)

    def test_no_case_begins_in_a_late_state_or_under_unknown_rules(self, case):
        copy = (
            "INSERT INTO casework_case (number, kind, rules, policy, state, revision, "
            "episode, opened_on, closed_reason, next_duty, "
            "head_seq, head_hash, updated_at) SELECT 'X', kind, %s, policy, %s, 1, 1, "
            "opened_on, '', '', 0, '', now() FROM casework_case LIMIT 1"
        )
        self.refuses(copy, "att-2026", "CLOSED")
        self.refuses(copy, "att-1999", "WATCH")

    def test_history_is_written_once(self, case):
        self.refuses("UPDATE casework_event SET name = 'x'")
        self.refuses("DELETE FROM casework_event")
        self.refuses("DELETE FROM casework_case")
        self.refuses("UPDATE casework_clock SET original_due = original_due + 1")
        self.refuses("UPDATE casework_clockchange SET reason = 'x'")


class TestTheChain:
    def test_holds_after_ordinary_work(self, case, people):
        contact(case, people.worker)
        act(
            case.number,
            "add_note",
            actor=people.worker,
            data={"text": "Ünïcode — “quotes” and 数字"},
            on=DAY,
        )
        assert list(hash_chain.breaks()) == []

    @pytest.mark.parametrize(
        ("sql", "what"),
        [
            ('UPDATE casework_event SET data = \'{"text": "other"}\' WHERE seq = 2', "was changed"),
            ("DELETE FROM casework_event WHERE seq = 2", "is missing"),
            ("DELETE FROM casework_event WHERE seq = 3", "the end of the chain"),
            (
                "UPDATE casework_event SET at = at + interval '1 second' WHERE seq = 1",
                "was changed",
            ),
        ],
    )
    def test_finds_a_break(self, case, people, sql, what):
        contact(case, people.worker)
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL session_replication_role = replica"
            )  # past the triggers, as an intruder would
            cursor.execute(sql)
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert any(what in found.what for found in hash_chain.breaks())


def test_bulk_takes_what_it_can_and_reports_the_rest(people, nights, django_assert_max_num_queries):
    for number in range(20):
        nights.sis.student(f"B{number}").absent(
            f"B{number}", date(2026, 9, 1), date(2026, 9, 3), DAY
        )
    nights.run(DAY)
    cases = list(AttendanceCase.objects.order_by("id"))
    requests = [StepRequest(case.pk, "raise_tier2", {"triggers": ["L6"]}) for case in cases]
    requests.append(StepRequest(cases[0].pk, "step_down", {"reason": "x"}))
    with django_assert_max_num_queries(8):
        outcome = act_many(requests, kind="ATT", on=DAY)
    assert outcome.done == len(cases)
    assert [type(error).__name__ for _request, error in outcome.refused] == ["NotNow"]
    assert set(AttendanceCase.objects.values_list("state", flat=True)) == {"TIER2"}
    assert list(hash_chain.breaks()) == []


def test_opening_in_bulk_numbers_without_gap_or_double(people, nights):
    nights.sis.student("N1").student("N2")
    nights.run(date(2026, 8, 26))
    from district.models import School, Student

    school = School.objects.get(school_id="1")
    openings = [
        Opening(
            school.pk,
            {"student_id": student, "school_year": 2026, "stage": "WATCH"},
            [("open_case", {"triggers": ["RUN3"]})],
        )
        for student in Student.objects.values_list("pk", flat=True)
    ]
    ids = open_cases("ATT", openings, year=2026, on=DAY, size=2)
    assert [Case.objects.get(pk=pk).number for pk in ids] == [
        f"ATT-2026-{n:06d}" for n in range(1, len(ids) + 1)
    ]


def test_an_alert_names_no_person(nights):
    nights.sis.absent("S1", *[date(2026, 9, day) for day in (1, 3, 8, 10, 15, 17, 18)])
    nights.run(date(2026, 9, 18))
    alert = Alert.objects.get(code="L6_LATE")
    assert alert.data == {}
    assert "Test" not in str(alert.__dict__)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_one_wins_and_the_other_is_told(tmp_path):
    from casework.engine import allowed_moves
    from tests.conftest import Nights

    allowed_moves.publish()
    nights = Nights(tmp_path)
    nights.sis.school("1").student("S1").staff("SSW1", "SSW", "1")
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    from district.models import User

    number = nights.case("S1").number
    rounds, threads = 20, 8
    for _ in range(rounds):
        revision = Case.objects.get(number=number).revision
        results: list[str] = []
        barrier = threading.Barrier(threads)

        def press(revision=revision, results=results, barrier=barrier) -> None:
            try:
                worker = User.objects.get(staff_id="SSW1")
                barrier.wait(10)
                act(
                    number,
                    "add_note",
                    actor=worker,
                    data={"text": "mine"},
                    revision=revision,
                    on=DAY,
                )
                results.append("won")
            except Stale as error:
                assert error.who == "Staff SSW1"
                assert error.when is not None
                results.append("told")
            finally:
                connection.close()

        workers = [threading.Thread(target=press) for _ in range(threads)]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join(30)
        assert sorted(results) == ["told"] * (threads - 1) + ["won"]
    assert Event.objects.filter(name="add_note").count() == rounds
    assert list(hash_chain.breaks()) == []


def test_local_today_is_the_districts_date(settings, time_machine):
    time_machine.move_to("2026-11-25T03:30:00Z")
    assert services.local_today() == date(2026, 11, 24)


def test_what_a_step_without_a_form_is_sent_is_not_kept(case, people):
    notice = Notice.objects.get()
    act(
        case.number,
        "draft",
        actor=people.worker,
        process=notice.id,
        data={"language": "en"},
        on=DAY,
    )
    for name, process in _steps_without_form(case, people.worker):
        act(
            case.number,
            name,
            actor=people.worker,
            process=process,
            data={"csrfmiddlewaretoken": "secret", "name": "Planted"},
            on=DAY,
        )
    assert "Planted" not in " ".join(str(event.data) for event in Event.objects.all())


def _steps_without_form(case, user):
    from casework.engine.available_steps import choices

    return [
        (choice.name, choice.process)
        for choice in choices(case, user)
        if choice.enabled and choice.step.form is None
    ][:1]
