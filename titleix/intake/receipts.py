"""The code with which a reporter comes back. It follows from a key and the product's secret: a
request that is sent twice gets the same code, although only its hash is kept."""

from __future__ import annotations

import hashlib
import re

from django.utils.crypto import salted_hmac

SALT = "titleix.intake.receipt"
ALPHABET = (
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U: nothing that a hand could mistake
)
LOOKALIKES = str.maketrans("ILO", "110")


def receipt_code(key: str) -> str:
    """80 bits in four groups of four letters."""
    number = int.from_bytes(salted_hmac(SALT, key, algorithm="sha256").digest()[:10], "big")
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def receipt_hash(code: str) -> str:
    """What is kept of a code. Lower case, missing hyphens and look-alike letters are all the
    same code."""
    plain = re.sub(r"[\s\-–—.]", "", code).upper().translate(LOOKALIKES)
    return hashlib.sha256(plain.encode()).hexdigest()
