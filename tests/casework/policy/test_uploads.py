"""The district's own policy folder takes over what a version ships, and keeps what the district
decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from casework.policy import policies

SHIPPED = Path(__file__).resolve().parents[3] / "policies"


@pytest.fixture
def folder(settings, tmp_path):
    settings.POLICY_DIR = tmp_path / "policies"
    policies.forget_policies()
    yield settings.POLICY_DIR
    policies.forget_policies()


def seed(capsys) -> str:
    call_command("seed_policies")
    policies.forget_policies()
    return capsys.readouterr().out


def test_an_empty_folder_gets_everything(folder, capsys):
    assert "nc-cms.yaml" in seed(capsys)
    names = {str(path.relative_to(SHIPPED)) for path in SHIPPED.rglob("*.*") if path.is_file()}
    assert {
        str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.is_file()
    } == names
    assert {one.domain for one in policies.all_policies().values()} >= {
        "attendance",
        "titleix",
        "import",
        "notifications",
    }


def test_the_districts_own_policies_stay_and_schemas_follow_the_version(folder, capsys):
    seed(capsys)
    (folder / "nc-cms.yaml").rename(folder / "ours.yaml")
    ours = (folder / "ours.yaml").read_text().replace("policy_id: nc-cms", "policy_id: ours")
    (folder / "ours.yaml").write_text(ours)
    (folder / "rules" / "t9-2020.yaml").write_text("changed")
    (folder / "schema" / "attendance.json").write_text("{}")
    (folder / "title-ix.yaml").unlink()
    told = seed(capsys)
    assert "title-ix.yaml" in told
    assert "nc-cms.yaml" not in told
    assert not (folder / "nc-cms.yaml").exists()
    assert (folder / "ours.yaml").read_text() == ours
    assert (folder / "rules" / "t9-2020.yaml").read_text() == "changed"
    assert (folder / "schema" / "attendance.json").read_text() == (
        SHIPPED / "schema" / "attendance.json"
    ).read_text()
    assert "every domain has a policy" in seed(capsys)


def test_the_products_own_folder_is_left_alone(settings, capsys):
    settings.POLICY_DIR = SHIPPED
    call_command("seed_policies")
    assert "nothing to do" in capsys.readouterr().out
