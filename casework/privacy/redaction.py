"""Redacted export (C8; scenario T-33): every name, initial, number and address of the parties gives
way to a stable label. Pure functions: no database, no clock, no settings.

Text is compared in a folded form: case, diacritics, kinds of apostrophes, dashes and spaces, and
invisible characters do not count. A name is found as a word of its own, with digits and underscores
for edges too (file names), never inside a longer word. What cannot be decided by rule, `suspects`
hands to a person: C8 asks for a manual review.

Two exceptions to "case does not count", both because the label in the place of a common word would
itself give the name away: undotted initials and names that are everyday function words ("Will",
"May", "Le", "IT") are taken for the person only when capitalised (initials: in capitals); their
lower-case look-alikes are suspects.

The results hold no original. The key is a separate answer and belongs in a separate file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.privacy.name_matching import (
    DIGIT_GAP,
    FUNCTION_WORDS,
    NUMBER_GAP,
    PARTICLES,
    Folded,
    Party,
    address_lines,
    address_regex,
    address_words,
    fold,
    folding,
    initials_of,
    mail_regex,
    name_words,
    national,
    needles,
    number_regex,
    own,
    particles_of,
    phone_regex,
    plural_regex,
    run_regex,
    significant,
    word_set,
)

__all__ = [
    "FUNCTION_WORDS",
    "LABEL_MAIL",
    "VOCABULARY",
    "Leak",
    "Party",
    "Redactor",
    "Suspect",
    "fold",
    "one_edit_apart",
    "stable_labels",
    "unique",
]


MAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]+@[^\W_][\w-]*(?:\.[\w-]+)+")
WORD = re.compile(r"[^\W\d_]+")
LABEL_MAIL = "[e-mail]"


# Capitalised without being anybody's name; a district adds its schools and forms by `vocabulary`.
VOCABULARY = word_set(
    """january february march april may june july august september october november december monday tuesday wednesday thursday
    friday saturday sunday title ix school high middle elementary principal coordinator investigator complainant respondent
    witness student parent guardian mr mrs ms dr miss"""
)
MASK = "\ue000"  # stands for what is already a label; no letter, no digit, no separator


@dataclass(frozen=True)
class Leak:
    """An original that still stands in a text, by place (characters) and label; the text itself is
    not repeated."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Suspect:
    """A place that a person must look at. `why`: similar, inside, lower-case, capitalised, number
    or street."""

    text: str
    start: int
    why: str


def stable_labels(roles: Iterable[tuple[str, Hashable]]) -> dict[Hashable, str]:
    """Labels for people in the order of the file: (role, person) -> person: "Witness 3". A person
    who comes twice keeps the first label, in every document."""
    labels: dict[Hashable, str] = {}
    used: dict[str, int] = {}
    for role, person in roles:
        if person not in labels:
            used[role] = used.get(role, 0) + 1
            labels[person] = f"{role} {used[role]}"
    return labels


@dataclass(frozen=True)
class _Pattern:
    """One way to find one party. `counts` may refuse a match by looking at the original text of it."""

    label: str
    regex: re.Pattern[str]
    counts: Callable[[str], bool] = bool


