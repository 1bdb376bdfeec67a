"""Logs as JSON lines on standard error. What is logged: codes, numbers of cases, counts. Never a
person."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Addresses that are keys: a party's private link, a calendar feed. Django names the address of
# every request that it refuses.
KEYS = re.compile(r"(/party/|/feeds/)(?!letters\b|evidence\b|answer\b|leave\b)[^\s/?\"']{8,}")


def without_keys(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A log entry in whose texts no address is a key."""
    for name, value in entry.items():
        if isinstance(value, str) and ("/party/" in value or "/feeds/" in value):
            entry[name] = KEYS.sub(r"\1…", value)
    return entry


def configure_logs(level: str) -> None:
    """Send structlog and the standard library's logs through one JSON renderer to standard
    error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                without_keys,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Values of failed statements and request lines may hold names: keep those loggers to the
    # outlines.
    logging.getLogger("django.db.backends").setLevel("WARNING")
    logging.getLogger("axes").setLevel("ERROR")
    logging.getLogger("fontTools").setLevel("ERROR")
