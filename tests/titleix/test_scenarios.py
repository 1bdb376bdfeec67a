"""Which of the scenarios of Title IX have a test under their number."""

from __future__ import annotations

import re
from pathlib import Path

WANTED = (
    1,
    2,
    4,
    7,
    8,
    11,
    12,
    13,
    15,
    17,
    20,
    21,
    22,
    23,
    24,
    26,
    27,
    29,
    30,
    31,
    32,
    33,
    36,
    37,
    39,
    40,
    41,
    42,
)


def test_every_scenario_has_a_test():
    folder = Path(__file__).resolve().parent.parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("test_*.py"))
    found = set(re.findall(r'scenario\("(T-\d\d)"\)', text))
    missing = [f"T-{number:02}" for number in WANTED if f"T-{number:02}" not in found]
    assert missing == [], f"no test: {', '.join(missing)}"
