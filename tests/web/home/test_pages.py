"""Pages: who may see what, how many statements they cost, what they say, what they never hold."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from attendance.case.queries import unresolved
from attendance.models import AttendanceCase, Notice
from casework.access import rights
from casework.access.grants import grant, recuse
from casework.engine.services import act, local_today
from casework.models import Attachment, Case, Document, Event, Task
from casework.pages import worklist
from casework.reporting import rollup
from district.models import Import
from tests.pages import Page
from tests.worlds import world

DAY = date(2026, 9, 10)
MOST = 12


@world
def drafted(people, nights) -> AttendanceCase:
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.sis.student("S2", "2").absent("S2", date(2026, 9, 1), date(2026, 9, 3), DAY, school="2")
    nights.run(DAY)
    found = nights.case("S1")
    act(
        found.number,
        "draft",
        actor=people.worker,
        process=Notice.objects.get(case=found).id,
        data={"language": "en"},
        on=DAY,
    )
    rollup.fold(local_today())  # as the sweep does each minute: a page adds up only what came since
    return found


@pytest.fixture
def case(drafted) -> AttendanceCase:
    return drafted


def doors(case: AttendanceCase) -> dict[str, str]:
    """Every address at which something of one case could show."""
    document, notice = Document.objects.get(), Notice.objects.get(case=case)
    attachment = Attachment.objects.create(
        case=case,
        name="a.txt",
        size=1,
        sha256="0" * 64,
        state="CLEAN",
        uploaded_at=document.created_at,
        file="documents/none",
    )
    number = case.number
    return {
        "case": reverse("case", args=[number]),
        "step": reverse("step", args=[number, "add_note"]),
        "process step": reverse("process-step", args=[number, notice.id, "sign"]),
        "document": reverse("document", args=[number, document.pk]),
        "document file": reverse("document-file", args=[number, document.pk]),
        "attachment": reverse("attachment", args=[number, attachment.pk]),
    }


def test_no_door_leaks_to_those_outside(case, people, sign_in):
    for user in (people.colleague, people.admin, people.stranger, people.root):
        client = sign_in(user)
        for name, address in doors(case).items():
            response = client.get(address)
            assert response.status_code == 404, (user, name)
            assert "TestS1" not in response.content.decode()
        assert (
            client.post(reverse("step", args=[case.number, "add_note"]), {"text": "x"}).status_code
            == 404
        )
        assert client.post(reverse("attach", args=[case.number])).status_code == 404
        assert case.number not in client.get(reverse("cases")).content.decode()
        client.post(reverse("search"), {"words": "TestS1"})
        assert case.number not in client.get(reverse("cases") + "?search=1").content.decode()
        assert client.post(reverse("search"), {"words": case.number}).url != reverse(
            "case", args=[case.number]
        )
        home = client.get(reverse("home")).content.decode()
        assert case.number not in home
        Attachment.objects.all().delete()


def test_a_case_that_does_not_exist_answers_like_one_that_is_hidden(case, people, sign_in):
    client = sign_in(people.colleague)
    hidden, absent = client.get(f"/cases/{case.number}"), client.get("/cases/ATT-2026-999999")
    assert hidden.status_code == absent.status_code == 404

    def plain(response):
        return (
            re.sub(r'value="[^"]{40,}"', "", response.content.decode())
            .replace(case.number, "N")
            .replace("ATT-2026-999999", "N")
        )

    assert plain(hidden) == plain(absent)


def test_list_and_single_check_agree_for_everybody(case, people):
    for user in vars(people).values():
        listed = set(rights.visible(user).values_list("number", flat=True))
        single = {
            one.number
            for one in AttendanceCase.objects.all()
            if rights.can(type(user).objects.get(pk=user.pk), "view_cases", one)
        }
        assert listed == single, user


def test_a_lent_case_and_a_recusal(case, people, sign_in):
    grant(case, people.colleague, "view_cases")
    assert sign_in(people.colleague).get(f"/cases/{case.number}").status_code == 200
    recuse(case, people.worker, "aunt", by=people.supervisor)
    client = sign_in(people.worker)
    assert client.get(f"/cases/{case.number}").status_code == 404
    assert case.number not in client.get("/cases").content.decode()


def test_the_visitor_is_asked_to_sign_in(client, case):
    for address in ["/", "/cases", f"/cases/{case.number}", "/imports"]:
        response = client.get(address)
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/cases",
        "/cases?view=overdue",
        "/cases?state=WATCH&duty=notice_L3",
        "/workflows/ATT",
        "/workflows/ATT/NOTICE",
        "{case}",
    ],
)
@pytest.mark.parametrize("who", ["worker", "principal", "supervisor", "mailer"])
def test_pages_come_and_cost_little(
    case, people, sign_in, django_assert_max_num_queries, address, who
):
    client = sign_in(getattr(people, who))
    client.get("/")
    with django_assert_max_num_queries(MOST):
        response = client.get(address.format(case=f"/cases/{case.number}"))
    assert response.status_code == 200
    title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.S).group(1)
    assert "TestS1" not in title
    page = response.content.decode()
    assert "<script" not in page or "htmx-config" in page
    assert "style=" not in response.content.decode(), (
        "the content security policy forbids inline styles"
    )


@time_machine.travel("2026-09-16T15:00:00-04:00", tick=False)
def test_every_figure_of_the_home_counts_its_list(case, people, sign_in):
    Case.objects.update(owner=people.worker)
    for days, number in ((-1, "S3"), (0, "S4"), (3, "S5"), (9, "S6")):
        copy = Case.objects.get(pk=case.pk)
        copy.pk, copy.number, copy.opened_on = (
            None,
            f"ATT-2026-9{number[1:]}",
            date(2026, 9, 15) if days else DAY,
        )
        copy.next_due = local_today() + timedelta(days=days)
        copy.save()
    client = sign_in(people.worker)
    home = Page(client.get("/"))
    found = list(zip(home.root.xpath("//a[b]/@href"), home.texts("//a/b"), strict=True))
    found = [(href, number) for href, number in found if href.startswith("/cases")]
    assert len(found) == 6
    for href, number in found:
        assert len(client.get(href).context["list"].rows) == int(number), href
    assert sum(int(number) for _href, number in found) > 10


@time_machine.travel("2026-09-10T15:00:00-04:00", tick=False)
def test_what_waits_for_others_is_one_list_on_the_desk_and_among_the_cases(case, people, sign_in):
    act(case.number, "raise_tier2", actor=people.worker, data={"reason": "seen"}, on=DAY)
    Case.objects.filter(pk=case.pk).update(owner=people.worker, next_duty="root_cause")
    Task.objects.filter(case_id=case.pk, kind="ROOT_CAUSE").update(role="COUNSELOR")
    assert [row.number for row in worklist.shelves(people.worker)["waiting"]] == [case.number]
    assert [
        row.number for row in sign_in(people.worker).get("/cases?view=waiting").context["list"].rows
    ] == [case.number]
    Case.objects.filter(pk=case.pk).update(next_duty="notice_L3")
    assert not sign_in(people.worker).get("/cases?view=waiting").context["list"].rows


def test_a_saved_view_is_shown_as_the_current_one_and_can_be_forgotten(case, people, sign_in):
    client = sign_in(people.worker)
    client.post("/cases/views", {"name": "Watched", "query": "state=WATCH"})
    page = Page(client.get("/cases?state=WATCH"))
    assert page.texts("//nav[contains(@class, 'tabs')]//a[@aria-current='page']") == ["Watched"]
    client.post("/cases/views", {"forget": page.value("forget")})
    assert "Watched" not in Page(client.get("/cases")).text


def test_a_principal_sees_what_is_to_be_found(case, people, sign_in):
    Task.objects.create(
        case_id=case.pk,
        kind="FINDING",
        role="PRINCIPAL",
        opened_at=datetime(2026, 9, 10, 12, tzinfo=UTC),
    )
    page = sign_in(people.principal).get("/").content.decode()
    assert (
        "Make the good-faith finding" in page.split("To find and decide")[1].split("</section>")[0]
    )


def test_the_menu_of_an_outside_mediator_leads_to_no_list_of_cases(case, people, sign_in):
    grant(case, people.stranger, "mediate_cases")
    page = sign_in(people.stranger).get("/inbox").content.decode()
    assert 'href="/cases"' not in page
    grant(case, people.stranger, "view_cases")
    assert 'href="/cases"' in sign_in(people.stranger).get("/inbox").content.decode()


def test_import_pages(case, people, sign_in, django_assert_max_num_queries):
    run = Import.objects.filter(state="APPLIED").first()
    client = sign_in(people.admin)
    for address in ["/", "/imports", f"/imports/{run.pk}"]:
        with django_assert_max_num_queries(MOST):
            assert client.get(address).status_code == 200
    assert (
        client.get(f"/imports/{run.pk}/errors.csv")
        .getvalue()
        .startswith(b"Level,File,Line,Column,Value,Code,")
    )
    for user in (people.worker, people.principal, people.supervisor, people.stranger):
        assert sign_in(user).get("/imports").status_code == 404
        assert sign_in(user).get(f"/imports/{run.pk}").status_code == 404
    before = Import.objects.count()
    nothing = sign_in(people.admin).post("/imports", {"as_of": ""})
    assert nothing.status_code == 422, "no file is no delivery"
    assert nothing.context["form"].errors["files"]
    assert Import.objects.count() == before


def test_a_formula_in_a_value_is_defused(people):
    from district.views import _safe

    assert _safe("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert _safe("plain") == "plain"


def test_search_keeps_names_out_of_addresses(case, people, sign_in):
    client = sign_in(people.worker)
    response = client.post("/search", {"words": "TestS1 Ana"})
    assert response.url == "/cases?search=1"
    assert case.number in client.get(response.url).content.decode()
    assert client.post("/search", {"words": case.number.lower()}).url == f"/cases/{case.number}"


def test_a_step_through_the_page(case, people, sign_in):
    client = sign_in(people.worker)
    address = f"/cases/{case.number}/steps/log_contact"
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"means": "phone", "text": "kept words"})
    assert wrong.status_code == 422
    assert "kept words" in wrong.content.decode()
    case.refresh_from_db()
    good = client.post(
        address,
        {
            "means": "phone",
            "result": "reached",
            "revision": case.revision,
            "key": "5b0e1b3c-2f4e-4d8a-9a58-0d6f8ac5e001",
        },
    )
    assert good.status_code == 302
    assert Event.objects.filter(name="log_contact").count() == 1
    stale = client.post(
        address,
        {"means": "phone", "result": "reached", "text": "my long note", "revision": case.revision},
    )
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "<dt>What was said or agreed</dt>" in page, (
        "what was typed stands under the name of its field"
    )
    assert "Staff SSW1" in page
    assert "my long note" in page
    refused = client.post(f"/cases/{case.number}/steps/record_causes", {"causes": "health"})
    assert refused.status_code == 409
    assert (
        client.post(f"/cases/{case.number}/steps/assign", {"owner": people.stranger.pk}).status_code
        == 422
    )
    assert client.get(f"/cases/{case.number}/steps/nothing").status_code == 404


def test_the_reasons_against_a_step_are_on_the_page(case, people, sign_in):
    page = sign_in(people.worker).get(f"/cases/{case.number}").content.decode()
    assert "No correction waits for a review." in page


def test_attachments(case, people, sign_in):
    client = sign_in(people.worker)
    address = f"/cases/{case.number}/attachments"
    client.post(address, {"file": SimpleUploadedFile("note.txt", b"a doctor's note")})
    client.post(
        address, {"file": SimpleUploadedFile("page.pdf", b"<html><script>alert(1)</script>")}
    )
    client.post(address, {"file": SimpleUploadedFile("prog.pdf", b"MZ\x90\x00" + b"\x00" * 200)})
    states = dict(Attachment.objects.values_list("name", "state"))
    assert states == {"note.txt": "CLEAN", "page.pdf": "REFUSED", "prog.pdf": "REFUSED"}
    good = Attachment.objects.get(state="CLEAN")
    response = client.get(f"{address}/{good.pk}")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    bad = Attachment.objects.filter(state="REFUSED")[0]
    assert client.get(f"{address}/{bad.pk}").status_code == 404
    assert (
        sign_in(people.mailer)
        .post(address, {"file": SimpleUploadedFile("x.txt", b"x")})
        .status_code
        == 403
    )


def test_pages_of_the_list_follow_each_other_without_gap_or_double(people, nights, sign_in):
    for number in range(120):
        nights.sis.student(f"P{number}").absent(
            f"P{number}",
            date(2026, 9, 1),
            date(2026, 9, 3),
            DAY if number % 2 else date(2026, 9, 8),
        )
    nights.run(date(2026, 9, 9))
    nights.run(DAY)
    client, seen, address = sign_in(people.worker), [], "/cases"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'class="go" href="/cases/(ATT-[\d-]+)"', page)
        more = re.search(r'href="\?([^"]*after=[^"]*)"', page)
        address = f"/cases?{more.group(1).replace('&amp;', '&')}" if more else ""
    assert (
        len(seen) == len(set(seen)) == rights.visible(people.worker).filter(closed_on=None).count()
    )
    dues = [AttendanceCase.objects.get(number=number).next_due or date.max for number in seen]
    assert dues == sorted(dues)


def test_mangled_addresses_are_no_error(case, people, sign_in):
    client = sign_in(people.worker)
    for query in [
        "after=x",
        "after=9999-99-99_1",
        "view=zzz",
        "school=abc",
        "state=%00",
        "after=_",
        "kind=%27",
    ]:
        assert client.get(f"/cases?{query}").status_code in (200, 400), query
    assert client.get("/cases/%20").status_code == 404
    assert client.get("/workflows/ZZZ").status_code == 404


def test_health(client, db):
    assert client.get("/livez").json() == {"ok": True, "database": True, "redis": True}


def test_no_name_in_a_log_line(case, people, sign_in, caplog):
    client = sign_in(people.worker)
    client.get(f"/cases/{case.number}")
    client.post("/search", {"words": "TestS1"})
    client.post(f"/cases/{case.number}/steps/add_note", {"text": "a secret narrative"})
    assert "TestS1" not in caplog.text
    assert "secret" not in caplog.text


def test_the_data_manager_hears_of_absences_without_a_reason(people, nights, sign_in):
    nights.sis.absent("S1", date(2026, 9, 8), code="A").student("S2", "2").absent(
        "S2", date(2026, 9, 8), code="A", school="2"
    )
    nights.run(DAY)
    with time_machine.travel(datetime(2026, 9, 9, 12, tzinfo=UTC), tick=False):
        assert unresolved(people.mailer) == ([], 0)
    with time_machine.travel(datetime(2026, 9, 10, 12, tzinfo=UTC), tick=False):
        rows, count = unresolved(people.mailer)
        assert (count, [(row.number, row.day, row.waiting) for row in rows]) == (
            1,
            [("S1", date(2026, 9, 8), 2)],
        )
        page = sign_in(people.mailer).get(reverse("home")).content.decode()
        assert "Absences without a reason" in page
        assert "TestS1" in page
        assert "TestS2" not in page
        assert (
            "Absences without a reason"
            not in sign_in(people.worker).get(reverse("home")).content.decode()
        )
    nights.sis.absent("S1", date(2026, 9, 8), code="1A")
    nights.run(date(2026, 9, 11))
    with time_machine.travel(datetime(2026, 9, 11, 12, tzinfo=UTC), tick=False):
        assert unresolved(people.mailer) == ([], 0)
