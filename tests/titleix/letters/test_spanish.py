"""Whatever reporters and parties read exists in Spanish: every text of their templates, plural
forms and blocks included."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
STAFF = {"intake_new.html", "intake_entered.html"}  # pages of the intake behind the sign-in
PUBLIC = [
    *(
        path
        for path in sorted((ROOT / "titleix/templates/titleix").glob("intake_*.html"))
        if path.name not in STAFF
    ),
    *sorted((ROOT / "titleix/templates/titleix").glob("party*.html")),
    *sorted((ROOT / "web/templates/errors").glob("*.html")),
]
TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
NAMED = re.compile(r"%\(\w+\)[sd]")
CALL = re.compile(rf"\bn?gettext\({TEXT}(?:,\s*{TEXT})?")


def texts(template: str) -> set[str]:
    """What a template wants translated, as the extraction of messages finds it."""
    return {
        ast.literal_eval(text)
        for match in CALL.finditer(templatize(template))
        for text in match.groups()
        if text
    }


def test_the_extraction_finds_tags_blocks_and_plurals():
    source = (
        "{% load i18n %}{% translate \"One\" %}{% translate 'Two' as x %}\n"
        "    {% blocktranslate %}Three {{ a }}{% endblocktranslate %}"
        "{% blocktranslate count n=b %}Four{% plural %}Five {{ n }}{% endblocktranslate %}"
    )
    assert texts(source) == {"One", "Two", "Three %(a)s", "Four", "Five %(n)s"}


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.name)
def test_every_text_of_a_public_template_is_in_spanish(path: Path):
    with translation.override("es"):
        english = [
            text
            for text in texts(path.read_text())
            if translation.gettext(text) == text and translation.ngettext(text, text, 2) == text
        ]
    assert english == []


def test_the_catalogue_is_whole():
    """Every entry has its words, none is a guess of a tool, and each names what the English one
    names."""
    entries = re.split(
        r"\n\n+", (ROOT / "titleix/locale/es/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    )[1:]
    assert len(entries) > 100
    empty = [entry for entry in entries if re.search(r'^msgstr(\[\d\])? ""(?!\n")', entry, re.M)]
    guessed = [
        entry
        for entry in entries
        if re.search(r"^#,.*fuzzy", entry, re.M) or entry.lstrip().startswith("#~")
    ]
    other = [
        entry
        for entry in entries
        if len(
            {
                frozenset(NAMED.findall(part))
                for part in re.split(r"^msg\w+.*?(?= \")", entry, flags=re.M)[1:]
            }
        )
        > 1
    ]
    assert (empty, guessed, other) == ([], [], [])


@pytest.mark.parametrize(
    "path", [path for path in PUBLIC if path.name.startswith("party")], ids=lambda path: path.name
)
def test_a_party_template_holds_no_words_of_its_own(path: Path):
    """They come from `portal_texts`, where English and Spanish stand side by side."""
    bare = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", path.read_text(), flags=re.S)
    assert re.findall(r"[^\W\d_]{2,}", bare) == []
