"""What each letter of a Title IX case says: from the file and the form to the fields of the template (letter_templates)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from casework.documents.letters import Letterhead
from casework.engine import clocks, date_rules
from casework.engine.workflow import Workflow
from district.models import District, User
from titleix.case import conditions, queries
from titleix.letters import investigative_report
from titleix.models import Party, Record
from titleix.rules import timelines
from titleix.rules.separation_of_duties import Role

TITLES = {
    Role.COORDINATOR: "coordinator",
    Role.INVESTIGATOR: "investigator",
    Role.SCHOOL_INVESTIGATOR: "investigator",
    Role.DECISION_MAKER: "decision_maker",
    Role.APPEAL_OFFICER: "appeal_officer",
    Role.FACILITATOR: "facilitator",
    Role.SCHOOL_ADMINISTRATOR: "principal",
}


Text = Callable[["Letter"], dict[str, Any]]
# What a letter says beside the frame, by its code; each wing adds its own letters with `says`.
TEXTS: dict[str, Text] = {
    "ACK": lambda letter: {"received_on": letter.case.opened_on.isoformat()},
    "SUPPORT": lambda letter: {
        "received_on": letter.case.opened_on.isoformat(),
        "measures_offered": letter.lines("lines"),
    },
    "RETALIATION": lambda letter: {},
}


def says(code: str) -> Callable[[Text], Text]:
    """The function below says what the letters of this code say."""

    def register(text: Text) -> Text:
        TEXTS[code] = text
        return text

    return register


def letterhead() -> Letterhead:
    """The district's letterhead."""
    district = District.objects.first()
    if district is None:
        return Letterhead(name=settings.DISTRICT_NAME)
    return Letterhead(
        district.name, district.address.splitlines(), district.phone, district.website
    )


def data(flow: Workflow, code: str, party: Party, reader: Party) -> dict[str, Any]:
    """All that one letter says to one reader."""
    letter = Letter(flow, party, reader)
    return {**letter.common(), **TEXTS[code](letter)}


