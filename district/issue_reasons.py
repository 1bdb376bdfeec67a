"""What an import says to people. Rows and reports keep a code and what belongs to it (the file, the
line, the column, the limit that was broken); the sentence is made here, in the reader's language,
each time that it is shown or exported.

Another app adds its own sentences with `register`. A code of an older version that has no sentence
any more is shown by the text that was kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


@dataclass(frozen=True)
class Said:
    """A sentence as a code with parameters. Where one code has several sentences, `rule` names
    which."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""

    def __str__(self) -> str:
        return sentence(self.code, self.kept()["params"])

    def kept(self) -> dict[str, Any]:
        """For JSON; `told` turns it into words again."""
        return {
            "code": self.code,
            "params": {**self.params, "rule": self.rule} if self.rule else dict(self.params),
        }


def say(code: str, **params: Any) -> Said:
    """`say("MISSING", column="date")`; `say("NOT_A_NUMBER/fraction")` where the code has several
    sentences. Parameters are texts and numbers. KeyError for what has no sentence, at once and not
    when somebody reads it."""
    name, _slash, rule = code.partition("/")
    found = Said(
        name,
        {key: value if isinstance(value, int) else str(value) for key, value in params.items()},
        rule,
    )
    if not _filled(found.code, found.kept()["params"]):
        raise KeyError(f"{code}: no sentence for {', '.join(sorted(params)) or 'no parameter'}")
    return found


def sentence(code: str, params: Mapping[str, Any], kept: str = "") -> str:
    """The sentence of a code in the language of the reader; the text that was kept where there is
    none."""
    return _filled(code, params) or kept or code


def told(said: Any, kept: str = "") -> str:
    """The sentence of what `Said.kept` gave; the text that was kept where there is none."""
    return sentence(str(said["code"]), said["params"], kept) if said else kept


def _filled(code: str, params: Mapping[str, Any]) -> str:
    words = _sentences.get(f"{code}/{params['rule']}" if "rule" in params else code)
    try:
        return str(words % params) if words is not None else ""
    except (
        KeyError,
        TypeError,
        ValueError,
    ):  # what a run of an older version kept may lack something
        return ""


def register(sentences: Mapping[str, Any]) -> None:
    """Add the sentences of another app's files."""
    _sentences.update(sentences)


