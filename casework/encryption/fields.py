"""Encryption at rest: columns and files that only a process with the key ring can read.

The ring comes from SEAL_KEYS ("id:base64key", by commas): the first key seals, every key opens. A
sealed text is `sealed:<key id>:<base64 of nonce and AES-256-GCM>`, a sealed file the same header
before the raw bytes. Empty stays empty and is never NULL. What cannot be opened is an error that
names the key: sealed text is never handed on as if it were the value, and clear text in a sealed
column is an error too (`manage.py reseal` seals it)."""

from __future__ import annotations

import base64
import hmac
import json
import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.lookups import Exact

MARK = "sealed:"
NONCE = 12  # bytes, as NIST SP 800-38D wants for random nonces


class SealError(Exception):
    """Something sealed cannot be opened; the message names the key id and never the content."""


@dataclass(frozen=True)
class Key:
    """One key of the ring; what seals and what makes fingerprints are derived from it apart."""

    id: str
    secret: bytes

    @cached_property
    def cipher(self) -> AESGCM:
        """AES-256-GCM under the sealing key."""
        return AESGCM(self._derived(b"holdfast seal"))

    @cached_property
    def printer(self) -> bytes:
        """The key of fingerprints."""
        return self._derived(b"holdfast fingerprint")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(self.secret)


@dataclass(frozen=True)
class Ring:
    """The keys in their order; the first one seals."""

    keys: tuple[Key, ...]

    @property
    def first(self) -> Key:
        """The key that seals now."""
        return self.keys[0]

    def key(self, name: str) -> Key:
        """The key with this id. SealError when the ring has none."""
        for key in self.keys:
            if key.id == name:
                return key
        raise SealError(f"this was sealed with the key '{name}', which SEAL_KEYS does not hold")


def ring() -> Ring:
    """The key ring of the settings."""
    return _ring(tuple(settings.SEAL_KEYS.items()))


@lru_cache(maxsize=8)
def _ring(items: tuple[tuple[str, bytes], ...]) -> Ring:
    return Ring(tuple(Key(name, secret) for name, secret in items))


# -- bytes and texts -------------------------------------------------------------------------------


def seal_bytes(content: bytes) -> bytes:
    """Header, nonce and ciphertext under the first key; the header is authenticated with it."""
    key, nonce = ring().first, os.urandom(NONCE)
    header = f"{MARK}{key.id}:".encode()
    return header + nonce + key.cipher.encrypt(nonce, content, header)


def open_bytes(content: bytes) -> bytes:
    """What `seal_bytes` was given. SealError for everything that cannot be opened, and for what was
    never sealed."""
    name = key_of(content[:80].decode("latin-1"))
    if name is None:
        raise SealError("this is not sealed although it must be; run manage.py reseal")
    header = f"{MARK}{name}:".encode()
    return _opened(ring().key(name), header, content[len(header) :])


def seal(text: str) -> str:
    """The sealed form of a text; '' stays ''."""
    if not text:
        return ""
    key, nonce = ring().first, os.urandom(NONCE)
    header = f"{MARK}{key.id}:"
    return (
        header
        + base64.b64encode(
            nonce + key.cipher.encrypt(nonce, text.encode(), header.encode())
        ).decode()
    )


def unseal(text: str) -> str:
    """The text that was sealed; '' for ''. SealError for everything that cannot be opened."""
    if not text:
        return ""
    name = key_of(text)
    if name is None:
        raise SealError("a sealed column holds clear text; run manage.py reseal")
    header = f"{MARK}{name}:"
    try:
        raw = base64.b64decode(text[len(header) :], validate=True)
    except ValueError as error:
        raise SealError(f"what was sealed with the key '{name}' is damaged") from error
    return _opened(ring().key(name), header.encode(), raw).decode()


def _opened(key: Key, header: bytes, raw: bytes) -> bytes:
    try:
        return key.cipher.decrypt(raw[:NONCE], raw[NONCE:], header)
    except (InvalidTag, ValueError) as error:
        raise SealError(
            f"what was sealed with the key '{key.id}' does not open: damaged, or another "
            "key under the same id"
        ) from error


def key_of(text: str) -> str | None:
    """The id of the key in a header; None for what is not sealed."""
    mark, colon, rest = text.partition(":")
    name, second, _raw = rest.partition(":")
    return name if f"{mark}{colon}" == MARK and second else None


# -- columns ---------------------------------------------------------------------------------------


