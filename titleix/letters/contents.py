"""What each letter of a Title IX case says: from the file and the form to the fields of the
template (letter_templates).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings

from casework.documents.letters import Letterhead
from casework.engine.workflow import Workflow
from district.models import District, User
from district.models import Role as PostRole
from titleix.case import queries
from titleix.models import Party, Record
from titleix.rules import decision_times, timelines
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

# The fields of a template by their names, as `letter_templates/fields.json` lists them.
Fields = dict[str, Any]


def letterhead() -> Letterhead:
    """The district's letterhead."""
    district = District.objects.first()
    if district is None:
        return Letterhead(name=settings.DISTRICT_NAME)
    return Letterhead(
        district.name, district.address.splitlines(), district.phone, district.website
    )


def data(flow: Workflow, code: str, party: Party, reader: Party) -> Fields:
    """All that one letter says to one reader."""
    letter = Letter(flow, party, reader)
    return {**letter.common(), **TEXTS[code](letter)}


class Letter:
    """One letter in the making: the step that sends it, whose right it is, who reads it."""

    def __init__(self, flow: Workflow, party: Party, reader: Party) -> None:
        self.flow, self.file = flow, flow.file
        self.case: Any = flow.case
        self.party, self.reader = party, reader
        self.language = reader.language if reader.language in ("en", "es") else "en"
        dated = flow.data.get("on") if "means" in flow.data else None
        self.on: date = dated or flow.turn.today

    # -- the frame ---------------------------------------------------------------------------------

    def common(self) -> Fields:
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
            (party for party in self.file.children["party"] if party.id == self.party.acts_for_id),
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
        holders = User.objects.filter(posts__role=PostRole.TITLE_IX_COORDINATOR, is_active=True)
        return holders.filter(pk=self.case.owner_id).first() or holders.order_by("pk").first()

    # -- what several letters say ------------------------------------------------------------------

    def lines(self, name: str) -> list[str]:
        """A field of several lines as a list."""
        return [
            line.strip()
            for line in str(self.flow.data.get(name) or "").splitlines()
            if line.strip()
        ]

    def policy(self, path: str) -> Any:
        """A text of the district in the reader's language."""
        text = self.flow.policy.get(f"letters.{path}")
        return text.get(self.language) if isinstance(text, dict) and self.language in text else text

    def names(self, part: str) -> list[str]:
        """The names of one side."""
        return [party.name for party in queries.people(self.file, part) if party.name]

    def conduct(self, rows: list[Record] | None = None) -> list[str]:
        """The allegations, or what was reported where none is written down yet."""
        texts = [
            row.text
            for row in (
                rows if rows is not None else queries.records(self.file, Record.Kind.ALLEGATION)
            )
        ]
        return texts or [
            self.case.narrative.strip()
            or self.say("The conduct that was reported.", "La conducta que fue reportada.")
        ]

    def allegations(self) -> Fields:
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
        window = timelines.party_window(people, queries.span(self.file, name), self.file.calendar)
        assert window is not None
        return window

    def results(self, *, reasons: bool = True) -> list[dict[str, str]]:
        """The result of each allegation with its rationale."""
        allegations = {
            row.number: row.text for row in queries.records(self.file, Record.Kind.ALLEGATION)
        }
        results = [
            {
                "allegation": allegations.get(int(row.data.get("allegation", 0)), ""),
                "finding": row.code,
                "rationale": row.text,
            }
            for row in queries.findings(self.file)
        ]
        return (
            results
            if reasons
            else [
                {"allegation": result["allegation"], "finding": result["finding"]}
                for result in results
            ]
        )

    def measures(self) -> list[str]:
        """The measures that concern this reader (FERPA: never another one's)."""
        return [row.text for row in queries.measures(self.file, self.person())] + self.lines(
            "measures"
        )

    def advisor(self) -> str | None:
        """The advisor of the person."""
        names = [
            advisor.name
            for advisor in queries.acting_for(self.file, self.person(), Party.Part.ADVISOR)
            if advisor.name
        ]
        return names[0] if names else None

    def appeal_by(self) -> str:
        """The last day to appeal from this letter."""
        return decision_times.appeal_window(
            [self.on], queries.span(self.file, "appeal_window"), self.file.calendar
        ).file_by.due.isoformat()

    def after(self, name: str, start: date | None = None) -> str:
        """The due date of a promise that begins today."""
        return timelines.due(
            start or self.on, queries.span(self.file, name), self.file.calendar
        ).due.isoformat()


Text = Callable[[Letter], Fields]
# What a letter says beside the frame, by its code: each wing adds the texts of its own letters.
TEXTS: dict[str, Text] = {}


def says(code: str) -> Callable[[Text], Text]:
    """The function below is the text of the letters of this code."""

    def register(text: Text) -> Text:
        TEXTS[code] = text
        return text

    return register


@says("ACK")
def _acknowledgement(letter: Letter) -> Fields:
    return {"received_on": letter.case.opened_on.isoformat()}


@says("SUPPORT")
def _measures_offered(letter: Letter) -> Fields:
    return {**_acknowledgement(letter), "measures_offered": letter.lines("lines")}


@says("RETALIATION")
def _retaliation_prohibited(letter: Letter) -> Fields:
    return {}


@says("CLOSING")
def _closing(letter: Letter) -> Fields:
    return {
        "closed_on": letter.on.isoformat(),
        "reason": "supportive" if letter.case.state == "SUPPORTIVE_ONLY" else "dismissed",
        "explanation": letter.flow.data["reason"],
        "measures": letter.measures(),
    }
