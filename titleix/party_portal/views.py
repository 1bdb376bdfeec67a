"""The pages behind a party's private link. They work without an account and without JavaScript;
nothing is cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pypdf.errors import PyPdfError

from casework.audit import access_log
from casework.engine.casefile import CaseFile
from casework.engine.errors import Refused
from casework.engine.services import local_today
from casework.models import Read
from casework.policy.policies import policy_for
from casework.privacy import encrypted_files
from district import client_address
from district.rate_limits import HOUR, RateLimit
from titleix.case import inspection_log
from titleix.export.watermark import marked
from titleix.models import PartyLink
from titleix.party_portal import files as party_files
from titleix.party_portal import links as party_links
from titleix.party_portal.texts import LETTERS, PARTS, TEXTS

# Addresses without a valid token from one place; a person mistypes a few times.
WRONG_LINKS = RateLimit("party-wrong-link", 30, HOUR)
STAYS = 3600  # seconds for which the pages stay open after the last one
LONGEST = 20_000
NOBODY = UUID(int=0)
KINDS = ("response", "waiver", "question")
SENDINGS = RateLimit("party-sending", 60, HOUR)  # of one link; a person sends a few
LARGEST_SENDING = 12 * settings.MAX_ATTACHMENT_BYTES  # bytes of one request


def _language(request: HttpRequest, link: PartyLink | None) -> str:
    theirs = link.party.language if link else translation.get_language_from_request(request)
    chosen = request.GET.get("lang") or request.session.get("party_language") or theirs
    if request.GET.get("lang") in TEXTS:
        request.session["party_language"] = chosen
    return chosen if chosen in TEXTS else "en"


def _page(
    request: HttpRequest, template: str, link: PartyLink | None, status: int = 200, **context: Any
) -> HttpResponse:
    language = _language(request, link)
    with translation.override(language):
        known: dict[str, Any] = {
            "t": TEXTS[language],
            "lang": language,
            "link": link,
            "other": "es" if language == "en" else "en",
        }
        known["part"] = f"{PARTS[language][link.party.part]} {link.party.number}" if link else ""
        answer = render(request, f"titleix/{template}.html", known | context, status=status)
    return private(answer)


def private(answer: HttpResponse) -> HttpResponse:
    """The same answer: kept by no cache, found by no search engine, with no address passed on."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = (
        # With "no-referrer" a browser sends "Origin: null", and no form would be taken.
        "same-origin"
    )
    return answer


@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The private link itself: it is exchanged for a session, so that the token stands in no
    further address. Who is signed in as staff does not get in: their look would be kept as the
    party's."""
    if request.user.is_authenticated:
        return _page(request, "party_gone", None, 403, staff=True)
    client = client_address.fingerprint(request)
    if WRONG_LINKS.is_reached(client):
        return _page(request, "party_gone", None, 429, slow=True)
    link = party_links.by_token(token)
    if link is None:
        WRONG_LINKS.count(client)
        return _page(request, "party_gone", None, 404)
    request.session.cycle_key()
    request.session["party_link"], request.session["party_open"] = str(link.pk), not link.code
    request.session.set_expiry(STAYS)
    return private(redirect("party"))


def _link(request: HttpRequest) -> PartyLink | None:
    """The link of this session, if it still leads anywhere: asked anew on every page."""
    found = (
        PartyLink.objects.select_related("party", "case")
        .filter(pk=str(request.session.get("party_link") or NOBODY))
        .first()
    )
    if not party_links.valid(found) or request.user.is_authenticated:
        return None
    request.session.set_expiry(STAYS)  # an hour after the last page, not after the first
    return found


