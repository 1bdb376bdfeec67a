"""The whole of a new kind: a model, a workflow, a registration."""

from django import forms
from django.db.models import Q

from casework.access.rights import GrantAccess
from casework.case_types.registry import CaseKind, Party
from casework.engine.clock_steps import deadline_steps
from casework.engine.forms import NoteForm, StepForm
from casework.engine.workflow import NEW, SYSTEM, ClockSpec, SubjectState, Workflow, step, unmet
from tests.toykind.models import BullyingCase


class PlaceForm(StepForm):
    place = forms.CharField(max_length=100)


def known_place(flow):
    return unmet(flow.case.place, "Say first where it happened.")


LABELS = {"REPORTED": "Reported", "LOOKED_INTO": "Looked into", "DONE": "Done"}
OPEN = ("REPORTED", "LOOKED_INTO")
state = SubjectState(LABELS)


@deadline_steps(state, OPEN, by=("work_cases",))
class BullyingWorkflow(Workflow):
    kind, version = "BUL", "bul-2026"
    born, final = ("REPORTED",), ("DONE",)
    labels = LABELS
    clocks = {
        "look": ClockSpec("look", "Look into it", lambda policy: {"n": 5, "unit": "school_day"}),
        "school": ClockSpec(
            "school",
            "School",
            lambda policy: {"n": 30, "unit": "calendar_day"},
            ladder="investigation",
            moves="investigation",
        ),
        "district": ClockSpec(
            "district",
            "District",
            lambda policy: {"n": 60, "unit": "calendar_day"},
            ladder="investigation",
            moves="investigation",
        ),
        "wait": ClockSpec(
            "wait", "Wait", lambda policy: {"n": 10, "unit": "calendar_day"}, then="wait_over"
        ),
    }
    state = state

    @step(state, source=OPEN, label="Promise", by=(SYSTEM,))
    def promise(self):
        self.start_clock(self.data["kind"], self.data["day0"])

    @step(state, source=OPEN, label="Keep", by=(SYSTEM,))
    def keep(self):
        self.stop_clock(self.data["kind"])

    @step(state, source=OPEN, label="Escalate", by=(SYSTEM,))
    def escalate(self):
        self.escalate_clock("school", "district", self.data.get("complaint_on"))

    @step(
        state,
        source="REPORTED",
        label="The wait is over",
        by=(SYSTEM,),
        conditions=[known_place],
        stops=("wait",),
    )
    def wait_over(self):
        pass

    @step(state, source=NEW, target="REPORTED", label="Report", by=(SYSTEM,), starts=("look",))
    def report(self):
        pass

    @step(state, source="REPORTED", label="Say where", by=("work_cases",), form=PlaceForm)
    def locate(self):
        self.case.place = self.data["place"]

    @step(
        state,
        source="REPORTED",
        target="LOOKED_INTO",
        label="Look into it",
        by=("work_cases",),
        stops=("look",),
        conditions=[known_place],
    )
    def look(self):
        pass

    @step(
        state,
        source="LOOKED_INTO",
        target="DONE",
        label="Finish",
        by=("work_cases",),
        form=NoteForm,
    )
    def finish(self):
        self.close_case("DONE")


BULLYING = CaseKind(
    code="BUL",
    label="Bullying",
    domain="titleix",  # borrows a policy: a kind of its own would bring one
    model=BullyingCase,
    workflows={"bul-2026": BullyingWorkflow},
    current_rules="bul-2026",
    access=GrantAccess(),
    labels=lambda ids: dict(BullyingCase.objects.filter(pk__in=ids).values_list("pk", "place")),
    search=lambda words: Q(pk__in=[]),
    number_width=4,
    parties=lambda file: (
        (Party("1", "Complainant 1"), Party("2", "Respondent 1")) if file.case.place else ()
    ),
)
