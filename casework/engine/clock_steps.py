"""The steps that move deadlines, the same for every case type: extend, hold, resume, correct day 0
(B2.4).

A workflow takes them over by decorating its class:

    @deadline_steps(STATE, OPEN, by=(SUPERVISE,))
    class AttendanceWorkflow(...):

What may be moved, how far, for which causes, whether every party must have been told first, and who
may not do it is the policy's (`clock_moves`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from viewflow.fsm import State

from casework.access import rights
from casework.engine import clocks
from casework.engine.forms import DateInput, StepForm
from casework.engine.workflow import SYSTEM, Workflow, add_step, step, unmet
from casework.models import Clock, Event

Flow = TypeVar("Flow", bound=Workflow)

CAUSES = {
    "party_absent": _("A party, an advisor or a witness is absent"),
    "law_enforcement": _("Concurrent law-enforcement activity"),
    "language": _("Language assistance is needed"),
    "accommodation": _("Accommodation of a disability is needed"),
    "informal_resolution": _("Informal resolution"),
    "appeal": _("Appeal of a dismissal"),
    "family_request": _("The family asked for it"),
    "illness": _("Illness of the student"),
    "school_closed": _("The school was closed"),
    "other": _("Another good cause, in words"),
}


class ClockForm(StepForm):
    """A step on one of the case's running promises. `what` names the part of the policy that rules
    it."""

    clock = forms.ChoiceField(label=_("Deadline"))
    what = ""
    statuses: tuple[str, ...] = (Clock.Status.RUNNING, Clock.Status.HELD)

    def prepare(self) -> None:
        """The running promises, the one that is due first on top."""
        file = self.flow.file
        self.clocks = {
            str(clock.id): clock
            for clock in sorted(file.running, key=lambda c: (c.due, c.kind))
            if clock.status in self.statuses
        }
        field = self.fields["clock"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (key, f"{clocks.spec_of(file, clock).label} ({clock.due:%d %b %Y})")
            for key, clock in self.clocks.items()
        ]

    def chosen(self) -> Clock | None:
        """The promise that was chosen."""
        return self.clocks.get(str(self.cleaned_data.get("clock")))

    def rule(self) -> Any:
        """What the policy says on this move of the chosen promise; an error on the field where it
        allows none."""
        clock = self.chosen()
        found = clocks.moves(self.flow.file, clock, self.what) if clock else None
        if clock is not None and not found:
            self.add_error("clock", _("The policy does not allow this for this deadline."))
        return found


class MoveForm(ClockForm):
    """A move for good cause, of which every known party was told in writing first (34 CFR
    106.45(b)(1)(v))."""

    cause = forms.ChoiceField(label=_("Good cause"), choices=list(CAUSES.items()))
    reason = forms.CharField(
        label=_("Reason in words"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        help_text=_("It stays in the file."),
    )

    def prepare(self) -> None:
        """A date of the written notice for every party."""
        super().prepare()
        self.parties = {
            f"notice_{party.id}": party for party in self.flow.file.kind.parties(self.flow.file)
        }
        for name, party in self.parties.items():
            self.fields[name] = forms.DateField(
                label=_("Written notice to %(who)s sent on") % {"who": party.label},
                widget=DateInput,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Limits, causes, notices and who may."""
        cleaned = super().clean() or {}
        rule = self.rule()
        if rule:
            self._check(rule, cleaned)
        return cleaned

    def _check(self, rule: Any, cleaned: dict[str, Any]) -> None:
        if cleaned.get("cause") and cleaned["cause"] not in rule.get("causes", CAUSES):
            self.add_error(
                "cause", _("The policy does not name this as a good cause for this deadline.")
            )
        barred = rule.get("not_by")
        if (
            barred
            and self.flow.turn.actor
            and rights.can(self.flow.turn.actor, barred, self.flow.case)
        ):
            self.add_error(
                "clock", _("Whoever investigates this case cannot decide on its deadline.")
            )
        for name in self.parties if rule.get("notice") == "parties" else ():
            sent = cleaned.get(name)
            if sent is None:
                self.add_error(
                    name, _("Every known party must be told in writing before the deadline moves.")
                )
            elif sent > self.flow.turn.today:
                self.add_error(name, _("This date lies in the future: send the notice first."))


