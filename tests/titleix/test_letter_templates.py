"""Every Title IX letter in both languages: it compiles to PDF/UA-1, says what it is given, and refuses to have a hole."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
import typst

from casework.letters import ROOT, LetterError, Letterhead, Rendered, render

FOLDER = ROOT / "titleix" / "letter_templates"
FIELDS: dict[str, list[str]] = json.loads((FOLDER / "fields.json").read_text())
LANGUAGES = ["en", "es"]
DISTRICT = Letterhead("Two Rivers Public Schools", ["500 Bridge Street", "Two Rivers, NC 28000"], "704-555-0100", "tworivers.example")
ADDRESS = ["1412 Sweetgum Lane", "Apartment 3 B", "Two Rivers, NC 28001"]
# Choices, amounts and switches: they choose words instead of being printed.
CHOICES = {
    "recipient_role", "language", "signer_title", "complaint_signed_by", "standard", "grounds", "appeal_of", "bases", "result", "route",
    "step", "cause", "reason", "rest_continues", "remedies_provided", "informal_resolution_available", "finding", "role",
    "at_school",
}  # fmt: skip


def who(name: str) -> dict[str, str]:
    """A person of the district with an address."""
    return {"name": name, "email": name.lower().replace(" ", ".") + "@tworivers.example", "phone": "704-555-0123"}


COMMON: dict[str, Any] = {
    "school": {"name": "Sweetgum Middle School", "address": ["12 Elm Street", "Two Rivers, NC 28001"], "phone": "704-555-0111"},
    "case_number": "T9-2026-0042",
    "reference": "T9-2026-0042",
    "date": "2026-09-10",
    "recipient_name": "Marisol Ibáñez",
    "recipient_address": ADDRESS,
    "recipients": [{"name": "Marisol Ibáñez", "address": ADDRESS}],
    "recipient_role": "complainant_parent",
    "person_name": "Lucía Ibáñez",
    "coordinator": who("Dana Whitfield"),
    "signer": "Dana Whitfield",
    "signer_title": "coordinator",
}
CONDUCT = [
    "Owen Pruitt sent Lucía Ibáñez sexual messages on at least twelve days, after she had asked him to stop.",
    "Owen Pruitt blocked her way in the hallway beside the gym and touched her hip.",
]
RULES = ["Sexual harassment as Title IX defines it (34 CFR 106.30)", "Rule 28 of the Code of Student Conduct"]
INCIDENT: dict[str, Any] = {
    "complainants": ["Lucía Ibáñez"],
    "respondents": ["Owen Pruitt"],
    "incident_dates": ["2026-08-31", "several days in August 2026"],
    "incident_place": "Hallway beside the gym, Sweetgum Middle School",
    "conduct": CONDUCT,
    "rules": RULES,
    "earliest_interview": "2026-09-14",
    "false_statement_rule": "Rule 9 of the Code of Student Conduct.",
}
RESULTS = [
    {
        "allegation": "Sexual messages after a request to stop",
        "finding": "responsible",
        "rationale": "The messages were found on both phones.\n\nThe explanation that someone else had used the phone did not fit.",
    },
    {"allegation": "Touching beside the gym", "finding": "not_responsible", "rationale": "The video shows another student at that time."},
]
SAMPLES: dict[str, dict[str, Any]] = {
    "ACK": {"recipient_role": "reporter", "received_on": "2026-09-08"},
    "SUPPORT": {"received_on": "2026-09-08", "measures_offered": ["A different seat in science class", "Time with the school counselor"]},
    "INFO": {
        "recipient_role": "reporter",
        "received_on": "2026-09-08",
        "needed": ["When and where it happened", "Who was there"],
        "reply_by": "2026-09-22",
    },
    "NOTICE": {
        **INCIDENT,
        "recipient_role": "respondent_parent",
        "person_name": "Owen Pruitt",
        "complaint_filed_on": "2026-09-08",
        "complaint_signed_by": "complainant_parent",
        "window_days": 10,
        "standard": "preponderance",
        "procedure_at": "tworivers.example/title-ix",
        "informal_resolution_available": True,
    },
    "NOTICE_SUPPLEMENT": {**INCIDENT, "first_notice_on": "2026-09-01"},
    "INTERVIEW": {
        "meeting_date": "2026-09-14",
        "meeting_time": "14:05",
        "meeting_place": "District office, room 204",
        "purpose": "To hear what you know about the allegations in our notice.",
        "participants": [{"name": "Ruth Okafor", "role": "investigator"}, {"name": "Luis Peña", "role": "interpreter"}],
    },
    "EVIDENCE": {
        "evidence_items": ["Messages of August 2026", "Notes of four interviews", "Video of the hallway"],
        "how_to_view": "A paper copy is enclosed.",
        "advisor_name": "Grace Lindqvist",
        "respond_by": "2026-09-20",
        "investigator": who("Ruth Okafor"),
        "signer": "Ruth Okafor",
        "signer_title": "investigator",
    },
    "REPORT": {
        "how_to_view": "A paper copy is enclosed.",
        "advisor_name": "Grace Lindqvist",
        "questions_by": "2026-09-14",
        "answers_by": "2026-09-17",
        "follow_up_by": "2026-09-19",
        "respond_by": "2026-09-20",
        "decision_from": "2026-09-21",
        "decision_maker": who("Paul Adeyemi"),
        "signer_title": "investigator",
    },
    "DETERMINATION": {
        "complaint_filed_on": "2026-07-08",
        "steps": [
            {"date": "2026-07-10", "what": "Notice of allegations to both parties"},
            {"date": "2026-08-03", "what": "Interviews with four people"},
            {"date": "2026-08-20", "what": "Report sent to both parties"},
        ],
        "standard": "preponderance",
        "facts_found": ["Forty messages were sent from the respondent's phone.", "The complainant asked twice that they stop."],
        "conclusions": ["The messages meet the definition of sexual harassment and break Rule 28."],
        "results": RESULTS,
        "sanctions": ["Suspension for five days", "No contact with the complainant"],
        "remedies_provided": True,
        "appeal_by": "2026-09-17",
        "appeal_to": who("Helen Castellano"),
        "signer": "Paul Adeyemi",
        "signer_title": "decision_maker",
    },
    "DISMISSAL": {
        "complaint_filed_on": "2026-09-08",
        "conduct": CONDUCT,
        "grounds": ["not_in_program", "withdrawn"],
        "reasons": "The messages were sent in the summer and on private phones.",
        "rest_continues": False,
        "other_action": "The school looks at the conduct under Rule 27.",
        "appeal_by": "2026-09-17",
        "appeal_to": who("Helen Castellano"),
    },
    "APPEAL_NOTICE": {
        "appeal_filed_on": "2026-09-09",
        "appellant": "Owen Pruitt",
        "appeal_of": "determination",
        "bases": ["new_evidence"],
        "appeal_summary": "A witness who had moved away has now been found.",
        "statement_by": "2026-09-17",
        "appeal_officer": who("Helen Castellano"),
        "decide_by": "2026-09-24",
    },
    "APPEAL_DECISION": {
        "appeal_filed_on": "2026-09-01",
        "appellant": "Owen Pruitt",
        "appeal_of": "dismissal",
        "bases": ["procedure", "bias"],
        "result": "upheld",
        "rationale": "Both parties saw the evidence for ten days.\n\nNothing shows that anyone was biased.",
        "next_steps": "The dismissal stands.",
        "signer": "Helen Castellano",
        "signer_title": "appeal_officer",
    },
    "OUTCOME": {
        "route": "no_appeal",
        "final_on": "2026-09-10",
        "results": [{"allegation": item["allegation"], "finding": item["finding"]} for item in RESULTS],
        "sanctions": ["Suspension for five days"],
        "remedies_provided": True,
        "measures": ["A different seat in science class"],
        "check_ins": ["2026-10-12", "2026-11-09", "2026-12-09"],
    },
    "EXTENSION": {
        "step": "investigation",
        "old_due": "2026-11-07",
        "new_due": "2026-11-27",
        "cause": "law_enforcement",
        "explanation": "The police asked us to wait with two interviews.",
    },
    "IR_NOTICE": {
        "complaint_filed_on": "2026-09-08",
        "conduct": CONDUCT,
        "process": "A mediator speaks with each party alone and then, if both wish, with both together.",
        "facilitator": who("Naomi Feld"),
        "ends_by": "2026-10-05",
        "records": ["The signed consent forms", "The signed agreement"],
        "reply_by": "2026-09-17",
    },
    "IR_CONSENT": {
        "ir_notice_on": "2026-09-09",
        "return_by": "2026-09-17",
        "conduct": CONDUCT,
        "process": "A mediator speaks with each party alone and then, if both wish, with both together.",
        "facilitator": who("Naomi Feld"),
    },
    "EMERGENCY_REMOVAL": {
        "recipient_role": "respondent_parent",
        "person_name": "Owen Pruitt",
        "removed_from": "2026-09-10",
        "activities": ["Classes at Sweetgum Middle School", "School buses"],
        "analysis_on": "2026-09-09",
        "threat": "A message of 8 September 2026 announced an attack with a knife.",
        "challenge_date": "2026-09-11",
        "challenge_time": "9:00",
        "challenge_place": "District office, room 101",
        "challenge_to": who("Paul Adeyemi"),
        "schooling": "A teacher brings school work to your home and teaches online every day.",
        "review_on": "2026-09-24",
    },
    "SCHOOL_OUTCOME": {
        "received_on": "2026-08-18",
        "rule": "Rule 27 of the Code of Student Conduct",
        "results": [{"allegation": "Remarks about the body", "finding": "substantiated", "rationale": "Three students heard them."}],
        "measures": ["A different seat in science class"],
        "check_in": "2026-10-10",
        "review": "You may ask the principal in writing for a review within five school days.",
        "signer": "Joan Merriweather",
        "signer_title": "principal",
    },
    "REFERRAL": {
        "recipient_role": "reporter",
        "received_on": "2026-09-08",
        "explanation": "The report is about insults because of a family's income.",
        "referred_to": {**who("Office of Student Conduct"), "email": "conduct@tworivers.example"},
        "referred_on": "2026-09-10",
    },
    "CLOSING": {
        "closed_on": "2026-09-10",
        "reason": "supportive",
        "explanation": "You told us that you do not wish to file a complaint.",
        "measures": ["Time with the school counselor"],
    },
    "RETALIATION": {"recipient_role": "witness"},
    "REOPENING": {
        "reopened_on": "2026-09-09",
        "cause": "new_evidence",
        "explanation": "A witness has come forward.",
        "new_due": "2026-11-08",
        "at_school": False,
    },
}
BOTH = [(code, language) for code in FIELDS for language in LANGUAGES]
# What stands in the text in a form of its own, whatever the letter: dates, times, and what the letterhead shows.
DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
TIME = re.compile(r"^\d{1,2}:\d{2}$")
MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
ENGLISH_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def sample(code: str, language: str, **changes: Any) -> dict[str, Any]:
    return {**COMMON, **SAMPLES[code], "language": language, **changes}


def make(code: str, language: str, data: dict[str, Any]) -> Rendered:
    return render("titleix", code, language, data, DISTRICT)


def squeeze(value: str) -> str:
    """Without white space: a line may break anywhere."""
    return re.sub(r"\s+", "", value)


def text_of(pdf: bytes) -> str:
    return squeeze("".join(re.sub(r"\n[^\n]*(Page|Página) \d+ / \d+", "", page.extract_text()) for page in read(pdf).pages))


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
        path, root=str(ROOT), sys_inputs={"data": content}, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True
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
        make("ACK", "es", sample("ACK", "es", coordinator={**who("Dana Whitfield"), "phone": empty}))


@pytest.mark.parametrize(("code", "language"), BOTH)
def test_a_draft_has_no_signer(code: str, language: str) -> None:
    assert squeeze("Dana Whitfield") in text_of(make(code, language, sample(code, language, signer="")).pdf)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_said(language: str) -> None:
    words = {"en": "Not known at this time", "es": "No se sabe por ahora"}[language]
    for code in ("NOTICE", "NOTICE_SUPPLEMENT"):
        data = sample(code, language, respondents=[], incident_dates=[], incident_place=None, false_statement_rule=None)
        assert text_of(make(code, language, data).pdf).count(squeeze(words)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("code", "field", "choices"),
    [
        ("NOTICE", "complaint_signed_by", ["complainant", "complainant_parent", "coordinator"]),
        ("NOTICE", "standard", ["preponderance", "clear_and_convincing"]),
        ("NOTICE", "informal_resolution_available", [True, False]),
        ("DISMISSAL", "grounds", [["not_harassment"], ["not_in_us"], ["not_enrolled"], ["no_evidence", "not_harassment"]]),
        ("DISMISSAL", "rest_continues", [True, False]),
        ("DISMISSAL", "other_action", [None]),
        ("APPEAL_DECISION", "result", ["upheld", "changed", "sent_back"]),
        ("APPEAL_NOTICE", "appeal_of", ["determination", "dismissal"]),
        ("OUTCOME", "route", ["no_appeal", "appeal_decided", "informal_resolution"]),
        ("OUTCOME", "measures", [[]]),
        ("DETERMINATION", "sanctions", [[]]),
        ("DETERMINATION", "remedies_provided", [False]),
        ("EXTENSION", "step", ["evidence_review", "determination", "appeal", "informal_resolution", "school_investigation"]),
        ("EXTENSION", "cause", ["absence", "law_enforcement", "language_or_disability", "other"]),
        ("CLOSING", "reason", ["insufficient", "supportive", "referred", "dismissed", "completed", "agreement"]),
        ("SCHOOL_OUTCOME", "review", [None]),
        ("INTERVIEW", "recipient_role", ["complainant", "respondent", "complainant_advisor", "respondent_advisor", "witness_parent"]),
    ],
)
def test_every_choice_has_its_words(code: str, language: str, field: str, choices: list[Any]) -> None:
    texts = [text_of(make(code, language, sample(code, language, **{field: choice})).pdf) for choice in choices]
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
def test_a_letter_against_the_rule_is_refused(code: str, language: str, changes: dict[str, Any], message: str) -> None:
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
    text = text_of(make("ACK", language, {**SAMPLES["NOTICE"], **SAMPLES["DETERMINATION"], **sample("ACK", language)}).pdf)
    for name in ("Lucía", "Owen", "Pruitt"):
        assert name not in text


def test_markup_in_the_data_is_printed_not_executed() -> None:
    text = text_of(make("INFO", "en", sample("INFO", "en", needed=["*bold* #panic() $x$ @here"])).pdf)
    assert "*bold*#panic()$x$@here" in text
