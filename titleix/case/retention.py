"""How long a file is kept, what keeps it longer, and how it is destroyed in two pairs of eyes
(domain.md C4, C5; T-30).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q

from casework.engine.workflow import Workflow, unmet
from casework.models import (
    Appointment,
    Attachment,
    Case,
    ClockChange,
    Disposal,
    Document,
    Draft,
    EmergencyAccess,
    Event,
    LegalHold,
    Recusal,
)
from casework.policy.policies import policy_version
from casework.privacy.trigger_bypass import unlocked
from district.models import User
from titleix.case.context import beside
from titleix.models import Assignment, Party, Record, TitleIXCase
from titleix.rules import timelines

# Words that are emptied in rows which stay, since the chain, the clocks and the record of reads
# stay whole.
GUARDED = (
    "casework.Document:never_delete",
    "casework.Document:same_bytes",
    "casework.Event:append_only",
    "casework.ClockChange:append_only",
)


@dataclass(frozen=True)
class Candidate:
    """A closed file: when it may be destroyed at the earliest, and what holds it."""

    number: str
    closed_on: date
    earliest: date
    held_since: date | None
    matters: tuple[str, ...]
    proposed_on: date | None = None

    def may_go(self, on: date) -> bool:
        """Past its time and not held."""
        return timelines.check_disposal(self.earliest, on, self.held_since).allowed

    def as_dict(self, on: date) -> dict[str, Any]:
        """For the command."""
        return {
            "case": self.number,
            "closed_on": self.closed_on,
            "earliest": self.earliest,
            "held_since": self.held_since,
            "may_go": self.may_go(on),
            "proposed_on": self.proposed_on,
        }


def earliest(case: TitleIXCase) -> date:
    """The first day on which a closed case may be destroyed. ValueError for an open one."""
    if case.closed_on is None:
        raise ValueError(f"{case.number} is open")
    years = int(policy_version(case.policy).require("retention_years"))
    return timelines.retention_date(case.closed_on, case.last_action_on or case.closed_on, years)


def past(as_of: date, cases: models.QuerySet[TitleIXCase] | None = None) -> list[Candidate]:
    """The closed files, of all or of these cases, whose time is over on a day, held ones included;
    the oldest first.
    """
    wanted = (
        (TitleIXCase.objects.all() if cases is None else cases)
        .exclude(closed_on=None)
        .exclude(disposals__confirmed_on__isnull=False)
    )
    holds = _open_holds()
    proposed = dict(
        Disposal.objects.filter(withdrawn_on=None, confirmed_on=None).values_list(
            "case_id", "proposed_on"
        )
    )
    people = _students(case.pk for case in wanted)
    candidates = [
        _candidate(case, holds, people.get(case.pk, set()), proposed)
        for case in wanted.order_by("closed_on", "number")
    ]
    return [row for row in candidates if row.earliest <= as_of]


def _candidate(
    case: TitleIXCase, holds: list[LegalHold], students: set[int], proposed: dict[int, date]
) -> Candidate:
    mine = [hold for hold in holds if covers(hold, case, students)]
    since = min((hold.set_on for hold in mine), default=None)
    return Candidate(
        case.number,
        case.closed_on or date.max,
        earliest(case),
        since,
        tuple(hold.matter for hold in mine),
        proposed.get(case.pk),
    )


def _open_holds() -> list[LegalHold]:
    return list(LegalHold.objects.filter(lifted_on=None))


def _students(case_ids: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for case_id, student_id in (
        Party.objects.filter(case__in=list(case_ids))
        .exclude(student=None)
        .values_list("case_id", "student_id")
    ):
        found.setdefault(case_id, set()).add(student_id)
    return found


def covers(hold: LegalHold, case: TitleIXCase, students: set[int]) -> bool:
    """Whether a hold covers a case with these students."""
    if hold.scope == LegalHold.Scope.CASE:
        return bool(hold.case_id == case.pk)
    if hold.scope == LegalHold.Scope.PERSON:
        return hold.student_id in students
    query = hold.query
    opened = case.opened_on.isoformat()
    return (
        query.get("kind", case.kind) == case.kind
        and query.get("school", case.school_id) == case.school_id
        and query.get("opened_from", opened) <= opened <= query.get("opened_to", opened)
    )


def holds_on(case: TitleIXCase) -> list[LegalHold]:
    """The holds in force that cover a case."""
    holds = _open_holds()
    students = (
        _students([case.pk]).get(case.pk, set())
        if any(hold.scope == LegalHold.Scope.PERSON for hold in holds)
        else set()
    )
    return [hold for hold in holds if covers(hold, case, students)]


# -- conditions of the steps -----------------------------------------------------------------------


def disposable(flow: Workflow) -> object:
    """The file is past its time and nothing holds it; the reasons name both dates (T-30)."""
    since = min((hold.set_on for hold in _holds_beside(flow)), default=None)
    check = timelines.check_disposal(earliest(flow.case), flow.turn.today, since)
    return unmet(check.allowed, " ".join(str(reason) for reason in check.unmet))


def _holds_beside(flow: Workflow) -> list[LegalHold]:
    students = {party.student_id for party in flow.file.children["party"] if party.student_id}
    return [
        hold for hold in beside(flow.file, flow.actor_id).holds if covers(hold, flow.case, students)
    ]


def open_disposal(flow: Workflow) -> Disposal | None:
    """The disposal of the case that was proposed or done."""
    return beside(flow.file, flow.actor_id).disposal


def destroyed(flow: Workflow) -> bool:
    """Whether the contents of the file are gone."""
    disposal = open_disposal(flow)
    return disposal is not None and disposal.confirmed_on is not None


# -- the end ---------------------------------------------------------------------------------------


@transaction.atomic
def destroy(disposal: Disposal, by: User, on: date) -> None:
    """Remove everything that was said or shown in a case and keep the certificate.

    Called by the step of the second person, in its transaction and after its event; the files leave
    the storage when it is committed.
    """
    case = TitleIXCase.objects.select_for_update().get(pk=disposal.case_id)
    disposal.certificate = certificate(case, disposal, by, on)
    disposal.confirmed_by, disposal.confirmed_on = by, on
    names = [*_names(Document, case), *_names(Attachment, case)]
    with unlocked(*GUARDED):
        for model in _tables():
            rows = model._default_manager.filter(case_id=case.pk)
            rows._raw_delete(rows.db)
        for kept in (Document, Attachment):
            kept._default_manager.filter(case_id=case.pk)._raw_delete("default")
        Event.objects.filter(case_id=case.pk).update(data={})
        ClockChange.objects.filter(clock__case_id=case.pk).update(reason="", data={})
    Draft.objects.filter(case_id=case.pk).delete()
    _empty(case)
    disposal.save()
    gone = [name for name in names if not _still_used(name)]
    transaction.on_commit(lambda: _remove(gone))


def _tables() -> list[type[models.Model]]:
    """Every table of this app that points at a case, whatever it is: what is added later is
    destroyed too. Who worked on the case stays: it says nothing of its people.
    """
    models_ = apps.get_app_config("titleix").get_models()
    pointing = [
        model
        for model in models_
        if any(f.name == "case" and f.related_model is TitleIXCase for f in model._meta.fields)
    ]
    return [model for model in pointing if model is not Assignment]


def _names(model: type[Document] | type[Attachment], case: TitleIXCase) -> list[str]:
    return [
        name
        for name in model.objects.filter(case_id=case.pk).values_list("file", flat=True)
        if name
    ]


def _still_used(name: str) -> bool:
    return (
        Document.objects.filter(file=name).exists() or Attachment.objects.filter(file=name).exists()
    )


def _remove(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _empty(case: TitleIXCase) -> None:
    """The words in the rows that stay."""
    TitleIXCase.objects.filter(pk=case.pk).update(
        narrative="", location="", incident_on=None, receipt=""
    )
    Appointment.objects.filter(case_id=case.pk).update(place="")
    EmergencyAccess.objects.filter(case_id=case.pk).update(reason="")
    Recusal.objects.filter(case_id=case.pk).update(reason="")


def certificate(case: TitleIXCase, disposal: Disposal, by: User, on: date) -> dict[str, Any]:
    """What proves later that this file existed and was lawfully destroyed; no word of it."""
    head = Case.objects.values_list("head_seq", "head_hash").get(pk=case.pk)
    content: dict[str, Any] = {
        "number": case.number,
        "rules": case.rules,
        "policy": case.policy,
        "opened_on": case.opened_on.isoformat(),
        "closed_on": case.closed_on.isoformat() if case.closed_on else None,
        "reason": case.closed_reason,
        "kept_until": earliest(case).isoformat(),
        "documents": sorted(
            Document.objects.filter(case_id=case.pk).values_list("sha256", flat=True)
        ),
        "attachments": sorted(
            Attachment.objects.filter(case_id=case.pk).values_list("sha256", flat=True)
        ),
        "records": dict(
            sorted(
                Counter(
                    Record.objects.filter(case_id=case.pk).values_list("kind", flat=True)
                ).items()
            )
        ),
        "people": dict(
            sorted(
                Counter(
                    Party.objects.filter(case_id=case.pk).values_list("part", flat=True)
                ).items()
            )
        ),
        "events": head[0],
        "chain": head[1],
        "proposed_by": disposal.proposed_by_id,
        "proposed_on": disposal.proposed_on.isoformat(),
        "confirmed_by": by.pk,
        "confirmed_on": on.isoformat(),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return {**content, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def held_q(hold: LegalHold) -> Q:
    """The cases that a hold covers, as a filter; for counsel to see how far it reaches."""
    if hold.scope == LegalHold.Scope.CASE:
        return Q(pk=hold.case_id)
    if hold.scope == LegalHold.Scope.PERSON:
        return Q(parties__student_id=hold.student_id)
    names = {
        "kind": "kind",
        "school": "school_id",
        "opened_from": "opened_on__gte",
        "opened_to": "opened_on__lte",
    }
    return Q(**{names[key]: value for key, value in hold.query.items()})
