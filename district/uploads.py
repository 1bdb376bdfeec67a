"""Uploaded deliveries: unpacked safely into a folder of their own."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from district.imports.staging import Refused
from district.models import Import

SUFFIXES = {".csv", ".xml", ".json"}


def fingerprint(upload: Any) -> str:
    """SHA-256 of an uploaded file, as hexadecimal digits; the file can be read from its beginning
    afterwards."""
    whole = hashlib.sha256()
    for chunk in upload.chunks():
        whole.update(chunk)
    upload.seek(0)
    return whole.hexdigest()


def stage_upload(files: Iterable[Any], user: Any, as_of: date | None = None) -> Import:
    """Keep uploaded files (or the content of one zip) in a new folder and return the Import row.
    Raises Refused."""
    run = Import(started_by=user, as_of=as_of)
    folder = Path(settings.IMPORT_ROOT) / str(run.pk)
    folder.mkdir(parents=True)
    try:
        left = int(settings.MAX_IMPORT_BYTES)
        for upload in files:
            if str(upload.name).lower().endswith(".zip"):
                left = _unpack(upload, folder, left)
            else:
                left = _keep(PurePosixPath(str(upload.name)).name, upload, folder, left)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    run.folder = str(folder)
    run.save()
    return run


def _unpack(upload: Any, folder: Path, left: int) -> int:
    """Files of a zip by their bare names (no path in it is followed), never more bytes than
    allowed."""
    try:
        with zipfile.ZipFile(upload) as archive:
            for entry in archive.infolist():
                name = PurePosixPath(entry.filename.replace("\\", "/")).name
                if entry.is_dir() or name.startswith(".") or "__MACOSX" in entry.filename:
                    continue
                with archive.open(entry) as content:
                    left = _keep(name, content, folder, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Refused("NOT_A_ZIP", file=upload.name, detail=error) from error
    return left


def _keep(name: str, content: Any, folder: Path, left: int) -> int:
    if Path(name).suffix.lower() not in SUFFIXES:
        raise Refused("NO_IMPORT_FILE", file=name)
    if (folder / name).exists():
        raise Refused("FILE_TWICE", file=name)
    with (folder / name).open("wb") as target:
        while chunk := content.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise Refused("TOO_LARGE")
            target.write(chunk)
    return left
