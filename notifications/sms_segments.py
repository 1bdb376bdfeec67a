"""How many parts a text message is sent and paid in (3GPP TS 23.038 and 23.040): 160 characters of
the GSM alphabet, or 70 as soon as one character is outside it (á, í, ó, ú are); in a longer message
each part holds 153 or 67."""

from __future__ import annotations

from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ "
    "!\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("\f^{}\\[~]|€")  # written as two


@dataclass(frozen=True)
class Length:
    """A text message as it is counted: characters, those of them that the GSM alphabet lacks, and
    the parts that it takes."""

    characters: int
    foreign: str
    parts: int


def length(text: str) -> Length:
    """How long a text message is."""
    foreign = "".join(
        dict.fromkeys(letter for letter in text if letter not in GSM and letter not in TWICE)
    )
    units = (
        [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        if foreign
        else [2 if letter in TWICE else 1 for letter in text]
    )
    single, several = (70, 67) if foreign else (160, 153)
    return Length(sum(units), foreign, 1 if sum(units) <= single else _parts(units, several))


def _parts(units: list[int], most: int) -> int:
    """A character that counts twice is never cut in two."""
    parts, used = 1, 0
    for unit in units:
        if used + unit > most:
            parts, used = parts + 1, 0
        used += unit
    return parts
