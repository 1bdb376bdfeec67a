"""Providers, partners, memoranda, schools, mediators; alerts that reach a desk; the ten-day list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from attendance.models import (
    Locate,
    Mediation,
    MediationAccess,
    MediationProvider,
    Mediator,
    Partner,
    PartnerSchool,
)
from attendance.partners import agencies
from casework.access.grants import recuse
from casework.engine.services import act
from casework.models import Alert, CaseUserPermission
from casework.scheduler.run import sweep
from district.models import AdminChange, User
from notifications import delivery, selectors, texts
from notifications.fanout import fan_out
from notifications.models import Message
from tests.attendance.court.test_legal_review import Road
from tests.attendance.helpers import d
from tests.pages import Page

NOON = datetime(2026, 10, 8, 16, tzinfo=UTC)


@pytest.fixture
def search(nights, people, made) -> Road:
    """A student whom nobody reaches: the night of 8 October asks the street team, due on the 13th."""
    return Road(nights, people).night(d(10, 2), d(10, 5), d(10, 6), d(10, 7), d(10, 8))


# -- alerts of a process ---------------------------------------------------------------------------

DUE = datetime(2026, 10, 13, 11, 1, tzinfo=UTC)


def heard(case, kind: str) -> set[str]:
    rows = Message.objects.filter(alert__case=case, alert__clock__kind=kind, channel="inbox")
    return set(rows.values_list("recipient__username", flat=True))


def test_an_alert_of_the_search_reaches_the_lead_and_says_nothing_but_the_number_and_the_desk(
    search, made, people, sign_in
):
    sweep(DUE)
    fan_out(DUE)
    assert "lead" in heard(search.case, "locate_dispatch")
    assert "member" not in heard(search.case, "locate_dispatch"), (
        "the lead accepts and sends the team"
    )
    others = Message.objects.filter(recipient=made.lead).exclude(
        alert__clock__kind__startswith="locate_"
    )
    assert not others.exists(), "the promises of the case itself are none of the lead's"
    alert = Alert.objects.filter(case=search.case, clock__kind="locate_dispatch").latest(
        "raised_at"
    )
    text = texts.body(alert, made.lead)
    assert search.case.number in text
    assert text.split("\n\n")[1].endswith("/street/")
    assert "/cases/" not in text
    assert "TestS1" not in text
    assert texts.place(alert, people.worker) == f"/cases/{search.case.number}"
    inbox = Page(sign_in(made.lead).get("/inbox"))
    assert ("/street/", search.case.number) in inbox.links()
    assert not [to for to, _text in inbox.links() if search.case.number in to]


def test_whoever_loses_the_desk_hears_no_more_of_it(search, made, people):
    User.objects.update(email="somebody@example.org")
    sweep(DUE)
    fan_out(DUE)
    assert selectors.own(User.objects.get(pk=made.lead.pk)).exists()
    recuse(search.case, made.lead, "cousin", by=people.supervisor)
    assert not selectors.own(User.objects.get(pk=made.lead.pk)).exists()
    delivery.deliver(DUE)
    waiting = Message.objects.filter(recipient=made.lead, channel="email")
    assert set(waiting.values_list("state", "error")) == {("SKIPPED", "no_access")}


TEN = (
    d(9, 1),
    d(9, 3),
    d(9, 10),
    d(9, 22),
    d(9, 29),
    d(10, 6),
    d(10, 13),
    d(10, 20),
    d(11, 9),
    d(11, 20),
)


def test_an_alert_of_a_mediation_reaches_its_mediator_and_no_other(nights, people, made):
    road = Road(nights, people).night(*TEN)
    other = Mediator.objects.create(
        user=User.objects.create_user("another"), provider=made.provider
    )
    road.step(
        "refer_mediation",
        people.worker,
        d(11, 20),
        reason="quarrel",
        provider=str(made.provider.pk),
    )
    mediation = Mediation.objects.get(case=road.case)
    road.step(
        "accept_referral",
        people.worker,
        d(11, 23),
        mediation.pk,
        mediator=str(made.mediator.pk),
        consent_on="2026-11-23",
        conflict_checked_on="2026-11-23",
    )
    due = road.case.clocks.get(kind="mediation_session").due
    moment = datetime(due.year, due.month, due.day, 13, tzinfo=UTC)
    sweep(moment)
    fan_out(moment)
    assert "mediator" in heard(road.case, "mediation_session")
    assert other.user.username not in heard(road.case, "mediation_session")
    alert = Alert.objects.filter(case=road.case, clock__kind="mediation_session").latest(
        "raised_at"
    )
    assert texts.place(alert, made.mediator_user) == "/desk/mediation/"
    agencies.end_mediator(people.admin, made.mediator)
    assert not selectors.own(User.objects.get(pk=made.mediator_user.pk)).exists()
    assert not CaseUserPermission.objects.filter(user=made.mediator_user).exists()


# -- the pages of agencies -------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_a_provider_from_the_name_to_access_for_every_school(
    people, sign_in, django_assert_max_num_queries
):
    client = sign_in(people.admin)
    new = {
        "do": "mediation",
        "mediation-name": "Dispute Settlement Center",
        "mediation-contact": "Mia Lang",
        "mediation-active": "on",
    }
    assert client.post("/agencies", new).status_code == 302
    assert (
        "has this name already"
        in client.post(
            "/agencies", new | {"mediation-name": "dispute SETTLEMENT center"}
        ).content.decode()
    )
    provider = MediationProvider.objects.get()
    address = f"/agencies/mediation/{provider.pk}"
    many = {
        "do": "schools",
        "schools-every": "on",
        "schools-starts": "2026-10-01",
        "schools-status": "ACTIVE",
    }
    assert client.post(address, many).status_code == 302
    assert client.post(address, many).status_code == 302
    assert MediationAccess.objects.count() == 2, "twice is once"
    assert agencies.coverage(date(2026, 10, 8)) == (0, 2), "without a memorandum nobody has access"
    memorandum = {
        "do": "memorandum",
        "memorandum-signed_on": "2026-09-01",
        "memorandum-starts": "2026-10-01",
        "memorandum-ends": "2027-06-30",
    }
    assert client.post(address, memorandum | {"memorandum-ends": "2026-09-30"}).status_code == 422
    assert client.post(address, memorandum).status_code == 302
    assert agencies.coverage(date(2026, 10, 8)) == (2, 2)
    with django_assert_max_num_queries(12):
        assert "2 of 2 schools have access" in client.get("/agencies").content.decode()
    with django_assert_max_num_queries(12):
        assert "School 2" in client.get(address).content.decode()
    row = MediationAccess.objects.get(school__school_id="2")
    assert client.post(address, {"do": "end", "end-on": "2026-10-07"}).status_code == 422
    assert (
        client.post(address, {"do": "end", "end-on": "2026-10-07", "row": [row.pk]}).status_code
        == 302
    )
    assert agencies.coverage(date(2026, 10, 8)) == (1, 2)
    mediator = {
        "do": "mediator",
        "mediator-first": "Mia",
        "mediator-last": "Lang",
        "mediator-email": "mia@example.org",
    }
    assert client.post(address, mediator).status_code == 302
    made = Mediator.objects.get()
    assert (made.user.email, made.user.has_usable_password(), made.active) == (
        "mia@example.org",
        False,
        True,
    )
    User.objects.filter(pk=people.worker.pk).update(email="worker@example.org")
    assert (
        client.post(address, mediator | {"mediator-email": "Worker@example.org"}).status_code == 422
    )
    assert client.post(address, {"do": "leave", "who": made.pk}).status_code == 302
    assert not Mediator.objects.get().active
    assert AdminChange.objects.filter(what="AGENCY", by=people.admin).count() == 6
    assert "provider or partner" in client.get("/administration/changes").content.decode()


@time_machine.travel(NOON, tick=False)
def test_a_partner_serves_an_area_and_single_schools(people, sign_in):
    client = sign_in(people.supervisor)
    assert (
        client.post(
            "/agencies",
            {"do": "partners", "partners-name": "Ride to School", "partners-service": "transport"},
        ).status_code
        == 302
    )
    partner = Partner.objects.get()
    address = f"/agencies/partners/{partner.pk}"
    schools = {"do": "schools", "schools-starts": "2026-10-01"}
    assert client.post(address, schools).status_code == 422
    unknown = client.post(address, schools | {"schools-numbers": "1 999"})
    assert unknown.status_code == 422
    assert "No school has this number: 999" in unknown.content.decode()
    assert client.post(address, schools | {"schools-numbers": "1\n2"}).status_code == 302
    assert PartnerSchool.objects.filter(partner=partner).count() == 2
    assert (
        client.post(
            address, {"do": "details", "details-name": "Ride", "details-service": "transport"}
        ).status_code
        == 302
    )
    partner.refresh_from_db()
    assert (partner.name, partner.active) == ("Ride", False)


def test_agencies_are_for_administrators_and_supervisors_alone_and_no_address_breaks_them(
    people, made, sign_in
):
    for user in (
        people.worker,
        people.principal,
        people.mailer,
        people.stranger,
        people.root,
        made.lead,
        made.mediator_user,
    ):
        for address in ("/agencies", f"/agencies/mediation/{made.provider.pk}"):
            assert sign_in(user).get(address).status_code == 404, (user, address)
    client = sign_in(people.admin)
    for address in (
        "/agencies/nothing/1",
        "/agencies/mediation/99999999999999",
        "/agencies/partners/0",
    ):
        assert client.get(address).status_code == 404, address
    address = f"/agencies/mediation/{made.provider.pk}"
    for doing in ("details", "memorandum", "schools", "end", "mediator"):
        assert (
            client.post(
                address,
                {"do": doing, f"{doing}-name": "\x00", f"{doing}-email": "x" * 9000, "row": "x"},
            ).status_code
            == 422
        ), doing
    assert client.post(address, {"do": "leave", "who": "\x00"}).status_code == 404
    assert client.post(address, {"do": "\x00"}).status_code == 200


# -- the ten-day rule ------------------------------------------------------------------------------


def test_the_ten_day_list_is_for_those_who_work_the_schools_cases(
    nights, people, sign_in, django_assert_max_num_queries
):
    nights.sis.absent("S1", *nights.sis.school_days(d(10, 8))[-12:])
    nights.run(d(10, 8))
    with time_machine.travel(NOON, tick=False):
        for user in (people.worker, people.mailer):
            client = sign_in(user)
            with django_assert_max_num_queries(12):
                page = client.get("/ten-days").content.decode()
            assert "TestS1" in page
            assert "must not be withdrawn" in page
        assert "TestS1" not in sign_in(people.colleague).get("/ten-days").content.decode()
        for user in (people.admin, people.stranger, people.root):
            assert sign_in(user).get("/ten-days").status_code == 404
        recuse(nights.case("S1"), people.worker, "aunt", by=people.supervisor)
        assert "TestS1" not in sign_in(people.worker).get("/ten-days").content.decode()


def test_steps_of_a_process_stand_beside_it_and_the_next_one_on_top(search, made, people, sign_in):
    locate = Locate.objects.get(case=search.case)
    act(
        search.case.number,
        "dispatch_team",
        actor=made.lead,
        process=locate.pk,
        on=d(10, 9),
        data={"team": "Ada, Ben"},
    )
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        page = sign_in(people.worker).get(f"/cases/{search.case.number}").content.decode()
    assert page.count('<p class="next">') == 1
    notes = page.split("<h2>Excuse notes</h2>")[1].split("</section>")[0]
    assert f"/cases/{search.case.number}/steps/record_note" in notes
