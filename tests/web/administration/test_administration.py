"""The pages of an administrator: who may open them, what each changes, what is kept of it."""

from __future__ import annotations

import html
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as product
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from attendance.messages import message_texts
from casework.access import rights
from casework.models import Clock
from casework.policy import policies
from casework.scheduler.run import sweep
from district.models import (
    AdminChange,
    ApiToken,
    Area,
    Calendar,
    CalendarDay,
    Post,
    Role,
    School,
    Scope,
)
from district.tokens import issue
from notifications import texts
from notifications.models import Endpoint
from tests.pages import Page
from web.administration import messages
from web.administration.changes import changes
from web.administration.samples import letters

DAY = date(2026, 9, 10)
PAGES = [
    "admin-index",
    "admin-posts",
    "admin-areas",
    "admin-calendars",
    "admin-letters",
    "admin-webhooks",
    "admin-tokens",
    "admin-audit",
    "policies",
]


@pytest.fixture
def admin(sign_in, people):
    return sign_in(people.admin)


def test_only_administrators_know_these_pages(people, sign_in, django_assert_max_num_queries):
    calendar = Calendar.objects.first()
    places = [reverse(name) for name in PAGES] + [
        reverse("admin-calendar", args=[calendar.pk]),
        reverse("admin-letter", args=["attendance", "L3", "en"]),
    ]
    for user in (people.worker, people.principal, people.supervisor, people.stranger, people.root):
        client = sign_in(user)
        for place in places:
            assert client.get(place).status_code == 404, (user, place)
            assert client.post(place, {"do": "add"}).status_code in (404, 405), (user, place)
    client = sign_in(people.admin)
    for place in places:
        with django_assert_max_num_queries(14):
            page = client.get(place)
        assert page.status_code == 200, place
        assert "style=" not in page.content.decode()


def test_no_case_is_read_from_here(people, nights, admin):
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    for name in PAGES:
        page = admin.get(reverse(name)).content.decode()
        assert nights.case("S1").number not in page
        assert "TestS1" not in page


# -- posts -----------------------------------------------------------------------------------------


def test_a_post_by_hand_gives_rights_and_takes_them(people, admin):
    school = School.objects.get(school_id="2")
    given = {"person": "SSW1", "role": Role.SSW, "school": school.pk, "sure": "on"}
    assert school.pk not in rights.visible_schools(fresh(people.worker))
    assert admin.post(reverse("admin-posts"), given).status_code == 302
    assert school.pk in rights.visible_schools(fresh(people.worker))
    assert admin.post(reverse("admin-posts"), given).status_code == 422, "held already"
    post = Post.objects.get(user=people.worker, school=school)
    assert admin.post(reverse("admin-post-end", args=[post.pk])).status_code == 302
    assert school.pk not in rights.visible_schools(fresh(people.worker))
    assert {(one.who, one.about.split(":")[0]) for one in changes()} == {
        (str(people.admin), str(people.worker))
    }


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_posts_of_the_staff_file_are_not_ended_here(people, admin):
    post = Post.objects.get(user=people.worker)
    assert admin.post(reverse("admin-post-end", args=[post.pk])).status_code == 404
    post.refresh_from_db()
    assert post.ends is None


