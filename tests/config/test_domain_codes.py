"""Every rule that a comment or docstring cites by its code stands in the rule book, docs/domain.md."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "attendance",
    "casework",
    "config",
    "district",
    "notifications",
    "titleix",
    "web",
    "tests",
)
# A2.4, B3.1, H1.6 (sections), A-26 and T-37 (scenarios, always two digits: T-7 is an alert label),
# C9 (transitions), K6 (figures), N8 (counting rules).
CODE = re.compile(r"(?<![\w.@/\"'%+-])([AB]\d\.\d+|H\d\.\d+|[AT]-\d\d|[CKN]\d{1,2})(?![\w\-]|\.\d)")


def anchors() -> set[str]:
    """The codes that the rule book defines."""
    book = (ROOT / "docs/domain.md").read_text(encoding="utf-8")
    return set(re.findall(r'<a id="([^"]+)"></a>', book))


def prose(source: str) -> Iterator[str]:
    """Comments and docstrings of a module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def cited(source: str) -> set[str]:
    """The codes that a module cites."""
    return {code for text in prose(source) for code in CODE.findall(text)}


def unresolved(source: str) -> set[str]:
    """Cited codes that the rule book does not have."""
    return {code for code in cited(source) if code.lower().replace(".", "-") not in anchors()}


def test_a_code_that_nobody_defined_is_found():
    assert unresolved('"""Closes the case (A9.9); see T-99."""\n') == {"A9.9", "T-99"}
    assert unresolved("x = 1  # N8: follows the calendar; the T-7 alert\n") == set()


def test_every_cited_code_stands_in_the_rule_book():
    modules = [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]
    wrong = {
        str(path.relative_to(ROOT)): unresolved(path.read_text(encoding="utf-8"))
        for path in modules
        if path.name != Path(__file__).name
    }
    assert {path: codes for path, codes in wrong.items() if codes} == {}
    assert sum(len(cited(path.read_text(encoding="utf-8"))) for path in modules) > 300


def test_no_anchor_stands_twice():
    book = (ROOT / "docs/domain.md").read_text(encoding="utf-8")
    found = re.findall(r'<a id="([^"]+)"></a>', book)
    assert len(found) == len(set(found))
