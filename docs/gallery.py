"""Takes the pictures of docs/gallery.md from a running demo, and writes that page.

    make run PORT=8000                                  # in one terminal
    .venv/bin/python docs/gallery.py [--base http://127.0.0.1:8000] [--data .data] [NAME ...]

Pictures are cut to the window (1280x800, phone 390x844), so that they stay small and show what one
sees first. A page that answers with an error, or a picture that is too large, ends the run."""

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

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "images"
LARGEST = 150_000  # bytes
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class Shot:
    """One picture: its name, who looks ("" for nobody signed in), the way there, and what it shows.
    A step of the way that begins with / is an address (with ? in front one that may answer with an
    error), with @ an element that shows a private address, which is opened without the session; *
    types one's own password where it is asked for once more. Anything else is a CSS selector whose
    first link is followed; one with `=` fills a field, and one with `#` in front scrolls to an
    element."""

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
    Shot(
        "deadlines",
        "worker",
        (*CASE, "main a[href$='/deadlines']"),
        "Every promise of a case, with its alerts",
    ),
    Shot("conferences", "worker", ("/conferences",), "The conferences of a day in one go"),
    Shot("home-principal", "principal", ("/",), "A principal: what waits for a signature"),
    Shot(
        "home-supervisor", "supervisor", ("/",), "A supervisor: promises kept, and what breaks next"
    ),
    Shot(
        "compliance", "supervisor", ("/compliance/ATT",), "Compliance by original and by moved date"
    ),
    Shot(
        "compliance-dark",
        "supervisor",
        ("/compliance/ATT/steps",),
        "Which step eats the time",
        dark=True,
    ),
    Shot(
        "reported",
        "supervisor",
        ("/compliance/ATT/report",),
        "The reported figures, here of absence; every number opens its list",
    ),
    Shot(
        "forecast",
        "supervisor",
        ("/compliance/ATT/forecast",),
        "Open promises by the chance that they are kept",
    ),
    Shot("goals", "supervisor", ("/compliance/goals",), "The goals of the district"),
    Shot("home-coordinator", "coordinator", ("/",), "A Title IX coordinator's desk"),
    Shot(
        "title-ix-case",
        "coordinator",
        ("/cases/TIX-2026-0007",),
        "A Title IX case in its grievance process",
    ),
    Shot(
        "title-ix-rule-dark",
        "coordinator",
        ("/cases/TIX-2026-0007", "#main h2:has-text('What the rule asks next')"),
        "What the rule asks next",
        dark=True,
    ),
    Shot(
        "home-investigator-phone",
        "investigator",
        ("/",),
        "An investigator: no case but those they were named in",
        phone=True,
    ),
    Shot("street-phone", "lead", ("/street/",), "The street team", phone=True),
    Shot(
        "report-phone-es", "", ("/report?lang=es",), "Reporting harassment, in Spanish", phone=True
    ),
    Shot(
        "home-admin", "admin", ("/",), "A district administrator: does it run, which policies hold"
    ),
    Shot(
        "import",
        "admin",
        ("/imports", "main table a[href^='/imports/']"),
        "A nightly delivery and what it changed",
    ),
    Shot(
        "calendar",
        "admin",
        ("/administration/calendars", "main a[href^='/administration/calendars/']"),
        "A calendar with snow days",
    ),
    Shot("health-dark", "admin", ("/health",), "Is everything on time?", dark=True),
    Shot("workflow", "worker", ("/workflows/ATT/NOTICE",), "A workflow, drawn from the code"),
]


def both(name: str, user: str, way: tuple[str, ...], says: str, phone: bool = False) -> list[Shot]:
    """The same page in light and in dark."""
    return [
        Shot(name, user, way, says, phone),
        Shot(f"{name}-dark", user, way, says, phone, dark=True),
    ]


def first(view: str) -> tuple[str, ...]:
    """The first attendance case of a view of the worklist."""
    return (f"/cases?{view}", "main table a[href^='/cases/ATT-']")


def stands(heading: str) -> str:
    """Scroll to a heading of the page."""
    return f"#main h2:has-text('{heading}')"