WRONG = [
    {"person": "nobody"},
    {"person": ""},
    {"person": "a\x00b"},
    {"role": "KING"},
    {"school": "999999999999"},
    {"school": "x"},
    {"starts": "2026-10-02", "ends": "2026-10-01"},
    {"starts": "soon"},
    {"sure": ""},
    {"area": "both"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_post_says_so_and_keeps_what_was_typed(people, admin, wrong):
    school, before = School.objects.get(school_id="2"), Post.objects.count()
    if wrong.get("area") == "both":
        wrong = {"area": Area.objects.first().pk}
    answer = admin.post(
        reverse("admin-posts"),
        {"person": "SSW1", "role": Role.SSW, "school": school.pk, "sure": "on"} | wrong,
    )
    assert answer.status_code == 422
    assert Post.objects.count() == before
    if "person" not in wrong:
        assert 'value="SSW1"' in answer.content.decode()


def test_posts_are_found_and_paged(people, admin):
    found = Page(admin.get(reverse("admin-posts"), {"words": "SSW1"}))
    assert "SSW2" not in found.text
    for strange in ({"page": "x"}, {"page": "99"}, {"words": "%"}, {"words": "x" * 500}):
        assert admin.get(reverse("admin-posts"), strange).status_code == 200


# -- areas and calendars ---------------------------------------------------------------------------


def test_areas(people, admin):
    assert admin.post(reverse("admin-areas"), {"do": "new", "name": "West"}).status_code == 302
    assert admin.post(reverse("admin-areas"), {"do": "new", "name": "west"}).status_code == 422
    school, west = School.objects.get(school_id="1"), Area.objects.get(name="West")
    assert (
        admin.post(
            reverse("admin-areas"), {"do": "move", "school": school.pk, "area": west.pk}
        ).status_code
        == 302
    )
    school.refresh_from_db()
    assert school.area == west
    assert AdminChange.objects.filter(what="AREA", by=people.admin).count() == 2


def test_a_snow_day_moves_the_promises_that_count_school_days(people, nights, admin):
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    case = nights.case("S1")
    clock = Clock.objects.filter(case=case, status="RUNNING", unit="school").order_by("due").first()
    calendar, due = Calendar.objects.get(pk=clock.calendar_id), clock.due
    revision = calendar.revision
    ordinals = dict(CalendarDay.objects.filter(calendar=calendar).values_list("date", "ordinal"))
    given = {"day": due.isoformat(), "day_type": "CLOSURE", "reason": "snow", "sure": "on"}
    place = reverse("admin-calendar", args=[calendar.pk])
    assert admin.post(place, given).status_code == 302
    calendar.refresh_from_db()
    assert calendar.revision == revision + 1
    after = dict(CalendarDay.objects.filter(calendar=calendar).values_list("date", "ordinal"))
    assert all(after[day] == ordinal - (day >= due) for day, ordinal in ordinals.items())
    sweep(timezone.now())
    clock.refresh_from_db()
    assert clock.due > due
    assert clock.original_due == due or clock.original_due < clock.due
    assert admin.post(place, given).status_code == 302
    calendar.refresh_from_db()
    assert calendar.revision == revision + 1, "the same again changes nothing"
    kept = AdminChange.objects.get(what="CALENDAR")
    assert (kept.by, kept.before, kept.after, kept.reason) == (
        people.admin,
        "INSTRUCTIONAL",
        "CLOSURE",
        "snow",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2026-09-12"},
        {"day": "x"},
        {"day": "9999-12-31"},
        {"day_type": "FUN"},
        {"reason": ""},
        {"sure": ""},
    ],
)
def test_a_wrong_day_changes_nothing(people, admin, wrong):
    calendar = Calendar.objects.first()
    given = {"day": "2026-09-10", "day_type": "CLOSURE", "reason": "snow", "sure": "on"} | wrong
    assert admin.post(reverse("admin-calendar", args=[calendar.pk]), given).status_code == 422
    assert not AdminChange.objects.exists()


# -- policies --------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    shutil.copytree(product.POLICY_DIR, tmp_path / "policies")
    settings.POLICY_DIR = tmp_path / "policies"
    policies.forget_policies()
    yield settings.POLICY_DIR
    policies.forget_policies()


def changed(folder: Path, version: str = "2099.1", begins: str = "2099-07-01") -> bytes:
    text = (folder / "notifications.yaml").read_text()
    text = re.sub(r'version: "[^"]+"', f'version: "{version}"', text)
    return re.sub(
        r"effective: \{[^}]*\}", f"effective: {{from: {begins}, to: null}}", text
    ).encode()


def look(client, content: bytes):
    return client.post(reverse("policies"), {"file": SimpleUploadedFile("new.yaml", content)})


def test_a_policy_is_looked_at_then_put_in_force(people, admin, folder):
    assert "Put it in force" in look(admin, changed(folder)).content.decode()
    assert not (folder / "notifications-2099.1.yaml").exists()
    (new,) = (found for found in [policies.parse_policy(_kept(folder))])
    assert (
        admin.post(reverse("policies"), {"do": "put", "id": new.id}, follow=True).status_code == 200
    )
    assert new.id not in policies.all_policies(), "not without the tick"
    look(admin, changed(folder))
    answer = admin.post(reverse("policies"), {"do": "put", "id": new.id, "sure": "1"}, follow=True)
    assert "is in force" in answer.content.decode()
    assert policies.policy_for("notifications", date(2099, 8, 1)).id == new.id
    assert policies.policy_for("notifications", DAY).id != new.id
    assert AdminChange.objects.get().by == people.admin
    again = look(admin, changed(folder)).content.decode()
    assert "give the changed file a new version" in again
    assert "Put it in force" not in again


def _kept(folder: Path) -> Path:
    path = folder.parent / "looked-at.yaml"
    path.write_bytes(changed(folder))
    return path


def test_every_process_sees_a_new_version_without_a_restart(folder):
    assert "2099.5" not in str(list(policies.all_policies()))
    (folder / "late.yaml").write_bytes(changed(folder, "2099.5"))
    assert "2099.5" in str(list(policies.all_policies()))
    (folder / "broken.yaml").write_text("domain: [")
    assert "2099.5" in str(list(policies.all_policies())), (
        "a broken folder changes nothing in a running process"
    )


@pytest.mark.parametrize("begins", ["2020-01-01", "2026-07-01"])
def test_no_policy_reaches_back(people, admin, folder, begins):
    page = look(admin, changed(folder, "2099.2", begins)).content.decode()
    assert "Put it in force" not in page
    assert "notice bad" in page


def test_a_broken_policy_is_told_with_its_place(people, admin, folder):
    for content in (b"domain: notifications", b"\xff\xfe", b"a: [", b"x" * 300_000):
        assert look(admin, content).status_code == 422


# -- letters, webhooks, tokens ---------------------------------------------------------------------


def test_every_letter_is_listed_and_every_field_filled(people, admin):
    rows = letters("attendance") + letters("titleix")
    assert {row.language for row in rows} == {"en", "es"}
    assert [(row.code, row.unknown) for row in rows if row.unknown] == []
    page = admin.get(reverse("admin-letters")).content.decode()
    assert ">Ten-day letter<" in page, "a letter is called by its name"
    assert ">L10<" not in page
    assert all(row.version in page for row in rows)


@pytest.mark.parametrize(
    "row", letters("attendance") + letters("titleix"), ids=lambda row: f"{row.code}.{row.language}"
)
def test_a_letter_with_made_up_data(people, admin, row):
    answer = admin.get(reverse("admin-letter-file", args=[row.app, row.code, row.language]))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_letters_that_do_not_exist(people, admin):
    for wrong in (
        ["attendance", "L3", "fr"],
        ["titleix", "frame", "typ"],
        ["titleix", "ACK", "fr"],
        ["casework", "letterhead", "en"],
    ):
        assert admin.get(reverse("admin-letter-file", args=wrong)).status_code == 404


def test_every_message_is_listed_with_its_check_and_its_length(people, admin):
    rows = messages.to_families() + messages.to_staff()
    assert {(row.code, row.language) for row in rows if row.part == "families"} == {
        (code, language)
        for code in ("CALL", "LETTER", "MEETING", "NOTE")
        for language in ("en", "es")
    }
    assert {row.code for row in rows if row.part == "alerts"} >= set(texts.PLAIN) | {
        "OVERDUE",
        "DIGEST",
    }
    assert [(row.code, row.wrong, row.unknown) for row in rows if row.wrong or row.unknown] == []
    page = admin.get(reverse("admin-letters")).content.decode()
    for row in rows:
        assert reverse("admin-message", args=[row.part, row.code, row.language]) in page
        shown = html.unescape(
            admin.get(
                reverse("admin-message", args=[row.part, row.code, row.language])
            ).content.decode()
        )
        assert row.subject in shown
        assert row.short in shown
        assert "{" not in row.subject + row.body + row.short


def test_a_broken_message_is_told_and_not_a_fault(people, admin, monkeypatch, tmp_path):
    folder = tmp_path / "attendance" / "letter_templates"
    folder.mkdir(parents=True)
    (folder / "MESSAGE_A.en.txt").write_text("name: A\nsubject: s\n---\nbody\n")
    (folder / "MESSAGE_B.en.txt").write_text(
        "name: B\nallows: bus\nsubject: s\ntext message: the {bus}\n---\nbody\n"
    )
    monkeypatch.setattr(message_texts, "ROOT", tmp_path)
    page = admin.get(reverse("admin-letters")).content.decode()
    assert "MESSAGE_A.en.txt: text message is missing" in page
    assert "Nothing fills: bus" in " ".join(page.replace("</strong>", "").split())
    assert (
        "text message is missing"
        in admin.get(reverse("admin-message", args=["families", "A", "en"])).content.decode()
    )
    assert (
        "the …"
        in admin.get(reverse("admin-message", args=["families", "B", "en"])).content.decode()
    )


def test_messages_that_do_not_exist(people, admin):
    for wrong in (
        ["families", "CALL", "fr"],
        ["families", "../x", "en"],
        ["alerts", "NONE", "en"],
        ["letters", "CALL", "en"],
    ):
        assert admin.get(f"/administration/messages/{'/'.join(wrong)}").status_code == 404


def test_webhooks(people, admin):
    place = reverse("admin-webhooks")
    answer = admin.post(
        place, {"do": "add", "name": "sis", "url": "https://sis.example.org/hook", "kind": "ATT"}
    )
    row = Endpoint.objects.get()
    assert row.secret in answer.content.decode()
    assert row.secret not in admin.get(place).content.decode()
    assert (
        admin.post(
            place, {"do": "add", "name": "sis", "url": "https://sis.example.org/2", "kind": "ATT"}
        ).status_code
        == 422
    )
    for wrong in ({"url": "ftp://x"}, {"url": "https://["}, {"kind": "NONE"}, {"name": "a\x00"}):
        assert (
            admin.post(
                place,
                {"do": "add", "name": "b", "url": "https://b.example.org", "kind": "ATT"} | wrong,
            ).status_code
            == 422
        ), wrong
    page = admin.post(place, {"do": "rotate", "hook": row.pk}).content.decode()
    row.refresh_from_db()
    assert row.secret in page
    assert row.secret_before not in page
    assert admin.post(place, {"do": "end", "hook": row.pk}).status_code == 302
    for strange in ("x", "9" * 30, str(row.pk)):
        assert admin.post(place, {"do": "end", "hook": strange}).status_code == 404
    assert [one.what for one in changes()] == ["webhook ended", "webhook changed", "webhook added"]
    assert row.secret not in str(changes())


def test_tokens_of_all(people, admin):
    token, _secret = issue(people.worker, "her sheet", [Scope.READ], 30)
    assert "her sheet" in admin.get(reverse("admin-tokens")).content.decode()
    assert admin.post(reverse("admin-tokens"), {"token": token.pk}).status_code == 302
    assert ApiToken.objects.get().revoked_at
    assert admin.post(reverse("admin-tokens"), {"token": token.pk}).status_code == 404


def test_the_next_day_the_rest_goes_on(people, nights, admin):
    """What an administrator changed by hand is not undone by a delivery that does not speak of it."""
    school = School.objects.get(school_id="2")
    admin.post(
        reverse("admin-posts"),
        {"person": "SSW1", "role": Role.SSW, "school": school.pk, "sure": "on"},
    )
    nights.run(DAY + timedelta(days=1))
    assert Post.objects.filter(user=people.worker, school=school, source="hand").exists()
    assert school.pk in rights.visible_schools(fresh(people.worker))
