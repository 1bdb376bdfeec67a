"""Pages of a PDF that say across who looked at them when."""

from __future__ import annotations

from io import BytesIO

import typst
from pypdf import PageObject, PdfReader, PdfWriter

_MARK = """#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)
#set text(size: 15pt, fill: rgb(90, 100, 110, 60))
#for n in range(7) {{
  place(
    dx: {width}pt * 0.08,
    dy: {height}pt * (0.06 + n * 0.14),
    rotate(-18deg, sys.inputs.text),
  )
}}
"""


def marked(pdf: bytes, text: str) -> bytes:
    """A PDF whose every page says across who looked at it when.

    PyPdfError for a file that is broken or locked.
    """
    writer, layers = PdfWriter(clone_from=BytesIO(pdf)), {}
    for page in writer.pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        if size not in layers:
            layers[size] = _layer(*size, text)
        page.merge_page(layers[size])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _layer(width: float, height: float, text: str) -> PageObject:
    source = _MARK.format(width=width, height=height).encode()
    made = typst.compile(source, format="pdf", sys_inputs={"text": text}, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return PdfReader(BytesIO(made)).pages[0]
