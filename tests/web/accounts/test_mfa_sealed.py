"""The secrets of the second step lie sealed in the library's table, work, and follow the key ring."""

from __future__ import annotations

import os

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from casework.encryption.fields import SealError, unseal
from tests.web.accounts.test_sign_in import code, sign_in, worker  # noqa: F401

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEED = "5eed" * 20
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_moment():
    """A code of the app holds for 30 seconds: none may pass between its making and its use."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def table() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(data::text, ' '), '') FROM mfa_authenticator")
        return str(cursor.fetchone()[0])


def rotated(settings, *, keep: bool = True) -> None:
    settings.SEAL_KEYS = {"new": os.urandom(32), **(settings.SEAL_KEYS if keep else {})}


def enters(client, user, given: str) -> bool:
    client.logout()
    assert sign_in(client, user.username)["Location"].startswith(reverse("mfa_authenticate"))
    client.post(reverse("mfa_authenticate"), {"code": given})
    return "_auth_user_id" in client.session


def test_nothing_of_a_secret_lies_in_the_table_and_both_codes_work(client, worker):  # noqa: F811
    TOTP.activate(worker, SECRET)
    recovery = RecoveryCodes.activate(worker)
    kept = {row.type: row.data for row in Authenticator.objects.all()}
    assert SECRET not in table()
    assert unseal(kept["totp"]["secret"]) == SECRET
    seed = unseal(kept["recovery_codes"]["seed"])
    assert seed not in table()
    codes = recovery.get_unused_codes()
    assert not any(one in table() for one in codes)
    assert enters(client, worker, code(SECRET))
    assert enters(client, worker, codes[0])
    assert not enters(client, worker, codes[0])
    assert enters(client, worker, codes[1])


def test_after_a_rotation_both_still_work_and_the_old_key_may_go(client, worker, settings):  # noqa: F811
    TOTP.activate(worker, SECRET)
    codes = RecoveryCodes.activate(worker).get_unused_codes()
    rotated(settings)
    assert enters(client, worker, codes[0])  # every key of the ring opens
    call_command("reseal", "--batch", "1")
    assert table().count("sealed:new:") == 2
    settings.SEAL_KEYS = {"new": settings.SEAL_KEYS["new"]}
    assert enters(client, worker, code(SECRET))
    assert not enters(client, worker, codes[0])
    assert enters(client, worker, codes[1])


def test_a_key_that_is_missing_is_told_by_name_and_nothing_is_lost(worker, settings, capsys):  # noqa: F811
    TOTP.activate(worker, SECRET)
    before = table()
    rotated(settings, keep=False)
    with pytest.raises(SealError, match="which SEAL_KEYS does not hold"):
        Authenticator.objects.get().wrap().validate_code("000000")
    with pytest.raises(CommandError, match="1 could not be opened"):
        call_command("reseal")
    assert table() == before


def test_a_secret_in_clear_is_an_error_and_never_taken_as_it_is(worker):  # noqa: F811
    row = Authenticator.objects.create(
        user=worker, type="recovery_codes", data={"seed": SEED, "used_mask": 0}
    )
    with pytest.raises(SealError, match="clear text"):
        row.wrap().get_unused_codes()
