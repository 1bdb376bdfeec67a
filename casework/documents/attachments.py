"""Files that people hand in: size, type by their bytes, hash; only known harmless types are ever
served."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any
from uuid import uuid4

import puremagic
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import Attachment, Case
from casework.privacy import encrypted_files

# What a school office hands in: documents and pictures. HTML, scripts, programs and archives are
# not taken.
ALLOWED = {
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/tiff",
    "image/heic",
    "text/plain",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/msword",
    "application/vnd.oasis.opendocument.text",
    "message/rfc822",
    "audio/mpeg",
    "video/mp4",
}


def take(case: Case, upload: Any, user: Any, limit: int) -> Attachment:
    """Keep an uploaded file as CLEAN, or as REFUSED with the reason (then without its bytes)."""
    content = upload.read(limit + 1)
    kept = Attachment(
        id=uuid4(),
        case=case,
        name=PurePath(upload.name).name[:200] or "file",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=timezone.now(),
        uploaded_by=user,
    )
    kept.media_type = sniff(content)
    kept.reason = _problem(content, kept.media_type, limit)
    kept.state = Attachment.State.REFUSED if kept.reason else Attachment.State.CLEAN
    if kept.state == Attachment.State.CLEAN:
        path = f"attachments/{kept.sha256[:2]}/{kept.id}"
        kept.file.name = encrypted_files.keep(case.kind, path, content)
    kept.save()
    return kept


def sniff(content: bytes) -> str:
    """The media type by the bytes; text/plain for readable text, '' for the unknown."""
    try:
        found = str(puremagic.from_string(content[:65536], mime=True))
    except (puremagic.PureError, ValueError):
        found = ""
    if found in ALLOWED:
        return found
    looks_like_text = b"\x00" not in content[:65536] and not content.lstrip()[:1].startswith(b"<")
    try:
        content[:65536].decode("utf-8", "strict" if len(content) <= 65536 else "ignore")
    except UnicodeDecodeError:
        looks_like_text = False
    return "text/plain" if looks_like_text and content else found


def _problem(content: bytes, media_type: str, limit: int) -> str:
    if not content:
        return _("it is empty")
    if len(content) > limit:
        return _("it is larger than %(mb)d MB") % {"mb": limit // 1024 // 1024}
    if media_type not in ALLOWED:
        return _("this type of file is not allowed; hand in a PDF, a picture, a text or a document")
    return ""
