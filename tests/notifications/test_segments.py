"""How many parts a text message takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.sms_segments import GSM, TWICE, length


@pytest.mark.parametrize(
    ("text", "characters", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 152 + "€" + "b" * 10, 164, 2),  # the euro sign is never cut in two
        ("á" * 70, 70, 1),
        ("á" * 71, 71, 2),
        ("á" * 134, 134, 2),
        ("á" * 135, 135, 3),
        ("ñ¿¡éü" * 32, 160, 1),
        ("😀" * 35, 70, 1),
        ("😀" * 36, 72, 2),
    ],
)
def test_as_a_telephone_counts(text, characters, parts):
    found = length(text)
    assert (found.characters, found.parts) == (characters, parts)


def test_the_letters_that_make_it_dear_are_named():
    assert length("Reunión el próximo sábado").foreign == "óá"
    assert length("A plain text [€]").foreign == ""


def test_the_alphabet_is_whole():
    assert len(GSM) == 127  # 128 places, one of them leads to the extension table
    assert not GSM & TWICE


@given(st.text(max_size=400), st.text(max_size=5))
def test_more_words_are_never_fewer_parts(text, more):
    assert length(text).parts <= length(text + more).parts
