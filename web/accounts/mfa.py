"""The secrets of the second step (of an authenticator app, of recovery codes) are sealed like
everything else that is.

allauth keeps them in a JSON column of its own and asks its adapter to encrypt and to decrypt each
(`DefaultMFAAdapter`). A passkey has no secret here: its private half never leaves the device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.db import transaction

from casework.encryption import fields
from casework.encryption.fields import SealError
from casework.privacy.key_rotation import Resealed

SECRETS = ("secret", "seed", "migrated_codes")  # of the column `data`; the last one is a list


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals with the first key of SEAL_KEYS, opens with every one."""

    def encrypt(self, text: str) -> str:
        """The sealed form of a secret."""
        return fields.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. SealError for what cannot be opened, and for clear text: the migration and
        `reseal` leave none."""
        return fields.unseal(encrypted_text)


def sealed_anew(data: Mapping[str, Any]) -> dict[str, Any]:
    """The column with every secret under the first key, whether it was sealed before or not.
    SealError where one does not open."""
    return {name: _anew(value) if name in SECRETS else value for name, value in data.items()}


def _anew(value: Any) -> Any:
    if isinstance(value, list):
        return [_anew(one) for one in value]
    if not isinstance(value, str) or fields.key_of(value) == fields.ring().first.id:
        return value
    return fields.seal(value if fields.key_of(value) is None else fields.unseal(value))


def reseal(model: Any, size: int, done: Resealed) -> None:
    """Bring the secrets of everybody under the first key, in batches; what does not open is counted
    and stays as it is."""
    last, more = 0, True
    while more:
        with transaction.atomic():
            rows = list(model.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:size])
            for row in rows:
                _row(model, row, done)
        last, more = (rows[-1].pk if rows else last), len(rows) == size


def _row(model: Any, row: Any, done: Resealed) -> None:
    try:
        data = sealed_anew(row.data)
    except SealError as error:
        done.unreadable[str(error)] += 1
        return
    if data != row.data:
        model.objects.filter(pk=row.pk).update(data=data)
        done.rows += 1


def rotate(size: int, done: Resealed) -> None:
    """For `manage.py reseal`."""
    from allauth.mfa.models import Authenticator

    reseal(Authenticator, size, done)