class Redactor:
    """Replaces every original of the parties by their labels. Build one for an export and use it
    for all its documents; several parties with one label are one person. `common`: words that count
    as a name only when capitalised. ValueError for an empty label."""

    def __init__(
        self,
        parties: Iterable[Party],
        common: Collection[str] = FUNCTION_WORDS,
        vocabulary: Collection[str] = VOCABULARY,
    ) -> None:
        self._parties = list(parties)
        if not all(party.label.strip() for party in self._parties):
            raise ValueError("every party needs a label")
        self._common = frozenset(map(fold, common))
        self._vocabulary = frozenset(map(fold, vocabulary)) | self._common
        self._words = {id(party): name_words(party) for party in self._parties}
        self._initials = {id(party): initials_of(party) for party in self._parties}
        self._patterns = [
            pattern for party in self._parties for pattern in self._patterns_of(party)
        ]
        labels = sorted({party.label for party in self._parties}, key=len, reverse=True)
        self._labels = re.compile(
            "|".join(rf"{re.escape(label)}(?!\d)" for label in labels) or r"(?!)"
        )

    def key(self) -> dict[str, tuple[str, ...]]:
        """label -> originals. For the separate key file (C8), never for the export."""
        key: dict[str, tuple[str, ...]] = {}
        for party in self._parties:
            key[party.label] = tuple(dict.fromkeys([*key.get(party.label, ()), *party.originals()]))
        return key

    def redact(self, text: str) -> str:
        """The text with labels. It is searched again until nothing is found: one match may have
        covered part of another. An address of e-mail that belongs to nobody in the file becomes
        "[e-mail]"."""
        while found := self._find(text):
            text = _put(text, found)
        return text

    def tree(self, value: Any) -> Any:
        """A structured value with labels: dictionaries (keys too), lists, tuples and sets at any
        depth. A number is replaced when it is an original written as a number; every other value
        stays as it is."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, Mapping):
            keys = unique(self.redact(name) if isinstance(name, str) else name for name in value)
            return dict(zip(keys, map(self.tree, value.values()), strict=True))
        if isinstance(value, list | tuple | set | frozenset):
            kind = next(
                plain for plain in (list, tuple, set, frozenset) if isinstance(value, plain)
            )
            return kind(map(self.tree, value))
        if isinstance(value, int) and not isinstance(value, bool):
            written = self.redact(str(value))
            return value if written == str(value) else written
        return value

    def file_name(self, name: str) -> str:
        """The name of an attachment with labels, its extension kept. Names run together in capitals
        (AnaStatement.pdf) are taken apart if that finds anybody."""
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
        """Originals that still stand in a text; empty after `redact`. Another way of looking than
        that of `redact`: word by word and digit by digit, so that a slip in a pattern does not hide
        itself."""
        folded = folding(self._masked(text))
        found = [leak for party in self._parties for leak in self._leaks_of(party, text, folded)]
        return sorted(found, key=lambda leak: (leak.start, leak.end, leak.label))

    def suspects(self, text: str) -> list[Suspect]:
        """What a person must look at in a redacted text: words one letter away from a name, longer
        words that begin with one, lower-case look-alikes of common words, capitalised words that
        nobody knows, long numbers, streets."""
        masked = self._masked(text)
        found = [*self._near(masked), *_numbers(masked), *self._streets(masked)]
        return sorted(found, key=lambda suspect: suspect.start)

    def _masked(self, text: str) -> str:
        # As long as the label, so that places stay what they are.
        text = self._labels.sub(lambda match: MASK * len(match.group()), text)
        return text.replace(LABEL_MAIL, MASK * len(LABEL_MAIL))

    def _find(self, text: str) -> list[tuple[int, int, str]]:
        """Places and labels to put there, none overlapping, in order. E-mail first, for names stand
        inside it."""
        folded = folding(self._masked(text))
        spans: dict[tuple[int, int], list[str]] = {}
        for pattern in self._patterns:
            for match in pattern.regex.finditer(folded.text):
                start, end = folded.span(*match.span())
                if pattern.counts(text[start:end]):
                    spans.setdefault((start, end), []).append(pattern.label)
        mails = {folded.span(*match.span()): [LABEL_MAIL] for match in MAIL.finditer(folded.text)}
        return _longest({**mails, **spans})

    def _patterns_of(self, party: Party) -> Iterator[_Pattern]:
        spelt = {
            mail_regex: party.emails,
            phone_regex: party.phones,
            number_regex: party.numbers,
            address_regex: party.addresses,
        }
        for regex in (
            make(original) for make, originals in spelt.items() for original in originals
        ):
            if regex:
                yield _Pattern(party.label, re.compile(regex))
        yield from self._name_patterns(party)

    def _name_patterns(self, party: Party) -> Iterator[_Pattern]:
        words, label = self._words[id(party)], party.label
        for word in words:
            yield _Pattern(
                label, own(word.regex()), _capitalised if word.text in self._common else bool
            )
            if word.surname:
                yield _Pattern(label, own(plural_regex(word)), _capitalised)
        if words:
            full = "|".join(sorted((word.regex() for word in words), key=len, reverse=True))
            first = "".join(sorted({word.text[0] for word in words}))
            yield _Pattern(
                label, re.compile(run_regex(full, first, particles_of(party))), self._one_name
            )
            yield _Pattern(
                label, own(rf"(?:{full})[\s_-]{{1,2}}[{first}]"), lambda text: text[-1].isupper()
            )
            yield _Pattern(label, own(rf"[{first}][\s_-]{{1,2}}(?:{full})"), _capitalised)
        for initials, given in self._initials[id(party)].items():
            yield from self._initial_patterns(label, initials, given)

    def _initial_patterns(self, label: str, initials: str, given: bool) -> Iterator[_Pattern]:
        """A. R., A.R, A R and AR; the last in lower case only if it was given so and is no word."""
        *head, last = list(initials)
        final = rf"{last}(?:\.|(?![^\W\d_]))" if head else rf"{last}\."
        dotted = r"[\s-]{0,2}".join([*(rf"{letter}\." for letter in head), final])
        yield _Pattern(label, re.compile(rf"(?<![^\W\d_]){dotted}"))
        if head:
            yield _Pattern(label, own(r"[\s-]?".join(initials)), str.isupper)
            if given and initials not in self._common:
                yield _Pattern(label, own(initials))

    def _one_name(self, text: str) -> bool:
        """Whether a run of words is one name: two different words at least, and no "will" or "may"
        that is but a verb."""
        words = re.findall(r"[^\W_]+", text)
        verb = any(word.islower() and fold(word) in self._common - PARTICLES for word in words)
        return len(set(map(fold, words))) > 1 and not (
            verb and any(word[0].isupper() for word in words)
        )

    def _leaks_of(self, party: Party, text: str, folded: Folded) -> Iterator[Leak]:
        yield from self._word_leaks(party, text, folded)
        for regex in needles(party):
            for match in regex.finditer(folded.text):
                yield Leak(*folded.span(*match.span()), party.label)
        yield from _digit_leaks(party, folded)

    def _word_leaks(self, party: Party, text: str, folded: Folded) -> Iterator[Leak]:
        names = {word.text for word in self._words[id(party)]}
        initials = self._initials[id(party)]
        for start, end in (match.span() for match in WORD.finditer(folded.text)):
            word, (first, last) = folded.text[start:end], folded.span(start, end)
            as_name = word in names and (word not in self._common or _capitalised(text[first:last]))
            loud = text[first:last].isupper() or (
                initials.get(word, False) and word not in self._common
            )
            as_initials = len(word) > 1 and word in initials and loud
            if as_name or as_initials:
                yield Leak(first, last, party.label)

    def _near(self, masked: str) -> Iterator[Suspect]:
        names = {word.text for words in self._words.values() for word in words}
        judged: dict[str, str | None] = {}
        folded = folding(masked)
        for start, end in (match.span() for match in WORD.finditer(folded.text)):
            first, last = folded.span(start, end)
            word = masked[first:last]
            if word not in judged:
                judged[word] = self._near_miss(word, folded.text[start:end], names)
            why = judged[word] or ("capitalised" if self._unknown(masked, first, word) else None)
            if why:
                yield Suspect(word, first, why)

    def _near_miss(self, word: str, folded: str, names: set[str]) -> str | None:
        """Why a word is near a name, or None. Short and lower-case words are near to too much to be
        of use."""
        upper = word[:1].isupper()
        if folded in names:
            return "lower-case"
        if folded in self._common or (upper and folded in self._vocabulary):
            return None
        least = 3 if upper else 5
        if any(
            len(name) >= least and (one_edit_apart(folded, name) or folded == name + "es")
            for name in names
        ):
            return "similar"
        stretched = (
            name
            for name in names
            if len(name) >= 3 and folded.startswith(name) and len(folded) - len(name) <= 4
        )
        return "inside" if upper and any(stretched) else None

    def _unknown(self, text: str, start: int, word: str) -> bool:
        """A capitalised word inside a sentence that is in no vocabulary: perhaps a person nobody
        entered."""
        before = text[max(0, start - 40) : start].rstrip(" \t\"'“‘(")
        begins = not before or (
            before[-1] in ".!?:;\n" and not re.search(r"\b(?:M[rsx]|Mrs|Dr|Sra?|Prof)\.$", before)
        )
        return (
            word[:1].isupper()
            and len(word) > 1
            and not begins
            and fold(word) not in self._vocabulary
        )

    def _streets(self, masked: str) -> Iterator[Suspect]:
        """The street of a party without the number of the house."""
        folded = folding(masked)
        lines = [
            lines[0]
            for party in self._parties
            for lines in map(address_lines, party.addresses)
            if lines
        ]
        for name in {re.sub(r"^\d+\w?\s+", "", line) for line in lines} - {*lines, ""}:
            for match in own(address_words(name)).finditer(folded.text):
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
    same = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    a, b = one[same:], other[same:]
    return one != other and (
        a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    )


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


def _digit_leaks(party: Party, folded: Folded) -> Iterator[Leak]:
    """Numbers and telephones: neighbouring runs of letters and digits, put together, compared as
    bare characters."""
    phones, numbers = (
        set(map(national, party.phones)) - {""},
        set(map(significant, party.numbers)) - {""},
    )
    runs = list(re.finditer(r"[^\W_]+", folded.text)) if phones or numbers else []
    for place, run in enumerate(runs):
        joined, end, gaps = "", run.start(), []
        for other in runs[place : place + 12]:
            gaps.append(folded.text[end : other.start()])
            joined, end = joined + other.group(), other.end()
            if not re.fullmatch(DIGIT_GAP, gaps[-1]):
                break
            bare = joined.lstrip("0")
            close = other is run or (
                len(bare) > 4 and all(re.fullmatch(NUMBER_GAP, gap) for gap in gaps)
            )
            if joined in phones or (bare in numbers and close):
                yield Leak(*folded.span(run.start(), end), party.label)


def _numbers(masked: str) -> Iterator[Suspect]:
    """Six digits and more in a row, dates left out: a number that nobody entered, or one with a
    slip."""
    for match in re.finditer(r"(?<!\w)\+?\(?\d(?:[ ().\-/]{0,2}\d){5,}(?!\w)", masked):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}", match.group()):
            yield Suspect(match.group(), match.start(), "number")
