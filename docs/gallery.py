"""Takes the pictures of docs/gallery.md from a running demo, and writes that page.

    make run PORT=8000                                  # in one terminal
    .venv/bin/python docs/gallery.py [--base http://127.0.0.1:8000] [--data .data] [NAME ...]

Pictures are cut to the window (1280x800, phone 390x844), so that they stay small and show what one sees first. A page that
answers with an error, or a picture that is too large, ends the run."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "images"
LARGEST = 150_000  # bytes
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class Shot:
    """One picture: its name, who looks ("" for nobody signed in), the way there, and what it shows. A step of the way that
    begins with / is an address (with ? in front one that may answer with an error), one with @ leaves the session and opens the
    private address that an element shows, * types one's own password where it is asked for once more, anything else a CSS selector whose first link is followed; one with `=` fills a field, and
    one with `#` in front scrolls to an element."""

    name: str
    user: str
    way: tuple[str, ...]
    says: str
    phone: bool = False
    dark: bool = False


CASE = ("/cases?view=overdue", "main table a[href^='/cases/ATT-']")
SHOTS = [
    Shot("home-worker", "worker", ("/",), "A social worker's day"),
    Shot("home-worker-phone", "worker", ("/",), "The same on a phone", phone=True),
    Shot("cases", "worker", ("/cases",), "The worklist: what is due first stands first"),
    Shot("cases-dark", "worker", ("/cases?view=overdue",), "Overdue cases", dark=True),
    Shot("case", "worker", CASE, "A case: what is due and what can be done next"),
    Shot("case-phone-dark", "worker", CASE, "A case on a phone", phone=True, dark=True),
    Shot("step", "worker", (*CASE, "main a[href*='/steps/log_contact']"), "Logging a contact"),
    Shot("deadlines", "worker", (*CASE, "main a[href$='/deadlines']"), "Every promise of a case, with its alerts"),
    Shot("conferences", "worker", ("/conferences",), "The conferences of a day in one go"),
    Shot("home-principal", "principal", ("/",), "A principal: what waits for a signature"),
    Shot("home-supervisor", "supervisor", ("/",), "A supervisor: promises kept, and what breaks next"),
    Shot("compliance", "supervisor", ("/compliance/ATT",), "Compliance by original and by moved date"),
    Shot("compliance-dark", "supervisor", ("/compliance/ATT/steps",), "Which step eats the time", dark=True),
    Shot("reported", "supervisor", ("/compliance/ATT/report",), "The reported figures, here of absence; every number opens its list"),
    Shot("forecast", "supervisor", ("/compliance/ATT/forecast",), "Open promises by the chance that they are kept"),
    Shot("goals", "supervisor", ("/compliance/goals",), "The goals of the district"),
    Shot("home-coordinator", "coordinator", ("/",), "A Title IX coordinator's desk"),
    Shot("title-ix-case", "coordinator", ("/cases/TIX-2026-0007",), "A Title IX case in its grievance process"),
    Shot(
        "title-ix-rule-dark",
        "coordinator",
        ("/cases/TIX-2026-0007", "#main h2:has-text('What the rule asks next')"),
        "What the rule asks next",
        dark=True,
    ),
    Shot("home-investigator-phone", "investigator", ("/",), "An investigator: no case but those they were named in", phone=True),
    Shot("street-phone", "lead", ("/street/",), "The street team", phone=True),
    Shot("report-phone-es", "", ("/report?lang=es",), "Reporting harassment, in Spanish", phone=True),
    Shot("home-admin", "admin", ("/",), "A district administrator: does it run, which policies hold"),
    Shot("import", "admin", ("/imports", "main table a[href^='/imports/']"), "A nightly delivery and what it changed"),
    Shot("calendar", "admin", ("/administration/calendars", "main a[href^='/administration/calendars/']"), "A calendar with snow days"),
    Shot("health-dark", "admin", ("/health",), "Is everything on time?", dark=True),
    Shot("workflow", "worker", ("/workflows/ATT/NOTICE",), "A workflow, drawn from the code"),
]

# Title IX: every desk, the cases of every kind, the pages beside them, what the public and the parties see, and signing in.
TIX = "/cases/TIX-2026-00"
LINK = (f"{TIX}07/steps/make_party_link", "[name=with_code]", "form.step button.btn-primary", f"{TIX}07/links", "@main code")
SHOTS += [
    Shot("home-decider", "decider", ("/",), "A decision-maker: what is asked of me, and what the other cases wait for"),
    Shot("home-officer-dark", "officer", ("/",), "An appeal officer", dark=True),
    Shot("home-deputy-phone-dark", "deputy", ("/",), "A deputy superintendent, who sees only cases in which somebody asked for them", phone=True, dark=True),
    Shot("home-counsel", "counsel", ("/",), "Counsel: no case, but holds and the record of who looked at what"),
    Shot("home-auditor-dark", "auditor", ("/",), "An auditor", dark=True),
    Shot("title-ix-case-phone-dark", "coordinator", (f"{TIX}07",), "A Title IX case on a phone", phone=True, dark=True),
    Shot("title-ix-screening", "coordinator", (f"{TIX}11/steps/screen",), "The screening: the report beside the questions of the rule"),
    Shot("title-ix-screening-errors-dark", "coordinator", (f"{TIX}11/steps/screen", "form.step button.btn-primary"), "What is missing in it", dark=True),
    Shot("title-ix-new-report", "coordinator", (f"{TIX}01",), "A report that nobody screened yet"),
    Shot("title-ix-removal-dark", "coordinator", (f"{TIX}21",), "A complaint with an emergency removal", dark=True),
    Shot("title-ix-held", "coordinator", (f"{TIX}23",), "An investigation that rests while the police is at work"),
    Shot("title-ix-school-dark", "inquirer", (f"{TIX}05",), "The inquiry of a school, as its investigator sees it", dark=True),
    Shot("title-ix-closed-phone", "coordinator", (f"{TIX}13",), "A closed case", phone=True),
    Shot("title-ix-remedies", "coordinator", (f"{TIX}29",), "Remedies and their checks"),
    Shot("title-ix-report", "investigator", (f"{TIX}25/steps/revise_report",), "The investigative report, drafted out of the file"),
    Shot("title-ix-questions-phone-dark", "decider", (f"{TIX}09/steps/questions",), "Written questions", phone=True, dark=True),
    Shot("title-ix-deadlines-dark", "coordinator", (f"{TIX}09/deadlines",), "The deadlines of a case with their alerts", dark=True),
    Shot("title-ix-workflow", "coordinator", ("/workflows/TIX",), "How a Title IX case goes, out of the code"),
    Shot("title-ix-reads-dark", "auditor", ("/title-ix/reads",), "Who looked at what", dark=True),
    Shot("title-ix-disclosures", "coordinator", ("/title-ix/disclosures",), "What left the district, and on which ground"),
    Shot("title-ix-trainings-phone", "coordinator", ("/title-ix/trainings",), "Who is trained for what", phone=True),
    Shot("title-ix-emergency-dark", "deputy", ("/title-ix/emergency",), "Emergency access to a case", dark=True),
    Shot("title-ix-holds", "counsel", ("/title-ix/holds",), "Legal holds"),
    Shot("title-ix-archive", "coordinator", (f"{TIX}10/archive",), "The whole file, and copies without names"),
    Shot("title-ix-staff-report-phone-dark", "worker", ("/title-ix/new",), "A report entered by staff", phone=True, dark=True),
    Shot("title-ix-public", "", ("/title-ix",), "Whom to ask, for everybody"),
    Shot("report", "", ("/report",), "Reporting harassment, without an account"),
    Shot("report-errors-phone-dark", "", ("/report", "form.step button.btn-primary"), "What is missing in a report", phone=True, dark=True),
    Shot("follow-phone-es", "", ("/report/follow?lang=es",), "Coming back to a report, in Spanish", phone=True),
    Shot("party", "coordinator", LINK, "A party's papers by a private link"),
    Shot("party-phone-dark", "coordinator", LINK, "The same on a phone", phone=True, dark=True),
    Shot("party-evidence-phone-es", "coordinator", (*LINK, "/party?lang=es", "main a[href='/party/evidence']"), "The evidence, in Spanish", phone=True),
    Shot("party-gone-dark", "", ("?/party/no-such-link",), "A link that leads nowhere", dark=True),
    Shot("sign-in", "", ("/accounts/login/",), "Signing in"),
    Shot("sign-in-wrong-phone-dark", "", ("/accounts/login/", "[name=login]=nobody", "[name=password]=wrong", "main form button"), "A wrong password",
         phone=True, dark=True),
    Shot("password-forgotten-phone", "", ("/accounts/password/reset/",), "A forgotten password", phone=True),
    Shot("second-step", "counsel", ("/accounts/2fa/",), "The second step of signing in"),
    Shot("second-step-app-dark", "counsel", ("/accounts/2fa/totp/activate/", "*"), "Setting up the code from an app", dark=True),
    Shot("passkey-add-phone-dark", "counsel", ("/accounts/2fa/webauthn/add/", "*"), "Adding a passkey", phone=True, dark=True),
    Shot("password-change-dark", "counsel", ("/accounts/password/change/", "main form.step button"), "A new password, with what is missing", dark=True),
    Shot("sessions", "counsel", ("/accounts/sessions/",), "Where I am signed in"),
]  # fmt: skip


def main() -> int:
    """All pictures, or those named."""
    parser = argparse.ArgumentParser(prog="gallery")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, default=DOCS.parent / ".data")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    words = dict(line.split(" ")[:2] for line in (options.data / "demo-passwords").read_text().splitlines())
    chosen = [shot for shot in SHOTS if not options.names or shot.name in options.names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for shot in chosen:
            size = take(browser, options.base, shot, words)
            print(f"{shot.name}: {size // 1000} kB")
        browser.close()
    (DOCS / "gallery.md").write_text("\n".join(page()) + "\n")
    return 0


def chromium() -> str | None:
    """The system's Chromium, or None for playwright's own."""
    named = os.environ.get("HOLDFAST_CHROMIUM")
    return named or next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


def take(browser: Browser, base: str, shot: Shot, words: dict[str, str]) -> int:
    """One picture; its size in bytes. SystemExit where the page is an error or the picture too large."""
    window = PHONE if shot.phone else DESKTOP
    context = browser.new_context(viewport=window, color_scheme="dark" if shot.dark else "light", reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    if shot.user:
        sign_in(page, base, shot.user, words[shot.user])
    for step in shot.way:
        if step == "*":
            page.fill("[name=password]", words[shot.user])
            page.locator("[name=password]").press("Enter")
            page.wait_for_url(lambda url: "reauthenticate" not in url)
        else:
            go(page, base, step)
    path = IMAGES / f"{shot.name}.png"
    path.write_bytes(smaller(page.screenshot()))
    context.close()
    size = path.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{shot.name}: {size} bytes are more than {LARGEST}; show less of the page")
    return size


def sign_in(page: Page, base: str, user: str, word: str) -> None:
    """As a person does."""
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", user)
    page.fill("[name=password]", word)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def go(page: Page, base: str, step: str) -> None:
    """One step of the way. SystemExit where it leads to an error."""
    if step.startswith("@"):
        address = page.locator(step[1:]).first.inner_text()
        page.context.clear_cookies()
        page.goto(address)
    elif step.startswith("?"):
        page.goto(base + step[1:])
    elif step.startswith("/"):
        answer = page.goto(base + step)
        if answer is None or not answer.ok:
            raise SystemExit(f"{step}: {answer.status if answer else 'no answer'}")
    elif step.startswith("#"):
        page.locator(step[1:]).first.scroll_into_view_if_needed()
        page.locator(step[1:]).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    elif found := re.fullmatch(r"(\[name=.+\])=(.*)", step):
        page.fill(found[1], found[2])
    else:
        page.locator(step).first.click()
        page.wait_for_load_state()


def smaller(png: bytes) -> bytes:
    """The same picture in its 256 most frequent colours (the others become the nearest of them): a third of the size, and text
    looks the same. Takes what Chromium makes: 8 bits, RGB or RGBA, not interlaced."""
    width, height, rows = pixels(png)
    counts = Counter(pixel for row in rows for pixel in row)
    palette = [colour for colour, _count in counts.most_common(256)]
    index = {colour: number for number, colour in enumerate(palette)}
    for colour in counts.keys() - index.keys():
        index[colour] = min(range(len(palette)), key=lambda number: sum((a - b) ** 2 for a, b in zip(palette[number], colour, strict=True)))
    lines = b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    parts = [chunk(b"IHDR", header), chunk(b"PLTE", colours), chunk(b"IDAT", zlib.compress(lines, 9)), chunk(b"IEND", b"")]
    return png[:8] + b"".join(parts)


def chunk(name: bytes, data: bytes) -> bytes:
    """One part of a PNG file (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pixels(png: bytes) -> tuple[int, int, list[list[tuple[int, ...]]]]:
    """Width, height, and (red, green, blue) by row; the filters are those of ISO/IEC 15948, 9.2."""
    width, height, _depth, kind = struct.unpack(">IIBB", png[16:26])
    size, data, at = {2: 3, 6: 4}[kind], b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, stride, rows = zlib.decompress(data), width * size, []
    above = bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        line = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, size)
        rows.append(list(zip(line[0::size], line[1::size], line[2::size], strict=True)))
        above = line
    return width, height, rows


def unfiltered(kind: int, line: bytearray, above: bytearray, size: int) -> bytearray:
    """One row of bytes with its filter taken back."""
    for i in range(len(line)) if kind else ():
        left, up, corner = (line[i - size], above[i], above[i - size]) if i >= size else (0, above[i], 0)
        if kind == 4:
            guess = left + up - corner
            nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        else:
            nearest = (0, left, up, (left + up) // 2)[kind]
        line[i] = (line[i] + nearest) & 255
    return line


def page() -> Iterator[str]:
    """The lines of docs/gallery.md."""
    yield "# Gallery\n"
    yield "The demo district, on a desktop (1280x800) and on a phone (390x844), in light and in dark. Every person is invented.\n"
    yield "Taken by `docs/gallery.py` from a running demo.\n"
    for shot in SHOTS:
        looks = ", ".join(["phone" if shot.phone else "desktop", "dark" if shot.dark else "light"])
        yield f"## {shot.says}\n\n![{shot.says}, {looks}](images/{shot.name}.png)\n"


if __name__ == "__main__":
    sys.exit(main())