class Letter:
    """One letter in the making: the step that sends it, the person whose right it is, who reads it."""

    def __init__(self, flow: Workflow, party: Party, reader: Party) -> None:
        self.flow, self.file, self.case, self.party, self.reader = (
            flow,
            flow.file,
            flow.case,
            party,
            reader,
        )
        self.language = reader.language if reader.language in ("en", "es") else "en"
        dated = flow.data.get("on") if "means" in flow.data else None
        self.on: date = dated or flow.turn.today

    # -- the frame ------------------------------------------------------------------------------------------------------

    def common(self) -> dict[str, Any]:
        """What every letter has."""
        address = [line for line in self.reader.address.splitlines() if line.strip()] or [
            self.reader.email or self.say("by hand", "en mano")
        ]
        school = self.case.school
        signer = self.flow.turn.actor
        return {
            "school": {
                "name": school.name if school else "",
                "address": school.address.splitlines() if school else [],
                "phone": school.phone if school else "",
            },
            "case_number": self.case.number,
            "reference": self.case.number,
            "date": self.on.isoformat(),
            "language": self.reader.language,
            "recipients": [{"name": self.reader.name, "address": address}],
            "recipient_name": self.reader.name,
            "recipient_address": address,
            "recipient_role": self.role(),
            "person_name": self.person().name or self.reader.name,
            "coordinator": self.contact(Role.COORDINATOR),
            "signer": signer.get_full_name() or signer.get_username() if signer else "",
            "signer_title": self.title(),
        }

    def say(self, english: str, spanish: str) -> str:
        """Words of ours in the reader's language."""
        return spanish if self.language == "es" else english

    def role(self) -> str:
        """How the reader stands to the case, as the templates name it."""
        part = self.party.part
        if part in (Party.Part.PARENT, Party.Part.ADVISOR):
            whose = self.person()
            side = whose.part if whose.is_party else "witness"
            return f"{side}_{part}" if part == Party.Part.PARENT or whose.is_party else "witness"
        return f"{part}_parent" if self.reader is not self.party else str(part)

    def person(self) -> Party:
        """The party (or witness) whom the reader is or acts for."""
        if self.party.acts_for_id is None:
            return self.party
        return next(
            (one for one in self.file.children["party"] if one.id == self.party.acts_for_id),
            self.party,
        )

    def title(self) -> str:
        """In which function the signer writes."""
        actor = self.flow.turn.actor
        roles = (
            [Role(row.role) for row in queries.assigned_to(self.file, actor.pk)] if actor else []
        )
        return next((TITLES[role] for role in roles if role in TITLES), "coordinator")

    def contact(self, *roles: Role) -> dict[str, str]:
        """Whom to write to: who holds one of these functions, else who coordinates the case."""
        rows = queries.assigned(self.file, *roles) or queries.assigned(self.file, Role.COORDINATOR)
        wanted = rows[0].user_id if rows else None
        user = User.objects.filter(pk=wanted).first() if wanted else self._coordinator()
        school = self.case.school
        phone = (
            (user.phone if user else "") or letterhead().phone or (school.phone if school else "")
        )
        return {
            "name": (user.get_full_name() if user else "")
            or self.say("the Title IX office", "la oficina de Título IX"),
            "email": (user.email if user else "") or settings.DEFAULT_FROM_EMAIL,
            "phone": phone or self.say("at the district office", "en la oficina del distrito"),
        }

    def _coordinator(self) -> User | None:
        from district.models import Role as PostRole

        holders = User.objects.filter(posts__role=PostRole.TITLE_IX_COORDINATOR, is_active=True)
        return holders.filter(pk=self.case.owner_id).first() or holders.order_by("pk").first()

    # -- what several letters say ---------------------------------------------------------------------------------------

    def lines(self, name: str) -> list[str]:
        """A field of several lines as a list."""
        return [
            line.strip()
            for line in str(self.flow.data.get(name) or "").splitlines()
            if line.strip()
        ]

    def policy(self, path: str) -> Any:
        """A text of the district in the reader's language."""
        found = self.flow.policy.get(f"letters.{path}")
        return (
            found.get(self.language)
            if isinstance(found, dict) and self.language in found
            else found
        )

    def names(self, part: str) -> list[str]:
        """The names of one side."""
        return [party.name for party in queries.people(self.file, part) if party.name]

    def conduct(self, rows: list[Record] | None = None) -> list[str]:
        """The allegations, or what was reported where none is written down yet."""
        found = [
            row.text
            for row in (
                rows if rows is not None else queries.records(self.file, Record.Kind.ALLEGATION)
            )
        ]
        return found or [
            self.case.narrative.strip()
            or self.say("The conduct that was reported.", "La conducta que fue reportada.")
        ]

    def allegations(self) -> dict[str, Any]:
        """Who, what, when, where (34 CFR 106.45(b)(2)(i)(B))."""
        pause = queries.span(self.file, "before_interview")
        return {
            "complainants": self.names("complainant"),
            "respondents": self.names("respondent"),
            "incident_dates": [self.case.incident_on.isoformat()] if self.case.incident_on else [],
            "incident_place": None,
            "rules": self.policy("rules"),
            "earliest_interview": timelines.due(self.on, pause, self.file.calendar).due.isoformat(),
            "false_statement_rule": self.policy("false_statement_rule"),
        }

    def window(self, name: str) -> timelines.Window:
        """The window of at least ten days that begins with this letter (N9)."""
        people = [timelines.Recipient(self.on)]
        found = timelines.party_window(people, queries.span(self.file, name), self.file.calendar)
        assert found is not None
        return found

    def results(self, *, reasons: bool = True) -> list[dict[str, str]]:
        """The result of each allegation with its rationale."""
        told = {row.number: row.text for row in queries.records(self.file, Record.Kind.ALLEGATION)}
        found = [
            {
                "allegation": told.get(int(row.data.get("allegation", 0)), ""),
                "finding": row.code,
                "rationale": row.text,
            }
            for row in queries.findings(self.file)
        ]
        return (
            found
            if reasons
            else [{"allegation": one["allegation"], "finding": one["finding"]} for one in found]
        )

    def measures(self) -> list[str]:
        """The measures that concern this reader (FERPA: never another one's)."""
        return [row.text for row in queries.measures(self.file, self.person())] + self.lines(
            "measures"
        )

    def advisor(self) -> str | None:
        """The advisor of the person."""
        found = [
            one.name
            for one in queries.acting_for(self.file, self.person(), Party.Part.ADVISOR)
            if one.name
        ]
        return found[0] if found else None

    def appeal_by(self) -> str:
        """The last day to appeal from this letter."""
        return timelines.appeal_window(
            [self.on], queries.span(self.file, "appeal_window"), self.file.calendar
        ).file_by.due.isoformat()

    def after(self, name: str, start: date | None = None) -> str:
        """The due date of a promise that begins today."""
        return timelines.due(
            start or self.on, queries.span(self.file, name), self.file.calendar
        ).due.isoformat()


