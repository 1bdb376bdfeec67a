"""Redacted export (C8; scenario T-33): every name, initial, number and address of the parties gives way to a stable label.
Pure functions: no database, no clock, no settings.

Text is compared in a folded form: case, diacritics, kinds of apostrophes, dashes and spaces, and invisible characters do
not count. A name is found as a word of its own, with digits and underscores for edges too (file names), never inside a
longer word. What cannot be decided by rule, `suspects` hands to a person: C8 asks for a manual review.

Two exceptions to "case does not count", both because the label in the place of a common word would itself give the name
away: undotted initials and names that are everyday function words ("Will", "May", "Le", "IT") are taken for the person
only when capitalised (initials: in capitals); their lower-case look-alikes are suspects.

The results hold no original. The key is a separate answer and belongs in a separate file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# English and Spanish function words that are also names or initials: in lower case never taken for a person.
FUNCTION_WORDS = _set(
    """a al am an and any are as at be but by can con da de del do does dos dr el en er es etc ex for from go ha had has have
    he her hi him his i id if in is it its la las le les lo los may me mi mr ms must my ni no nor not of off oh ok on or our
    out para pm por que re se she si so sin son su sus than that the them then they this to tu un una up us vs was we were
    who will with y ya yo you your"""
)
# Inside a name, neither first nor last, these are no name by themselves.
PARTICLES = _set("al bin da das de del den der di do dos du e el ibn la las le los san santa st ter van von y")
# Capitalised without being anybody's name; a district adds its schools and forms by `vocabulary`.
VOCABULARY = _set(
    """january february march april may june july august september october november december monday tuesday wednesday thursday
    friday saturday sunday title ix school high middle elementary principal coordinator investigator complainant respondent
    witness student parent guardian mr mrs ms dr miss"""
)
SHARED_MAILBOXES = _set("info office admin mail email contact family parent student school home me")
STREET_WORDS = (
    "street st|avenue ave av|road rd|drive dr|lane ln|court ct|circle cir|boulevard blvd|place pl|terrace ter|parkway pkwy"
    "|highway hwy|trail trl|way wy|apartment apt unit|north n|south s|east e|west w"
)
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_MARKS = {**dict.fromkeys("’‘ʼ´`′＇", "'"), **dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("“”„«»", '"')}
MASK = "\ue000"  # stands for what is already a label; no letter, no digit, no separator

GAP = r"[\s\-_.,'\"()]{0,3}"  # between the words of one name
NUMBER_GAP = r"[\s.\-_]?"  # between the characters of a student number
DIGIT_GAP = r"[\s().\-/·_]{0,3}"  # between the digits of one number
MAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]+@[^\W_][\w-]*(?:\.[\w-]+)+")
WORD = re.compile(r"[^\W\d_]+")
LABEL_MAIL = "[e-mail]"


@dataclass(frozen=True)
class Party:
    """One person and every original by which a document may give them away. Nothing of it is printed by `repr`."""

    label: str
    names: Sequence[str] = field(default=(), repr=False)  # full names: "Ana Lucía Reyes-Ortiz" or "Reyes-Ortiz, Ana"
    nicknames: Sequence[str] = field(default=(), repr=False)
    initials: Sequence[str] = field(default=(), repr=False)  # beside those that follow from the names
    numbers: Sequence[str] = field(default=(), repr=False)  # student numbers, state numbers
    emails: Sequence[str] = field(default=(), repr=False)
    phones: Sequence[str] = field(default=(), repr=False)
    addresses: Sequence[str] = field(default=(), repr=False)  # lines parted by commas or line ends, the street first

    def originals(self) -> tuple[str, ...]:
        """Everything given, as given: this party's line of the key file."""
        every = (self.names, self.nicknames, self.initials, self.numbers, self.emails, self.phones, self.addresses)
        return tuple(dict.fromkeys(original for kind in every for original in kind if original.strip()))


