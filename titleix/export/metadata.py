"""Files for a copy without names: the text of a PDF; PDFs and pictures without what their makers
left inside (C8)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from casework.engine.errors import Invalid
from casework.models import Attachment
from casework.privacy.redaction import Redactor
from titleix.export.watermark import marked

TYPES = ("application/pdf", "image/jpeg", "image/png")
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"pHYs"}


def text_of(pdf: bytes) -> str:
    """The words of a PDF, page after page; empty for one that cannot be read."""
    try:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    except PyPdfError:
        return ""


def cleaned(row: Attachment, content: bytes, mark: str, redactor: Redactor) -> bytes:
    """A cleared attachment for the copy. Invalid when a name stands in its text, or it cannot be
    cleaned."""
    try:
        if row.media_type == "application/pdf":
            bare = pdf(content, mark)
            if redactor.leaks(text_of(bare)):
                raise Invalid({"__all__": [_("A name still stands in an attachment.")]})
            return bare
        return jpeg(content) if row.media_type == "image/jpeg" else png(content)
    except (PyPdfError, ValueError, struct.error) as error:
        raise Invalid({"__all__": [_("An attachment cannot be cleaned.")]}) from error


def pdf(content: bytes, mark: str) -> bytes:
    """The pages alone, marked: no author, no title, no comments, no embedded files."""
    writer = PdfWriter()
    for page in PdfReader(BytesIO(content)).pages:
        for name in ("/Annots", "/Metadata", "/PieceInfo", "/AA", "/Thumb"):
            page.pop(name, None)
        writer.add_page(page)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return marked(out.getvalue(), mark)


def jpeg(content: bytes) -> bytes:
    """The picture without EXIF, XMP, IPTC, comments and preview. ValueError for what is no JPEG."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    out, place = bytearray(b"\xff\xd8"), 2
    while place + 4 <= len(content):
        marker, size = content[place + 1], struct.unpack(">H", content[place + 2 : place + 4])[0]
        if content[place] != 0xFF or size < 2:
            raise ValueError("broken JPEG")
        if (
            marker == 0xDA
        ):  # the picture itself, to the end mark; what was glued on behind it is left
            end = content.find(b"\xff\xd9", place)
            return bytes(out) + content[place : end + 2 if end > 0 else None]
        if not (
            0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)
        ):  # APP0 and APP14 say how to read the colours
            out += content[place : place + 2 + size]
        place += 2 + size
    raise ValueError("no picture in this JPEG")


def png(content: bytes) -> bytes:
    """The picture without texts, times and EXIF. ValueError for what is no PNG."""
    if not content.startswith(_PNG):
        raise ValueError("no PNG")
    return _PNG + b"".join(whole for name, whole in _chunks(content) if name in _PNG_KEPT)


def _chunks(content: bytes) -> Iterator[tuple[Any, bytes]]:
    place = len(_PNG)
    while place + 8 <= len(content):
        size = struct.unpack(">I", content[place : place + 4])[0]
        yield content[place + 4 : place + 8], content[place : place + 12 + size]
        if content[place + 4 : place + 8] == b"IEND":
            return
        place += 12 + size
