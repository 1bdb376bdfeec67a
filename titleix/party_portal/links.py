"""A party's private link: what it is made of, whom it lets in, and what a packet holds (domain.md
C9, C10).

The address carries a token that follows from the link's number and the product's secret; the
database keeps its hash. A packet is built from letters that are bound to this person, so that
nothing of the other party can stand in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F

from casework.case_types import registry
from casework.engine.casefile import CaseFile, load
from casework.engine.services import local_today
from casework.models import Attachment, Document
from titleix.case import party_windows, queries
from titleix.case.party_windows import OpenWindow
from titleix.models import Delivery, Party, PartyLink, Record

ANSWERS_IN = {"EVIDENCE_REVIEW": "EVIDENCE", "REPORT_REVIEW": "REPORT"}
FILE = "portal_file"  # the code of the record of a file that came by a link


def _keyed(what: str, link_id: UUID) -> bytes:
    return hmac.new(
        settings.SECRET_KEY.encode(), f"party-link:{what}:{link_id}".encode(), hashlib.sha256
    ).digest()


def token_of(link_id: UUID) -> str:
    """The token in the address of a link."""
    return base64.urlsafe_b64encode(_keyed("token", link_id)).decode()[:32]


def code_of(link_id: UUID) -> str:
    """The code that is sent apart: eight digits."""
    return f"{int.from_bytes(_keyed('code', link_id)[:8], 'big') % 10**8:08d}"


def hashed(text: str) -> str:
    """What the database keeps of a token or a code."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def valid(link: PartyLink | None) -> bool:
    """Whether a link leads anywhere today."""
    return (
        link is not None
        and link.revoked_at is None
        and local_today() <= link.expires_on
        and link.party.left_on is None
    )


def by_token(token: str) -> PartyLink | None:
    """The valid link of a token, or None: whether it was wrong, ended or taken back is not told."""
    found = PartyLink.objects.select_related("party", "case").filter(token=hashed(token)).first()
    return found if valid(found) else None


def right_code(link: PartyLink, code: str, tries: int) -> bool:
    """Whether a code fits; after too many wrong ones in a row none does any more, until the
    coordinator makes a new link."""
    if link.tries >= tries:
        return False
    if hmac.compare_digest(hashed(code.strip()), link.code):
        PartyLink.objects.filter(pk=link.pk).update(tries=0)
        return True
    PartyLink.objects.filter(pk=link.pk).update(tries=F("tries") + 1)
    return False


# -- the packet ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A piece of evidence as a party may look at it."""

    number: int
    title: str
    text: str
    on: date
    relied: bool
    attachment: UUID | None
    viewable: bool


@dataclass
class Packet:
    """All that one person may see."""

    letters: list[Delivery] = field(default_factory=list)
    windows: list[tuple[str, OpenWindow]] = field(default_factory=list)
    evidence: list[Piece] = field(default_factory=list)
    answers_to: str = ""
    answer_until: date | None = None
    questions: bool = False
    mine: list[Record] = field(default_factory=list)


def whose(party: Party) -> set[UUID]:
    """Whose letters a person sees: their own; a parent also those of the child for whom they
    act."""
    found = {party.id}
    if party.part == Party.Part.PARENT and party.acts_for_id:
        found.add(party.acts_for_id)
    return found


def case_file(link: PartyLink) -> CaseFile:
    """The case of a link."""
    return load(registry.kind("TIX"), ids=[link.case_id], lock=False)[0]


def packet(link: PartyLink, file: CaseFile) -> Packet:
    """The packet of a link's person. Two statements beside the case."""
    people = whose(link.party)
    letters = list(
        Delivery.objects.filter(case_id=link.case_id, party__in=people).order_by("-sent_on", "code")
    )
    sent = {row.code for row in letters}
    found = Packet(letters=letters)
    found.windows = [(code, row) for code, row in windows(file) if code in sent]
    latest = max((row.sent_on for row in letters if row.code == "EVIDENCE"), default=None)
    if latest:
        rows = [row for row in queries.records(file, Record.Kind.EVIDENCE) if row.on <= latest]
        marks = _markable([row.attachment_id for row in rows if row.attachment_id])
        found.evidence = [_piece(row, row.attachment_id in marks) for row in rows]
    found.answers_to = _answers_to(link.party, file, sent)
    found.answer_until = next(
        (row.ends for code, row in found.windows if code == found.answers_to), None
    )
    found.questions = found.answers_to == "REPORT" and any(
        row.code == "offered" for row in queries.records(file, Record.Kind.QUESTION)
    )
    found.mine = [
        row
        for row in queries.records(file, Record.Kind.STATEMENT)
        if row.party_id in people and row.code.startswith("portal_")
    ]
    return found


def windows(file: CaseFile) -> list[tuple[str, OpenWindow]]:
    """The windows of the case under the code of the letter that opened them."""
    codes = {"34 CFR 106.45(b)(5)(vi)": "EVIDENCE", "34 CFR 106.45(b)(5)(vii)": "REPORT"}
    appeal = "DISMISSAL" if file.case.appeal_of == "dismissal" else "DETERMINATION"
    return [(codes.get(row.cite, appeal), row) for row in party_windows.windows(file)]


def _answers_to(party: Party, file: CaseFile, sent: set[str]) -> str:
    """To what the person may answer now: an advisor answers through the party."""
    code = ANSWERS_IN.get(file.case.state, "")
    return code if code in sent and party.part != Party.Part.ADVISOR else ""


def _piece(row: Record, viewable: bool) -> Piece:
    return Piece(
        row.number,
        str(row.data.get("title", "")),
        row.text,
        row.on,
        row.code != "not_relied",
        row.attachment_id,
        viewable,
    )


def _markable(pks: list[UUID]) -> set[UUID]:
    """The files that can carry the mark: PDFs that were found clean. Others are inspected in the
    office."""
    found = (
        Attachment.objects.filter(
            pk__in=pks, state=Attachment.State.CLEAN, media_type="application/pdf"
        )
        if pks
        else Attachment.objects.none()
    )
    return set(found.values_list("pk", flat=True))


def letter(link: PartyLink, pk: UUID) -> Document | None:
    """A letter of this packet, or None."""
    return Document.objects.filter(
        deliveries__party__in=whose(link.party), case_id=link.case_id, pk=pk
    ).first()


def exhibit(found: Packet, pk: UUID) -> Attachment | None:
    """A file that belongs to the evidence of this packet and can carry the mark."""
    belongs = any(piece.attachment == pk and piece.viewable for piece in found.evidence)
    return Attachment.objects.filter(pk=pk).first() if belongs else None


# -- the mark --------------------------------------------------------------------------------------


def mark_of(link: PartyLink, now: datetime) -> str:
    """Who looks at which case when; the label, never a name."""
    return f"{link.party.label} · {link.case.number} · {now:%Y-%m-%d %H:%M}"


def undertaken(link: PartyLink) -> bool:
    """Whether an advisor has signed; nobody else must."""
    return link.party.part != Party.Part.ADVISOR or link.undertaking_at is not None