@dataclass(frozen=True)
class Leak:
    """An original that still stands in a text, by place (characters) and label; the text itself is not repeated."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Suspect:
    """A place that a person must look at. `why`: similar, inside, lower-case, capitalised, number or street."""

    text: str
    start: int
    why: str


def stable_labels(roles: Iterable[tuple[str, Hashable]]) -> dict[Hashable, str]:
    """Labels for people in the order of the file: (role, person) -> person: "Witness 3". A person who comes twice keeps
    the first label, in every document."""
    labels: dict[Hashable, str] = {}
    used: dict[str, int] = {}
    for role, person in roles:
        if person not in labels:
            used[role] = used.get(role, 0) + 1
            labels[person] = f"{role} {used[role]}"
    return labels


@dataclass(frozen=True)
class _Folded:
    """A text for comparison, and for each of its characters the place in the original."""

    text: str
    at: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Folded places to original places; marks that follow the last letter belong to it."""
        return self.at[start], self.at[end] if end < len(self.at) - 1 else self.at[-1]


def fold(text: str) -> str:
    """How a text is compared: no case, no diacritics, one kind of apostrophe, dash and quote, nothing invisible."""
    return _fold(text).text


def _fold(text: str) -> _Folded:
    out: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        plain = _plain(letter)
        out.append(plain)
        at += [place] * len(plain)
    return _Folded("".join(out), [*at, len(text)])


