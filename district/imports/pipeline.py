"""Runs an import: recognise the format, check the manifest, stage, validate, difference, apply,
evaluate. One transaction: either all of a delivery is in, or nothing; a refused or held one leaves
only its report behind."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from district.imports import edfi, oneroster, specs
from district.imports.limits import import_limits
from district.imports.staging import Delivery, Held, Issue, Refused, stage
from district.issue_reasons import Said, say
from district.models import Import, ImportIssue, SchoolYear

log = structlog.get_logger()
LOCK = 7_203_114  # any number: one import at a time
Progress = Callable[[str, int, int], None]


class _DryRun(Exception):
    """Rolls a dry run back."""


def run_import(
    folder: Path,
    *,
    as_of: date | None = None,
    dry_run: bool = False,
    run: Import | None = None,
    user: Any = None,
    released: bool = False,
    progress: Progress | None = None,
) -> Import:
    """Import a folder and return the finished Import row with its report; never raises for what a
    delivery holds. `dry_run` does everything and takes it back (state PREVIEW). `released` skips
    the mass-change guard."""
    run = run or Import(started_by=user)
    run.folder = str(folder)
    run.state = Import.State.CHECKING if dry_run else Import.State.APPLYING
    run.save()
    delivery: Delivery | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="holdfast-import-") as scratch:
            delivery = _open(Path(folder), Path(scratch), run, as_of, released)
            if _seen_before(run) and not released:
                run.state = Import.State.UNCHANGED
                run.report = {"files": {}, **_notes([say("SEEN_BEFORE")])}
                return _finish(run, None)
            _run(delivery, run, dry_run, progress or (lambda *_: None))
    except _DryRun:
        run.state = Import.State.PREVIEW
    except Held as error:
        run.state, run.report = Import.State.HELD, _why(error.said)
    except Refused as error:
        run.state, run.report = Import.State.REFUSED, _why(error.said)
    return _finish(run, delivery)


def _open(folder: Path, scratch: Path, run: Import, as_of: date | None, released: bool) -> Delivery:
    """Recognise the format and bring it into canonical form. Raises Refused."""
    if not folder.is_dir():
        raise Refused("NO_FOLDER", folder=folder.name)
    notes: list[Said] = []
    issues: list[Issue] = []
    reads: dict[str, int] = {}
    if edfi.recognises(folder):
        run.format, run.source = "edfi", "edfi"
        manifest, found = edfi.convert(folder, scratch)
        notes, issues, reads = found.notes, found.issues, dict(found.read)
        place = scratch
    elif oneroster.recognises(folder):
        run.format, run.source = "oneroster", "oneroster"
        manifest, notes, issues = oneroster.convert(folder, scratch)
        place = scratch
    else:
        run.format, run.source, place = "canonical", "sis", folder
        manifest = _manifest(folder, as_of)
    run.as_of = as_of or _date(manifest, "as_of")
    run.digest = _digest(folder, run.as_of)
    year = _school_year(run.as_of, manifest)
    run.school_year = year.year
    delivery = Delivery(
        place,
        run.source,
        run.as_of,
        year.starts,
        year.ends,
        run.id,
        manifest,
        dict(import_limits(run.as_of)),
        released=released,
    )
    delivery.notes.extend(notes)
    for issue in issues:
        delivery.add_issue(issue)
    if reads:
        delivery.manifest["source_rows"] = reads
    return delivery


def _manifest(folder: Path, as_of: date | None) -> dict[str, Any]:
    path = folder / "manifest.json"
    known = [spec.name for spec in specs.all_specs() if (folder / spec.name).exists()]
    if not known:
        raise Refused("NO_KNOWN_FILE", folder=folder.name)
    if not path.exists():
        if as_of is None:
            raise Refused("NO_MANIFEST")
        return {}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused("MANIFEST_NOT_JSON", detail=error) from error
    if not isinstance(manifest, dict):
        raise Refused("MANIFEST_NO_OBJECT")
    _check_files(folder, manifest)
    return manifest


def _check_files(folder: Path, manifest: dict[str, Any]) -> None:
    files = manifest.get("files") or {}
    entries = (
        files.items()
        if isinstance(files, dict)
        else [(entry.get("name"), entry) for entry in files if isinstance(entry, dict)]
    )
    for name, entry in entries:
        path = folder / Path(str(name)).name
        if not path.exists():
            raise Refused("MANIFEST_FILE_ABSENT", file=name)
        wanted = entry.get("sha256") if isinstance(entry, dict) else None
        if wanted and wanted.lower() != _sha256(path):
            raise Refused("MANIFEST_OTHER_FILE", file=name)


def _date(manifest: dict[str, Any], key: str) -> date:
    try:
        found = date.fromisoformat(str(manifest.get(key)))
    except ValueError as error:
        raise Refused("MANIFEST_NO_DATE", key=key, value=manifest.get(key)) from error
    if not date(1990, 1, 1) <= found <= date(2100, 1, 1):
        raise Refused("MANIFEST_YEAR", key=key, value=found)
    return found


def _school_year(as_of: date, manifest: dict[str, Any]) -> SchoolYear:
    """The school year of the delivery; the row is made at the first delivery of a year (1 July to
    30 June until an administrator says otherwise)."""
    existing = SchoolYear.objects.filter(starts__lte=as_of, ends__gte=as_of).first()
    if existing:
        return existing
    year = as_of.year if as_of.month >= 7 else as_of.year - 1
    return SchoolYear(year=year, starts=date(year, 7, 1), ends=date(year + 1, 6, 30))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(folder: Path, as_of: date) -> str:
    """One hash over the names and contents of all files and the as-of date: the identity of a
    delivery."""
    parts = [f"{path.name}:{_sha256(path)}" for path in sorted(folder.iterdir()) if path.is_file()]
    return hashlib.sha256("\n".join([as_of.isoformat(), *parts]).encode()).hexdigest()


def _seen_before(run: Import) -> bool:
    """The last applied delivery of this source was this very one (rule 1). An older one may come
    again on purpose."""
    last = (
        Import.objects.filter(source=run.source, state=Import.State.APPLIED)
        .order_by("-created_at")
        .first()
    )
    return last is not None and last.digest == run.digest


def _run(delivery: Delivery, run: Import, dry_run: bool, progress: Progress) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Joins of a whole file stay in memory; the scratch tables need a rough idea of what
            # they hold, not a good one.
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s), set_config('work_mem', '64MB', true),"
                " set_config('default_statistics_target', '10', true)",
                [LOCK],
            )
            if not cursor.fetchone()[0]:
                raise Refused("ANOTHER_RUNS")
        _interrupted(run)
        SchoolYear.objects.get_or_create(
            year=delivery.year_starts.year,
            defaults={"starts": delivery.year_starts, "ends": delivery.year_ends},
        )
        _apply_files(delivery, progress)
        run.report = {"files": {name: counts.as_dict() for name, counts in delivery.counts.items()}}
        progress("evaluate", 1, 1)
        for hook in specs.hooks():
            run.report |= hook(run)
        if dry_run:
            raise _DryRun
        run.state = Import.State.APPLIED


def _apply_files(delivery: Delivery, progress: Progress) -> None:
    present = [spec for spec in specs.all_specs() if (delivery.folder / spec.name).exists()]
    reached = 0
    for number, spec in enumerate(present):
        for step in specs.steps_before(spec.order, reached):
            step(delivery)
        reached = spec.order
        progress(spec.name, number, len(present))
        stage(delivery, spec)
        if spec.guard and not delivery.released and (why := spec.guard(delivery)):
            raise Held(why)
        spec.apply(delivery)
    for step in specs.steps_before(10_000, reached):
        step(delivery)


def _interrupted(run: Import) -> None:
    """We hold the lock: whatever else claims to be running was killed, and was rolled back by the
    database."""
    stuck = Import.objects.filter(state__in=[Import.State.CHECKING, Import.State.APPLYING]).exclude(
        pk=run.pk
    )
    stuck.update(
        state=Import.State.REFUSED, report=_why(say("INTERRUPTED")), finished_at=timezone.now()
    )


def _finish(run: Import, delivery: Delivery | None) -> Import:
    if delivery is not None:
        run.report.setdefault(
            "files", {name: counts.as_dict() for name, counts in delivery.counts.items()}
        )
        run.report |= _notes(delivery.notes) | {
            "said": run.report.get("said", {}) | _notes(delivery.notes)["said"]
        }
        run.report["source_rows"] = delivery.manifest.get("source_rows", {})
        run.report["errors"] = {
            f"{file}: {code}": count
            for (file, code), count in sorted(delivery.issue_totals.items())
        }
    run.finished_at = timezone.now()
    with transaction.atomic():
        run.save()
        run.issues.all().delete()
        ImportIssue.objects.bulk_create(
            [
                ImportIssue(run=run, **_issue_fields(issue))
                for issue in (delivery.issues if delivery else [])
            ],
            batch_size=2000,
        )
        if run.state in (Import.State.HELD, Import.State.REFUSED):
            specs.tell_trouble(run)
    log.info("import.finished", run=str(run.id), state=run.state, source=run.source)
    return run


def _why(said: Said) -> dict[str, Any]:
    """Why nothing was applied: the code with its parameters, and beside it the sentence of today
    for whoever keeps the report."""
    return {"why": _clean(str(said)), "said": {"why": _plain(said)}}


def _notes(notes: list[Said]) -> dict[str, Any]:
    """What is worth knowing, in the same way."""
    return {
        "notes": [_clean(str(note)) for note in notes],
        "said": {"notes": [_plain(note) for note in notes]},
    }


def _plain(said: Said) -> dict[str, Any]:
    kept = said.kept()
    return kept | {
        "params": {
            key: _clean(value) if isinstance(value, str) else value
            for key, value in kept["params"].items()
        }
    }


def _clean(text: str) -> str:
    """Columns of the database hold no NUL; whatever else came in the file is shown as it is."""
    return text.replace("\x00", "�")[:2000]


def _issue_fields(issue: Issue) -> dict[str, Any]:
    return {
        "file": _clean(issue.file)[:200],
        "line": issue.line,
        "column": _clean(issue.column)[:100],
        "value": _clean(issue.value),
        "level": issue.level,
        "reason": _clean(str(issue.said)),
        **_plain(issue.said),
    }


def release(run: Import, user: Any, reason: str, progress: Progress | None = None) -> Import:
    """Apply a held import after a person looked at it (A-30)."""
    if run.state != Import.State.HELD:
        raise Refused("NOT_HELD/release")
    run.decided_by, run.decision_reason = user, reason
    as_of = run.as_of
    return run_import(Path(run.folder), as_of=as_of, run=run, released=True, progress=progress)


def reject(run: Import, user: Any, reason: str) -> Import:
    """Put a held import aside for good."""
    if run.state != Import.State.HELD:
        raise Refused("NOT_HELD/reject")
    run.decided_by, run.decision_reason, run.state = user, reason, Import.State.REJECTED
    run.save(update_fields=["decided_by", "decision_reason", "state"])
    return run