# Attendance, compliance and administration, each page in light and in dark.
SEND = "form.step .btn-primary"
SHOTS += [
    Shot("home-worker-dark", "worker", ("/",), "A social worker's day", dark=True),
    Shot("case-dark", "worker", CASE, "A case: what is due and what can be done next", dark=True),
    Shot(
        "home-supervisor-dark",
        "supervisor",
        ("/",),
        "A supervisor: promises kept, and what breaks next",
        dark=True,
    ),
    Shot(
        "goals-dark", "supervisor", ("/compliance/goals",), "The goals of the district", dark=True
    ),
    *both(
        "cases-waiting",
        "worker",
        ("/cases?view=waiting",),
        "Cases in which somebody else has the next step",
    ),
    *both(
        "bulk",
        "worker",
        ("/cases", "main td.pick input", "form#bulk button"),
        "What can be done with several cases at once",
    ),
    *both(
        "case-year",
        "worker",
        (*first("state=TIER3"), stands("The year")),
        "The year of a student, day by day",
    ),
    *both("case-legal", "worker", first("state=LEGAL_REVIEW"), "A case under legal review"),
    *both(
        "case-referred",
        "principal",
        first("state=LEGAL_REFERRED"),
        "A case referred, as the principal sees it",
    ),
    *both(
        "case-transfer",
        "worker",
        first("state=TRANSFER_PENDING"),
        "A case that waits to be taken over",
    ),
    *both("case-hold", "supervisor", first("state=ON_HOLD"), "A case on hold"),
    *both("case-closed", "worker", first("view=closed"), "A closed case"),
    *both(
        "step-errors",
        "worker",
        (*first("state=TIER3&duty=arc_hold"), "p.next a", SEND),
        "A form says what is missing and where",
    ),
    *both(
        "message",
        "worker",
        (*CASE, "main a[href*='message_family']", SEND),
        "A message to a family, before it is sent",
    ),
    *both(
        "upcoming", "worker", ("/upcoming",), "The alerts of the coming days, before they go out"
    ),
    *both("inbox", "worker", ("/inbox",), "The inbox"),
    *both("preferences", "worker", ("/inbox/preferences",), "How alerts reach somebody"),
    *both("mail", "worker", ("/mail",), "The mail room"),
    *both("ten-days", "worker", ("/ten-days",), "The ten-day rule: who must not be withdrawn"),
    *both(
        "street-one-phone",
        "lead",
        ("/street/", "main ul.cards a"),
        "One search of the street team",
        phone=True,
    ),
    *both(
        "mediation",
        "mediator",
        ("/desk/mediation/", "main table a"),
        "A mediator's page of a mediation",
    ),
    *both(
        "compliance-list",
        "supervisor",
        ("/compliance/ATT/list?figure=running&due_from=0&due_to=7",),
        "The list behind a figure",
    ),
    *both(
        "process",
        "supervisor",
        ("/compliance/ATT/steps",),
        "Where the time goes: the process and its bottleneck",
    ),
    *both(
        "workload",
        "supervisor",
        ("/compliance/ATT/workload", "main tbody a"),
        "Workload, and handing cases over",
    ),
    *both(
        "reported-help",
        "supervisor",
        ("/compliance/ATT/report?part=help",),
        "The reported figures of the help given",
    ),
    *both(
        "published",
        "supervisor",
        ("/compliance/published",),
        "Figures for publication: small counts are hidden",
    ),
    *both("effects", "supervisor", ("/effects",), "What helped"),
    *both("agencies", "supervisor", ("/agencies",), "Mediation providers and community partners"),
    *both("administration", "admin", ("/administration",), "Administration"),
    *both("posts", "admin", ("/administration/posts",), "Who holds which post"),
    *both("areas", "admin", ("/administration/areas",), "Areas"),
    *both(
        "letters",
        "admin",
        ("/administration/letters",),
        "Every letter, and whether its fields are filled",
    ),
    *both("policies", "admin", ("/policies",), "Policies by version, and a look at a change"),
    *both(
        "policy-trial", "admin", ("/policies/trials",), "A policy tried on the marks of the past"
    ),
    *both("imports", "admin", ("/imports",), "Deliveries of the student information system"),
    *both("webhooks", "admin", ("/administration/webhooks",), "Webhooks"),
    *both("changes", "admin", ("/administration/changes",), "Who changed what"),
    *both("api", "admin", ("/api/v1/docs",), "The API for programs"),
]
# Title IX: every desk, the cases of every kind, the pages beside them, what the public and the
# parties see, and signing in.
TIX = "/cases/TIX-2026-00"
LINK = (
    f"{TIX}07/steps/make_party_link",
    "[name=with_code]",
    "form.step button.btn-primary",
    f"{TIX}07/links",
    "@main code",
)
SHOTS += [
    Shot(
        "home-decider",
        "decider",
        ("/",),
        "A decision-maker: what is asked of me, and what the other cases wait for",
    ),
    Shot("home-officer-dark", "officer", ("/",), "An appeal officer", dark=True),
    Shot(
        "home-deputy-phone-dark",
        "deputy",
        ("/",),
        "A deputy superintendent, who sees only cases in which somebody asked for them",
        phone=True,
        dark=True,
    ),
    Shot(
        "home-counsel",
        "counsel",
        ("/",),
        "Counsel: no case, but holds and the record of who looked at what",
    ),
    Shot("home-auditor-dark", "auditor", ("/",), "An auditor", dark=True),
    Shot(
        "title-ix-case-phone-dark",
        "coordinator",
        (f"{TIX}07",),
        "A Title IX case on a phone",
        phone=True,
        dark=True,
    ),
    Shot(
        "title-ix-screening",
        "coordinator",
        (f"{TIX}11/steps/screen",),
        "The screening: the report beside the questions of the rule",
    ),
    Shot(
        "title-ix-screening-errors-dark",
        "coordinator",
        (f"{TIX}11/steps/screen", "form.step button.btn-primary"),
        "What is missing in it",
        dark=True,
    ),
    Shot("title-ix-new-report", "coordinator", (f"{TIX}01",), "A report that nobody screened yet"),
    Shot(
        "title-ix-removal-dark",
        "coordinator",
        (f"{TIX}21",),
        "A complaint with an emergency removal",
        dark=True,
    ),
    Shot(
        "title-ix-held",
        "coordinator",
        (f"{TIX}23",),
        "An investigation that rests while the police is at work",
    ),
    Shot(
        "title-ix-school-dark",
        "inquirer",
        (f"{TIX}05",),
        "The inquiry of a school, as its investigator sees it",
        dark=True,
    ),
    Shot("title-ix-closed-phone", "coordinator", (f"{TIX}13",), "A closed case", phone=True),
    Shot("title-ix-remedies", "coordinator", (f"{TIX}29",), "Remedies and their checks"),
    Shot(
        "title-ix-report",
        "investigator",
        (f"{TIX}25/steps/revise_report",),
        "The investigative report, drafted out of the file",
    ),
    Shot(
        "title-ix-questions-phone-dark",
        "decider",
        (f"{TIX}09/steps/questions",),
        "Written questions",
        phone=True,
        dark=True,
    ),
    Shot(
        "title-ix-deadlines-dark",
        "coordinator",
        (f"{TIX}09/deadlines",),
        "The deadlines of a case with their alerts",
        dark=True,
    ),
    Shot(
        "title-ix-workflow",
        "coordinator",
        ("/workflows/TIX",),
        "How a Title IX case goes, out of the code",
    ),
    Shot("title-ix-reads-dark", "auditor", ("/title-ix/reads",), "Who looked at what", dark=True),
    Shot(
        "title-ix-disclosures",
        "coordinator",
        ("/title-ix/disclosures",),
        "What left the district, and on which ground",
    ),
    Shot(
        "title-ix-trainings-phone",
        "coordinator",
        ("/title-ix/trainings",),
        "Who is trained for what",
        phone=True,
    ),
    Shot(
        "title-ix-emergency-dark",
        "deputy",
        ("/title-ix/emergency",),
        "Emergency access to a case",
        dark=True,
    ),
    Shot("title-ix-holds", "counsel", ("/title-ix/holds",), "Legal holds"),
    Shot(
        "title-ix-archive",
        "coordinator",
        (f"{TIX}10/archive",),
        "The whole file, and copies without names",
    ),
    Shot(
        "title-ix-staff-report-phone-dark",
        "worker",
        ("/title-ix/new",),
        "A report entered by staff",
        phone=True,
        dark=True,
    ),
    Shot("title-ix-public", "", ("/title-ix",), "Whom to ask, for everybody"),
    Shot("report", "", ("/report",), "Reporting harassment, without an account"),
    Shot(
        "report-errors-phone-dark",
        "",
        ("/report", "form.step button.btn-primary"),
        "What is missing in a report",
        phone=True,
        dark=True,
    ),
    Shot(
        "follow-phone-es",
        "",
        ("/report/follow?lang=es",),
        "Coming back to a report, in Spanish",
        phone=True,
    ),
    Shot("party", "coordinator", LINK, "A party's papers by a private link"),
    Shot("party-phone-dark", "coordinator", LINK, "The same on a phone", phone=True, dark=True),
    Shot(
        "party-evidence-phone-es",
        "coordinator",
        (*LINK, "/party?lang=es", "main a[href='/party/evidence']"),
        "The evidence, in Spanish",
        phone=True,
    ),
    Shot("party-gone-dark", "", ("?/party/no-such-link",), "A link that leads nowhere", dark=True),
    Shot("sign-in", "", ("/accounts/login/",), "Signing in"),
    Shot(
        "sign-in-wrong-phone-dark",
        "",
        ("/accounts/login/", "[name=login]=nobody", "[name=password]=wrong", "main form button"),
        "A wrong password",
        phone=True,
        dark=True,
    ),
    Shot(
        "password-forgotten-phone",
        "",
        ("/accounts/password/reset/",),
        "A forgotten password",
        phone=True,
    ),
    Shot("second-step", "counsel", ("/accounts/2fa/",), "The second step of signing in"),
    Shot(
        "second-step-app-dark",
        "counsel",
        ("/accounts/2fa/totp/activate/", "*"),
        "Setting up the code from an app",
        dark=True,
    ),
    Shot(
        "passkey-add-phone-dark",
        "counsel",
        ("/accounts/2fa/webauthn/add/", "*"),
        "Adding a passkey",
        phone=True,
        dark=True,
    ),
    Shot(
        "password-change-dark",
        "counsel",
        ("/accounts/password/change/", "main form.step button"),
        "A new password, with what is missing",
        dark=True,
    ),
    Shot("sessions", "counsel", ("/accounts/sessions/",), "Where I am signed in"),
]