class ExtendForm(MoveForm):
    """An extension."""

    what = "extension"
    statuses = (Clock.Status.RUNNING,)
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=365,
        help_text=_("In the unit in which the deadline counts."),
    )
    field_order = ["clock", "days", "cause", "reason"]

    def _check(self, rule: Any, cleaned: dict[str, Any]) -> None:
        super()._check(rule, cleaned)
        clock = self.chosen()
        if clock is None or self.flow.permitted(
            tuple(rule.get("beyond", ())), self.flow.turn.actor
        ):
            return
        if (cleaned.get("days") or 0) > int(rule["max_days"]):
            words = ngettext(
                "At most %(n)s day at a time; more needs a decision above you.",
                "At most %(n)s days at a time; more needs a decision above you.",
                rule["max_days"],
            )
            self.add_error("days", words % {"n": rule["max_days"]})
        if clock.extensions >= int(rule["max_number"]):
            words = ngettext(
                "It was extended %(n)s time already; more needs a decision above you.",
                "It was extended %(n)s times already; more needs a decision above you.",
                clock.extensions,
            )
            self.add_error("clock", words % {"n": clock.extensions})


class HoldForm(MoveForm):
    """A hold with its expected end."""

    what = "hold"
    until = forms.DateField(label=_("Expected end of the hold"), widget=DateInput)
    field_order = ["clock", "until", "cause", "reason"]

    def _check(self, rule: Any, cleaned: dict[str, Any]) -> None:
        super()._check(rule, cleaned)
        until, today = cleaned.get("until"), self.flow.turn.today
        if until and until <= today:
            self.add_error("until", _("The hold must end on a day to come."))
        if until and until > today + timedelta(days=int(rule["max_days"])):
            words = ngettext(
                "At most %(n)s day; it can be renewed with a new notice.",
                "At most %(n)s days; it can be renewed with a new notice.",
                rule["max_days"],
            )
            self.add_error("until", words % {"n": rule["max_days"]})


class ResumeForm(ClockForm):
    """The end of a hold."""

    statuses = (Clock.Status.HELD,)
    on = forms.DateField(label=_("Days count again from"), widget=DateInput)

    def prepare(self) -> None:
        """Today, most of the time."""
        super().prepare()
        self.fields["on"].initial = self.flow.turn.today

    def clean(self) -> dict[str, Any]:
        """Not before the hold began, not in the future."""
        cleaned = super().clean() or {}
        clock, on = self.chosen(), cleaned.get("on")
        if clock and on and not (clock.held_from or on) <= on <= self.flow.turn.today:
            self.add_error("on", _("Choose a day between the begin of the hold and today."))
        return cleaned


