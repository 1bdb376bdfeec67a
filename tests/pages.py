"""A page as its reader meets it: parsed, white space folded. Tests look here and not into the raw
answer, which holds random tokens and whatever lines the template breaks into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lxml.html

if TYPE_CHECKING:
    from django.http import HttpResponse


class Page:
    """The parsed answer to a request."""

    def __init__(self, response: HttpResponse) -> None:
        self.root = lxml.html.fromstring(response.content.decode())

    @property
    def text(self) -> str:
        """All that is read in the page's main part (or in the whole page where it has none)."""
        return folded((self.root.xpath("//main") or [self.root])[0].text_content())

    def texts(self, path: str) -> list[str]:
        """The text of each element that an XPath finds."""
        return [folded(element.text_content()) for element in self.root.xpath(path)]

    def links(self, path: str = "//a[@href]") -> list[tuple[str, str]]:
        """(address, text) of each link that an XPath finds."""
        return [(a.get("href"), folded(a.text_content())) for a in self.root.xpath(path)]

    def value(self, name: str) -> str:
        """The value of the first field of this name."""
        return str(self.root.xpath("//input[@name=$name]/@value", name=name)[0])


def folded(text: str) -> str:
    """White space as a browser shows it."""
    return " ".join(text.split())
