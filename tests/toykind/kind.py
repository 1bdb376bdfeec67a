"""The whole of a new kind: a model, a workflow, a registration."""

from django import forms
from django.db.models import Q

from casework.access import GrantAccess
from casework.kinds import CaseKind
from casework.stepforms import NoteForm, StepForm
from casework.workflow import NEW, SYSTEM, ClockSpec, SubjectState, Workflow, step, unmet
from tests.toykind.models import BullyingCase


class PlaceForm(StepForm):
    place = forms.CharField(max_length=100)


def known_place(flow):
    return unmet(flow.case.place, "Say first where it happened.")


class BullyingWorkflow(Workflow):
    kind, version = "BUL", "bul-2026"
    born, final = ("REPORTED",), ("DONE",)
    labels = {"REPORTED": "Reported", "LOOKED_INTO": "Looked into", "DONE": "Done"}
    clocks = {"look": ClockSpec("look", "Look into it", lambda policy: {"n": 5, "unit": "school_day"})}
    state = SubjectState(labels)

    @step(state, source=NEW, target="REPORTED", label="Report", by=(SYSTEM,), starts=("look",))
    def report(self):
        pass

    @step(state, source="REPORTED", label="Say where", by=("work_cases",), form=PlaceForm)
    def locate(self):
        self.case.place = self.data["place"]

    @step(
        state, source="REPORTED", target="LOOKED_INTO", label="Look into it", by=("work_cases",), stops=("look",), conditions=[known_place]
    )
    def look(self):
        pass

    @step(state, source="LOOKED_INTO", target="DONE", label="Finish", by=("work_cases",), form=NoteForm)
    def finish(self):
        self.close_case("DONE")


BULLYING = CaseKind(
    code="BUL",
    label="Bullying",
    domain="attendance",  # borrows a policy: a kind of its own would bring one
    model=BullyingCase,
    workflows={"bul-2026": BullyingWorkflow},
    current_rules="bul-2026",
    access=GrantAccess(),
    labels=lambda ids: dict(BullyingCase.objects.filter(pk__in=ids).values_list("pk", "place")),
    search=lambda words: Q(pk__in=[]),
    number_width=4,
)
