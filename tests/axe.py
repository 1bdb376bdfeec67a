"""axe-core looks at a page of the browser."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

# Of what it finds only the violations cross from the browser to the test: what passes is most of it
# and nobody reads it.
RUN = "axe.run({resultTypes: ['violations']}).then(found => ({violations: found.violations}))"


def look(page: Page) -> None:
    """AssertionError with a report where axe finds anything on the page as it stands."""
    if page.evaluate("typeof window.axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = AxeResults(page.evaluate(RUN))
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
