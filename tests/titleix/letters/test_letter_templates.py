"""Every Title IX letter in both languages: it compiles to PDF/UA-1, says what it is given, and
refuses to have a hole."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
import typst

from casework.documents.letters import ROOT, LetterError, Letterhead, Rendered, render
from titleix.letters.samples import COMMON, SAMPLES, who

FOLDER = ROOT / "titleix" / "letter_templates"
FIELDS: dict[str, list[str]] = json.loads((FOLDER / "fields.json").read_text())
LANGUAGES = ["en", "es"]
DISTRICT = Letterhead(
    "Two Rivers Public Schools",
    ["500 Bridge Street", "Two Rivers, NC 28000"],
    "704-555-0100",
    "tworivers.example",
)
# Choices, amounts and switches: they choose words instead of being printed.
CHOICES = {
    "recipient_role",
    "language",
    "signer_title",
    "complaint_signed_by",
    "standard",
    "grounds",
    "appeal_of",
    "bases",
    "result",
    "route",
    "step",
    "cause",
    "reason",
    "rest_continues",
    "remedies_provided",
    "informal_resolution_available",
    "finding",
    "role",
    "at_school",
}


BOTH = [(code, language) for code in FIELDS for language in LANGUAGES]
# What stands in the text in a form of its own, whatever the letter: dates, times, and what the
# letterhead shows.
DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
TIME = re.compile(r"^\d{1,2}:\d{2}$")
MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def sample(code: str, language: str, **changes: Any) -> dict[str, Any]:
    return {**COMMON, **SAMPLES[code], "language": language, **changes}


def make(code: str, language: str, data: dict[str, Any]) -> Rendered:
    return render("titleix", code, language, data, DISTRICT)


def squeeze(value: str) -> str:
    """Without white space: a line may break anywhere."""
    return re.sub(r"\s+", "", value)


def text_of(pdf: bytes) -> str:
    return squeeze(
        "".join(
            re.sub(r"\n[^\n]*(Page|Página) \d+ / \d+", "", page.extract_text())
            for page in read(pdf).pages
        )
    )


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def printed(name: str, value: Any, language: str) -> Iterator[str]:
    """The words that a value must leave in the letter."""
    if name in CHOICES or value is None:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from printed(key, item, language)
    elif isinstance(value, list):
        for item in value:
            yield from printed(name, item, language)
    elif isinstance(value, str) and DATE.match(value):
        year, month, day = (int(part) for part in value.split("-"))
        english = f"{ENGLISH_MONTHS[month - 1]} {day}, {year}"
        yield english if language == "en" else f"{day} de {MONTHS[month - 1]} de {year}"
    elif isinstance(value, str) and TIME.match(value):
        hour, minute = value.split(":")
        yield f"{(int(hour) + 11) % 12 + 1}:{minute}"
    else:
        yield from str(value).split("\n\n")


def test_each_letter_has_fields_a_sample_and_two_templates() -> None:
    templates = {path.name for path in FOLDER.glob("*.typ")} - {"frame.typ"}
    assert templates == {f"{code}.{language}.typ" for code, language in BOTH}
    assert set(SAMPLES) == set(FIELDS)
    for code, fields in FIELDS.items():
        assert len(fields) == len(set(fields)), code
        assert set(SAMPLES[code]) <= set(fields), code


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_template_uses_no_field_that_is_not_listed(code: str, language: str) -> None:
    used = set(re.findall(r"\bdata\.([a-z_]+)", (FOLDER / f"{code}.{language}.typ").read_text()))
    assert used <= set(FIELDS[code])


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_it_compiles_without_warnings_and_says_what_it_is_given(code: str, language: str) -> None:
    data = {name: value for name, value in sample(code, language).items() if name in FIELDS[code]}
    rendered = make(code, language, data)
    assert rendered.language == language
    assert rendered.sha256 == make(code, language, data).sha256
    reader = read(rendered.pdf)
    assert str(reader.root_object["/Lang"]) == language
    assert len(reader.pages) == rendered.pages
    assert reader.root_object["/StructTreeRoot"]
    assert reader.metadata is not None
    assert reader.metadata.title
    assert b"pdfuaid" in rendered.pdf
    text = text_of(rendered.pdf)
    assert squeeze(reader.metadata.title) in text
    assert COMMON["case_number"] in text
    for name in FIELDS[code]:
        if name == "person_name" and "_" not in data["recipient_role"]:
            continue  # the reader is that person
        for words in printed(name, data.get(name), language):
            assert squeeze(words) in text, (name, words)

    content = json.dumps({**data, "district": DISTRICT.__dict__})
    path = str(FOLDER / f"{code}.{language}.typ")
    _, warnings = typst.compile_with_warnings(
        path,
        root=str(ROOT),
        sys_inputs={"data": content},
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    assert [warning.message for warning in warnings] == []


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_missing_field_is_an_error(code: str, language: str) -> None:
    complete = sample(code, language)
    for name in FIELDS[code]:
        if name == "district":  # always there: render adds it
            continue
        data = {key: value for key, value in complete.items() if key != name}
        with pytest.raises((LetterError, KeyError), match=name):
            make(code, language, data)


@pytest.mark.parametrize("empty", [None, "", "  ", []])
def test_an_empty_field_is_an_error(empty: Any) -> None:
    with pytest.raises(LetterError, match="empty field: measures_offered"):
        make("SUPPORT", "en", sample("SUPPORT", "en", measures_offered=empty))
    with pytest.raises(LetterError, match=r"empty field: coordinator\.phone"):
        make(
            "ACK", "es", sample("ACK", "es", coordinator={**who("Dana Whitfield"), "phone": empty})
        )


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_draft_has_no_signer(code: str, language: str) -> None:
    assert squeeze("Dana Whitfield") in text_of(
        make(code, language, sample(code, language, signer="")).pdf
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_said(language: str) -> None:
    words = {"en": "Not known at this time", "es": "No se sabe por ahora"}[language]
    for code in ("NOTICE", "NOTICE_SUPPLEMENT"):
        data = sample(
            code,
            language,
            respondents=[],
            incident_dates=[],
            incident_place=None,
            false_statement_rule=None,
        )
        assert text_of(make(code, language, data).pdf).count(squeeze(words)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("code", "field", "choices"),
    [
        ("NOTICE", "complaint_signed_by", ["complainant", "complainant_parent", "coordinator"]),
        ("NOTICE", "standard", ["preponderance", "clear_and_convincing"]),
        ("NOTICE", "informal_resolution_available", [True, False]),
        (
            "DISMISSAL",
            "grounds",
            [
                ["not_harassment"],
                ["not_in_us"],
                ["not_enrolled"],
                ["no_evidence", "not_harassment"],
            ],
        ),
        ("DISMISSAL", "rest_continues", [True, False]),
        ("DISMISSAL", "other_action", [None]),
        ("APPEAL_DECISION", "result", ["upheld", "changed", "sent_back"]),
        ("APPEAL_NOTICE", "appeal_of", ["determination", "dismissal"]),
        ("OUTCOME", "route", ["no_appeal", "appeal_decided", "informal_resolution"]),
        ("OUTCOME", "measures", [[]]),
        ("DETERMINATION", "sanctions", [[]]),
        ("DETERMINATION", "remedies_provided", [False]),
        (
            "EXTENSION",
            "step",
            [
                "evidence_review",
                "determination",
                "appeal",
                "informal_resolution",
                "school_investigation",
            ],
        ),
        ("EXTENSION", "cause", ["absence", "law_enforcement", "language_or_disability", "other"]),
        (
            "CLOSING",
            "reason",
            ["insufficient", "supportive", "referred", "dismissed", "completed", "agreement"],
        ),
        ("SCHOOL_OUTCOME", "review", [None]),
        (
            "INTERVIEW",
            "recipient_role",
            [
                "complainant",
                "respondent",
                "complainant_advisor",
                "respondent_advisor",
                "witness_parent",
            ],
        ),
    ],
)
def test_every_choice_has_its_words(
    code: str, language: str, field: str, choices: list[Any]
) -> None:
    texts = [
        text_of(make(code, language, sample(code, language, **{field: choice})).pdf)
        for choice in choices
    ]
    assert len(set(texts)) == len(choices)


@pytest.mark.parametrize(
    ("code", "changes", "message"),
    [
        ("EVIDENCE", {"respond_by": "2026-09-19"}, "less than 10 days"),
        ("REPORT", {"respond_by": "2026-09-19"}, "less than 10 days"),
        ("REPORT", {"decision_from": "2026-09-20"}, "decision_from"),
        ("REPORT", {"questions_by": "2026-09-18"}, "not in order"),
        ("NOTICE", {"window_days": 5}, "less than 10"),
        ("INTERVIEW", {"meeting_date": "2026-09-10"}, "meeting_date"),
        ("EXTENSION", {"new_due": "2026-11-07"}, "new_due"),
        ("EMERGENCY_REMOVAL", {"recipient_role": "complainant"}, "respondent's side"),
        ("DISMISSAL", {"grounds": ["because"]}, "unknown ground"),
        ("ACK", {"recipient_role": "neighbor"}, "unknown recipient_role"),
        ("ACK", {"reference": "T9-2026-0043"}, "case number"),
        ("ACK", {"recipient_name": "Someone Else"}, "exactly the recipient"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_against_the_rule_is_refused(
    code: str, language: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(LetterError, match=message):
        make(code, language, sample(code, language, **changes))


def test_another_language_gets_english_with_an_offer_to_translate() -> None:
    rendered = make("ACK", "vi", sample("ACK", "vi"))
    assert rendered.language == "en"
    assert squeeze("We will have it translated") in text_of(rendered.pdf)
    with pytest.raises(LetterError, match="does not fit"):
        make("ACK", "es", sample("ACK", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_acknowledgement_names_nobody_but_its_reader_and_the_office(language: str) -> None:
    text = text_of(
        make(
            "ACK",
            language,
            {**SAMPLES["NOTICE"], **SAMPLES["DETERMINATION"], **sample("ACK", language)},
        ).pdf
    )
    for name in ("Lucía", "Owen", "Pruitt"):
        assert name not in text


def test_markup_in_the_data_is_printed_not_executed() -> None:
    text = text_of(
        make("INFO", "en", sample("INFO", "en", needed=["*bold* #panic() $x$ @here"])).pdf
    )
    assert "*bold*#panic()$x$@here" in text
