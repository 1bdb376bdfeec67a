"""The documentation: every link leads somewhere, every command is told, every decision has its own
number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OURS = {"attendance", "titleix", "notifications", "casework", "district", "web"}
LARGEST_PICTURE = 150_000  # bytes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_the_readme_tells_every_command():
    ours = {name for name, app in get_commands().items() if app in OURS}
    told = set(re.findall(r"^\| `([a-z_]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert ours <= told, ours - told
    assert {name for name in told if "_" in name} <= ours | {"import_sis"}


def test_every_decision_has_its_own_number():
    folder = ROOT / "docs/decisions"
    numbers = []
    for path in sorted(folder.glob("[0-9]*.md")):
        number = int(path.name[:4])
        assert path.read_text().startswith(f"# {number}. "), path.name
        numbers.append(number)
    assert len(numbers) == len(set(numbers))


def test_pictures_are_small_and_all_shown():
    shown = set(re.findall(r"images/([\w-]+\.png)", "".join(page.read_text() for page in PAGES)))
    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs/images").glob("*.png")}
    assert set(pictures) == shown
    assert {name: size for name, size in pictures.items() if size > LARGEST_PICTURE} == {}


def test_every_path_that_a_page_names_exists():
    """`folder/module.py` in a page: the house as it stands, not as it stood."""
    named = re.compile(r"`((?:[a-z_]+/)+[\w.-]+\.(?:py|yaml|csv|typ|toml))`")
    patterns = ("DOMAIN", "CODE")  # parts that stand for many names
    missing = {
        (str(page.relative_to(ROOT)), path)
        for page in PAGES
        for path in named.findall(page.read_text())
        if path.split("/")[0] in {*OURS, "tests", "config", "policies", "benchmarks"}
        and not any(part in path for part in patterns)
        and not (ROOT / path).exists()
    }
    assert missing == set()