def _paragraphs(text: Any) -> list[str]:
    return [part.strip() for part in str(text or "").split("\n\n") if part.strip()]


@says("INFO")
def _info(letter: Letter) -> dict[str, Any]:
    running = [clock.due for clock in letter.file.running if clock.kind == "info"]
    return {
        "received_on": letter.case.opened_on.isoformat(),
        "needed": letter.lines("needed"),
        "reply_by": max(running, default=letter.on).isoformat(),
    }


@says("NOTICE")
def _notice(letter: Letter) -> dict[str, Any]:
    student = any(
        party.kind == Party.Kind.STUDENT
        for party in queries.people(letter.file, Party.Part.COMPLAINANT)
    )
    return {
        **letter.allegations(),
        "conduct": letter.conduct(),
        "complaint_filed_on": letter.case.complaint_on.isoformat(),
        "complaint_signed_by": letter.case.complaint_by,
        "window_days": queries.span(letter.file, "evidence_wait").n,
        "standard": letter.case.standard,
        "procedure_at": letter.policy("procedure_at"),
        "informal_resolution_available": not (letter.case.employee_respondent and student),
    }


@says("NOTICE_SUPPLEMENT")
def _supplement(letter: Letter) -> dict[str, Any]:
    first = min(
        (row.sent_on for row in letter.file.children["delivery"] if row.code == "NOTICE"),
        default=letter.on,
    )
    return {
        **letter.allegations(),
        "conduct": letter.conduct(conditions.unnoticed(letter.flow)),
        "first_notice_on": first.isoformat(),
    }


