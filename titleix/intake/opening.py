"""The step that opens a report: its people, what was said with it, the duties that never wait."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import NEW, SYSTEM, Workflow, step
from titleix.case import queries
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, S, state
from titleix.models import TitleIXCase
from titleix.people.parties import enter_people


class Opening(Workflow):
    """A report comes in (B3.1)."""

    case: TitleIXCase

    @step(
        state,
        source=NEW,
        target=S.RECEIVED,
        label=_("Report"),
        by=(SYSTEM, COORDINATE),
        does=_("Opens a report; both first promises count from the day on which an employee knew."),
    )
    def open_report(self) -> None:
        """Actual knowledge starts the duty (34 CFR 106.30(a)).

        Both first deadlines count from it, however late the report was entered.
        """
        begin(self)
        enter_people(self, self.data.get("people") or ())
        for kind in ("contact_complainant", "screening"):
            self.start_clock(kind, queries.known_on(self.file), "knowledge")


def begin(flow: Workflow) -> None:
    """What a report says besides its people: facts on file, and the duties of state law, which
    never wait (B1.2). They count from knowledge, however late it was entered.
    """
    for row in flow.data.get("records") or ():
        record = add(
            flow,
            row["kind"],
            flow.turn.today,
            code=row["code"],
            text=row.get("text") or "",
            **(row.get("data") or {}),
        )
        record.by_id = flow.case.received_by_id
    known = queries.known_on(flow.file)
    for key in flow.data.get("duties") or ():
        flow.start_clock(f"duty_{key}", known, "knowledge")
        flow.open_task(f"DUTY_{key.upper()}"[:32], role="PRINCIPAL", clock=f"duty_{key}")
