"""The intake: reports from everybody and from staff, the way back with the code, what never leaves
the case."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.translation.template import templatize
from playwright.sync_api import Page, expect

from casework.access import rights
from casework.engine.services import act, local_today
from casework.models import Attachment, CaseUserPermission, Event
from casework.privacy import encrypted_files
from district.models import School, User
from tests import axe
from tests.titleix.conftest import SEXUAL
from titleix.intake import follow_views, views
from titleix.intake.fields import MOST_CHARACTERS
from titleix.intake.receipts import ALPHABET, receipt_code, receipt_hash
from titleix.intake.stamps import new_stamp
from titleix.models import Party, Record, TitleIXCase

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 15, 15, tzinfo=UTC)  # a Tuesday, 11:00 in the district
NAMES = (
    "Marisol Quintanar",
    "Dexter Vandenberg",
    "Wilhelmina Oyelaran",
    "Peregrine Ashdown",
    "zebra-narrative",
)
CODE = re.compile(r'id="receipt-code">([0-9A-Z-]{19})<')
LOCALE = Path(views.__file__).parents[1] / "locale/es/LC_MESSAGES"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def stamp_of(page: str) -> str:
    return re.search(r'name="stamp" value="([^"]+)"', page).group(1)


def facts(**more) -> dict:
    return {
        "narrative": "The zebra-narrative of the lunch line.",
        "relation": "student",
        "identity": "anonymous",
        "incident_on": "2026-09-14",
        "location": "classroom",
        "school": str(School.objects.get(school_id="1").pk),
        "complainant_name": NAMES[0],
        "complainant_kind": "student",
        "respondent_name": NAMES[1],
        "respondent_kind": "employee",
        "witnesses": f"{NAMES[2]}\n\n",
    } | more


class Reporter:
    """Somebody at the public form, without a session of the product."""

    def __init__(self, clock, **headers) -> None:
        self.clock, self.client = clock, Client(**headers)

    def open(self, address: str = "/report") -> str:
        return self.client.get(address).content.decode()

    def send(self, address: str = "/report", wait: int = 30, **given):
        stamp = stamp_of(self.open(address))
        self.clock.shift(wait)
        return self.client.post(address, facts(stamp=stamp) | given)

    def code(self, **given) -> str:
        response = self.send(**given)
        assert response.status_code == 200, response.content.decode()
        return CODE.search(response.content.decode()).group(1)

    def enter(self, code: str):
        return self.client.post("/report/follow", {"code": code}, follow=True)


@pytest.fixture
def reporter(staff, clock) -> Reporter:
    return Reporter(clock)


@pytest.fixture
def sign_in(clock):
    def inner(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return inner


def people_of(case: TitleIXCase) -> list[tuple[str, str, str]]:
    return sorted(case.parties.values_list("part", "kind", "name"))


# -- the public form -------------------------------------------------------------------------------


def test_an_anonymous_report_end_to_end(reporter):
    code = reporter.code(name="Peregrine Ashdown", email="p@example.org", phone="555")
    case = TitleIXCase.objects.get()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert case.receipt == receipt_hash(code) != code
    assert (case.channel, case.anonymous, case.location, case.incident_on) == (
        "form",
        True,
        "classroom",
        date(2026, 9, 14),
    )
    assert case.knowledge_at == case.received_at == timezone.now()
    assert case.late_entry is False
    assert case.received_by is None
    assert people_of(case) == [
        ("complainant", "student", NAMES[0]),
        ("respondent", "employee", NAMES[1]),
        ("witness", "unknown", NAMES[2]),
    ]
    assert {party.email for party in Party.objects.all()} == {""}, (
        "what an anonymous reporter typed is let go"
    )
    assert {clock.kind for clock in case.clocks.all()} == {"contact_complainant", "screening"}


def test_a_named_report_to_whom_it_happened(reporter):
    reporter.code(
        identity="named",
        name="Peregrine Ashdown",
        email="p@example.org",
        phone="555-0100",
        it_was_me="on",
        complainant_name="",
    )
    case = TitleIXCase.objects.get()
    assert not case.anonymous
    told = case.parties.get(part="reporter")
    assert (told.name, told.email, told.phone, told.kind, told.language) == (
        "Peregrine Ashdown",
        "p@example.org",
        "555-0100",
        "student",
        "en",
    )
    assert case.parties.get(part="complainant").name == "Peregrine Ashdown"
    assert case.records.get().code == "reporter_student"


def test_anonymous_and_to_me_keeps_a_complainant_without_a_name(reporter):
    reporter.code(it_was_me="on", complainant_name="", complainant_kind="", relation="other")
    assert ("complainant", "unknown", "") in people_of(TitleIXCase.objects.get())


def test_only_the_words_and_who_one_is_must_be_there(reporter):
    empty = dict.fromkeys(
        ("incident_on", "location", "school", "complainant_name", "respondent_name", "witnesses"),
        "",
    )
    reporter.code(**empty, complainant_kind="", respondent_kind="", relation="parent")
    case = TitleIXCase.objects.get()
    assert (case.school, case.location, case.incident_on, people_of(case)) == (None, "", None, [])


def test_a_signed_in_reporter_is_not_looked_up(reporter, staff, sign_in):
    reporter.client = sign_in(staff.school)
    assert "This form does not keep who you are" in reporter.open()
    reporter.code()
    case = TitleIXCase.objects.get()
    assert case.received_by is None
    assert "Nine" not in str(people_of(case))
    assert not Event.objects.filter(case=case, actor=staff.school).exists()


def test_an_employee_says_when_it_was_known(reporter):
    reporter.code(relation="employee", knowledge_at="2026-09-10T09:30")
    case = TitleIXCase.objects.get()
    assert case.knowledge_at == datetime(2026, 9, 10, 13, 30, tzinfo=UTC)
    assert case.late_entry is True


def test_nobody_else_moves_the_day_of_knowledge(reporter):
    reporter.code(relation="student", knowledge_at="2026-09-10T09:30")
    assert TitleIXCase.objects.get().knowledge_at == timezone.now()


def test_in_spanish(reporter):
    page = reporter.open("/report?lang=es")
    assert '<html lang="es">' in page
    for words in (
        "¿Qué pasó?",
        "Enviar el reporte",
        "Llame al",
        "quedar en el anonimato",
        "opcional",
    ):
        assert words in page
    wrong = reporter.send("/report?lang=es", narrative="").content.decode()
    assert "Este campo es obligatorio" in wrong
    assert "Por favor, revise" in wrong
    done = reporter.send("/report?lang=es", identity="named", name="P A").content.decode()
    assert "Recibimos su reporte" in done
    assert TitleIXCase.objects.get().parties.get(part="reporter").language == "es"
    entered = reporter.client.post(
        "/report/follow?lang=es", {"code": CODE.search(done).group(1)}, follow=True
    )
    assert "Recibido" in entered.content.decode()
    assert entered.request["QUERY_STRING"] == "lang=es"


def test_the_browser_asks_for_spanish(reporter, clock):
    response = Client(headers={"accept-language": "es-MX,es;q=0.9"}).get("/report")
    assert '<html lang="es">' in response.content.decode()
    assert "Accept-Language" in response["Vary"]
    assert (
        '<html lang="en">'
        in Client(headers={"accept-language": "es"}).get("/report?lang=en").content.decode()
    )
    assert '<html lang="en">' in Client().get("/report?lang=xx").content.decode()


def messages_of(template: str) -> set[str]:
    """What a template says through gettext, long blocks folded as they are looked up."""
    quoted = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    calls = re.findall(rf"\b(?:_|gettext)\(u?({quoted})\)", templatize(template))
    return {ast.literal_eval(text) for text in calls}


def texts_of_the_public() -> set[str]:
    """Every text of the public pages: of the templates, and of the forms but for the one of staff."""
    folder = Path(views.__file__).parents[1]
    found = set()
    for path in (folder / "templates/titleix").glob("intake_*.html"):
        if path.stem not in ("intake_new", "intake_entered"):
            found |= messages_of(path.read_text())
    for name in ("intake/forms.py", "intake/views.py"):
        for node in ast.parse((folder / name).read_text()).body:
            if getattr(node, "name", "") in ("StaffForm", "new"):
                continue
            calls = [
                one
                for one in ast.walk(node)
                if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "_"
            ]
            found |= {
                call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)
            }
    return found


def test_every_public_text_is_in_spanish():
    kept = set(re.findall(r'^msgid "(.+)"$', (LOCALE / "django.po").read_text(), re.M))
    assert texts_of_the_public() - kept == set()


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="msgfmt is missing")
def test_the_compiled_texts_are_the_written_ones(tmp_path):
    subprocess.run(
        ["msgfmt", "--check-format", "-o", tmp_path / "new.mo", LOCALE / "django.po"], check=True
    )
    assert (tmp_path / "new.mo").read_bytes() == (LOCALE / "django.mo").read_bytes()


# -- spam, without shutting anybody out ------------------------------------------------------------


def test_the_hidden_field(reporter):
    held = reporter.send(**{views.TRAP: "buy now"})
    assert held.status_code == 422
    page = held.content.decode()
    assert "zebra-narrative" in page
    assert "buy now" not in page
    assert not TitleIXCase.objects.exists()
    assert reporter.client.post("/report", facts(stamp=stamp_of(page))).status_code == 200, (
        "a person sends it again"
    )


def test_too_fast(reporter, clock):
    held = reporter.send(wait=1)
    assert held.status_code == 422
    assert not TitleIXCase.objects.exists()
    clock.shift(5)
    assert (
        reporter.client.post("/report", facts(stamp=stamp_of(held.content.decode()))).status_code
        == 200
    )


@pytest.mark.parametrize("stamp", ["", "x", "a:b:c", "\x00", "é"])
def test_a_stamp_that_is_not_ours(reporter, stamp):
    held = reporter.client.post("/report", facts(stamp=stamp))
    assert held.status_code == 422
    assert "zebra-narrative" in held.content.decode()
    assert not TitleIXCase.objects.exists()


def test_a_page_that_was_open_for_days(reporter, clock):
    held = reporter.send(wait=3 * 24 * 3600)
    assert held.status_code == 422
    clock.shift(5)
    assert (
        reporter.client.post("/report", facts(stamp=stamp_of(held.content.decode()))).status_code
        == 200
    )


def test_the_limit_of_an_hour(reporter, clock, monkeypatch):
    monkeypatch.setattr(views, "REPORTS", replace(views.REPORTS, most=2))
    assert [reporter.send().status_code for _n in range(2)] == [200, 200]
    over = reporter.send()
    assert over.status_code == 429
    assert "zebra-narrative" in over.content.decode()
    assert Reporter(clock, REMOTE_ADDR="203.0.113.9").send().status_code == 200, (
        "another address is another matter"
    )
    clock.shift(3600)
    assert reporter.send().status_code == 200


def test_forgery_is_refused(staff, clock):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/report", facts(stamp=new_stamp())).status_code == 403
    assert client.post("/report/follow", {"code": "x"}).status_code == 403
    assert client.post("/report/follow/answer", {"text": "x"}).status_code == 403


# -- one report, however often it is sent ----------------------------------------------------------


def test_a_double_click_makes_one_report_and_shows_one_code(reporter, clock):
    stamp = stamp_of(reporter.open())
    clock.shift(10)
    pages = [
        reporter.client.post("/report", facts(stamp=stamp)).content.decode() for _n in range(2)
    ]
    assert CODE.search(pages[0]).group(1) == CODE.search(pages[1]).group(1)
    assert TitleIXCase.objects.count() == 1
    clock.shift(3600)
    late = reporter.client.post("/report", facts(stamp=stamp)).content.decode()
    assert not CODE.search(late), "the history of a shared computer shows no code"
    assert TitleIXCase.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment(staff):
    stamp, pages = new_stamp(), []
    views.QUICKEST, before = -1.0, views.QUICKEST
    start = threading.Barrier(4)

    def click() -> None:
        start.wait()
        pages.append(Client().post("/report", facts(stamp=stamp)).content.decode())
        connection.close()

    threads = [threading.Thread(target=click) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    views.QUICKEST = before
    assert TitleIXCase.objects.count() == 1
    assert len({CODE.search(page).group(1) for page in pages}) == 1


# -- files and bad input ---------------------------------------------------------------------------


def upload(name: str = "note.txt", content: bytes = b"what I saw") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_files_are_kept_with_the_case(reporter):
    reporter.code(uploads=[upload(), upload("two.txt")])
    case = TitleIXCase.objects.get()
    assert sorted(case.attachments.values_list("name", "state", "uploaded_by")) == [
        ("note.txt", "CLEAN", None),
        ("two.txt", "CLEAN", None),
    ]
    assert encrypted_files.read(Attachment.objects.all()[0]) == b"what I saw"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("page.pdf", b"<html><script>alert(1)</script>")], "this type of file is not allowed"),
        ([("prog.pdf", b"MZ\x90\x00" + b"\x00" * 200)], "this type of file is not allowed"),
        ([("none.txt", b"")], "it is empty"),
        ([("big.txt", b"a" * 2000)], "it is larger than"),
        ([("n.txt", b"fine")] * 6, "Choose at most 5 files."),
    ],
)
def test_files_that_are_refused(reporter, settings, files, words):
    settings.MAX_ATTACHMENT_BYTES = 1500
    response = reporter.send(uploads=[upload(*one) for one in files])
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert 'aria-describedby="id_uploads_helptext id_uploads_error"' in page
    assert "zebra-narrative" in page
    assert not TitleIXCase.objects.exists()


def test_it_says_that_chosen_files_are_lost(reporter):
    assert (
        "Please choose your files again"
        in reporter.send(uploads=[upload()], narrative="").content.decode()
    )
    assert (
        "Please choose your files again"
        in reporter.send(uploads=[upload()], wait=1).content.decode()
    )


@pytest.mark.parametrize(
    "given",
    [
        {"narrative": ""},
        {"narrative": "a\x00b"},
        {"narrative": "x" * (MOST_CHARACTERS + 1)},
        {"incident_on": "2026-13-45"},
        {"incident_on": "tomorrow"},
        {"incident_on": "2027-01-01"},
        {"incident_on": "0001-01-01"},
        {"school": "999999"},
        {"school": "9" * 40},
        {"school": "\x00"},
        {"school": "x"},
        {"location": "moon"},
        {"relation": ""},
        {"relation": "boss"},
        {"identity": ""},
        {"identity": "named", "name": ""},
        {"complainant_name": "x" * 201},
        {"respondent_kind": "alien"},
        {"witnesses": "n\n" * 21},
        {"witnesses": "x" * 201},
        {"email": "no"},
        {"knowledge_at": "2026-09-10T25:00"},
        {"knowledge_at": "0001-01-01T00:00"},
        {"knowledge_at": "9999-12-31T23:59"},
        {"knowledge_at": "2026-09-16T00:00"},
        {"knowledge_at": "9" * 5000},
        {"name": "\x00", "identity": "named"},
    ],
)
def test_bad_input_is_told_at_the_field_and_loses_nothing(reporter, given):
    response = reporter.send(**({"respondent_name": "kept words", "relation": "employee"} | given))
    assert response.status_code == 422
    page = response.content.decode()
    assert "kept words" in page
    field = "name" if given.get("identity") == "named" else next(iter(given))
    assert f'id="id_{field}_error"' in page
    assert f'href="#id_{field}' in page
    assert not TitleIXCase.objects.exists()


def test_ten_megabytes_of_text(reporter):
    for kind in (
        "multipart/form-data; boundary=BoUnDaRyStRiNg",
        "application/x-www-form-urlencoded",
    ):
        body = b"narrative=" + b"x" * 10_000_000
        if kind.startswith("multipart"):
            body = (
                b'--BoUnDaRyStRiNg\r\nContent-Disposition: form-data; name="narrative"\r\n\r\n'
                + b"x" * 10_000_000
                + b"\r\n--BoUnDaRyStRiNg--\r\n"
            )
        response = reporter.client.post("/report", body, content_type=kind)
        assert response.status_code == 413
        assert "Your text is too long" in response.content.decode()


def test_the_longest_text_that_is_allowed(reporter):
    reporter.code(narrative="ñ" * MOST_CHARACTERS, witnesses="\n".join(["w" * 150] * 20))
    assert len(TitleIXCase.objects.get().narrative) == MOST_CHARACTERS


def test_markup_stays_text(reporter):
    page = reporter.send(
        narrative="", respondent_name='"><script>alert(1)</script>'
    ).content.decode()
    assert "<script>alert" not in page


# -- who sees the case afterwards ------------------------------------------------------------------


def test_only_coordinators_see_the_case(reporter, staff, sign_in):
    reporter.code()
    case = TitleIXCase.objects.get()
    for user in (staff.coordinator, staff.deputy):
        assert sign_in(user).get(f"/cases/{case.number}").status_code == 200
    others = User.objects.exclude(pk__in=[staff.coordinator.pk, staff.deputy.pk])
    assert others.filter(is_superuser=True).exists()
    for user in others:
        assert not rights.visible(user).filter(pk=case.pk).exists(), user
        assert sign_in(user).get(f"/cases/{case.number}").status_code == 404, user
    holders = set(
        CaseUserPermission.objects.filter(content_object_id=case.pk).values_list(
            "user_id", flat=True
        )
    )
    assert holders == {staff.coordinator.pk, staff.deputy.pk}


# -- coming back -----------------------------------------------------------------------------------


def ask(case: TitleIXCase, text: str = "On which day was it?") -> None:
    act(
        case.number,
        "ask_reporter",
        actor=User.objects.get(username="t9-coordinator"),
        data={"text": text},
    )


def test_come_back_read_the_question_and_answer_it(reporter, clock):
    code = reporter.code()
    case = TitleIXCase.objects.get()
    ask(case)
    back = Reporter(clock)
    page = back.enter(code.lower().replace("-", " ")).content.decode()
    assert "On which day was it?" in page
    assert "Received" in page
    assert case.number not in page
    assert not [name for name in NAMES if name in page], "the page gives nothing of the report back"
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    for _click in range(2):
        done = back.client.post(
            "/report/follow/answer", {"text": "It was on Monday.", "key": key}, follow=True
        )
        assert "It was on Monday." in done.content.decode()
    kept = Record.objects.get(case=case, code="answer")
    assert (kept.kind, kept.text, kept.by, kept.on) == (
        "MESSAGE",
        "It was on Monday.",
        None,
        local_today(),
    )
    wrong = back.client.post("/report/follow/answer", {"text": "a\x00b"})
    assert wrong.status_code == 422


def test_the_code_is_remembered_for_half_an_hour_and_only_as_its_hash(reporter, clock):
    code = reporter.code()
    reporter.enter(code)
    kept = dict(reporter.client.session)
    assert code not in str(kept)
    assert code.replace("-", "") not in str(kept)
    assert "Questions and answers" in reporter.open("/report/follow")
    clock.shift(timedelta(minutes=31))
    assert "Questions and answers" not in reporter.open("/report/follow")
    lost = reporter.client.post("/report/follow/answer", {"text": "my careful words"})
    assert lost.status_code == 409
    assert "my careful words" in lost.content.decode()
    assert not Record.objects.filter(code="answer").exists()


def test_leaving_forgets_the_code(reporter):
    reporter.enter(reporter.code())
    reporter.client.post("/report/follow/leave")
    assert "Questions and answers" not in reporter.open("/report/follow")


@pytest.mark.parametrize(
    "code", ["", "x", "0000-0000-0000-0000", "\x00", "a" * 5000, "é" * 16, "' OR 1=1 --", "-" * 19]
)
def test_wrong_codes(reporter, staff, code):
    reporter.code()
    TitleIXCase.objects.filter(receipt="").update(receipt="")
    response = reporter.enter(code)
    assert response.status_code == 422
    assert 'id="id_code_error"' in response.content.decode()
    assert "report" not in reporter.client.session


def test_a_report_without_a_code_is_never_found(report, clock):
    found = Reporter(clock).enter("-")
    assert found.status_code == 422


def test_codes_cannot_be_tried_without_end(reporter, monkeypatch):
    monkeypatch.setattr(follow_views, "CODES", replace(follow_views.CODES, most=3))
    code = reporter.code()
    assert [reporter.enter("0000-0000-0000-0000").status_code for _n in range(4)] == [
        422,
        422,
        422,
        429,
    ]
    assert reporter.enter(code).status_code == 429


def test_a_reporter_learns_no_more_than_a_word(reporter, staff, clock):
    code = reporter.code()
    case = TitleIXCase.objects.get()
    reporter.enter(code)

    def state() -> str:
        return re.search(r'class="state">([^<]+)<', reporter.open("/report/follow")).group(1)

    assert state() == "Received"
    act(case.number, "triage", actor=staff.coordinator)
    assert state() == "Being looked at"
    act(
        case.number,
        "screen",
        actor=User.objects.get(pk=staff.coordinator.pk),
        data=SEXUAL | {"q1": "N", "q5": "N"},
    )
    referral = {
        "office": "Student services",
        "email": "office@example.org",
        "phone": "980 555 0100",
        "text": "It is another matter.",
    }
    act(case.number, "refer", actor=User.objects.get(pk=staff.coordinator.pk), data=referral)
    assert TitleIXCase.objects.get().closed_on
    assert state() == "Closed"
    assert reporter.client.post("/report/follow/answer", {"text": "more"}).status_code == 409
    assert not Record.objects.filter(code="answer").exists()


def test_codes_are_long_and_unambiguous():
    codes = {receipt_code(str(number)) for number in range(2000)}
    assert len(codes) == 2000
    assert set("".join(codes)) == set(ALPHABET) | {"-"}
    assert len(ALPHABET) ** 16 >= 2**80
    assert receipt_hash("oIl0-2345-6789-abcd") == receipt_hash("0110 2345 6789 ABCD")


# -- staff -----------------------------------------------------------------------------------------


def entered(**more) -> dict:
    return (
        facts(
            knowledge_at="2026-09-15T10:00",
            knowledge_employee="PR1",
            channel="person",
            relation="student",
        )
        | more
    )


def enter_as(client: Client, **given):
    stamp = stamp_of(client.get("/title-ix/new").content.decode())
    return client.post("/title-ix/new", entered(stamp=stamp) | given)


def test_staff_enter_a_report_and_lose_sight_of_it(staff, sign_in):
    client = sign_in(staff.outsider)
    assert "You cannot open it unless you are one" in client.get("/title-ix/new").content.decode()
    done = enter_as(
        client, name="Peregrine Ashdown", police="14:05, Officer Dunn", police_number="4711"
    )
    page, case = done.content.decode(), TitleIXCase.objects.get()
    assert done.status_code == 200
    assert case.number not in page
    assert "late entry" not in page
    assert (case.channel, case.anonymous, case.received_by, case.knowledge_employee) == (
        "person",
        False,
        staff.outsider,
        staff.principal,
    )
    assert case.late_entry is False
    assert client.get(f"/cases/{case.number}").status_code == 404
    assert not rights.visible(staff.outsider).filter(pk=case.pk).exists()
    call = case.records.get(kind="DUTY")
    assert (call.code, call.text, call.data, call.by) == (
        "police_called",
        "14:05, Officer Dunn",
        {"number_of": "4711"},
        staff.outsider,
    )
    assert (
        "Received"
        in Client()
        .post("/report/follow", {"code": CODE.search(page).group(1)}, follow=True)
        .content.decode()
    )


def test_a_late_entry_is_told(staff, sign_in):
    page = enter_as(sign_in(staff.outsider), knowledge_at="2026-09-11T10:00").content.decode()
    assert "This was a late entry." in page
    assert TitleIXCase.objects.get().late_entry is True


def test_one_work_day_later_is_in_time(staff, sign_in):
    enter_as(sign_in(staff.outsider), knowledge_at="2026-09-14T10:00")
    assert TitleIXCase.objects.get().late_entry is False


def test_a_coordinator_goes_on_to_the_case(staff, sign_in):
    client = sign_in(staff.coordinator)
    page = enter_as(client).content.decode()
    assert f'href="/cases/{TitleIXCase.objects.get().number}"' in page


def test_a_call_to_the_police_ends_no_duty(staff, sign_in):
    enter_as(sign_in(staff.outsider), police="somebody", dss="somebody")
    case = TitleIXCase.objects.get()
    act(case.number, "triage", actor=staff.coordinator)
    act(
        case.number,
        "screen",
        actor=User.objects.get(pk=staff.coordinator.pk),
        data=SEXUAL | {"offense": "Y", "on_school_property": "on"},
    )
    assert case.tasks.filter(kind__startswith="DUTY_").exists()


def test_who_may_enter(staff, sign_in):
    assert Client().get("/title-ix/new").status_code == 302
    for user in (
        staff.root,
        staff.school,
        staff.outsider,
        staff.admin,
    ):  # whoever can sign in works for the district
        assert sign_in(user).get("/title-ix/new").status_code == 200


def test_staff_send_twice_and_send_wrong_things(staff, sign_in):
    client = sign_in(staff.outsider)
    stamp = stamp_of(client.get("/title-ix/new").content.decode())
    for _click in range(2):
        assert client.post("/title-ix/new", entered(stamp=stamp)).status_code == 200
    assert TitleIXCase.objects.count() == 1
    for wrong in (
        {"stamp": ""},
        {"knowledge_at": ""},
        {"knowledge_at": "2026-09-15T23:00"},
        {"knowledge_employee": "nobody-of-this-name"},
        {"knowledge_employee": "\x00"},
        {"channel": "form"},
        {"police": "\x00"},
        {"narrative": ""},
    ):
        answer = client.post("/title-ix/new", entered(stamp=new_stamp()) | wrong)
        assert answer.status_code == 422, wrong
    assert TitleIXCase.objects.count() == 1


# -- what leaks nowhere ----------------------------------------------------------------------------


def test_no_name_in_a_log_an_address_a_title_or_the_timeline(
    reporter, staff, sign_in, caplog, capfd
):
    caplog.set_level("DEBUG")
    responses = [
        reporter.send(narrative="zebra-narrative", identity="named", name=NAMES[3]),
        reporter.send(narrative="", respondent_name=NAMES[1]),
    ]
    code = CODE.search(responses[0].content.decode()).group(1)
    responses += [
        reporter.enter(code),
        enter_as(sign_in(staff.outsider)),
        enter_as(sign_in(staff.outsider), narrative=""),
    ]
    responses += [
        reporter.client.post("/report/follow/answer", {"text": "zebra-narrative"}, follow=True)
    ]
    out = "".join(capfd.readouterr()) + caplog.text
    events = str(list(Event.objects.values_list("data", flat=True)))
    for word in (*NAMES, code, code.replace("-", "")):
        assert word not in out, "a log"
        assert word not in events, "the timeline"
        for response in responses:
            page = response.content.decode()
            assert word not in re.search(r"<title>(.*?)</title>", page, re.S).group(1)
            assert word not in str(
                [
                    *re.findall(r'(?:href|action|src)="([^"]*)"', page),
                    response.request["PATH_INFO"],
                    response.request["QUERY_STRING"],
                ]
            )
            assert word not in str([str(message) for message in response.context["messages"]])
    for response in responses:
        assert "no-store" in response["Cache-Control"]
        assert "style=" not in response.content.decode()
        assert not re.search(r"<script(?![^>]* src=)", response.content.decode())
        assert "unsafe" not in response["Content-Security-Policy"]


# -- a real browser --------------------------------------------------------------------------------


def look(page: Page) -> None:
    axe.look(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "nothing is wider than the screen"
    )


def tab_to(page: Page, selector: str) -> None:
    for _n in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_on_a_phone(browser, live_server, staff, scheme, monkeypatch):
    monkeypatch.setattr(views, "QUICKEST", -1.0)
    page = browser.new_context(
        color_scheme=scheme, viewport={"width": 390, "height": 844}
    ).new_page()
    problems: list[str] = []
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if message.type == "error" and "422" not in message.text
            else None
        ),
    )
    page.goto(f"{live_server.url}/report")
    look(page)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#errors")).to_be_focused()
    look(page)
    page.get_by_role("link", name="español").click()
    look(page)
    page.get_by_label("¿Qué pasó?").fill("Me siguió hasta el autobús.")
    page.get_by_label("Soy estudiante").check()
    page.get_by_label("No, quiero quedar en el anonimato").check()
    page.get_by_label("Fotos, capturas").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"lo que vi"}
    )
    page.get_by_role("button", name="Enviar el reporte").click()
    expect(page.get_by_role("heading", name="Recibimos su reporte")).to_be_visible()
    look(page)
    code = page.locator("#receipt-code").inner_text()
    ask(TitleIXCase.objects.get(), "¿Qué día fue?")
    page.get_by_role("link", name="Volver a un reporte").click()
    look(page)
    page.get_by_label("Su código").fill(code)
    page.get_by_role("button", name="Continuar").click()
    expect(page.get_by_text("¿Qué día fue?")).to_be_visible()
    look(page)
    page.get_by_label("Su respuesta").fill("El lunes.")
    page.get_by_role("button", name="Enviar la respuesta").click()
    expect(page.get_by_text("El lunes.")).to_be_visible()
    assert code not in page.url
    assert problems == []
    assert Attachment.objects.get().state == "CLEAN"


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_a_report_by_keyboard_without_javascript(browser, live_server, staff, monkeypatch):
    monkeypatch.setattr(views, "QUICKEST", -1.0)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/report")
    page.get_by_label("What happened?").focus()
    page.keyboard.type("Words in the lunch line.")
    page.get_by_label("I am a student").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_label("Your name").focus()
    page.keyboard.type("Peregrine Ashdown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your report was received")).to_be_visible()
    assert TitleIXCase.objects.get().parties.get().name == "Peregrine Ashdown"


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_the_keyboard_reaches_everything_but_the_trap(browser, live_server, staff):
    page = browser.new_page()
    page.goto(f"{live_server.url}/report")
    for selector in (
        "#id_narrative",
        "#id_school",
        "#id_uploads",
        "#id_relation_0",
        "#id_name",
        "form.step button",
    ):
        tab_to(page, selector)
        assert page.evaluate("document.activeElement.name") != views.TRAP


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_staff_enter_at_the_browser(browser, live_server, staff, scheme):
    client = Client()
    client.force_login(staff.outsider, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/title-ix/new")
    look(page)
    page.get_by_role("button", name="Send the report").click()
    look(page)
    page.get_by_label("When did an employee").fill(
        (timezone.localtime() - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    )
    page.get_by_label("Which employee").fill("PR1")
    page.get_by_label("I saw or heard it myself").check()
    page.get_by_label("What happened?").fill("Seen in the hallway.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("This was a late entry.")).to_be_visible()
    look(page)
