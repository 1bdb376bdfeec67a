"""What the files of the canonical delivery hold (domain.md A3.1), and what a value must look like.

Another app adds a file by registering a FileSpec; this floor need not know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from district.issue_reasons import Said, say

if TYPE_CHECKING:
    from district.imports.staging import Delivery

CONTROL = (
    r"[\x01-\x08\x0b\x0c\x0e-\x1f]"  # as PostgreSQL reads it; line breaks may stand in addresses
)
CONTROL_BYTES = bytes(
    {*range(1, 9), 11, 12, *range(14, 32)}
)  # the same in a file; UTF-8 uses them for nothing else
EARLIEST, LATEST = "1900-01-01", "2100-12-31"


@dataclass(frozen=True)
class Column:
    """One column: its kind (text, date, int, number, bool or a list of words), whether it must be
    there and filled."""

    name: str
    kind: str = "text"
    required: bool = False
    longest: int = 200
    words: tuple[str, ...] = ()

    def checks(self) -> list[tuple[str, Said]]:
        """(SQL condition that a good value meets, what is said otherwise) in the order in which
        they are reported."""
        c = f's."{self.name}"'
        found = []
        if self.required:
            found.append((f"coalesce({c}, '') <> ''", say("MISSING", column=self.name)))
        found.append(
            (
                f"coalesce(length({c}) <= {self.longest}, true)",
                say("TOO_LONG", longest=self.longest),
            )
        )
        found.append((f"coalesce({c} !~ '{CONTROL}', true)", say("CONTROL_CHARACTER")))
        found += self._kind_checks(c)
        return found

    def good(self) -> str:
        """One SQL condition that holds exactly when all of `checks` do, control characters left
        aside, and is cheap where the value is good: a date, a number or a word that is right is not
        too long either."""
        c = f's."{self.name}"'
        conditions = [f"coalesce({c}, '') <> ''"] if self.required else []
        if self.kind == "date":
            valid = f"{c} LIKE '____-__-__' AND pg_input_is_valid({c}, 'date')"
            within = f"{c}::date BETWEEN '{EARLIEST}' AND '{LATEST}'"
            return " AND ".join(
                [*conditions, f"CASE WHEN {valid} THEN {within} ELSE coalesce({c}, '') = '' END"]
            )
        conditions += [condition for condition, _said in self._kind_checks(c)]
        if self.kind == "text" and not self.words:
            # no character is shorter than a byte, and bytes need no counting
            conditions.append(
                f"coalesce(octet_length({c}) <= {self.longest} OR length({c}) <= "
                f"{self.longest}, true)"
            )
        return " AND ".join(conditions)

    def _kind_checks(self, c: str) -> list[tuple[str, Said]]:
        empty = f"coalesce({c}, '') = ''"
        if self.kind == "date":
            valid = (
                f"(CASE WHEN {c} LIKE '____-__-__' AND pg_input_is_valid({c}, 'date') THEN "
                "true ELSE false END)"
            )
            inside = (
                f"(CASE WHEN {valid} THEN {c}::date BETWEEN '{EARLIEST}' AND '{LATEST}' ELSE "
                "true END)"
            )
            return [
                (f"({empty} OR {valid})", say("NOT_A_DATE")),
                (
                    f"({empty} OR {inside})",
                    say("DATE_OUT_OF_RANGE", earliest=EARLIEST, latest=LATEST),
                ),
            ]
        if self.kind == "int":
            return [(f"({empty} OR {c} ~ '^-?[0-9]{{1,4}}$')", say("NOT_A_NUMBER/whole"))]
        if self.kind == "number":
            return [
                (
                    f"({empty} OR {c} ~ '^[0-9]{{1,4}}([.][0-9]{{1,6}})?$')",
                    say("NOT_A_NUMBER/fraction"),
                )
            ]
        if self.kind == "bool":
            return [
                (
                    (
                        f"({empty} OR lower({c}) IN "
                        "('true','false','1','0','yes','no','y','n','t','f'))"
                    ),
                    say("NOT_YES_NO"),
                )
            ]
        if self.words:
            listed = ", ".join(f"'{word}'" for word in self.words)
            return [
                (f"({empty} OR {c} IN ({listed}))", say("NOT_KNOWN", words=", ".join(self.words)))
            ]
        return []


def text(name: str, longest: int = 200, *, required: bool = False) -> Column:
    """A text column."""
    return Column(name, "text", required, longest)


@dataclass(frozen=True)
class FileSpec:
    """One file: columns, the key that makes a row unique, and the function that applies its good
    rows."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    apply: Callable[[Delivery], Any]
    guard: Callable[[Delivery], Said | None] | None = None
    order: int = 50

    @property
    def table(self) -> str:
        """The staging table of the file."""
        return "stage_" + self.name.removesuffix(".csv")

    def column_names(self) -> list[str]:
        """All known columns."""
        return [column.name for column in self.columns]


_specs: dict[str, FileSpec] = {}
_steps: list[tuple[int, Callable[[Any], None]]] = []
_trouble: list[Callable[[Any], None]] = []
_after: list[Callable[[Any], dict[str, Any]]] = []


def register(spec: FileSpec) -> None:
    """Make a file known; called from an app's `ready`."""
    _specs[spec.name] = spec


def register_step(order: int, function: Callable[[Delivery], None]) -> None:
    """Call this between the files, after those of a lower order, whichever files a delivery
    holds."""
    if (order, function) not in _steps:
        _steps.append((order, function))


def steps_before(order: int, after: int) -> list[Callable[[Delivery], None]]:
    """The steps with after <= order < before, in their order."""
    return [
        function for at, function in sorted(_steps, key=lambda step: step[0]) if after <= at < order
    ]


def after_apply(function: Callable[[Any], dict[str, Any]]) -> None:
    """Call this with the Import row after it was applied, in the same transaction; its figures go
    into the report."""
    if function not in _after:
        _after.append(function)


def on_trouble(function: Callable[[Any], None]) -> None:
    """Call this with the Import row when a delivery was held or refused, so that people hear of
    it."""
    if function not in _trouble:
        _trouble.append(function)


def tell_trouble(run: Any) -> None:
    """A delivery was held or refused."""
    for function in _trouble:
        function(run)


def all_specs() -> list[FileSpec]:
    """Known files in the order in which they are applied."""
    return sorted(_specs.values(), key=lambda spec: (spec.order, spec.name))


def hooks() -> list[Callable[[Any], dict[str, Any]]]:
    """What is called after an import was applied."""
    return list(_after)
