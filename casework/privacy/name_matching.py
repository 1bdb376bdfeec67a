"""How people are spelt: from the names, numbers and addresses of a party to what a text is searched
for (C8). Pure functions: no database, no clock, no settings. `casework.privacy.redaction` is the
only user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    """The words of a text, parted by white space."""
    return frozenset(words.split())


# English and Spanish function words that are also names or initials: in lower case never taken for
# a person.
FUNCTION_WORDS = word_set(
    """a al am an and any are as at be but by can con da de del do does dos dr el en er es etc ex for from go ha had has have
    he her hi him his i id if in is it its la las le les lo los may me mi mr ms must my ni no nor not of off oh ok on or our
    out para pm por que re se she si so sin son su sus than that the them then they this to tu un una up us vs was we were
    who will with y ya yo you your"""
)
# Inside a name, neither first nor last, these are no name by themselves.
PARTICLES = word_set(
    "al bin da das de del den der di do dos du e el ibn la las le los san santa st ter van von y"
)
SHARED_MAILBOXES = word_set(
    "info office admin mail email contact family parent student school home me"
)
STREET_WORDS = (
    "street st|avenue ave av|road rd|drive dr|lane ln|court ct|circle cir|boulevard "
    "blvd|place pl|terrace ter|parkway pkwy"
    "|highway hwy|trail trl|way wy|apartment apt unit|north n|south s|east e|west w"
)
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_MARKS = {
    **dict.fromkeys("’‘ʼʻʽ‛´`′＇ꞌ", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("“”„«»", '"'),
}
GAP = r"[\s\-_.,'\"()]{0,3}"  # between the words of one name
NUMBER_GAP = r"[\s.\-_]?"  # between the characters of a student number
DIGIT_GAP = r"[\s().\-/·_]{0,3}"  # between the digits of one number


@dataclass(frozen=True)
class Party:
    """One person and every original by which a document may give them away. Nothing of it is
    printed by `repr`."""

    label: str
    names: Sequence[str] = field(
        default=(), repr=False
    )  # full names: "Ana Lucía Reyes-Ortiz" or "Reyes-Ortiz, Ana"
    nicknames: Sequence[str] = field(default=(), repr=False)
    initials: Sequence[str] = field(
        default=(), repr=False
    )  # beside those that follow from the names
    numbers: Sequence[str] = field(default=(), repr=False)  # student numbers, state numbers
    emails: Sequence[str] = field(default=(), repr=False)
    phones: Sequence[str] = field(default=(), repr=False)
    addresses: Sequence[str] = field(
        default=(), repr=False
    )  # lines parted by commas or line ends, the street first

    def originals(self) -> tuple[str, ...]:
        """Everything given, as given: this party's line of the key file."""
        every = (
            self.names,
            self.nicknames,
            self.initials,
            self.numbers,
            self.emails,
            self.phones,
            self.addresses,
        )
        return tuple(
            dict.fromkeys(original for kind in every for original in kind if original.strip())
        )