@lru_cache(4096)
def _plain(letter: str) -> str:
    if letter in _MARKS:
        return _MARKS[letter]
    parts = unicodedata.normalize("NFKD", letter.casefold())
    kept = (part for part in parts if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
    return "".join(_LETTERS.get(part, part) for part in kept).casefold()


@dataclass(frozen=True)
class _Pattern:
    """One way to find one party. `counts` may refuse a match by looking at the original text of it."""

    label: str
    regex: re.Pattern[str]
    counts: Callable[[str], bool] = bool


@dataclass(frozen=True)
class _Word:
    """A word of a name. `pieces` may be written together or apart (O'Brien, McDonald). A surname has a plural."""

    pieces: tuple[str, ...]
    surname: bool

    @property
    def text(self) -> str:
        """Written together."""
        return "".join(self.pieces)

    def regex(self) -> str:
        """The word on its own, without its edges."""
        return r"['\s-]?".join(map(re.escape, self.pieces))


class Redactor:
    """Replaces every original of the parties by their labels. Build one for an export and use it for all its documents;
    several parties with one label are one person. `common`: words that count as a name only when capitalised.
    ValueError for an empty label."""

    def __init__(
        self, parties: Iterable[Party], common: Collection[str] = FUNCTION_WORDS, vocabulary: Collection[str] = VOCABULARY
    ) -> None:
        self._parties = list(parties)
        if not all(party.label.strip() for party in self._parties):
            raise ValueError("every party needs a label")
        self._common = frozenset(map(fold, common))
        self._vocabulary = frozenset(map(fold, vocabulary)) | self._common
        self._words = {id(party): _words(party) for party in self._parties}
        self._initials = {id(party): _initials(party) for party in self._parties}
        self._patterns = [pattern for party in self._parties for pattern in self._patterns_of(party)]
        labels = sorted({party.label for party in self._parties}, key=len, reverse=True)
        self._labels = re.compile("|".join(rf"{re.escape(label)}(?!\d)" for label in labels) or r"(?!)")

    def key(self) -> dict[str, tuple[str, ...]]:
        """label -> originals. For the separate key file (C8), never for the export."""
        key: dict[str, tuple[str, ...]] = {}
        for party in self._parties:
            key[party.label] = tuple(dict.fromkeys([*key.get(party.label, ()), *party.originals()]))
        return key

    def redact(self, text: str) -> str:
        """The text with labels. It is searched again until nothing is found: one match may have covered part of another.
        An address of e-mail that belongs to nobody in the file becomes "[e-mail]"."""
        while found := self._find(text):
            text = _put(text, found)
        return text

    def tree(self, value: Any) -> Any:
        """A structured value with labels: dictionaries (keys too), lists, tuples and sets at any depth. A number is
        replaced when it is an original written as a number; every other value stays as it is."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, Mapping):
            keys = unique(self.redact(name) if isinstance(name, str) else name for name in value)
            return dict(zip(keys, map(self.tree, value.values()), strict=True))
        if isinstance(value, list | tuple | set | frozenset):
            kind = next(plain for plain in (list, tuple, set, frozenset) if isinstance(value, plain))
            return kind(map(self.tree, value))
        if isinstance(value, int) and not isinstance(value, bool):
            written = self.redact(str(value))
            return value if written == str(value) else written
        return value

    def file_name(self, name: str) -> str:
        """The name of an attachment with labels, its extension kept. Names run together in capitals (AnaStatement.pdf)
        are taken apart if that finds anybody."""
        stem, dot, extension = name.rpartition(".")
        if not (dot and stem and extension.isalnum() and len(extension) <= 5):
            stem, dot, extension = name, "", ""
        done = self.redact(stem)
        apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", done)
        split = self.redact(apart)
        return self.redact((done if split == apart else split) + dot + extension)

    def file_names(self, names: Sequence[str]) -> list[str]:
        """The names of a case's attachments; two that become equal are numbered."""
        return list(unique(map(self.file_name, names)))

    def leaks(self, text: str) -> list[Leak]:
        """Originals that still stand in a text; empty after `redact`. Another way of looking than that of `redact`: word by
        word and digit by digit, so that a slip in a pattern does not hide itself."""
        folded = _fold(self._masked(text))
        found = [leak for party in self._parties for leak in self._leaks_of(party, text, folded)]
        return sorted(found, key=lambda leak: (leak.start, leak.end, leak.label))

    def suspects(self, text: str) -> list[Suspect]:
        """What a person must look at in a redacted text: words one letter away from a name, longer words that begin with
        one, lower-case look-alikes of common words, capitalised words that nobody knows, long numbers, streets."""
        masked = self._masked(text)
        found = [*self._near(masked), *_numbers(masked), *self._streets(masked)]
        return sorted(found, key=lambda suspect: suspect.start)

    def _masked(self, text: str) -> str:
        # As long as the label, so that places stay what they are.
        text = self._labels.sub(lambda match: MASK * len(match.group()), text)
        return text.replace(LABEL_MAIL, MASK * len(LABEL_MAIL))

    def _find(self, text: str) -> list[tuple[int, int, str]]:
        """Places and labels to put there, none overlapping, in order. E-mail first, for names stand inside it."""
        folded = _fold(self._masked(text))
        spans: dict[tuple[int, int], list[str]] = {}
        for pattern in self._patterns:
            for match in pattern.regex.finditer(folded.text):
                start, end = folded.span(*match.span())
                if pattern.counts(text[start:end]):
                    spans.setdefault((start, end), []).append(pattern.label)
        mails = {folded.span(*match.span()): [LABEL_MAIL] for match in MAIL.finditer(folded.text)}
        return _longest({**mails, **spans})

    def _patterns_of(self, party: Party) -> Iterator[_Pattern]:
        spelt = {_mail_regex: party.emails, _phone_regex: party.phones, _number_regex: party.numbers, _address_regex: party.addresses}
        for regex in (make(original) for make, originals in spelt.items() for original in originals):
            if regex:
                yield _Pattern(party.label, re.compile(regex))
        yield from self._name_patterns(party)

    def _name_patterns(self, party: Party) -> Iterator[_Pattern]:
        words, label = self._words[id(party)], party.label
        for word in words:
            yield _Pattern(label, _own(word.regex()), _capitalised if word.text in self._common else bool)
            if word.surname:
                yield _Pattern(label, _own(_plural_regex(word)), _capitalised)
        if words:
            full = "|".join(sorted((word.regex() for word in words), key=len, reverse=True))
            first = "".join(sorted({word.text[0] for word in words}))
            yield _Pattern(label, re.compile(_run_regex(full, first, _particles(party))), self._one_name)
            yield _Pattern(label, _own(rf"(?:{full})[\s_-]{{1,2}}[{first}]"), lambda text: text[-1].isupper())
            yield _Pattern(label, _own(rf"[{first}][\s_-]{{1,2}}(?:{full})"), _capitalised)
        for initials, given in self._initials[id(party)].items():
            yield from self._initial_patterns(label, initials, given)

    def _initial_patterns(self, label: str, initials: str, given: bool) -> Iterator[_Pattern]:
        """A. R., A.R, A R and AR; the last in lower case only if it was given so and is no word."""
        *head, last = list(initials)
        final = rf"{last}(?:\.|(?![^\W\d_]))" if head else rf"{last}\."
        dotted = r"[\s-]{0,2}".join([*(rf"{letter}\." for letter in head), final])
        yield _Pattern(label, re.compile(rf"(?<![^\W\d_]){dotted}"))
        if head:
            yield _Pattern(label, _own(r"[\s-]?".join(initials)), str.isupper)
            if given and initials not in self._common:
                yield _Pattern(label, _own(initials))

    def _one_name(self, text: str) -> bool:
        """Whether a run of words is one name: two different words at least, and no "will" or "may" that is but a verb."""
        words = re.findall(r"[^\W_]+", text)
        verb = any(word.islower() and fold(word) in self._common - PARTICLES for word in words)
        return len(set(map(fold, words))) > 1 and not (verb and any(word[0].isupper() for word in words))

    def _leaks_of(self, party: Party, text: str, folded: _Folded) -> Iterator[Leak]:
        yield from self._word_leaks(party, text, folded)
        for regex in _needles(party):
            for match in regex.finditer(folded.text):
                yield Leak(*folded.span(*match.span()), party.label)
        yield from _digit_leaks(party, folded)

    def _word_leaks(self, party: Party, text: str, folded: _Folded) -> Iterator[Leak]:
        names = {word.text for word in self._words[id(party)]}
        initials = self._initials[id(party)]
        for start, end in (match.span() for match in WORD.finditer(folded.text)):
            word, (first, last) = folded.text[start:end], folded.span(start, end)
            as_name = word in names and (word not in self._common or _capitalised(text[first:last]))
            loud = text[first:last].isupper() or (initials.get(word, False) and word not in self._common)
            as_initials = len(word) > 1 and word in initials and loud
            if as_name or as_initials:
                yield Leak(first, last, party.label)

    def _near(self, masked: str) -> Iterator[Suspect]:
        names = {word.text for words in self._words.values() for word in words}
        judged: dict[str, str | None] = {}
        folded = _fold(masked)
        for start, end in (match.span() for match in WORD.finditer(folded.text)):
            first, last = folded.span(start, end)
            word = masked[first:last]
            if word not in judged:
                judged[word] = self._near_miss(word, folded.text[start:end], names)
            why = judged[word] or ("capitalised" if self._unknown(masked, first, word) else None)
            if why:
                yield Suspect(word, first, why)

    def _near_miss(self, word: str, folded: str, names: set[str]) -> str | None:
        """Why a word is near a name, or None. Short and lower-case words are near to too much to be of use."""
        upper = word[:1].isupper()
        if folded in names:
            return "lower-case"
        if folded in self._common or (upper and folded in self._vocabulary):
            return None
        least = 3 if upper else 5
        if any(len(name) >= least and (one_edit_apart(folded, name) or folded == name + "es") for name in names):
            return "similar"
        stretched = (name for name in names if len(name) >= 3 and folded.startswith(name) and len(folded) - len(name) <= 4)
        return "inside" if upper and any(stretched) else None

    def _unknown(self, text: str, start: int, word: str) -> bool:
        """A capitalised word inside a sentence that is in no vocabulary: perhaps a person nobody entered."""
        before = text[max(0, start - 40) : start].rstrip(" \t\"'“‘(")
        begins = not before or (before[-1] in ".!?:;\n" and not re.search(r"\b(?:M[rsx]|Mrs|Dr|Sra?|Prof)\.$", before))
        return word[:1].isupper() and len(word) > 1 and not begins and fold(word) not in self._vocabulary

    def _streets(self, masked: str) -> Iterator[Suspect]:
        """The street of a party without the number of the house."""
        folded = _fold(masked)
        lines = [lines[0] for party in self._parties for lines in map(_lines, party.addresses) if lines]
        for name in {re.sub(r"^\d+\w?\s+", "", line) for line in lines} - {*lines, ""}:
            for match in _own(_address_words(name)).finditer(folded.text):
                start, end = folded.span(*match.span())
                yield Suspect(masked[start:end], start, "street")


def unique(names: Iterable[Any]) -> Iterator[Any]:
    """The same names, with " (2)", " (3)" before the extension of those that are there already."""
    seen: set[Any] = set()
    for name in names:
        stem, dot, extension = str(name).rpartition(".")
        fresh, number = name, 1
        while fresh in seen:
            number += 1
            fresh = f"{stem} ({number}){dot}{extension}" if stem else f"{name} ({number})"
        seen.add(fresh)
        yield fresh


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two neighbours swapped make one word of the other."""
    same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[same:], other[same:]
    return one != other and (a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:]))


def _put(text: str, found: list[tuple[int, int, str]]) -> str:
    for start, end, label in reversed(found):
        before = " " if start and text[start - 1].isalnum() else ""
        after = " " if end < len(text) and text[end].isalnum() else ""
        text = text[:start] + before + label + after + text[end:]
    return text


def _longest(spans: Mapping[tuple[int, int], list[str]]) -> list[tuple[int, int, str]]:
    """Of overlapping places the longest; what several people share gets all their labels."""
    taken: list[tuple[int, int, str]] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if not any(start < other_end and other_start < end for other_start, other_end, _ in taken):
            taken.append((start, end, " or ".join(dict.fromkeys(spans[start, end]))))
    return sorted(taken)


def _capitalised(text: str) -> bool:
    return text[:1].isupper()


def _own(regex: str) -> re.Pattern[str]:
    """As a word of its own: no letter before or after. Digits and underscores are edges, as in file names."""
    return re.compile(rf"(?<![^\W\d_])(?:{regex})(?![^\W\d_])")


# Names


def _split(name: str) -> list[str]:
    """The words of a name in the order first to last: "Reyes, Ana" is turned round; quotes and a last "Jr." go. What looks
    like such an ending is a surname where no other stands before it ("Naomi M. Ii")."""
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


def _particles(party: Party) -> set[str]:
    """Words that are part of a name between others, and nobody alone."""
    split = map(_split, party.names)
    return {word for words in split for place, word in enumerate(words) if _is_particle(words, place)}


def _words(party: Party) -> list[_Word]:
    """Every word that alone gives a party away, surnames marked."""
    found: dict[str, _Word] = {}
    for words in map(_split, party.names):
        for place, word in enumerate(words):
            if len(word) > 1 and not _is_particle(words, place):
                found[word] = _Word(_pieces(word), place > 0 or (word in found and found[word].surname))
    for word in (part for nickname in party.nicknames for part in _split(nickname)):
        if len(word) > 1:
            found.setdefault(word, _Word(_pieces(word), False))
    for alias in _user_names(party):
        found.setdefault(alias, _Word((alias,), False))
    return list(found.values())


def _pieces(word: str) -> tuple[str, ...]:
    """Where a name may be written apart: at an apostrophe, after "Mc"."""
    if word.startswith("mc") and len(word) > 4 and "'" not in word:
        return ("mc", word[2:])
    return tuple(piece for piece in word.split("'") if piece)


def _user_names(party: Party) -> Iterator[str]:
    """areyes, reyesa, anareyes; and what stands before the @ of the party's own address."""
    for name in party.names:
        words = [word.replace("'", "") for word in _split(name)]
        for last in (word for word in words[1:] if len(word) > 3):
            yield from (words[0][0] + last, last + words[0][0], words[0] + last, last + words[0])
    for mail in party.emails:
        local = fold(mail).partition("@")[0]
        if len(local) > 3 and local.isalpha() and local not in SHARED_MAILBOXES:
            yield local


def _initials(party: Party) -> dict[str, bool]:
    """Initials as bare letters -> whether they were given; the others follow from full names, with and without the words
    in the middle."""
    found: dict[str, bool] = {}
    for words in map(_split, party.names):
        letters = [word[0] for place, word in enumerate(words) if not _is_particle(words, place) or len(word) < 2]
        if len(letters) > 1:
            found |= {"".join(letters): False, letters[0] + letters[-1]: False}
    given = ("".join(re.findall(r"[^\W\d_]", fold(initials))) for initials in party.initials)
    return found | {initials: True for initials in given if initials}


def _plural_regex(word: _Word) -> str:
    """the Reyeses, the Smiths, the Ortizzes, the Kennedies."""
    stem = word.regex()
    other = rf"|{stem[:-1]}ies" if word.text.endswith("y") else rf"|{stem}zes" if word.text.endswith("z") else ""
    return rf"{stem}(?:es|s){other}"


def _run_regex(full: str, first: str, particles: Collection[str]) -> str:
    """Words of one name after each other, in any order, with dotted initials and particles between: one person, one label."""
    initial, end = rf"[{first}]\.", r"(?![^\W\d_])"
    small = "|".join([initial, *(re.escape(particle) + end for particle in sorted(particles))])
    word = rf"(?:{full}){end}"
    more = rf"(?:(?:{GAP}(?:{small}))*{GAP}{word})*"
    return rf"(?<![^\W\d_])(?:(?:{small}){GAP})*{word}{more}(?:{GAP}{initial})*"


# Numbers, addresses


def _mail_regex(mail: str) -> str:
    """An address of e-mail, also written with "(at)" or " at "."""
    local, at, domain = fold(mail.strip()).partition("@")
    spelt = r"\s{0,2}(?:@|\(at\)|\[at\]|\sat\s)\s{0,2}" if at else ""
    return rf"(?<![\w+%-]){re.escape(local)}{spelt}{re.escape(domain)}(?![^\W_])" if local else ""


def _national(phone: str) -> str:
    """Digits of a telephone number without the country's 1 and without an extension; empty if fewer than seven."""
    digits = re.sub(r"\D", "", fold(phone).partition("x")[0])
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits if len(digits) >= 7 else ""


def _phone_regex(phone: str) -> str:
    """Every spelling of a telephone number; of ten digits the last seven are enough."""
    digits = _national(phone)
    if not digits:
        return _number_regex(phone)
    local = rf"|(?<!\d){DIGIT_GAP.join(digits[3:])}(?!\d)" if len(digits) == 10 else ""
    return rf"(?<!\d)(?:\+?1{DIGIT_GAP})?\(?{DIGIT_GAP.join(digits)}(?!\d){local}"


def _significant(number: str) -> str:
    """A student number as letters and digits, without leading zeros; empty if nothing or one character is left."""
    bare = re.sub(r"[\W_]", "", fold(number)).lstrip("0")
    return bare if len(bare) > 1 else ""


def _number_regex(number: str) -> str:
    """A student number, with and without leading zeros, a long one also in groups. Beside a digit stands no other digit,
    beside a letter no other letter."""
    bare = _significant(number)
    if not bare:
        return ""
    before, after = (r"\d" if edge.isdigit() else r"[^\W\d_]" for edge in (bare[0], bare[-1]))
    gap = NUMBER_GAP if len(bare) > 4 else ""
    return rf"(?<!{before})0*{gap.join(map(re.escape, bare))}(?!{after})"


def _lines(address: str) -> list[str]:
    """The lines of an address from the one with the street on; the flat counts as a line of its own."""
    parts = re.split(r"[,\n;]+|\s(?=(?:apt|apartment|unit|suite|lot)\b)|(?=#)", fold(address))
    lines = [line.strip() for line in parts if line.strip()]
    start = next((place for place, line in enumerate(lines) if re.match(r"\d|p\.?\s?o\.?\s?box", line)), 0)
    return lines[start:] if lines and re.search(r"\d", lines[start]) else []


def _address_regex(address: str) -> str:
    """The street line in its spellings, with those of the other lines that follow it."""
    lines = _lines(address)
    tail = "".join(rf"(?:[\s,;.]{{0,4}}{_address_words(line)})?" for line in lines[1:])
    return rf"(?<![^\W_]){_address_words(lines[0])}{tail}(?![^\W_])" if lines else ""


def _address_words(line: str) -> str:
    """The words of a line, "Street" as "St." and the like, over line ends and commas."""
    words = [word for word in re.split(r"[\s.,]+", line) if word]
    return r"[\s.,]+".join(_spellings(word) for word in words)


def _spellings(word: str) -> str:
    for group in STREET_WORDS.split("|"):
        if word in group.split():
            return f"(?:{'|'.join(sorted(group.split(), key=len, reverse=True))})"
    return re.escape(word)


def _needles(party: Party) -> Iterator[re.Pattern[str]]:
    """What `leaks` looks for as it was given: full names, e-mail, street; with any white space between the words."""
    for words in map(_split, party.names):
        if len(words) > 1 and not (len(words[0]) < 2 and len(words[-1]) < 2):
            yield _own(r"[\s_-]{1,3}".join(map(re.escape, words)))
        yield from (_own(r"['\s-]?".join(map(re.escape, pieces))) for pieces in map(_pieces, words) if len(pieces) > 1)
    for original in (*map(fold, party.emails), *(lines[0] for lines in map(_lines, party.addresses) if lines)):
        spaced = r"\s+".join(map(re.escape, original.split()))
        yield re.compile(rf"(?<![\w+%-]){spaced}(?![^\W_])")


def _digit_leaks(party: Party, folded: _Folded) -> Iterator[Leak]:
    """Numbers and telephones: neighbouring runs of letters and digits, put together, compared as bare characters."""
    phones, numbers = set(map(_national, party.phones)) - {""}, set(map(_significant, party.numbers)) - {""}
    runs = list(re.finditer(r"[^\W_]+", folded.text)) if phones or numbers else []
    for place, run in enumerate(runs):
        joined, end, gaps = "", run.start(), []
        for other in runs[place : place + 12]:
            gaps.append(folded.text[end : other.start()])
            joined, end = joined + other.group(), other.end()
            if not re.fullmatch(DIGIT_GAP, gaps[-1]):
                break
            bare = joined.lstrip("0")
            close = other is run or (len(bare) > 4 and all(re.fullmatch(NUMBER_GAP, gap) for gap in gaps))
            if joined in phones or (bare in numbers and close):
                yield Leak(*folded.span(run.start(), end), party.label)


def _numbers(masked: str) -> Iterator[Suspect]:
    """Six digits and more in a row, dates left out: a number that nobody entered, or one with a slip."""
    for match in re.finditer(r"(?<!\w)\+?\(?\d(?:[ ().\-/]{0,2}\d){5,}(?!\w)", masked):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}", match.group()):
            yield Suspect(match.group(), match.start(), "number")
