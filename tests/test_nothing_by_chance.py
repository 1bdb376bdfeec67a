"""A raw answer holds random tokens (CSRF, nonces, ids): a short word looked for in it is found, or
missed, by chance. Such tests look at the parsed page (`tests.pages.Page`)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
# A token has 64 letters and digits: it holds a word of five once in ten million pages.
SHORTEST = 5


def by_chance(source: str) -> Iterator[str]:
    """Comparisons of a short word with a whole raw answer, as line and word."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            raw = {name for node in ast.walk(function) for name in names_of_answers(node)}
            for node in ast.walk(function):
                if isinstance(node, ast.Compare) and is_short(node) and is_raw(node, raw):
                    yield f"{node.lineno}: {ast.unparse(node)}"


def names_of_answers(node: ast.AST) -> list[str]:
    """Variables that hold a decoded answer."""
    if not isinstance(node, ast.Assign) or not is_answer(node.value):
        return []
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def is_answer(node: ast.expr) -> bool:
    """`....content`, `....content.decode()` or a call of a helper named `body`."""
    text = ast.unparse(node)
    return text.endswith((".content", ".content.decode()")) or text.startswith("body(")


def is_short(node: ast.Compare) -> bool:
    """A word of letters and digits alone, which a token may hold."""
    word = node.left.value if isinstance(node.left, ast.Constant) else ""
    return isinstance(word, str) and word.isalnum() and len(word) < SHORTEST


def is_raw(node: ast.Compare, raw: set[str]) -> bool:
    """Looked for in a whole answer."""
    where = node.comparators[0]
    named = isinstance(where, ast.Name) and where.id in raw
    return isinstance(node.ops[0], ast.In | ast.NotIn) and (named or is_answer(where))


def test_a_short_word_in_a_raw_page_is_found():
    source = 'def test():\n    page = client.get("/").content.decode()\n    assert "L3" not in page'
    assert list(by_chance(source)) == ["3: 'L3' not in page"]
    assert not list(by_chance(source.replace('"L3"', '"the letter L3"')))
    assert not list(by_chance(source.replace("not in page", "not in Page(page).text")))


def test_no_test_looks_for_a_short_word_in_a_raw_page():
    found = {
        str(path.relative_to(TESTS)): list(by_chance(path.read_text(encoding="utf-8")))
        for path in TESTS.rglob("*.py")
    }
    assert {path: places for path, places in found.items() if places} == {}
