"""Mark classes in SQL have one source: no statement says a bare number."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from attendance.models.marks import MarkClass
from attendance.rules import law, mark_sql

ROOT = Path(__file__).resolve().parents[3]
BARE = re.compile(
    r"\b(?:mark|old)_class\b[\s,)]*(?:=|<>|!=|<=?|>=?|\bIN\s*\(|\bBETWEEN\b|\bIS\b[A-Z\s]+FROM|,)"
    r"\s*\(?\s*\d"
    r"|\bWHEN '[A-Z]' THEN \d|\d\s*(?:=|<>)\s*\w*\.?mark_class\b"
)


def strings_of(path: Path):
    """Every literal text of a file; what an f-string puts in stands as `{}`."""
    tree = ast.parse(path.read_text())
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                )
            case ast.Constant(value=str()) if id(node) not in inner:
                yield node.value


def test_no_statement_compares_a_mark_class_with_a_bare_number():
    files = [
        path
        for app in ("attendance", "casework", "district", "notifications", "titleix", "web")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]
    texts = [(path, text) for path in files for text in strings_of(path) if "_class" in text]
    assert any("mark_class {}" in text for _path, text in texts), "the statements are read"
    bare = [f"{path.relative_to(ROOT)}: {text}" for path, text in texts if BARE.search(text)]
    assert bare == []


@pytest.mark.parametrize(
    "statement",
    [
        "m.mark_class = 2",
        "mark_class IN (2, 4)",
        "m.mark_class BETWEEN 1 AND 4",
        "mark_class <> 0",
        "coalesce(mark_class, 0)",
        "coalesce(m.mark_class = 2, false)",
        "CASE coalesce(s.excuse, '') WHEN 'U' THEN 2 END AS named, mark_class",
        "2 = m.mark_class",
    ],
)
def test_the_search_sees_every_way_to_write_it(statement):
    assert BARE.search(statement)


@pytest.mark.parametrize(
    ("condition", "classes"),
    [
        (mark_sql.ABSENT, set(law.ABSENT)),
        (mark_sql.MISSED, {*law.ABSENT, MarkClass.TARDY, MarkClass.EARLY}),
        (mark_sql.NOT_EXCUSED, {MarkClass.UNEXCUSED, MarkClass.UNKNOWN}),
        *((f"= {getattr(mark_sql, c.name)}", {c}) for c in MarkClass if c != MarkClass.OTHER),
    ],
)
def test_each_name_holds_for_exactly_its_classes(condition, classes):
    def holds(number: int) -> bool:
        if span := re.fullmatch(r"BETWEEN (\d+) AND (\d+)", condition):
            return int(span[1]) <= number <= int(span[2])
        return number in map(int, re.findall(r"\d+", condition))

    assert {c for c in MarkClass if holds(int(c))} == classes


def test_classes_with_a_gap_are_no_span():
    with pytest.raises(AssertionError, match="gap"):
        mark_sql._span((MarkClass.EXCUSED, MarkClass.UNKNOWN))
