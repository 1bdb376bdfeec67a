"""schemathesis over the whole API: whatever is sent, the answer is one that the description tells,
and never a 500."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi import checks

from casework.models import Attachment, Document, Event
from config.wsgi import application
from district.models import Import
from tests.api.test_api import case  # noqa: F401 - a fixture

EXAMPLES = int(os.environ.get("FUZZ", "3"))
load_all_checks()
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
]


@pytest.fixture(autouse=True)
def _one_connection():
    """The WSGI application would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_schemathesis_finds_nothing(
    mode,
    case,  # noqa: F811
    report,
    staff,
    people,
    program,
    settings,
    monkeypatch,
):
    from district import tasks

    settings.API_PER_MINUTE = settings.API_REPORTS_PER_HOUR = 1_000_000
    for name in ("check_import", "apply_import"):
        monkeypatch.setattr(getattr(tasks, name), "delay_on_commit", lambda *args: None)
    run = Import.objects.first()
    known = {
        "number": [case.number, report.number],
        "name": ["add_note", "log_contact", "triage", "draft"],
        "kind": ["ATT", "TIX"],
        "pk": [
            str(run.pk),
            str(Document.objects.get().pk),
            *(str(row.pk) for row in Attachment.objects.all()),
        ],
    }
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    tried = 0
    for user in (people.worker, staff.coordinator, people.admin):
        one = program(user)
        for result in schema.get_all_operations():
            _try(result.ok(), mode, one, known)
            tried += 1
    assert tried == 3 * 29
    assert Event.objects.filter(case__number=case.number).exists()


def _try(operation: Any, mode: GenerationMode, one: Any, known: dict[str, list[str]]) -> None:
    dice = random.Random(f"{operation.label}")

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(found=operation.as_strategy(generation_mode=mode))
    def run(found: Any) -> None:
        if mode is GenerationMode.POSITIVE and dice.random() < 0.7:
            for name in known.keys() & (found.path_parameters or {}).keys():
                found.path_parameters[name] = dice.choice(known[name])
        found.headers = {**(found.headers or {}), "Authorization": f"Bearer {one.secret}"}
        found.call_and_validate(checks=CHECKS)

    run()
