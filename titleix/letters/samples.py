"""Made-up data for every letter of Title IX: administrators look at a letter with it, tests hold
the templates against it. Nobody in it exists, and none of it comes from a case.
"""

from __future__ import annotations

from typing import Any

ADDRESS = ["1412 Sweetgum Lane", "Apartment 3 B", "Two Rivers, NC 28001"]


def who(name: str) -> dict[str, str]:
    """A person of the district with an address."""
    return {
        "name": name,
        "email": name.lower().replace(" ", ".") + "@tworivers.example",
        "phone": "704-555-0123",
    }


COMMON: dict[str, Any] = {
    "school": {
        "name": "Sweetgum Middle School",
        "address": ["12 Elm Street", "Two Rivers, NC 28001"],
        "phone": "704-555-0111",
    },
    "case_number": "TIX-2026-0000",
    "reference": "TIX-2026-0000",
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
    "Owen Pruitt sent Lucía Ibáñez sexual messages on at least twelve days, after she had asked "
    "him to stop.",
    "Owen Pruitt blocked her way in the hallway beside the gym and touched her hip.",
]
RULES = [
    "Sexual harassment as Title IX defines it (34 CFR 106.30)",
    "Rule 28 of the Code of Student Conduct",
]
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
        "rationale": "The messages were found on both phones.\n\n"
        "The explanation that someone else had used the phone did not fit.",
    },
    {
        "allegation": "Touching beside the gym",
        "finding": "not_responsible",
        "rationale": "The video shows another student at that time.",
    },
]
SAMPLES: dict[str, dict[str, Any]] = {
    "ACK": {"recipient_role": "reporter", "received_on": "2026-09-08"},
    "SUPPORT": {
        "received_on": "2026-09-08",
        "measures_offered": ["A different seat in science class", "Time with the school counselor"],
    },
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
        "participants": [
            {"name": "Ruth Okafor", "role": "investigator"},
            {"name": "Luis Peña", "role": "interpreter"},
        ],
    },
    "EVIDENCE": {
        "evidence_items": [
            "Messages of August 2026",
            "Notes of four interviews",
            "Video of the hallway",
        ],
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
        "facts_found": [
            "Forty messages were sent from the respondent's phone.",
            "The complainant asked twice that they stop.",
        ],
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
        "rationale": "Both parties saw the evidence for ten days.\n\n"
        "Nothing shows that anyone was biased.",
        "next_steps": "The dismissal stands.",
        "signer": "Helen Castellano",
        "signer_title": "appeal_officer",
    },
    "OUTCOME": {
        "route": "no_appeal",
        "final_on": "2026-09-10",
        "results": [
            {"allegation": item["allegation"], "finding": item["finding"]} for item in RESULTS
        ],
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
        "process": "A mediator speaks with each party alone and then, if both wish, "
        "with both together.",
        "facilitator": who("Naomi Feld"),
        "ends_by": "2026-10-05",
        "records": ["The signed consent forms", "The signed agreement"],
        "reply_by": "2026-09-17",
    },
    "IR_CONSENT": {
        "ir_notice_on": "2026-09-09",
        "return_by": "2026-09-17",
        "conduct": CONDUCT,
        "process": "A mediator speaks with each party alone and then, if both wish, "
        "with both together.",
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
        "results": [
            {
                "allegation": "Remarks about the body",
                "finding": "substantiated",
                "rationale": "Three students heard them.",
            }
        ],
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


def sample(code: str, language: str) -> dict[str, Any]:
    """All that one letter needs, in one language; KeyError for a letter that does not exist."""
    return {**COMMON, **SAMPLES[code], "language": language}
