"""Packs of rules: which procedure is in force when, and what it cites. A pack is a workflow in
code and a file beside the policies (`policies/rules/<rules>.yaml`) that says from when to when
it holds. A new rule never rewrites old cases: a case keeps its pack, and only a logged step with
an order behind it moves one case to another pack (domain.md B1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from casework.case_types import registry
from casework.engine.workflow import Workflow
from casework.policy.policies import PolicyError


@dataclass(frozen=True)
class Pack:
    """One pack. `conduct_from` and `_to`: which conduct is judged under it; `filed_from` and
    `_to`: which procedure."""

    rules: str
    title: str
    filed_from: date
    filed_to: date | None
    conduct_from: date
    conduct_to: date | None
    citations: tuple[str, ...]


def _span(data: Any) -> tuple[date, date | None]:
    return data["from"], data.get("to")


def read(path: Path) -> Pack:
    """One pack file. PolicyError with the file's name for anything missing or wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        procedure, conduct = _span(data["procedure"]), _span(data["conduct"])
        pack = Pack(
            str(data["rules"]),
            str(data["title"]),
            *procedure,
            *conduct,
            tuple(map(str, data["citations"])),
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise PolicyError(f"{path.parent.name}/{path.name}: {error}") from error
    if (
        not all(isinstance(day, date) for day in (pack.filed_from, pack.conduct_from))
        or pack.rules != path.stem
        or not pack.citations
    ):
        raise PolicyError(
            _("%(file)s: needs dates, citations, and the name of its file as 'rules'")
            % {"file": f"rules/{path.name}"}
        )
    return pack


@lru_cache(maxsize=8)
def _packs(folder: str) -> dict[str, Pack]:
    return {pack.rules: pack for pack in map(read, sorted((Path(folder) / "rules").glob("*.yaml")))}


def all_packs() -> dict[str, Pack]:
    """Every pack of this district, by the name of its rules; read once."""
    return _packs(str(settings.POLICY_DIR))


def pack(rules: str) -> Pack:
    """The pack of a rules version; PolicyError where its file is missing."""
    try:
        return all_packs()[rules]
    except KeyError:
        raise PolicyError(
            _("%(file)s is missing") % {"file": f"policies/rules/{rules}.yaml"}
        ) from None


def for_procedure(on: date) -> Pack:
    """The pack under which a report that comes in on a date is handled: the latest one in force.
    PolicyError without one."""
    return _in_force([(one.filed_from, one.filed_to, one) for one in all_packs().values()], on)


def _in_force(spans: list[tuple[date, date | None, Pack]], on: date) -> Pack:
    found = [
        (start, one) for start, end, one in spans if start <= on and (end is None or on <= end)
    ]
    if not found:
        raise PolicyError(
            _("no pack of rules is in force on %(day)s; add one to policies/rules") % {"day": on}
        )
    return max(found, key=lambda pair: pair[0])[1]


def rules_on(on: date) -> str:
    """The rules version of a case that is opened on a date."""
    return for_procedure(on).rules


def open_to(flow: Workflow) -> list[Pack]:
    """The packs to which a case may go: declared in code, in force today, and knowing the state
    that the case is in."""
    declared = registry.kind("TIX").workflows
    today = flow.turn.today
    found = [
        one
        for one in all_packs().values()
        if one.rules in declared and one.rules != flow.case.rules
    ]
    found = [
        one
        for one in found
        if one.filed_from <= today and (one.filed_to is None or today <= one.filed_to)
    ]
    return [
        one
        for one in found
        if flow.case.state in {str(state) for state in declared[one.rules].labels}
    ]