@dataclass(frozen=True)
class Folded:
    """A text for comparison, and for each of its characters the place in the original."""

    text: str
    at: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Folded places to original places; marks that follow the last letter belong to it."""
        return self.at[start], self.at[end] if end < len(self.at) - 1 else self.at[-1]


def fold(text: str) -> str:
    """How a text is compared: no case, no diacritics, one kind of apostrophe, dash and quote,
    nothing invisible."""
    return folding(text).text


def folding(text: str) -> Folded:
    """A text folded as by `fold`, with the way back to its places."""
    out: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        plain = _plain(letter)
        out.append(plain)
        at += [place] * len(plain)
    return Folded("".join(out), [*at, len(text)])


@lru_cache(4096)
def _plain(letter: str) -> str:
    if letter in _MARKS:
        return _MARKS[letter]
    parts = unicodedata.normalize("NFKD", letter.casefold())
    kept = (part for part in parts if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
    return "".join(_LETTERS.get(part, part) for part in kept).casefold()


@dataclass(frozen=True)
class Word:
    """A word of a name. `pieces` may be written together or apart (O'Brien, McDonald). A surname
    has a plural."""

    pieces: tuple[str, ...]
    surname: bool

    @property
    def text(self) -> str:
        """Written together."""
        return "".join(self.pieces)

    def regex(self) -> str:
        """The word on its own, without its edges."""
        return r"['\s-]?".join(map(re.escape, self.pieces))


def own(regex: str) -> re.Pattern[str]:
    """As a word of its own: no letter before or after. Digits and underscores are edges, as in file
    names."""
    return re.compile(rf"(?<![^\W\d_])(?:{regex})(?![^\W\d_])")


# Names


def name_parts(name: str) -> list[str]:
    """The words of a name in the order first to last: "Reyes, Ana" is turned round; quotes and a
    last "Jr." go. What looks like such an ending is a surname where no other stands before it
    ("Naomi M. Ii")."""
    folded = fold(name)
    last, comma, first = folded.partition(",")
    ordered = f"{first} {last}" if comma else folded
    words = (word.strip(".'\"()") for word in re.split(r"[\s\-,_()\"]+", ordered))
    kept = [word for word in words if word]
    whole = [word for word in kept[:-1] if len(word) > 1 and word not in PARTICLES]
    return kept[:-1] if len(whole) > 1 and kept[-1] in ("jr", "sr", "ii", "iii", "iv") else kept


def _is_particle(words: Sequence[str], place: int) -> bool:
    """ "de" and "la" in "Ana de la Cruz"; but both words of "Van Le" are names."""
    return 0 < place < len(words) - 1 and (words[place] in PARTICLES or len(words[place]) < 2)


def particles_of(party: Party) -> set[str]:
    """Words that are part of a name between others, and nobody alone."""
    split = map(name_parts, party.names)
    return {
        word for words in split for place, word in enumerate(words) if _is_particle(words, place)
    }


def name_words(party: Party) -> list[Word]:
    """Every word that alone gives a party away, surnames marked: of O'Brien also Brien."""
    found: dict[str, Word] = {}
    for words in map(name_parts, party.names):
        for place, word in enumerate(words):
            if len(word) > 1 and not _is_particle(words, place):
                found[word] = Word(
                    _pieces(word), place > 0 or (word in found and found[word].surname)
                )
    for word in (part for nickname in party.nicknames for part in name_parts(nickname)):
        if len(word) > 1:
            found.setdefault(word, Word(_pieces(word), False))
    for part, surname in [
        (part, known.surname) for word, known in found.items() for part in _parted(word)
    ]:
        found.setdefault(part, Word((part,), surname))
    for alias in _user_names(party):
        found.setdefault(alias, Word((alias,), False))
    return list(found.values())


def _parted(word: str) -> Iterator[str]:
    """What stands alone on either side of an apostrophe: Brien; Ta and Shawn. Single letters are
    nobody, and of De'Andre only Andre is left: what is a common word before the apostrophe says
    nothing, and a label in its place would."""
    for place, part in enumerate(word.split("'")):
        if len(part) > 1 and (place or part not in FUNCTION_WORDS | PARTICLES):
            yield part


def _pieces(word: str) -> tuple[str, ...]:
    """Where a name may be written apart: at an apostrophe, after "Mc"."""
    if word.startswith("mc") and len(word) > 4 and "'" not in word:
        return ("mc", word[2:])
    return tuple(piece for piece in word.split("'") if piece)


def _user_names(party: Party) -> Iterator[str]:
    """areyes, reyesa, anareyes; and what stands before the @ of the party's own address."""
    for name in party.names:
        words = [word.replace("'", "") for word in name_parts(name)]
        for last in (word for word in words[1:] if len(word) > 3):
            yield from (words[0][0] + last, last + words[0][0], words[0] + last, last + words[0])
    for mail in party.emails:
        local = fold(mail).partition("@")[0]
        if len(local) > 3 and local.isalpha() and local not in SHARED_MAILBOXES:
            yield local


def initials_of(party: Party) -> dict[str, bool]:
    """Initials as bare letters -> whether they were given; the others follow from full names, with
    and without the words in the middle."""
    found: dict[str, bool] = {}
    for words in map(name_parts, party.names):
        letters = [
            word[0]
            for place, word in enumerate(words)
            if not _is_particle(words, place) or len(word) < 2
        ]
        if len(letters) > 1:
            found |= {"".join(letters): False, letters[0] + letters[-1]: False}
    given = ("".join(re.findall(r"[^\W\d_]", fold(initials))) for initials in party.initials)
    return found | {initials: True for initials in given if initials}


def plural_regex(word: Word) -> str:
    """the Reyeses, the Smiths, the Ortizzes, the Kennedies."""
    stem = word.regex()
    other = (
        rf"|{stem[:-1]}ies"
        if word.text.endswith("y")
        else rf"|{stem}zes"
        if word.text.endswith("z")
        else ""
    )
    return rf"{stem}(?:es|s){other}"


def run_regex(full: str, first: str, particles: Collection[str]) -> str:
    """Words of one name after each other, in any order, with dotted initials and particles between:
    one person, one label."""
    initial, end = rf"[{first}]\.", r"(?![^\W\d_])"
    small = "|".join([initial, *(re.escape(particle) + end for particle in sorted(particles))])
    word = rf"(?:{full}){end}"
    more = rf"(?:(?:{GAP}(?:{small}))*{GAP}{word})*"
    return rf"(?<![^\W\d_])(?:(?:{small}){GAP})*{word}{more}(?:{GAP}{initial})*"


# Numbers, addresses


def mail_regex(mail: str) -> str:
    """An address of e-mail, also written with "(at)" or " at "."""
    local, at, domain = fold(mail.strip()).partition("@")
    spelt = r"\s{0,2}(?:@|\(at\)|\[at\]|\sat\s)\s{0,2}" if at else ""
    return rf"(?<![\w+%-]){re.escape(local)}{spelt}{re.escape(domain)}(?![^\W_])" if local else ""


def national(phone: str) -> str:
    """Digits of a telephone number without the country's 1 and without an extension; empty if fewer
    than seven."""
    digits = re.sub(r"\D", "", fold(phone).partition("x")[0])
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits if len(digits) >= 7 else ""


def phone_regex(phone: str) -> str:
    """Every spelling of a telephone number; of ten digits the last seven are enough."""
    digits = national(phone)
    if not digits:
        return number_regex(phone)
    local = rf"|(?<!\d){DIGIT_GAP.join(digits[3:])}(?!\d)" if len(digits) == 10 else ""
    return rf"(?<!\d)(?:\+?1{DIGIT_GAP})?\(?{DIGIT_GAP.join(digits)}(?!\d){local}"


def significant(number: str) -> str:
    """A student number as letters and digits, without leading zeros; empty if nothing or one
    character is left."""
    bare = re.sub(r"[\W_]", "", fold(number)).lstrip("0")
    return bare if len(bare) > 1 else ""


def number_regex(number: str) -> str:
    """A student number, with and without leading zeros, a long one also in groups. Beside a digit
    stands no other digit, beside a letter no other letter."""
    bare = significant(number)
    if not bare:
        return ""
    before, after = (r"\d" if edge.isdigit() else r"[^\W\d_]" for edge in (bare[0], bare[-1]))
    gap = NUMBER_GAP if len(bare) > 4 else ""
    return rf"(?<!{before})0*{gap.join(map(re.escape, bare))}(?!{after})"


def address_lines(address: str) -> list[str]:
    """The lines of an address from the one with the street on; the flat counts as a line of its
    own."""
    parts = re.split(r"[,\n;]+|\s(?=(?:apt|apartment|unit|suite|lot)\b)|(?=#)", fold(address))
    lines = [line.strip() for line in parts if line.strip()]
    start = next(
        (place for place, line in enumerate(lines) if re.match(r"\d|p\.?\s?o\.?\s?box", line)), 0
    )
    return lines[start:] if lines and re.search(r"\d", lines[start]) else []


def address_regex(address: str) -> str:
    """The street line in its spellings, with those of the other lines that follow it."""
    lines = address_lines(address)
    tail = "".join(rf"(?:[\s,;.]{{0,4}}{address_words(line)})?" for line in lines[1:])
    return rf"(?<![^\W_]){address_words(lines[0])}{tail}(?![^\W_])" if lines else ""


def address_words(line: str) -> str:
    """The words of a line, "Street" as "St." and the like, over line ends and commas."""
    words = [word for word in re.split(r"[\s.,]+", line) if word]
    return r"[\s.,]+".join(_spellings(word) for word in words)


def _spellings(word: str) -> str:
    for group in STREET_WORDS.split("|"):
        if word in group.split():
            return f"(?:{'|'.join(sorted(group.split(), key=len, reverse=True))})"
    return re.escape(word)


def needles(party: Party) -> Iterator[re.Pattern[str]]:
    """What `leaks` looks for as it was given: full names, e-mail, street; with any white space
    between the words."""
    for words in map(name_parts, party.names):
        if len(words) > 1 and not (len(words[0]) < 2 and len(words[-1]) < 2):
            yield own(r"[\s_-]{1,3}".join(map(re.escape, words)))
        yield from (
            own(r"['\s-]?".join(map(re.escape, pieces)))
            for pieces in map(_pieces, words)
            if len(pieces) > 1
        )
    for original in (
        *map(fold, party.emails),
        *(lines[0] for lines in map(address_lines, party.addresses) if lines),
    ):
        spaced = r"\s+".join(map(re.escape, original.split()))
        yield re.compile(rf"(?<![\w+%-]){spaced}(?![^\W_])")
