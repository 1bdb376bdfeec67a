"""The client script of the documentation, as its own process against a live server."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from casework.engine.services import local_today
from district.models import Post, Role, Scope, User
from district.tokens import issue
from titleix.models import TitleIXCase, Training

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_it_opens_moves_and_follows_a_case(live_server):
    coordinator = User.objects.create_user("coordinator", first_name="Cora", last_name="Nine")
    Post.objects.create(user=coordinator, role=Role.TITLE_IX_COORDINATOR)
    until = local_today() + timedelta(days=30)
    Training.objects.create(
        user=coordinator,
        role="coordinator",
        title="2020 rule",
        completed_on=local_today(),
        valid_until=until,
        material="https://example.org/m",
    )
    intake = issue(User.objects.create_user("hotline"), "hotline", [Scope.INTAKE], 1)[1]
    token = issue(coordinator, "script", [Scope.READ, Scope.ACT], 1)[1]
    variables = {
        "HOLDFAST_URL": live_server.url,
        "HOLDFAST_INTAKE": intake,
        "HOLDFAST_TOKEN": token,
    }
    done = subprocess.run(
        [sys.executable, "docs/client.py"],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    case = TitleIXCase.objects.get()
    assert f"moved {case.number} to SCREENING" in done.stdout
    assert "triage by Cora Nine" in done.stdout
    assert "due " in done.stdout
    assert "next: Screen the report" in done.stdout
    assert case.state == "SCREENING"