def _inside(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only with a valid link, its code where it asks for one, and an advisor's undertaking."""

    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        link = _link(request)
        if link is None:
            typed = request.POST.get("text", "")[:LONGEST] if request.method == "POST" else ""
            return _page(request, "party_gone", None, 404, typed=typed)
        if not request.session.get("party_open") or not party_links.undertaken(link):
            return private(redirect("party"))
        return view(request, link=link, **kwargs)

    return guarded


@require_http_methods(["GET", "POST"])
def party(request: HttpRequest) -> HttpResponse:
    """The packet; before it the code and an advisor's undertaking, where they are asked for."""
    link = _link(request)
    if link is None:
        return _page(request, "party_gone", None, 404)
    if not request.session.get("party_open"):
        return _code(request, link)
    if not party_links.undertaken(link):
        return _undertaking(request, link)
    file = party_links.case_file(link)
    access_log.note(None, Read.What.PACKET, link.case, item=link.pk)
    return _packet_page(request, link, file)


def _packet_page(
    request: HttpRequest, link: PartyLink, file: Any, status: int = 200, **context: Any
) -> HttpResponse:
    found, language = party_links.packet(link, file), _language(request, link)
    letters = [(LETTERS[language].get(row.code, row.code), row) for row in found.letters]
    windows = [
        (TEXTS[language].get(f"window_{code}", ""), row)
        for code, row in found.windows
        if row.ends >= local_today()
    ]
    kinds = [
        (kind, TEXTS[language][kind]) for kind in KINDS if kind != "question" or found.questions
    ]
    given: dict[str, Any] = {
        "packet": found,
        "letters": letters,
        "windows": windows,
        "kinds": kinds,
        "sent": request.GET.get("sent") == "1",
    }
    given |= {"takes_files": party_files.open_to(link, file), "key": uuid4()}
    megabytes = settings.MAX_ATTACHMENT_BYTES // 1024 // 1024
    given["files_help"] = TEXTS[language]["files_help"].format(
        most=party_files.most(file), mb=megabytes
    )
    return _page(request, "party", link, status, **(given | context))


def _code(request: HttpRequest, link: PartyLink) -> HttpResponse:
    if request.method != "POST":
        return _page(request, "party_code", link)
    tries = int(policy_for("titleix", local_today()).require("portal.tries"))
    if party_links.right_code(link, request.POST.get("code", "")[:20], tries):
        request.session["party_open"] = True
        return private(redirect("party"))
    return _page(request, "party_code", link, 422, wrong=True)


def _undertaking(request: HttpRequest, link: PartyLink) -> HttpResponse:
    name = " ".join(request.POST.get("name", "").replace("\x00", " ").split())[:200]
    if request.method == "POST" and name and request.POST.get("tick"):
        PartyLink.objects.filter(pk=link.pk, undertaking_at=None).update(
            undertaking_at=timezone.now(), undertaking_name=name
        )
        return private(redirect("party"))
    return _page(
        request,
        "party_sign",
        link,
        422 if request.method == "POST" else 200,
        name=name,
        missing=request.method == "POST",
    )


@require_GET
@_inside
def letter(request: HttpRequest, link: PartyLink, pk: UUID) -> HttpResponse:
    """A letter of this packet, marked with who looked at it when."""
    found = party_links.letter(link, pk)
    if found is None:
        return _page(request, "party_gone", None, 404)
    access_log.note(None, Read.What.DOCUMENT, link.case, item=pk)
    inspection_log.by_link(link, document=pk)
    return _pdf(request, encrypted_files.read(found), link, found.code)


@require_GET
@_inside
def evidence(request: HttpRequest, link: PartyLink) -> HttpResponse:
    """The evidence that was sent to this party, to look at. The look is recorded."""
    found = party_links.packet(link, party_links.case_file(link))
    if not found.evidence:
        return _page(request, "party_gone", None, 404)
    access_log.note(None, Read.What.PACKET, link.case, item=link.pk)
    inspection_log.by_link(link)
    return _page(
        request,
        "party_evidence",
        link,
        packet=found,
        mark=party_links.mark_of(link, timezone.localtime()),
    )


@require_GET
@_inside
def exhibit(request: HttpRequest, link: PartyLink, pk: UUID) -> HttpResponse:
    """A file of the evidence, marked."""
    found = party_links.exhibit(party_links.packet(link, party_links.case_file(link)), pk)
    if found is None:
        return _page(request, "party_gone", None, 404)
    access_log.note(None, Read.What.ATTACHMENT, link.case, item=pk)
    inspection_log.by_link(link, attachment=pk)
    return _pdf(request, encrypted_files.read(found), link, "evidence")


def _pdf(request: HttpRequest, content: bytes, link: PartyLink, name: str) -> HttpResponse:
    """The marked file; one that cannot carry the mark is not shown here."""
    try:
        page = marked(content, party_links.mark_of(link, timezone.localtime()))
    except PyPdfError:
        return _page(request, "party_gone", None, 404)
    answer = HttpResponse(page, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{link.case.number}-{name}.pdf"'
    return private(answer)


def _sized(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A sending that is too large to be read is told so in words; for that the check against
    forgery, which reads it, stands behind this first look."""
    guarded = csrf_protect(view)

    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        try:
            if announced.isdigit() and int(announced) > LARGEST_SENDING:
                raise RequestDataTooBig
            request.POST  # noqa: B018 - reads the body
        except (RequestDataTooBig, TooManyFilesSent):
            return _page(request, "party_gone", _link(request), 413, too_big=True)
        return guarded(request, **kwargs)

    return csrf_exempt(inner)


@_sized
@require_POST
@_inside
def answer(request: HttpRequest, link: PartyLink) -> HttpResponse:
    """What the party sends, words and files: records of the case, and somebody hears of it.
    Files that are right are kept even where something else is not; what was typed and not kept
    stands in the form again."""
    file, language = party_links.case_file(link), _language(request, link)
    texts, found = TEXTS[language], party_links.packet(link, file)
    kind, words = (
        request.POST.get("kind", ""),
        request.POST.get("text", "").replace("\x00", " ").strip(),
    )
    typed = {"kind": kind, "text": words}
    if SENDINGS.exceeds(str(link.pk)):
        return _packet_page(request, link, file, 429, problems=[texts["busy"]], typed=typed)
    uploads, no_files = _chosen(request, link, file, texts)
    with translation.override(language):
        looked = party_files.look(file, link, uploads)
        bad = [*no_files, *(f"{name}: {why}" for name, why in looked.bad)]
    some = bool(looked.good or looked.again or bad)
    problems = _problems(found, kind, words, bool(request.POST.get("tick")), some, texts)
    only_files = bool(problems) or kind == "files" or (kind == "response" and not words)
    try:
        party_files.keep(
            link,
            party_links.FILE if only_files else f"portal_{kind}",
            "" if problems else words,
            looked.good,
            request.POST.get("key", "")[:40],
        )
    except Refused:
        return _packet_page(
            request,
            link,
            party_links.case_file(link),
            409,
            problems=[texts["nothing_now"]],
            typed=typed,
        )
    if not problems and not bad:
        return private(redirect("/party?sent=1"))
    arrived = [
        *([] if problems or only_files else [texts["your_words"]]),
        *map(party_files.named, looked.good),
    ]
    context = {
        "problems": problems,
        "bad": bad,
        "arrived": arrived,
        "again": looked.again,
        "typed": typed if problems else {"kind": kind, "text": ""},
    }
    return _packet_page(request, link, party_links.case_file(link), 422, **context)


def _chosen(
    request: HttpRequest, link: PartyLink, file: CaseFile, texts: dict[str, str]
) -> tuple[list[Any], list[str]]:
    """The files of a sending that may be looked at, and why the others may not: not now, too
    many at once, too many in all."""
    uploads = request.FILES.getlist("files")
    if uploads and not party_files.open_to(link, file):
        return [], [texts["files_closed"]]
    left, most = party_files.left(file, link), party_files.most(file)
    room = min(left, most)
    why = (
        texts["at_once"].format(most=most)
        if most <= left
        else texts["no_more"].format(most=party_files.in_all(file))
    )
    return uploads[:room], [f"{party_files.named(one)}: {why}" for one in uploads[room:]]


def _problems(
    found: party_links.Packet,
    kind: str,
    words: str,
    ticked: bool,
    files: bool,
    texts: dict[str, str],
) -> list[str]:
    """What is wrong with the words; with files a response may have none."""
    if len(words) > LONGEST:
        return [texts["long"]]
    if kind == "files":
        return [] if files else [texts["files_first"]]
    if not found.answers_to:
        return [texts["nothing_now"]]
    if kind not in KINDS or (kind == "question" and not found.questions):
        return [texts["choose"]]
    if kind == "waiver":
        return [] if ticked else [texts["waiver_missing"]]
    return [] if words or (files and kind == "response") else [texts["missing"]]


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session of this link, as on a shared computer."""
    for name in ("party_link", "party_open", "party_language"):
        request.session.pop(name, None)
    return _page(request, "party_gone", None)
