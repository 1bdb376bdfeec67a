"""What the rule asks next: pure, over every stage of both ways and random facts."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titleix.rules.case_facts import Facts
from titleix.rules.checklist import STEPS, WHO, Status, items, upcoming
from titleix.rules.screening import Outcome
from titleix.workflow import TitleIXWorkflow

ON = date(2026, 9, 10)
SCHOOL = Facts(
    outcome=Outcome.SCHOOL_30, screened_on=ON, contacted_on=ON, records={"MEASURE": ON}, sides=2
)
DISTRICT = replace(SCHOOL, outcome=Outcome.DISTRICT_60, district=True)


def keys(facts: Facts, status: Status = Status.NEXT) -> list[str]:
    return [item.key for item in items(facts) if item.status is status]


def test_a_new_report_asks_for_contact_screening_and_measures():
    found = items(Facts(due={"screening": ON, "contact_complainant": ON}))
    assert [(item.key, item.due) for item in found if item.status is Status.NEXT] == [
        ("contact", ON),
        ("screening", ON),
        ("measures", None),
    ]
    assert all(item.cite for item in found)


# each row: what has happened since the row before -> what comes next
SCHOOL_WAY = [
    ({}, "investigator"),
    ({"roles": {"school_investigator"}}, "allegations"),
    ({"records": "ALLEGATION"}, "interviews"),
    ({"heard": 1}, "interviews"),
    ({"heard": 2, "records": "INTERVIEW"}, "evidence"),
    ({"records": "EVIDENCE"}, "findings"),
    ({"records": "FINDING"}, "outcome"),
    ({"sent": "SCHOOL_OUTCOME"}, "closed"),
]
DISTRICT_WAY = [
    ({}, "complaint"),
    ({"complaint_on": ON}, "notice"),
    ({"sent": "NOTICE"}, "investigator"),
    ({"roles": {"investigator"}}, "interviews"),
    ({"heard": 2, "records": "INTERVIEW"}, "evidence"),
    ({"sent": "EVIDENCE"}, "evidence_window"),
    ({"evidence_over_on": ON}, "report"),
    ({"records": "REPORT"}, "report_sent"),
    ({"sent": "REPORT"}, "decision_maker"),
    ({"roles": {"investigator", "decision_maker"}}, "questions"),
    ({"questions": {"finished": ON}}, "report_window"),
    ({"report_over_on": ON}, "determination"),
    ({"records": "DETERMINATION"}, "determination_sent"),
    ({"sent": "DETERMINATION"}, "appeal_window"),
    ({"final": True}, "closed"),
]


@pytest.mark.parametrize(
    ("start", "way"), [(SCHOOL, SCHOOL_WAY), (DISTRICT, DISTRICT_WAY)], ids=["school", "district"]
)
def test_the_duties_follow_each_other(start, way):
    facts = start
    for change, expected in way:
        merged = {
            name: {**getattr(facts, name), value: ON} if name in ("records", "sent") else value
            for name, value in change.items()
        }
        facts = replace(facts, **merged)
        assert keys(facts) == [expected], (change, keys(facts))
    assert upcoming(replace(facts, closed_on=ON)) == []


def test_a_dismissal_ends_the_investigation_and_leaves_the_appeal():
    facts = replace(
        DISTRICT, complaint_on=ON, dismissed_on=ON, sent={"NOTICE": ON, "DISMISSAL": ON}
    )
    assert keys(facts) == ["appeal_window"]
    assert {"investigator", "evidence", "determination"} <= set(keys(facts, Status.NOT_APPLICABLE))
    back = replace(facts, appealed_on=ON, appeal_decided_on=ON, appeal_sent_back=True)
    assert keys(back) == ["investigator"]


def test_an_appeal_and_remedies_are_asked_for_only_where_they_apply():
    decided = replace(
        DISTRICT,
        complaint_on=ON,
        heard=2,
        records={"MEASURE": ON, "REPORT": ON, "DETERMINATION": ON},
        roles={"investigator", "decision_maker"},
        sent={"NOTICE": ON, "EVIDENCE": ON, "REPORT": ON, "DETERMINATION": ON},
        questions={"finished": ON},
    )
    assert keys(replace(decided, appealed_on=ON)) == ["appeal"]
    assert keys(replace(decided, final=True, responsible=True)) == ["remedies"]
    assert keys(replace(decided, final=True, responsible=False)) == ["closed"]


def test_duties_of_state_law_wait_for_nothing():
    facts = replace(
        DISTRICT,
        duties_open=["police_report"],
        duties_done={"dss_report": ON},
        due={"duty_police_report": ON},
    )
    found = {item.key: item for item in items(facts)}
    assert (found["duty_police_report"].status, found["duty_police_report"].due) == (
        Status.NEXT,
        ON,
    )
    assert found["duty_dss_report"].status is Status.DONE
    assert "115C-288" in str(found["duty_police_report"].cite)


def test_a_second_reader_comes_before_the_complaint():
    assert keys(replace(DISTRICT, second_reader_open=True)) == ["second_reader"]
    assert keys(replace(DISTRICT, second_read_on=ON)) == ["complaint"]


days = st.none() | st.just(ON)
maps = st.dictionaries(
    st.sampled_from(
        [
            "MEASURE",
            "ALLEGATION",
            "NOTICE",
            "EVIDENCE",
            "REPORT",
            "DETERMINATION",
            "FINDING",
            "finished",
        ]
    ),
    st.just(ON),
)
STRATEGIES = {
    "date | None": days,
    "bool": st.booleans(),
    "bool | None": st.none() | st.booleans(),
    "int": st.integers(0, 3),
    "Mapping[str, date]": maps,
    "Collection[str]": st.lists(
        st.sampled_from(["police_report", "investigator", "school_investigator", "decision_maker"]),
        unique=True,
    ),
    "str": st.sampled_from(["", "SUPPORTIVE", *[outcome.value for outcome in Outcome]]),
}


@given(st.fixed_dictionaries({one.name: STRATEGIES[str(one.type)] for one in fields(Facts)}))
def test_whatever_the_facts_the_list_is_sound(chosen):
    facts = Facts(**chosen)
    found = items(facts)
    assert len({item.key for item in found}) == len(found)
    assert len([item for item in found if item.status is Status.NEXT and not item.side]) <= 1
    assert all(item.label and item.status in Status for item in found)
    assert set(WHO) >= {item.key for item in found if item.who not in ("coordinate_cases",)}
    if facts.closed_on:
        assert not upcoming(facts)


def test_every_duty_names_the_steps_that_do_it():
    steps = {name for name, _move in TitleIXWorkflow.transitions()}
    named = {name for names in STEPS.values() for name in names}
    assert named <= steps, named - steps
    everything = [
        DISTRICT,
        SCHOOL,
        replace(
            DISTRICT,
            informal=True,
            handed_in=1,
            duties_open=["police"],
            due={"measures_review": ON},
        ),
    ]
    without = {item.key for facts in everything for item in items(facts) if not item.steps}
    assert without == {"dismissal"}, "a dismissal alone is never asked for"