class RebaseForm(ClockForm):
    """Day 0 was wrong."""

    day0 = forms.DateField(
        label=_("Right day 0"),
        widget=DateInput,
        help_text=_("The day on which the school first knew."),
    )
    reason = forms.CharField(
        label=_("How this was found"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000
    )

    def clean_day0(self) -> date:
        """It has happened."""
        found: date = self.not_in_future("day0")
        return found


def on_hold(flow: Workflow) -> object:
    """Something is on hold."""
    return unmet(
        any(clock.status == Clock.Status.HELD for clock in flow.file.running),
        _("No deadline is on hold."),
    )


def may_move(what: str) -> Any:
    """The condition that the policy allows this move for at least one running promise."""

    def allowed(flow: Workflow) -> object:
        found = any(clocks.moves(flow.file, clock, what) for clock in flow.file.running)
        return unmet(found, _("No deadline runs in this case that the policy lets anybody move."))

    return allowed


@dataclass(frozen=True)
class Place:
    """Where in a workflow deadlines may be moved, by whom, and the rule that allows it."""

    state: State
    sources: list[Any]
    by: tuple[str, ...]
    cite: str


def deadline_steps(
    state: State, sources: Sequence[Any], *, by: tuple[str, ...], cite: str = ""
) -> Callable[[type[Flow]], type[Flow]]:
    """Decorate a workflow: it gets the five steps, for these of its states. `cite` is the rule that
    allows the case type to move its deadlines."""
    place = Place(state, list(sources), by, cite)
    steps = {
        "extend_deadline": _extend(place),
        "hold_deadline": _hold(place),
        "resume_deadline": _resume(place),
        "correct_day0": _correct_day0(place),
        "recalculate_deadlines": _recalculate(place),
    }

    def add(workflow: type[Flow]) -> type[Flow]:
        for name, transition in steps.items():
            add_step(workflow, name, transition)
        return workflow

    return add


def _extend(place: Place) -> Any:
    @step(
        place.state,
        source=place.sources,
        label=_("Extend a deadline"),
        by=place.by,
        form=ExtendForm,
        event=Event.Kind.CLOCK,
        work=False,
        conditions=[may_move("extension")],
        does=_("Moves the due date for good cause; the original date stays and counts on."),
        cite=place.cite,
    )
    def extend_deadline(self: Workflow) -> None:
        """B2.4: limited extension for good cause with written notice to the parties."""
        notices, clock = _taken(self)
        in_time = clocks.extend(
            self.file, clock, self.data["days"], self.turn, self.data["cause"], _why(self), notices
        )
        self.remember(clock_kind=clock.kind, new_due=clock.due, late=not in_time)

    return extend_deadline


def _hold(place: Place) -> Any:
    @step(
        place.state,
        source=place.sources,
        label=_("Put a deadline on hold"),
        by=place.by,
        form=HoldForm,
        event=Event.Kind.CLOCK,
        work=False,
        conditions=[may_move("hold")],
        does=_("Days stop counting until you resume; an alert comes at the expected end."),
    )
    def hold_deadline(self: Workflow) -> None:
        """B2.4: temporary delay with an expected end; renewed by doing it again."""
        notices, clock = _taken(self)
        clocks.hold(
            self.file, clock, self.data["until"], self.turn, self.data["cause"], _why(self), notices
        )
        self.remember(clock_kind=clock.kind)

    return hold_deadline


def _resume(place: Place) -> Any:
    @step(
        place.state,
        source=place.sources,
        label=_("Resume a deadline"),
        by=place.by,
        form=ResumeForm,
        event=Event.Kind.CLOCK,
        work=False,
        conditions=[on_hold],
        does=_("Days count again; the due date moves by the days held."),
        primary=True,
    )
    def resume_deadline(self: Workflow) -> None:
        """B2.4: the due date moves by the days held."""
        _notices, clock = _taken(self)
        clocks.resume(self.file, clock, self.data["on"], self.turn)
        self.remember(clock_kind=clock.kind, new_due=clock.due)

    return resume_deadline


def _correct_day0(place: Place) -> Any:
    @step(
        place.state,
        source=place.sources,
        label=_("Correct day 0 of a deadline"),
        by=place.by,
        form=RebaseForm,
        event=Event.Kind.CLOCK,
        work=False,
        conditions=[may_move("extension")],
        does=_("Starts the deadline anew from the right day; the wrong one stays in the history."),
    )
    def correct_day0(self: Workflow) -> None:
        """B2.4: rebase, only when day 0 itself was wrong."""
        _notices, clock = _taken(self)
        right = clocks.rebase(self.file, clock, self.data["day0"], _why(self), self.turn)
        self.remember(clock_kind=clock.kind, new_due=right.due, rebased_from=clock.day0)

    return correct_day0


def _recalculate(place: Place) -> Any:
    @step(
        place.state,
        source=place.sources,
        label=_("Calendar changed"),
        by=(SYSTEM,),
        event=Event.Kind.CLOCK,
        work=False,
    )
    def recalculate_deadlines(self: Workflow) -> None:
        """N8: every running school-day or work-day promise follows the amended calendar."""
        for clock in [clock for clock in self.file.running if clock.unit != "calendar"]:
            if clocks.recalculate(self.file, clock, self.turn):
                self.remember(**{f"due_{clock.kind}": clock.due})

    return recalculate_deadlines


def _why(flow: Workflow) -> str:
    """The reason for the history of the deadline, which nobody can ever change: without words for a
    sealed kind (they stay in its sealed rows)."""
    return "" if flow.file.kind.sealed else str(flow.data["reason"])


def _taken(flow: Workflow) -> tuple[dict[str, str], Clock]:
    """The notices that the validated form held, and the chosen promise."""
    notices = {
        name.removeprefix("notice_"): value.isoformat()
        for name, value in flow.data.items()
        if name.startswith("notice_") and isinstance(value, date)
    }
    wanted = UUID(flow.data["clock"])
    return notices, next(clock for clock in flow.file.running if clock.id == wanted)