@says("INTERVIEW")
def _interview(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    return {
        "meeting_date": form["meets_on"].isoformat(),
        "meeting_time": f"{form['time']:%H:%M}",
        "meeting_place": form["place"],
        "purpose": form["purpose"],
        "participants": form["participants"],
    }


@says("EVIDENCE")
def _evidence(letter: Letter) -> dict[str, Any]:
    titles = [
        str(row.data.get("title") or row.text[:80])
        for row in queries.records(letter.file, Record.Kind.EVIDENCE)
    ]
    return {
        "evidence_items": titles,
        "how_to_view": letter.policy("how_to_view"),
        "advisor_name": letter.advisor(),
        "respond_by": letter.window("evidence_wait").ends_on.isoformat(),
        "investigator": letter.contact(Role.INVESTIGATOR),
    }


@says("REPORT")
def _report(letter: Letter) -> dict[str, Any]:
    window, wait = letter.window("report_wait"), queries.span(letter.file, "report_wait")
    days = timelines.question_dates(
        letter.on,
        timelines.QuestionDays(**letter.flow.policy.require("questions")),
        wait,
        letter.file.calendar,
    )
    return {
        "how_to_view": letter.policy("how_to_view"),
        "advisor_name": letter.advisor(),
        "questions_by": days.ask_by.isoformat(),
        "answers_by": days.answer_by.isoformat(),
        "follow_up_by": days.follow_up_by.isoformat(),
        "respond_by": window.ends_on.isoformat(),
        "decision_from": window.next_from.isoformat(),
        "decision_maker": letter.contact(Role.DECISION_MAKER),
    }


@says("DETERMINATION")
def _determination(letter: Letter) -> dict[str, Any]:
    row = queries.decided(letter.file)
    assert row is not None
    steps = investigative_report.parsed(str(row.data.get("procedure") or ""), row.on)
    return {
        "complaint_filed_on": letter.case.complaint_on.isoformat(),
        "steps": [{"date": day.isoformat(), "what": what} for day, what in steps],
        "standard": letter.case.standard,
        "facts_found": _paragraphs(row.data.get("facts")),
        "conclusions": _paragraphs(row.data.get("conclusions")),
        "results": letter.results(),
        "sanctions": _paragraphs(row.data.get("sanctions")),
        "remedies_provided": bool(row.data.get("remedies")),
        "appeal_by": letter.appeal_by(),
        "appeal_to": letter.contact(Role.COORDINATOR),
    }


@says("DISMISSAL")
def _dismissal(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    filed = letter.case.complaint_on or form.get("on") or letter.on
    return {
        "complaint_filed_on": filed.isoformat(),
        "conduct": letter.conduct(),
        "grounds": [form["ground"]],
        "reasons": form["reason"],
        "rest_continues": False,
        "other_action": form.get("other_action") or None,
        "appeal_by": letter.appeal_by(),
        "appeal_to": letter.contact(Role.COORDINATOR),
    }


def _appeal(letter: Letter) -> dict[str, Any]:
    row = queries.appeals(letter.file)[-1]
    people = {party.id: party for party in letter.file.children["party"]}
    return {
        "appeal_filed_on": row.on.isoformat(),
        "appellant": people[row.party_id].name,
        "appeal_of": letter.case.appeal_of or "determination",
        "bases": list(row.data.get("bases") or ()),
    }


@says("APPEAL_NOTICE")
def _appeal_notice(letter: Letter) -> dict[str, Any]:
    decide = [clock.due for clock in letter.file.running if clock.kind == "appeal_decision"]
    stated = letter.after("appeal_statement")
    return {
        **_appeal(letter),
        "appeal_summary": queries.appeals(letter.file)[-1].text,
        "statement_by": stated,
        "appeal_officer": letter.contact(Role.APPEAL_OFFICER),
        "decide_by": max(stated, max(decide, default=letter.on).isoformat()),
    }


@says("APPEAL_DECISION")
def _appeal_decision(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    steps = form.get("next_steps") or letter.policy(f"next_steps.{form['result']}")
    return {
        **_appeal(letter),
        "result": form["result"],
        "rationale": form["text"],
        "next_steps": steps,
    }


@says("OUTCOME")
def _outcome(letter: Letter) -> dict[str, Any]:
    file, row = letter.file, queries.decided(letter.file)
    agreed = bool(queries.records(file, Record.Kind.AGREEMENT))
    told = [row.text for row in queries.records(file, Record.Kind.ALLEGATION)] or letter.conduct()
    decided = letter.results(reasons=False)
    if agreed or not decided:
        decided = [
            {"allegation": text, "finding": "agreement" if agreed else "dismissed"} for text in told
        ]
    checks = (
        [
            (letter.on + timedelta(days=queries.span(file, f"check_{n}").n)).isoformat()
            for n in (30, 60, 90)
        ]
        if letter.case.responsible
        else []
    )
    return {
        "route": "informal_resolution"
        if agreed
        else "appeal_decided"
        if queries.appeals(file)
        else "no_appeal",
        "final_on": _final_on(letter).isoformat(),
        "results": decided,
        "sanctions": [one.text for one in queries.remedies(file, "sanction")],
        "remedies_provided": bool(row and row.data.get("remedies"))
        or bool(queries.remedies(file, "remedy")),
        "measures": letter.measures(),
        "check_ins": checks,
    }


def _final_on(letter: Letter) -> date:
    """The day on which the case became final: when the promise to send the outcome began."""
    return min(
        (clock.day0 for clock in letter.file.running if clock.kind == "outcome"), default=letter.on
    )


@says("EXTENSION")
def _extension(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    clock = next(clock for clock in letter.file.running if str(clock.id) == form["clock"])
    step = "school_investigation" if clock.kind == "school_investigation" else "investigation"
    return {
        "step": step,
        "old_due": clock.due.isoformat(),
        "new_due": form["new_due"].isoformat(),
        "cause": form["cause"],
        "explanation": form["text"],
    }


def _informal(letter: Letter) -> dict[str, Any]:
    return {
        "conduct": letter.conduct(),
        "process": letter.flow.data["process"],
        "facilitator": letter.contact(Role.FACILITATOR),
    }


@says("IR_NOTICE")
def _offer(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    return {
        **_informal(letter),
        "complaint_filed_on": letter.case.complaint_on.isoformat(),
        "ends_by": form["ends_by"].isoformat(),
        "records": letter.lines("records"),
        "reply_by": form["reply_by"].isoformat(),
    }


@says("IR_CONSENT")
def _consent(letter: Letter) -> dict[str, Any]:
    return {
        **_informal(letter),
        "ir_notice_on": letter.on.isoformat(),
        "return_by": letter.flow.data["reply_by"].isoformat(),
    }


@says("EMERGENCY_REMOVAL")
def _removal(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    removed, heard = form["on"], form["challenge_on"]
    return {
        "removed_from": removed.isoformat(),
        "activities": letter.lines("activities"),
        "analysis_on": (form.get("analysis_on") or removed).isoformat(),
        "threat": form["text"],
        "challenge_date": heard.isoformat(),
        "challenge_time": f"{form['challenge_time']:%H:%M}",
        "challenge_place": form["challenge_place"],
        "challenge_to": letter.contact(Role.COORDINATOR),
        "schooling": form["schooling"],
        "review_on": (
            form.get("review_on")
            or date_rules.add(heard, 10, date_rules.Unit.SCHOOL, letter.file.calendar).due
        ).isoformat(),
    }


@says("SCHOOL_OUTCOME")
def _school_outcome(letter: Letter) -> dict[str, Any]:
    return {
        "received_on": queries.known_on(letter.file).isoformat(),
        "rule": letter.policy("school_rule"),
        "results": letter.results(),
        "measures": letter.measures(),
        "check_in": letter.after("check_in"),
        "review": letter.flow.data.get("review") or letter.policy("review"),
    }


@says("REFERRAL")
def _referral(letter: Letter) -> dict[str, Any]:
    form = letter.flow.data
    return {
        "received_on": letter.case.opened_on.isoformat(),
        "explanation": form["text"],
        "referred_on": letter.on.isoformat(),
        "referred_to": {"name": form["office"], "email": form["email"], "phone": form["phone"]},
    }


@says("CLOSING")
def _closing(letter: Letter) -> dict[str, Any]:
    return {
        "closed_on": letter.on.isoformat(),
        "reason": "supportive" if letter.case.state == "SUPPORTIVE_ONLY" else "dismissed",
        "explanation": letter.flow.data["reason"],
        "measures": letter.measures(),
    }


@says("REOPENING")
def _reopening(letter: Letter) -> dict[str, Any]:
    row = queries.records(letter.file, Record.Kind.REOPENING)[-1]
    running = [
        clock.due for clock in letter.file.running if clocks.moves(letter.file, clock, "extension")
    ]
    return {
        "reopened_on": row.on.isoformat(),
        "cause": row.code,
        "explanation": row.text,
        "new_due": max(running, default=letter.on).isoformat(),
        "at_school": letter.case.state == "S_REOPENED",
    }
