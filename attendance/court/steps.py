"""The truancy court program (domain.md A2.7): weekly sessions at school with a judge. Restorative,
no prosecution."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attendance.common.forms import DayForm, NextForm
from attendance.common.states import COURT, WORK, AttendanceFlow
from attendance.court.forms import CourtSessionForm, EnrollForm
from attendance.models import Court
from attendance.rules import clocks
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SubjectState, step, unmet


class CourtState(models.TextChoices):
    """Where an enrollment stands."""

    OFFERED = "OFFERED", _("Offered")
    CONSENTED = "CONSENTED", _("The family consented")
    ENROLLED = "ENROLLED", _("Enrolled")
    SESSION = "SESSION", _("Sessions are running")
    COMPLETED = "COMPLETED", _("Completed")
    EXITED = "EXITED", _("Left the programme")


S = CourtState
STATE = SubjectState(S)


def session_left(flow: CourtWorkflow) -> object:
    """There are sessions to come."""
    return unmet(flow.court.held < flow.court.sessions, _("Every session was held."))


def all_sessions(flow: CourtWorkflow) -> object:
    """Every weekly session was held."""
    left = flow.court.sessions - flow.court.held
    return unmet(
        left <= 0,
        ngettext("%(n)s session is still to come.", "%(n)s sessions are still to come.", left)
        % {"n": left},
    )


class CourtWorkflow(AttendanceFlow):
    """From the offer to the last weekly session."""

    kind, version = "COURT", "court-2026"
    born = (S.OFFERED,)
    final = (S.COMPLETED, S.EXITED)
    labels = dict(S.choices)
    clocks = clocks.COURT
    state = STATE

    @property
    def court(self) -> Court:
        """The enrollment that is moved."""
        assert isinstance(self.subject, Court)
        return self.subject

    def begin(self) -> None:
        """The family is asked."""
        self.open_task("COURT_CONSENT", role="SSW", clock="court_consent")

    @step(
        STATE,
        source=S.OFFERED,
        target=S.CONSENTED,
        label=_("The family consents"),
        by=(WORK, COURT),
        form=DayForm,
        primary=True,
        does=_("Keeps the day of the consent."),
        makes=_("The duty to enrol the student."),
    )
    def consent(self) -> None:
        """Nobody is enrolled without it."""
        self._worked()
        self.effective_on = self.court.consent_on = self.data["on"]
        self.finish_task("COURT_CONSENT", "consented")
        self.open_task("COURT_ENROLL", role="COURT_COORD", clock="court_enroll")

    @step(
        STATE,
        source=S.CONSENTED,
        target=S.ENROLLED,
        label=_("Enrol in the programme"),
        by=(WORK, COURT),
        form=EnrollForm,
        primary=True,
        does=_("Keeps judge and place, and how many weekly sessions there are."),
        makes=_("The date of the first session."),
    )
    def enroll(self) -> None:
        """The number of weekly sessions is the policy's."""
        self._worked()
        court = self.court
        court.enrolled_on = self.effective_on
        court.judge = self.data["judge"]
        court.place = self.data["place"]
        court.sessions = int(self.policy.require("court.sessions"))
        self.finish_task("COURT_ENROLL", "enrolled")
        self.disclose_to(
            court.judge,
            str(_("name, grade, attendance")),
            str(_("consent of the parent, 34 CFR 99.30")),
        )
        self.open_task("COURT_SESSION", role="COURT_COORD", clock="court_session")

    @step(
        STATE,
        source=[S.ENROLLED, S.SESSION],
        target=S.SESSION,
        label=_("Record a session"),
        by=(WORK, COURT),
        form=CourtSessionForm,
        primary=True,
        conditions=[session_left],
        does=_("Keeps the day and whether the student came."),
        makes=_("The date of the next one, a week later."),
    )
    def record_session(self) -> None:
        """Weekly; the next one counts from this one."""
        self._worked()
        self.effective_on = self.data["on"]
        self.court.held += 1
        self.court.attended += self.data["came"] == "yes"
        self.finish_task("COURT_SESSION", f"session {self.court.held}")
        self.open_task("COURT_SESSION", role="COURT_COORD", clock="court_session")

    @step(
        STATE,
        source=S.SESSION,
        target=S.COMPLETED,
        label=_("Complete the programme"),
        by=(WORK, COURT),
        form=NextForm,
        primary=True,
        conditions=[all_sessions],
        does=_("Ends the programme after its last session."),
    )
    def complete_court(self) -> None:
        """After the last weekly session."""
        self._end()

    @step(
        STATE,
        source=[S.OFFERED, S.CONSENTED, S.ENROLLED, S.SESSION],
        target=S.EXITED,
        label=_("The family declines or leaves"),
        by=(WORK, COURT),
        form=ReasonForm,
        does=_("Ends the programme early. No prosecution follows from it."),
    )
    def leave_court(self) -> None:
        """Voluntary to the last day."""
        self._end()

    def _end(self) -> None:
        self._worked()
        self.court.ended_on = self.effective_on
        self.end_process()
        self.decide_next()
