"""Finding a student: the street team's process (domain.md A2.5). Nobody is handed back without
being received."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.forms import NextForm
from attendance.common.states import LEAD, LOCATE, SUPERVISE, WORK, AttendanceFlow
from attendance.models import Locate, LocateAttempt
from attendance.rules import clocks, conditions
from attendance.street_team import attempts
from attendance.street_team.forms import (
    AttemptForm,
    DispatchForm,
    DssReportForm,
    HandbackForm,
    OutcomeForm,
)
from casework.engine import date_rules
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SubjectState, step, unmet
from casework.models import Event

OUTCOME = Locate.Outcome


class LocateState(models.TextChoices):
    """Where a request stands."""

    REQUESTED = "REQUESTED", _("Requested")
    ACCEPTED = "ACCEPTED", _("Accepted by the team")
    DISPATCHED = "DISPATCHED", _("Team sent")
    ATTEMPT = "ATTEMPT", _("Being looked for")
    OUTCOME = "OUTCOME", _("Outcome known")
    HANDBACK_PENDING = "HANDBACK_PENDING", _("Handed back, the school must accept")
    HANDBACK_ACCEPTED = "HANDBACK_ACCEPTED", _("Taken back by the school")
    CLOSED = "CLOSED", _("Closed")
    CANCELLED = "CANCELLED", _("Withdrawn: the student is back")


S = LocateState
STATE = SubjectState(S)
LOOKING = [S.DISPATCHED, S.ATTEMPT]


def welfare_reported(flow: LocateWorkflow) -> object:
    """G.S. 115C-400, 7B-301: a concern for the child's welfare is reported before anything else
    happens."""
    met = flow.locate.outcome != OUTCOME.WELFARE_CONCERN or flow.locate.dss_reported_on is not None
    return unmet(met, _("First record the report to DSS (G.S. 115C-400, 7B-301)."))


def welfare_open(flow: LocateWorkflow) -> object:
    """There is a concern that was not reported yet."""
    met = flow.locate.outcome == OUTCOME.WELFARE_CONCERN and flow.locate.dss_reported_on is None
    return unmet(met, _("There is no concern that waits for a report."))


class LocateWorkflow(AttendanceFlow):
    """One request, from the school to the street team and back."""

    kind, version = "LOCATE", "locate-2026"
    born = (S.REQUESTED,)
    final = (S.CLOSED, S.CANCELLED)
    labels = dict(S.choices)
    clocks = clocks.LOCATE
    state = STATE

    @property
    def locate(self) -> Locate:
        """The request that is moved."""
        assert isinstance(self.subject, Locate)
        return self.subject

    def attempts(self) -> list[LocateAttempt]:
        """The attempts so far, in their order."""
        return sorted(
            (row for row in self.file.children["attempt"] if row.locate_id == self.locate.id),
            key=lambda row: row.number,
        )

    def begin(self) -> None:
        """The team is sent within two school days."""
        self.open_task("DISPATCH_TEAM", role="STREET_LEAD", clock="locate_dispatch")

    @step(
        STATE,
        source=S.REQUESTED,
        target=S.ACCEPTED,
        label=_("Accept the request"),
        by=(LEAD,),
        primary=True,
        does=_("Your team takes the search over."),
    )
    def accept_locate(self) -> None:
        """The lead of the area's street team."""
        self.locate.lead_id = self.actor_id

    @step(
        STATE,
        source=[S.REQUESTED, S.ACCEPTED, *LOOKING],
        target=S.DISPATCHED,
        label=_("Send a team"),
        by=(LEAD,),
        form=DispatchForm,
        primary=True,
        does=_("Names the two people who go, and what they must know for their safety."),
        makes=_("The dates of the first visit and of the outcome."),
    )
    def dispatch_team(self) -> None:
        """Always two people. A team may be changed while the search goes on; its dates stay."""
        self.locate.lead_id = self.actor_id
        self.locate.team, self.locate.safety = self.data["team"], self.data["safety"]
        if self.locate.dispatched_on is None:
            self.locate.dispatched_on = self.effective_on
            self.finish_task("DISPATCH_TEAM", "sent")
            self.start_clock("locate_visit")
            self.open_task("LOCATE_STUDENT", role="STREET_MEMBER", clock="locate_outcome")

    @step(
        STATE,
        source=LOOKING,
        target=S.ATTEMPT,
        label=_("Record an attempt"),
        by=(LOCATE,),
        form=AttemptForm,
        primary=True,
        does=_("Keeps where you were, when, and whom you met (their role, not their name)."),
    )
    def record_attempt(self) -> None:
        """Date and time, two people, address, safety note, who was spoken to, what was left, next
        step."""
        data = self.data
        local = date_rules.local_date(data["at"], settings.TIME_ZONE)
        self.effective_on = local
        row = LocateAttempt(
            id=uuid4(),
            number=len(self.attempts()) + 1,
            at=data["at"],
            on=local,
            day_part=attempts.day_part(data["at"], self.policy),
            team=data["team"],
            address=data["address"],
            result=data["result"],
            spoken_to=data["spoken_to"],
            materials=data["materials"],
            language=data["language"],
            safety=data["safety"],
            next_step=data["next_step"],
        )
        row.case_id, row.locate_id = self.case.id, self.locate.id
        self.file.add(row)
        self.stop_clock("locate_visit")
        if row.result in ("spoke", "student"):
            self._contact(local)

    @step(
        STATE,
        source=LOOKING,
        target=S.OUTCOME,
        label=_("Record the outcome"),
        by=(LOCATE,),
        form=OutcomeForm,
        primary=True,
        does=_("Ends the search with what was found."),
        makes=_("The duty to hand the student back to the home school."),
    )
    def record_outcome(self) -> None:
        """The form holds what each outcome needs; not found only after enough attempts on different
        days and parts of the day."""
        data, locate = self.data, self.locate
        locate.outcome = data["outcome"]
        locate.outcome_on = self.effective_on
        locate.findings = data["findings"]
        locate.cause = data["cause"]
        locate.destination = data["destination"]
        locate.proof = data["proof"]
        locate.liaison_on = data["liaison_on"]
        if locate.outcome == OUTCOME.HOMELESS_MV:
            self.case.exclusions = conditions.with_exclusion(self.case.exclusions, "homeless", True)
        self.stop_clock("locate_visit")
        self.finish_task("LOCATE_STUDENT", locate.outcome)
        self.open_task("HAND_BACK", role="STREET_LEAD", clock="locate_handback")
        if locate.outcome == OUTCOME.WELFARE_CONCERN:
            self.alert("WELFARE_CONCERN", "supervisor")

    @step(
        STATE,
        source=S.OUTCOME,
        label=_("Record the report to DSS"),
        by=(LOCATE, WORK),
        form=DssReportForm,
        event=Event.Kind.FACT,
        primary=True,
        conditions=[welfare_open],
        does=_("Keeps when and to whom the concern was reported."),
        cite="G.S. 115C-400, 7B-301",
    )
    def report_to_dss(self) -> None:
        """Whoever has cause to suspect reports; the record is a disclosure."""
        self.effective_on = self.locate.dss_reported_on = self.data["on"]
        self.disclose_to(
            self.data["to"],
            str(_("report of a concern for the child's welfare")),
            "G.S. 115C-400, 7B-301",
        )

    @step(
        STATE,
        source=S.OUTCOME,
        target=S.HANDBACK_PENDING,
        label=_("Hand the student back to the school"),
        by=(LOCATE,),
        form=HandbackForm,
        primary=True,
        conditions=[welfare_reported],
        does=_("The home school's social worker must accept; until then the supervisor sees it."),
    )
    def hand_back(self) -> None:
        """The request stays on the supervisor's list until the school accepts."""
        self.locate.handed_back_on = self.effective_on
        self.finish_task("HAND_BACK", "handed back")
        self.open_task("ACCEPT_HANDBACK", role="SSW", clock="locate_accept")
        self.alert("HANDBACK", "supervisor")

    @step(
        STATE,
        source=S.HANDBACK_PENDING,
        target=S.HANDBACK_ACCEPTED,
        label=_("Take the student back from the street team"),
        by=(WORK,),
        form=HandbackForm,
        primary=True,
        does=_("You know what was found and go on from there."),
    )
    def accept_handback(self) -> None:
        """The home school's social worker."""
        self._worked()
        self.locate.accepted_on, self.locate.accepted_by_id = self.effective_on, self.actor_id
        self.finish_task("ACCEPT_HANDBACK", "accepted")
        self.open_task("CLOSE_LOCATE", role="SSW", clock="locate_close")

    @step(
        STATE,
        source=S.HANDBACK_PENDING,
        target=S.DISPATCHED,
        label=_("Send the search back to the team"),
        by=(WORK, SUPERVISE),
        form=ReasonForm,
        does=_("The search goes on: say what is missing."),
        makes=_("A new date for the outcome."),
    )
    def search_on(self) -> None:
        """Broken off, or not enough to go on with."""
        self._worked()
        self.finish_task("ACCEPT_HANDBACK", gettext_noop("sent back"), cancelled=True)
        self.open_task("LOCATE_STUDENT", role="STREET_MEMBER", clock="locate_outcome")

    @step(
        STATE,
        source=S.HANDBACK_ACCEPTED,
        target=S.CLOSED,
        label=_("Close the search"),
        by=(WORK,),
        form=NextForm,
        primary=True,
        does=_("Keeps what the school does next."),
    )
    def close_locate(self) -> None:
        """What follows from the outcome."""
        self._worked()
        self.finish_task("CLOSE_LOCATE", "closed")
        self.end_process()

    @step(
        STATE,
        source=[S.REQUESTED, S.ACCEPTED, *LOOKING],
        target=S.CANCELLED,
        label=_("Call the search off: the student is back"),
        by=(WORK, LEAD, SUPERVISE),
        form=ReasonForm,
        does=_("Ends the search because the student is at school or the family called."),
    )
    def call_off(self) -> None:
        """Nothing to look for any more."""
        self.end_process(reason=gettext_noop("called off"))
