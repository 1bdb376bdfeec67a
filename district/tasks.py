"""Imports started from the page run in the worker; the Import row tells how far they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import shared_task

from district.imports.pipeline import release, run_import
from district.models import Import


def _progress(run: Import) -> Any:
    """Keeps the step on the row from a connection of its own: the import's transaction is not
    visible until its end."""

    def tell(step: str, done: int, total: int) -> None:
        from django.core.cache import cache

        cache.set(f"import-progress:{run.pk}", {"step": step, "done": done, "total": total}, 3600)

    return tell


@shared_task
def check_import(import_id: str) -> None:
    """Do everything and take it back: the preview."""
    run = Import.objects.get(pk=import_id)
    if run.state in (Import.State.UPLOADED, Import.State.PREVIEW):
        run_import(
            Path(run.folder), as_of=run.as_of, dry_run=True, run=run, progress=_progress(run)
        )


@shared_task
def apply_import(import_id: str) -> None:
    """Apply what the preview showed."""
    run = Import.objects.get(pk=import_id)
    if run.state in (Import.State.UPLOADED, Import.State.PREVIEW):
        run_import(Path(run.folder), as_of=run.as_of, run=run, progress=_progress(run))


@shared_task
def release_import(import_id: str, user_id: int, reason: str) -> None:
    """Apply a held import that a person released."""
    from district.models import User

    run = Import.objects.get(pk=import_id)
    if run.state == Import.State.HELD:
        release(run, User.objects.get(pk=user_id), reason, progress=_progress(run))