# Of rows: what is wrong with a value, and what to do.
_sentences: dict[str, Any] = {
    "MISSING": _("%(column)s is empty; it must be filled"),
    "TOO_LONG": ngettext_lazy(
        "longer than %(longest)d character", "longer than %(longest)d characters", "longest"
    ),
    "CONTROL_CHARACTER": _("holds a control character; remove it"),
    "NOT_A_DATE": _("not a date; write it as 2026-09-08"),
    "DATE_OUT_OF_RANGE": _("outside %(earliest)s to %(latest)s; correct the year"),
    "NOT_A_NUMBER/whole": _("not a whole number of at most four digits"),
    "NOT_A_NUMBER/fraction": _("not a number like 0.5"),
    "NOT_A_NUMBER/negative": _("days cannot be fewer than none"),
    "NOT_YES_NO": _("not true or false"),
    "NOT_KNOWN": _("not one of %(words)s"),
    "DUPLICATE/key": _("the same %(key)s stands in an earlier line; the first one was taken"),
    "DUPLICATE/student": _("this student stands in the file twice; the first was taken"),
    "MALFORMED_ROW/csv": _("cannot be read as CSV (%(detail)s); look for an unclosed quote"),
    "MALFORMED_ROW/nul": _("holds a NUL byte; remove it"),
    "MALFORMED_ROW/encoding": _("is not UTF-8; export the file as UTF-8"),
    "MALFORMED_ROW/width": ngettext_lazy(
        "has %(found)d value where the first line has %(wanted)d; look for a comma without quotes",
        "has %(found)d values where the first line has %(wanted)d; look for a comma without quotes",
        "found",
    ),
    "NO_SUCH_STUDENT": _("no student with this number; check students.csv"),
    "NO_SUCH_SCHOOL": _("no school with this number; check schools.csv"),
    "NO_SUCH_SCHOOL/post": _(
        "no school with this number; check schools.csv, or leave it empty for a district post"
    ),
    "EXIT_BEFORE_ENTRY": _("the last day lies before the first"),
    "NO_CALENDAR": _(
        "school %(school)s: no days of this calendar are known; deliver calendar_days.csv"
    ),
    "BAD_SESSION/span": _(
        "not taken: the session ends before it begins or lasts more than two years"
    ),
    "BAD_SESSION/value": _(
        "not taken: its dates or its number of days cannot be read (%(detail)s)"
    ),
    "NO_SUCH_CONTACT": _("this contact is not in the set; deliver it in Contact.xml"),
    "NO_ENROLMENT": _(
        "no attendance event tells the school; deliver StudentSchoolAssociation to enrol "
        "the student"
    ),
}
# Of deliveries: why nothing of one was taken.
register(
    {
        "NO_FOLDER": _("%(folder)s: there is no such folder"),
        "NO_KNOWN_FILE": _(
            "%(folder)s: holds no file that is known (canonical CSV, Ed-Fi XML or "
            "OneRoster CSV); see docs/import.md"
        ),
        "NO_MANIFEST": _(
            "manifest.json is missing; add it, or say for which day the files are (--as-of "
            "2026-09-10)"
        ),
        "MANIFEST_NOT_JSON": _("manifest.json: not valid JSON (%(detail)s); write it anew"),
        "MANIFEST_NO_OBJECT": _(
            "manifest.json: must be an object with as_of, school_year and files"
        ),
        "MANIFEST_FILE_ABSENT": _(
            "manifest.json names %(file)s, which is not in the delivery; send the files again"
        ),
        "MANIFEST_OTHER_FILE": _(
            "%(file)s: is not the file that manifest.json describes (sha256 differs); send "
            "the files again"
        ),
        "MANIFEST_NO_DATE": _(
            "manifest.json: %(key)s is '%(value)s', not a date; write it as 2026-09-10 or "
            "give --as-of"
        ),
        "MANIFEST_YEAR": _("manifest.json: %(key)s %(value)s cannot be right; correct the year"),
        "ANOTHER_RUNS": _("another import is running; start this one again when it has finished"),
        "INTERRUPTED": _("was interrupted; nothing of it was applied"),
        "NOT_HELD/release": _("only a held import can be released"),
        "NOT_HELD/reject": _("only a held import can be rejected"),
        "UTF16": _("%(file)s: is UTF-16; export it as UTF-8"),
        "NUL_IN_HEADER": _("%(file)s, line 1: holds NUL bytes; export it anew as UTF-8 CSV"),
        "HEADER_NOT_CSV": _(
            "%(file)s, line 1: cannot be read as UTF-8 CSV (%(detail)s); export it anew"
        ),
        "EMPTY_FILE": _("%(file)s: is empty; it needs at least the line of column names"),
        "COLUMN_TWICE": _("%(file)s, line 1: the column %(columns)s stands there more than once"),
        "COLUMN_MISSING": _(
            "%(file)s, line 1: the column %(columns)s is missing; add it to the export"
        ),
        "NOT_CSV": _("%(file)s: cannot be read as UTF-8 CSV (%(detail)s); export it anew"),
        "TOO_MANY_VALUES": _(
            "%(file)s, line %(line)d: has more values than the first line; look for a "
            "comma without quotes"
        ),
        "EMPTY_EDFI": _(
            "the Ed-Fi set holds neither students nor attendance events; check that the "
            "folder is complete"
        ),
        "NOT_XML": _("%(file)s, line %(line)s: not well-formed XML (%(detail)s); export it anew"),
        "NOT_A_ZIP": _("%(file)s: is not a zip file that can be read (%(detail)s)"),
        "NO_IMPORT_FILE": _(
            "%(file)s: only .csv, .xml and .json files (or one .zip of them) can be imported"
        ),
        "FILE_TWICE": _("%(file)s: stands in the delivery twice"),
        "TOO_LARGE": _(
            "the delivery is larger than this system takes; ask the administrator "
            "(MAX_IMPORT_BYTES)"
        ),
    }
)
# Notes: what is worth knowing about what was taken.
register(
    {
        "SEEN_BEFORE": _("This very delivery was applied before: nothing to do."),
        "SAME_STATE_NUMBER": ngettext_lazy(
            (
                "%(count)d state student number stands on more than one student: a data "
                "manager should look whether they are one person."
            ),
            (
                "%(count)d state student numbers stand on more than one student: a data "
                "manager should look whether they are one person."
            ),
            "count",
        ),
        "ONEROSTER_HOLDS": _(
            "OneRoster carries no attendance and no calendar: schools, students, guardians "
            "and enrolments were taken."
        ),
        "ONEROSTER_EMPTY": _("No student enrolment was found."),
        "DERIVED_MEMBERSHIP": _(
            "The set has no enrolment file: membership was derived from attendance events "
            "(school and session's school year)."
        ),
        "WITHOUT_ENROLMENT": ngettext_lazy(
            (
                "%(count)d of %(students)d students has no attendance event and stays without "
                "an enrolment: the school is not known from this set."
            ),
            (
                "%(count)d of %(students)d students have no attendance event and stay without "
                "an enrolment: their school is not known from this set."
            ),
            "count",
        ),
        "NOT_USED": _("Read but not used: %(what)s."),
        "DERIVED_DAYS": ngettext_lazy(
            (
                "The set names %(named)d calendar dates only: %(days)d instructional days of "
                "%(sessions)d session were derived from the sessions' "
                "totals (weekdays, quiet ones left out first)."
            ),
            (
                "The set names %(named)d calendar dates only: %(days)d instructional days of "
                "%(sessions)d sessions were derived from the sessions' "
                "totals (weekdays, quiet ones left out first)."
            ),
            "sessions",
        ),
    }
)