class SealedTextField(models.TextField):
    """A text that is sealed in the database. It can be compared with '' and with nothing else: see
    PrintsField."""

    def as_stored(self, value: Any) -> str | None:
        """The column's text for a value."""
        return None if value is None else seal(str(value))

    def as_read(self, stored: Any) -> Any:
        """The value for the column's text."""
        return None if stored is None else unseal(stored)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Opened as it is read."""
        return self.as_read(value)

    def get_prep_value(self, value: Any) -> Any:
        """Sealed as it is written."""
        return self.as_stored(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only emptiness can be asked for."""
        if lookup_name == "exact":
            return OnlyEmpty
        if lookup_name in ("isnull", "df"):  # df: triggers compare the old column with the new one
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is sealed: it cannot be searched by '{lookup_name}'")


class OnlyEmpty(Exact):  # type: ignore[type-arg]
    """Equality of a sealed column, with '' alone."""

    def get_prep_lookup(self) -> Any:
        """'' or an error: every other text is sealed differently each time, so that nothing would
        ever be found."""
        if self.rhs != "":
            raise FieldError("a sealed column cannot be compared with a value")
        return ""


class SealedJSONField(SealedTextField):
    """Any JSON value, sealed."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def as_stored(self, value: Any) -> str | None:
        """The sealed JSON text."""
        return (
            None
            if value is None
            else seal(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))
        )

    def as_read(self, stored: Any) -> Any:
        """The value."""
        return None if stored is None else json.loads(unseal(stored) or "null")

    def to_python(self, value: Any) -> Any:
        """As it is."""
        return value


# -- fingerprints: finding the same person without opening anything --------------------------------


class PrintsField(ArrayField):
    """Keyed fingerprints of a person's sealed columns, worked out from them whenever the row is
    written, so that equal names, addresses and numbers are found by an index. They follow the ring
    like everything that is sealed."""

    def __init__(self, sources: Iterable[str] = (), **about: Any) -> None:
        self.sources = tuple(sources)
        about.update(base_field=models.CharField(max_length=120), default=list)
        super().__init__(**about)

    def deconstruct(self) -> Any:
        """For migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs = {
            key: value for key, value in kwargs.items() if key not in ("base_field", "default")
        }
        return name, path, args, {**kwargs, "sources": self.sources}

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Beside the stored prints, `<name>_now` are those of the present values."""
        super().contribute_to_class(cls, name, private_only)
        setattr(
            cls,
            f"{name}_now",
            property(
                lambda row: self.of_row({source: getattr(row, source) for source in self.sources})
            ),
        )

    def of_row(self, values: Mapping[str, str]) -> list[str]:
        """The prints of these (open) values under the first key."""
        return prints(values, [ring().first])

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Always the present ones."""
        found = getattr(model_instance, f"{self.attname}_now")
        setattr(model_instance, self.attname, found)
        return found


def prints(values: Mapping[str, str], keys: Iterable[Key] | None = None) -> list[str]:
    """Fingerprints of a person's values by kind of column, under these keys (default: every key of
    the ring, for a search while a rotation is under way)."""
    plain = sorted(
        {
            f"{kind}={text}"
            for kind, value in values.items()
            for text in _plain_forms(kind, value or "")
        }
    )
    wanted = ring().keys if keys is None else keys
    return [
        f"{key.id}:{hmac.digest(key.printer, text.encode(), 'sha256')[:16].hex()}"
        for key in wanted
        for text in plain
    ]


def _plain_forms(kind: str, value: str) -> set[str]:
    """What counts as the same: a name without accents, order and initials, whole and by first and
    last word; an e-mail address; the last ten digits of a telephone number."""
    if kind == "email":
        return {value.strip().casefold()} - {""}
    if kind == "phone":
        digits = "".join(char for char in value if char.isdigit())[-10:]
        return {digits} if len(digits) >= 7 else set()
    last, comma, first = value.partition(",")
    full = [word for word in _words(f"{first} {last}" if comma else value) if len(word) > 1]
    if len(full) < 2:
        return set()  # a first name alone is nobody
    return {" ".join(sorted(full)), " ".join(sorted((full[0], full[-1])))}


def _words(value: str) -> list[str]:
    flat = "".join(
        char
        for char in unicodedata.normalize("NFKD", value.casefold())
        if not unicodedata.combining(char)
    )
    return "".join(char if char.isalnum() else " " for char in flat).split()
