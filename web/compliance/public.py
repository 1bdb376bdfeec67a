"""What may be published: chronic absence by school and grade, Title IX reports by school; one
publication per domain, small cells and their complements suppressed with proof
(`casework.privacy.small_cells`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casework.engine.date_rules import Compliance
from casework.privacy.small_cells import Key, Publication, Suppressed, key, suppress

Cells = Mapping[tuple[str, str], tuple[int, int]]


@dataclass
class Table:
    """A published table: a row's name, then its texts."""

    head: list[str]
    rows: list[list[str]] = field(default_factory=list)


def chronic_publication(cells: Cells) -> Publication:
    """Chronic students of all with enough days, by school, by grade and by both, with every sum
    that ties them."""
    publication = Publication()
    for place, name in ((0, "chronic"), (1, "students")):
        _cross(publication, name, {where: pair[place] for where, pair in cells.items()})
    publication.rate("chronic", "students")
    return publication


def _cross(publication: Publication, name: str, counts: Mapping[tuple[str, str], int]) -> None:
    """Only what exists: an elementary school has no row for grade 12."""
    schools, grades = (
        sorted({school for school, _grade in counts}),
        sorted({grade for _school, grade in counts}),
    )
    for (school, grade), value in counts.items():
        publication.put(key(name, school=school, grade=grade), value)
    publication.put(key(name), sum(counts.values()))
    for label, values, place in (("school", schools, 0), ("grade", grades, 1)):
        for one in values:
            parts: list[Key] = [
                key(name, school=where[0], grade=where[1])
                for where in counts
                if where[place] == one
            ]
            publication.put(
                key(name, **{label: one}),
                sum(value for where, value in counts.items() if where[place] == one),
            )
            publication.add(key(name, **{label: one}), parts)
        publication.add(key(name), [key(name, **{label: one}) for one in values])


def chronic_tables(cells: Cells, names: tuple[str, str, str, str], total: str) -> list[Table]:
    """By school, by grade, and by both: name, chronic, students, rate. `names` are the headings of
    those columns."""
    if not cells:
        return []
    done = suppress(chronic_publication(cells))
    schools, grades = (
        sorted({school for school, _grade in cells}),
        sorted({grade for _school, grade in cells}, key=_grade),
    )
    by_school = Table(list(names), [[school, *_texts(done, school=school)] for school in schools])
    by_school.rows.append([total, *_texts(done)])
    by_grade = Table(list(names), [[grade, *_texts(done, grade=grade)] for grade in grades])
    both = Table(
        list(names),
        [
            [f"{school}, {grade}", *_texts(done, school=school, grade=grade)]
            for school in schools
            for grade in grades
            if (school, grade) in cells
        ],
    )
    return [by_school, by_grade, both]


def _grade(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdecimal() else (-1, text)


def _texts(done: Suppressed, **where: str) -> list[str]:
    return [
        done.count("chronic", **where).text,
        done.count("students", **where).text,
        done.rate("chronic", "students", **where).text,
    ]


def titleix_publication(reports: Mapping[str, int], investigated: Compliance) -> Publication:
    """Title IX reports by school with their total, and investigations in time."""
    publication = Publication()
    publication.cross(
        "reports", ["school"], {(school,): number for school, number in reports.items()}
    )
    publication.put(key("in_time"), investigated.met)
    publication.put(key("investigated"), investigated.counted)
    publication.rate("in_time", "investigated")
    return publication


def titleix_tables(
    reports: Mapping[str, int],
    investigated: Compliance,
    names: tuple[str, str],
    words: tuple[str, str, str, str, str],
) -> list[Table]:
    """Reports by school, and the promise to investigate in time. `words`: the total, its rate,
    those who belong to no school, part and whole of the rate."""
    done = suppress(titleix_publication(reports, investigated))
    rows = [[school or words[2], done.count("reports", school=school).text] for school in reports]
    whole = [words[0], done.count("reports").text]
    rate = done.rate("in_time", "investigated").text
    return [
        Table(list(names), [*rows, whole]),
        Table(
            [words[1], *words[3:]],
            [[rate, done.count("in_time").text, done.count("investigated").text]],
        ),
    ]