def main() -> int:
    """All pictures, or those named."""
    parser = argparse.ArgumentParser(prog="gallery")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, default=DOCS.parent / ".data")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    words = dict(
        line.split(" ")[:2] for line in (options.data / "demo-passwords").read_text().splitlines()
    )
    chosen = [shot for shot in SHOTS if not options.names or shot.name in options.names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        signed = {
            user: signed_in(browser, options.base, user, words[user])
            for user in dict.fromkeys(shot.user for shot in chosen)
            if user
        }
        for shot in chosen:
            size = take(
                browser, options.base, shot, signed.get(shot.user), words.get(shot.user, "")
            )
            print(f"{shot.name}: {size // 1000} kB")
        browser.close()
    (DOCS / "gallery.md").write_text("\n".join(page()) + "\n")
    return 0


def chromium() -> str | None:
    """The system's Chromium, or None for playwright's own."""
    named = os.environ.get("HOLDFAST_CHROMIUM")
    return named or next(
        (
            path
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (path := shutil.which(name))
        ),
        None,
    )


def signed_in(browser: Browser, base: str, user: str, word: str) -> StorageState:
    """What a browser holds after somebody signed in, once for all their pictures."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, base, user, word)
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, base: str, shot: Shot, signed: StorageState | None, word: str) -> int:
    """One picture; its size in bytes. SystemExit where the page is an error or the picture too
    large."""
    window = PHONE if shot.phone else DESKTOP
    context = browser.new_context(
        viewport=window,
        color_scheme="dark" if shot.dark else "light",
        reduced_motion="reduce",
        locale="en-US",
        storage_state=signed,
    )
    page = context.new_page()
    for step in shot.way:
        if step == "*":
            page.fill("[name=password]", word)
            page.locator("[name=password]").press("Enter")
            page.wait_for_url(lambda url: "reauthenticate" not in url)
        else:
            go(page, base, step)
    path = IMAGES / f"{shot.name}.png"
    path.write_bytes(smaller(page.screenshot()))
    context.close()
    size = path.stat().st_size
    if size > LARGEST:
        raise SystemExit(
            f"{shot.name}: {size} bytes are more than {LARGEST}; show less of the page"
        )
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
    """The same picture in its 256 most frequent colours (the others become the nearest of them): a
    third of the size, and text looks the same. Takes what Chromium makes: 8 bits, RGB or RGBA, not
    interlaced."""
    width, height, rows = pixels(png)
    counts = Counter(pixel for row in rows for pixel in row)
    palette = [colour for colour, _count in counts.most_common(256)]
    index = {colour: number for number, colour in enumerate(palette)}
    for colour in counts.keys() - index.keys():
        index[colour] = min(
            range(len(palette)),
            key=lambda number: sum(
                (a - b) ** 2 for a, b in zip(palette[number], colour, strict=True)
            ),
        )
    lines = b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    parts = [
        chunk(b"IHDR", header),
        chunk(b"PLTE", colours),
        chunk(b"IDAT", zlib.compress(lines, 9)),
        chunk(b"IEND", b""),
    ]
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
        left, up, corner = (
            (line[i - size], above[i], above[i - size]) if i >= size else (0, above[i], 0)
        )
        if kind == 4:
            guess = left + up - corner
            nearest = min(
                (abs(guess - left), 0, left),
                (abs(guess - up), 1, up),
                (abs(guess - corner), 2, corner),
            )[2]
        else:
            nearest = (0, left, up, (left + up) // 2)[kind]
        line[i] = (line[i] + nearest) & 255
    return line


def page() -> Iterator[str]:
    """The lines of docs/gallery.md."""
    yield "# Gallery\n"
    yield (
        "The demo district, on a desktop (1280x800) and on a phone (390x844), in light and in "
        "dark. Every person is invented.\n"
    )
    yield "Taken by `docs/gallery.py` from a running demo.\n"
    for says in dict.fromkeys(shot.says for shot in SHOTS):
        yield f"## {says}\n"
        for shot in (one for one in SHOTS if one.says == says):
            looks = ", ".join(
                ["phone" if shot.phone else "desktop", "dark" if shot.dark else "light"]
            )
            yield f"![{shot.says}, {looks}](images/{shot.name}.png)\n"


if __name__ == "__main__":
    sys.exit(main())
