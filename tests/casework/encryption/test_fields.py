"""Encryption at rest: what is sealed opens with its key and with nothing else; rotation loses
nothing."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import FieldError
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.encryption import fields
from casework.encryption.fields import SealError, prints
from casework.engine.services import Opening, open_cases
from casework.models import Recusal
from casework.privacy import encrypted_files, key_rotation
from district.models import School

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(TEXTS)
def test_a_text_comes_back_and_never_stands_in_clear(text):
    kept = fields.seal(text)
    assert fields.unseal(kept) == text
    assert (kept == "") == (text == "")
    if len(text) > 3:
        assert text not in kept
        assert fields.seal(text) != kept  # another nonce each time


@given(st.binary(max_size=300))
def test_bytes_come_back(content):
    assert fields.open_bytes(fields.seal_bytes(content)) == content


def test_what_cannot_be_opened_is_an_error_that_names_the_key(settings):
    settings.SEAL_KEYS = OLD
    text, content = fields.seal("Lucía"), fields.seal_bytes(b"Lucia")
    settings.SEAL_KEYS = NEW
    for opens in (lambda: fields.unseal(text), lambda: fields.open_bytes(content)):
        with pytest.raises(SealError, match="'old'") as error:
            opens()
        assert "Luc" not in str(error.value)
        assert text not in str(error.value)
    settings.SEAL_KEYS = {"old": b"x" * 32}  # another key under the same id
    for broken in (
        text,
        text[:-8] + "AAAAAAA=",
        "sealed:old:###",
        "sealed:old:",
        "sealed:old:AAAA",
    ):
        with pytest.raises(SealError, match="'old'"):
            fields.unseal(broken)
    for clear in ("Lucía", "sealed:", "sealed"):
        with pytest.raises(SealError, match="reseal"):
            fields.unseal(clear)
    with pytest.raises(SealError, match="reseal"):
        fields.open_bytes(b"%PDF-1.7")


def test_the_key_id_cannot_be_exchanged(settings):
    settings.SEAL_KEYS = {"a": b"k" * 32, "b": b"k" * 32}
    with pytest.raises(SealError):
        fields.unseal(fields.seal("x").replace("sealed:a:", "sealed:b:"))


def test_a_sealed_column_can_be_asked_for_emptiness_alone(db):
    assert not Recusal.objects.filter(reason="").exists()
    for lookup in (
        "reason",
        "reason__contains",
        "reason__in",
        "reason__iexact",
        "reason__startswith",
        "reason__gt",
    ):
        with pytest.raises(FieldError):
            Recusal.objects.filter(**{lookup: ["x"] if lookup.endswith("in") else "x"}).exists()


# -- fingerprints ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Cole Barrett", "BARRETT, Cole", True),
        ("Lucía Ibáñez", "lucia ibanez", True),
        ("Cole J. Barrett", "Cole Barrett", True),
        ("Cole James Barrett", "Cole Barrett", True),
        ("Barrett, Cole James", "Cole Barrett", True),
        ("Cole Barrett", "Cole Barrett-Smith", False),
        ("Cole", "Cole", False),
        ("", "", False),
        ("Cole Barrett", "Mary Barrett", False),
    ],
)
def test_the_same_name_in_other_spellings(one, other, same):
    assert bool(set(prints({"name": one})) & set(prints({"name": other}))) is same


def test_addresses_and_numbers_match_their_own_kind(settings):
    assert set(prints({"phone": "+1 (704) 555-0101"})) == set(prints({"phone": "704.555.0101"}))
    assert prints({"phone": "911"}) == [] == prints({"email": " ", "name": None})
    assert set(prints({"email": "C@X.org "})) == set(prints({"email": "c@x.org"}))
    assert not set(prints({"email": "7045550101"})) & set(prints({"phone": "7045550101"}))
    before = prints({"name": "Cole Barrett"})
    assert all("cole" not in one.lower() for one in before)
    settings.SEAL_KEYS = NEW | dict(settings.SEAL_KEYS)
    assert set(before) < set(
        prints({"name": "Cole Barrett"})
    )  # a search during a rotation finds both


# -- rotation --------------------------------------------------------------------------------------


def rotate(settings, ring, **options) -> dict:
    settings.SEAL_KEYS = ring
    out = StringIO()
    call_command("reseal", json=True, stdout=out, stderr=StringIO(), **options)
    return json.loads(out.getvalue())


def raw(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {table}')
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def recusals(people) -> None:
    """Seven reasons under the key that the tests run with."""
    school = School.objects.get(school_id="1").pk
    opened = open_cases(
        "BUL", [Opening(school, {}, [("report", {})])] * 7, year=2026, on=date(2026, 9, 1)
    )
    for number, case_id in enumerate(opened):
        Recusal.objects.create(
            case_id=case_id, user=people.worker, reason=f"aunt {number}", at=timezone.now()
        )


def test_rotation_goes_on_where_it_was_interrupted(recusals, settings, monkeypatch):
    both = NEW | dict(settings.SEAL_KEYS)
    settings.SEAL_KEYS, calls = both, []
    real = key_rotation._row

    def breaks(*args):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(key_rotation, "_row", breaks)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        key_rotation.reseal(size=2)
    monkeypatch.setattr(key_rotation, "_row", real)
    assert sorted(Recusal.objects.values_list("reason", flat=True)) == [
        f"aunt {n}" for n in range(7)
    ]
    rotate(settings, both, batch=2)
    assert all(text.startswith("sealed:new:") for text in raw("casework_recusal", "reason"))
    assert rotate(settings, NEW)["rows"] == 0  # nothing left; the old key may go
    assert sorted(Recusal.objects.values_list("reason", flat=True)) == [
        f"aunt {n}" for n in range(7)
    ]


def test_rotation_seals_clear_text_and_reports_what_it_cannot_open(recusals, settings):
    known = dict(settings.SEAL_KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casework_recusal SET reason = 'in clear' WHERE id = (SELECT min(id) "
            "FROM casework_recusal)"
        )
    assert rotate(settings, known)["rows"] == 1
    assert "in clear" not in raw("casework_recusal", "reason")
    with pytest.raises(CommandError, match="7 could not be opened"):
        rotate(settings, NEW)
    settings.SEAL_KEYS = known
    assert "in clear" in set(
        Recusal.objects.values_list("reason", flat=True)
    )  # and nothing was lost
    with pytest.raises(CommandError, match="--batch"):
        rotate(settings, known, batch=0)


def test_letters_lie_under_their_hash_and_are_not_written_twice():
    path = f"documents/aa/{'a' * 64}.pdf"
    assert (
        encrypted_files.keep("BUL", path, b"%PDF")
        == path
        == encrypted_files.keep("BUL", path, b"another")
    )
    assert default_storage.open(path).read() == b"%PDF"  # a kind that is not sealed
    default_storage.delete(path)
