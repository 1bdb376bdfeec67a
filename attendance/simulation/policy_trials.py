"""A policy tried from the page: checked, replayed in the worker, and shown as counts with small
cells suppressed (C6).

District administrators read no case; what they see here tells of no student."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance.models import PolicyTrial
from attendance.simulation import policy_check
from attendance.simulation.backtest import DUTIES, backtest
from attendance.simulation.policy_check import Finding
from casework.policy.policies import Policy
from casework.privacy.small_cells import Figure, Publication, Rules, Suppressed, Why, key, suppress

FIGURES = {
    "opened": _("Cases opened"),
    "raised": _("Cases raised"),
    "notice": _("Notices begun"),
    "sent": _("Letters sent"),
    "withdrawn": _("Notices withdrawn"),
    "superseded": _("Letters superseded"),
    "action": _("Other duties"),
}
SIDES = ("candidate", "in_force")
# What a policy cannot do, by its own text.
NEVER = Figure("–", None, Why.UNPUBLISHED)
BY_TRIGGER = ("reached", "notice", "sent", "action")


def read_policy(content: bytes) -> tuple[Policy | None, list[Finding]]:
    """The policy in an uploaded file, and what is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="holdfast-policy-") as folder:
        path = Path(folder) / "policy.yaml"
        path.write_bytes(content)
        return policy_check.check(path)


def run(trial: PolicyTrial) -> None:
    """Replay, keep the report. What goes wrong is kept in words; a trial that was run is not run
    again."""
    if not PolicyTrial.objects.filter(pk=trial.pk, state=PolicyTrial.State.WAITING).update(
        state=PolicyTrial.State.RUNNING
    ):
        return
    policy, found = read_policy(trial.text.encode())
    if policy is None:
        _end(
            trial, PolicyTrial.State.FAILED, error="\n".join(finding.as_text() for finding in found)
        )
        return
    try:
        report = backtest(
            policy, trial.first, trial.last, lambda done, total: progress(trial, done, total)
        )
    except Exception as error:
        _end(
            trial,
            PolicyTrial.State.FAILED,
            error=str(error) if isinstance(error, ValueError) else type(error).__name__,
        )
        if not isinstance(error, ValueError):
            raise
        return
    _end(trial, PolicyTrial.State.DONE, report=report)


def _end(
    trial: PolicyTrial, state: str, *, report: Mapping[str, Any] | None = None, error: str = ""
) -> None:
    PolicyTrial.objects.filter(pk=trial.pk).update(
        state=state, report=report or {}, error=error, finished_at=timezone.now()
    )


def progress(trial: PolicyTrial, done: int, total: int) -> None:
    """How far the worker is; the page asks for it."""
    cache.set(f"policy-trial:{trial.pk}", {"done": done, "total": total}, 3600)


def progress_of(trial: PolicyTrial) -> Mapping[str, int] | None:
    """As kept last, or None."""
    found: Mapping[str, int] | None = cache.get(f"policy-trial:{trial.pk}")
    return found


@dataclass(frozen=True)
class Table:
    """Rows of figures that may be shown: a label, then candidate and policy in force for each
    column."""

    title: Any
    columns: list[Any]
    rows: list[tuple[str, list[tuple[Figure, Figure]]]]


def tables(report: Mapping[str, Any]) -> list[Table]:
    """The result as it may be read by somebody who reads no case: totals, by trigger, by school, by
    month."""
    published = {side: _publish(report, side) for side in SIDES}
    shown = [name for name in FIGURES if any(report[side][name] for side in SIDES)]
    if not shown:
        return []
    return [
        Table(
            _("In all"),
            [_("Count")],
            [(str(FIGURES[name]), [_pair(published, name)]) for name in shown],
        ),
        _table(
            _("By trigger"),
            "by_trigger",
            "trigger",
            ("reached", "notice", "sent", "action"),
            report,
            published,
        ),
        _table(
            _("By school"),
            "by_school",
            "school",
            ("opened", "raised", "notice", "action"),
            report,
            published,
        ),
        _table(
            _("By month"),
            "by_month",
            "month",
            ("opened", "raised", "notice", "action"),
            report,
            published,
        ),
    ]


COLUMNS = {**FIGURES, "reached": _("Students who reach it")}


def _table(
    title: Any,
    part: str,
    name: str,
    columns: tuple[str, ...],
    report: Mapping[str, Any],
    published: Mapping[str, Suppressed],
) -> Table:
    labels = _labels(report, part)
    used = [
        column
        for column in columns
        if any(column in row for side in SIDES for row in report[side][part].values())
    ]
    rows = [
        (_label(label, part), [_pair(published, column, **{name: label}) for column in used])
        for label in labels
    ]
    return Table(title, [COLUMNS[column] for column in used], rows)


def _label(label: str, part: str) -> str:
    return f"{date.fromisoformat(label + '-01'):%b %Y}" if part == "by_month" else label


def _pair(published: Mapping[str, Suppressed], measure: str, **where: str) -> tuple[Figure, Figure]:
    candidate, in_force = (
        published[side].figures.get(key(measure, **where), NEVER) for side in SIDES
    )
    return candidate, in_force


def workload(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """New duties by school under the tried policy, added up from the counts that the tables show
    and from no other: a sum of its own would give a hidden part away. The heaviest load for each
    social worker first."""
    if not report:
        return []
    published, rows = _publish(report, "candidate"), []
    for row in report["candidate"]["workload"]:
        shown = [
            published.figures.get(key(measure, school=row["school"]), NEVER).value
            for measure in DUTIES
        ]
        duties = sum(int(value) for value in shown if value is not None)
        if duties:
            rows.append(
                {
                    "school": row["school"],
                    "duties": duties,
                    "workers": row["workers"],
                    "each": round(duties / row["workers"]) if row["workers"] else None,
                }
            )
    return sorted(rows, key=lambda row: (-(row["each"] or row["duties"]), row["school"]))


def refusals(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """For how many students the marks did not say enough, and why."""
    least = Rules().threshold
    return [
        (str(row["students"]) if row["students"] >= least else f"<{least}", row["reason"])
        for row in report.get("refused", ())
    ]


PARTS = (("by_school", "school"), ("by_month", "month"), ("by_trigger", "trigger"))


def _publish(report: Mapping[str, Any], side: str) -> Suppressed:
    """Each count with the sums that bind it: a total that is shown must not give a hidden part
    away. Both sides name the same rows; none is none of a count (and as small as any other small
    one)."""
    publication = Publication()
    for measure in (*FIGURES, "reached"):
        for part, name in PARTS:
            labels = _labels(report, part)
            counts = {
                label: report[side][part].get(label, {}).get(measure, 0)
                for label in labels
                if _possible(report[side], part, label, measure)
            }
            if not counts or (part == "by_trigger" and measure not in BY_TRIGGER):
                continue
            publication.put(key(measure), sum(counts.values()))
            for label, count in counts.items():
                publication.put(key(measure, **{name: label}), count)
            publication.add(key(measure), [key(measure, **{name: label}) for label in counts])
    return suppress(publication)


def _possible(side: Mapping[str, Any], part: str, label: str, measure: str) -> bool:
    """Whether a count can be other than zero at all, by what everybody may read in the policy."""
    able = set().union(*side["can"].values())
    if part == "by_trigger":
        return measure in side["can"].get(label, ())
    return measure not in BY_TRIGGER or measure in able


def _labels(report: Mapping[str, Any], part: str) -> list[str]:
    return sorted({label for side in SIDES for label in report[side][part]})
