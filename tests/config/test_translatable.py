"""Whatever a page says goes through gettext: a district's own language is a file away."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path for path in ROOT.glob("*/templates/**/*.html") if path.name != "500.html"
)  # that one knows no language
SPOKEN = ("title", "placeholder", "alt", "aria-label", "aria-description")
# Names and citations are the same in every language.
NAMES = re.compile(r"Holdfast|CSV|XLSX|SHA-256|OpenAPI|OCEL|XES|\d+ CFR [\w.()]+")
HIDDEN = re.compile(
    r"{%\s*(comment|blocktranslate)\b.*?%}.*?{%\s*end\1\s*%}|{#.*?#}|{{.*?}}|{%.*?%}", re.S
)


class Words(HTMLParser):
    """Collects (line, text) of all that a reader or a screen reader would meet."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "kbd"):
            self.inside.append(tag)
        for name, value in attrs:
            if name in SPOKEN:
                self.keep(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.keep(data)

    def keep(self, text: str) -> None:
        if re.search(r"[^\W\d_]{2}", NAMES.sub("", text)):
            self.found.append((self.getpos()[0], text.strip()))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_of_a_page_is_bare(template):
    words = Words()
    words.feed(HIDDEN.sub(lambda found: "\n" * found[0].count("\n"), template.read_text()))
    assert words.found == [], "put these into {% translate %}"


def test_bare_words_are_found():
    words = Words()
    words.feed(
        HIDDEN.sub(
            "", '<p title="Wrong">{% translate "fine" %} CSV</p><p>also wrong</p><code>fine</code>'
        )
    )
    assert [text for _line, text in words.found] == ["Wrong", "also wrong"]
