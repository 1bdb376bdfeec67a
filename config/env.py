"""Reads the environment. Every mistake is found at start and named by its variable."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

Value = TypeVar("Value")

# Every variable that the settings read, for the tests that compare compose, .env.example and
# documentation with it.
KNOWN: dict[str, str] = {}


def read(
    name: str, default: Value, parse: Callable[[str], Value], about: str, *, secret: bool = False
) -> Value:
    """The parsed variable, or the default when it is unset or empty. Raises ImproperlyConfigured
    naming the variable (and showing what stands in it, unless it is secret)."""
    KNOWN[name] = about
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return parse(text)
    except (ValueError, KeyError, ProgrammingError) as error:
        raise ImproperlyConfigured(
            f"{name}{'' if secret else f'={text!r}'} cannot be used: {error}. It should be: {about}"
        ) from error


def flag(text: str) -> bool:
    """1/0, true/false, yes/no, on/off."""
    values = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.lower() not in values:
        raise ValueError("not one of 1, 0, true, false, yes, no, on, off")
    return values[text.lower()]


def words(text: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def key_ring(text: str) -> dict[str, bytes]:
    """Keys by their id, in their order: "2027a:base64,2026a:base64". No message quotes a key."""
    found: dict[str, bytes] = {}
    for entry in words(text):
        name, _colon, key = entry.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name) or name in found:
            raise ValueError("every key needs an id of its own of 1 to 32 letters, digits, - and _")
        try:
            found[name] = base64.b64decode(key, validate=True)
        except ValueError:
            raise ValueError(f"the key '{name}' is not base64") from None
        if len(found[name]) != 32:
            raise ValueError(f"the key '{name}' has {len(found[name])} bytes instead of 32")
    if not found:
        raise ValueError("it holds no key")
    return found


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser that takes one of the given words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"not one of {', '.join(choices)}")
        return text

    return parse


def zone(text: str) -> str:
    """The name of a time zone that exists."""
    try:
        return ZoneInfo(text).key
    except (OSError, ValueError) as error:
        raise ValueError("no such time zone") from error


def folder(text: str) -> Path:
    """An absolute path."""
    return Path(text).expanduser().resolve()


def database(text: str) -> dict[str, Any]:
    """A PostgreSQL address (postgresql://user:password@host/name, sockets too) as Django's
    database settings. What libpq knows beyond that (`?sslmode=verify-full&sslrootcert=/path`)
    becomes an option of the connection."""
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("only PostgreSQL addresses (postgresql://...) are supported")
    parts = {key: str(value) for key, value in conninfo_to_dict(text).items()}
    if "dbname" not in parts:
        raise ValueError("the name of the database is missing")
    known = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    more = {key: value for key, value in parts.items() if key not in known}
    return {known[key]: value for key, value in parts.items() if key in known} | (
        {"OPTIONS": more} if more else {}
    )


def redis(text: str) -> str:
    """A Redis address: redis://host:port/0, rediss:// or unix:///path?db=0."""
    if urlsplit(text).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("not a redis://, rediss:// or unix:// address")
    return text


def broker_url(url: str) -> str:
    """The same Redis address in the form that Celery's broker wants (sockets are written
    differently there)."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


def email(text: str) -> dict[str, object]:
    """smtp://user:password@host:port (smtps:// for TLS from the start, ?tls=1 for STARTTLS),
    file:/folder or console:"""
    parts = urlsplit(text)
    if parts.scheme == "file" and parts.path:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": parts.path,
        }
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(
            "not an smtp://host:port, smtps://host:port, file:/folder or console: address"
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parse_qs(parts.query).get("tls") == ["1"],
    }


def sms(text: str) -> dict[str, str]:
    """twilio://account:token@host?from=number, where the number may be a messaging service
    (MG...). No message quotes the token."""
    parts = urlsplit(text)
    sender = parse_qs(parts.query.replace("+", "%2B")).get("from", [""])[0]
    if parts.scheme != "twilio" or not (
        parts.hostname and parts.username and parts.password and sender
    ):
        raise ValueError("it names no account, token, host and sender")
    here = parts.hostname in ("127.0.0.1", "localhost")  # a test's own server
    place = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    base = f"{'http' if here else 'https'}://{place}"
    return {
        "base": base,
        "account": unquote(parts.username),
        "token": unquote(parts.password),
        "sender": sender,
    }


def site(text: str) -> str:
    """An http(s) address without a path."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError("not an address such as https://cases.example.org")
    return text.rstrip("/")


def web_address(text: str) -> str:
    """An http(s) address, a path allowed."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address such as https://login.example.org/path")
    return text


def positive(text: str) -> int:
    """A whole number above zero."""
    if int(text) < 1:
        raise ValueError("not a whole number above zero")
    return int(text)
