"""The one way to the bytes of letters and of files that were handed in: sealed for kinds of case
that are sealed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from casework.case_types import registry
from casework.encryption import fields
from casework.models import Attachment, Document


def keep(kind_code: str, path: str, content: bytes) -> str:
    """Store bytes for a case of this kind; the name under which `read` finds them. A name that is
    taken is kept as it is (letters lie under their hash), so nothing is overwritten."""
    if path.startswith("documents/") and default_storage.exists(path):
        return path
    stored = fields.seal_bytes(content) if registry.kind(kind_code).sealed else content
    return default_storage.save(path, ContentFile(stored))


def read(row: Document | Attachment) -> bytes:
    """The bytes of a letter or an attachment, exactly as they were made or handed in. SealError
    when a sealed one cannot be opened or its hash is not the one on file."""
    with row.file.open("rb") as stored:
        content = stored.read()
    if not registry.kind(row.case.kind).sealed:
        return bytes(content)
    found = fields.open_bytes(content)
    if hashlib.sha256(found).hexdigest() != row.sha256:
        raise fields.SealError(
            f"the file of {row._meta.label} {row.pk} is not the one that was kept"
        )
    return found


def forget(row: Document | Attachment) -> None:
    """Take the bytes away of a row that was never written after all."""
    if row.file:
        default_storage.delete(row.file.name)


def paths() -> Iterator[str]:
    """The names of all files that belong to cases of sealed kinds."""
    codes = [kind.code for kind in registry.all_kinds() if kind.sealed]
    for model in (Document, Attachment):
        names = (
            model._default_manager.filter(case__kind__in=codes)
            .exclude(file="")
            .values_list("file", flat=True)
        )
        yield from names.distinct().order_by("file").iterator(chunk_size=2000)


def reseal(path: str) -> bool:
    """Seal a stored file with the first key, in place of the old one at a stroke; whether there was
    anything to do."""
    target = Path(default_storage.path(path))
    with target.open("rb") as stored:
        head = stored.read(80)
    if fields.key_of(head.decode("latin-1")) == fields.ring().first.id:
        return False
    content = target.read_bytes()
    clear = fields.open_bytes(content) if content.startswith(fields.MARK.encode()) else content
    fresh = target.with_name(f"{target.name}.{uuid4().hex}.part")
    try:
        fresh.write_bytes(fields.seal_bytes(clear))
        fresh.chmod(target.stat().st_mode)
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    return True
