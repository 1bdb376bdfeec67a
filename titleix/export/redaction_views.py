"""The pages of a copy without names: start it, decide what no rule can, sign it, take it; the
key for counsel alone (C8)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.access import rights
from casework.audit import access_log
from casework.case_types import registry
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Invalid
from casework.engine.services import local_today
from casework.models import Attachment, Read
from casework.privacy import encrypted_files
from district.models import User
from titleix.export import case_names, decisions, export_permission, metadata, redacted_copy
from titleix.export.views import NUMBER, asked, sent
from titleix.models import RedactedExport, TitleIXCase

LONGEST = 500


def _found(request: HttpRequest, number: str, pk: UUID) -> tuple[User, CaseFile, RedactedExport]:
    """The person, the case with all that hangs on it, and one copy; 404 as for the archive
    itself."""
    user = rights.signed_in(request)
    files_ = (
        load(registry.kind("TIX"), numbers=[number], lock=False) if NUMBER.match(number) else []
    )
    if not files_ or not export_permission.may_take(user, files_[0].case):
        access_log.refused(user, Read.What.EXPORT, number.replace("\x00", ""))
        raise Http404
    export = get_object_or_404(
        RedactedExport.objects.select_related("made_by", "signed_by"),
        pk=pk,
        case_id=files_[0].case.pk,
    )
    return user, files_[0], export


@login_required
@require_POST
def start(request: HttpRequest, number: str) -> HttpResponse:
    """A new copy, for somebody and a purpose."""
    user, case = asked(request, number)
    purpose = " ".join(request.POST.get("purpose", "").replace("\x00", " ").split())
    if not purpose or len(purpose) > LONGEST:
        messages.error(request, _("Say for whom the copy is and why, in at most 500 characters."))
        return redirect("archive", number=number)
    export = RedactedExport.objects.create(
        case=case, made_by=user, made_at=timezone.now(), purpose=purpose
    )
    return redirect("redaction", number=number, pk=export.pk)


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """What a person must look at, in its context; each word is decided once for all its places."""
    user, file, export = _found(request, number, pk)
    case = file.case
    found = redacted_copy.copy(file, export)
    if request.method == "POST":
        _decided(request, export, found, case_names.labels_of(file))
        return redirect("redaction", number=number, pk=pk)
    access_log.note(user, Read.What.EXPORT, case, item=pk)
    return render(request, "titleix/redaction.html", _context(case, export, found, file, user))


def _context(
    case: TitleIXCase, export: RedactedExport, found: redacted_copy.Copy, file: CaseFile, user: User
) -> dict[str, Any]:
    hides = [
        (decisions.key_of(word), word, label) for word, label in decisions.hidden(export).items()
    ]
    fresh = export.signed_at is not None and export.seal == found.seal
    keeps = [(decisions.key_of(word), word, "") for word in decisions.kept(export)]
    return {
        "case": case,
        "export": export,
        "doubts": found.doubts,
        "labels": case_names.labels_of(file),
        "decided": hides + keeps,
        "papers": found.papers,
        "others": [
            (row, name, row.media_type in metadata.TYPES, str(row.pk) in export.cleared)
            for row, name in found.others
        ],
        "staff": case_names.labels_staff(file),
        "counsel": fresh and export_permission.is_counsel(user, case),
        "fresh": fresh,
        "rest": _rest(found),
    }


def _rest(found: redacted_copy.Copy) -> int:
    """How many words of which nothing is near a name: they may be let stand together, after a
    look."""
    return sum(doubt.why == "capitalised" for doubt in found.doubts)


def _decided(
    request: HttpRequest, export: RedactedExport, found: redacted_copy.Copy, labels: list[str]
) -> None:
    """Take the decisions of the page over; what the page did not say stays as it was."""
    known = {
        decisions.key_of(word): word
        for word in [*decisions.hidden(export), *decisions.kept(export)]
    }
    words = {doubt.key: doubt.text for doubt in found.doubts}
    chosen = {word: request.POST.get(f"as_{key}", "") for key, word in words.items()}
    entered = {
        word: choice for word, choice in chosen.items() if choice == "keep" or choice in labels
    }
    if request.POST.get("rest"):
        entered |= {
            doubt.text: "keep"
            for doubt in found.doubts
            if doubt.why == "capitalised" and doubt.text not in entered
        }
    entered |= {known[key]: "" for key in request.POST.getlist("again") if key in known}
    more = {word: label for word, label in _typed(request, labels) if word not in entered}
    if entered or more:
        with transaction.atomic():
            locked = RedactedExport.objects.select_for_update().get(pk=export.pk)
            decisions.decide(locked, entered | more)
            locked.save()
    messages.success(request, _("Kept."))


def _typed(request: HttpRequest, labels: list[str]) -> list[tuple[str, str]]:
    """Words that the reviewer found by reading: one a line."""
    label = request.POST.get("hide_as", "")
    lines = (
        " ".join(line.replace("\x00", " ").split())[:200]
        for line in request.POST.get("hide", "")[:10_000].splitlines()
    )
    return [(line, label) for line in lines if len(line) > 1] if label in labels else []


@login_required
@require_POST
def clear(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """Let attachments that are no text into the copy, after somebody looked at them; or take
    them out again."""
    _user, file, export = _found(request, number, pk)
    found = redacted_copy.copy(file, export)
    chosen: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    for row, name in found.others:
        if str(row.pk) in request.POST.getlist("cleared"):
            (refused if _why_not(row, found) else chosen).append((str(row.pk), name))
    for _pk, name in refused:
        messages.error(
            request,
            _("“%(name)s” stays out: it holds a name as text, or it cannot be cleaned.")
            % {"name": name},
        )
    with transaction.atomic():
        locked = RedactedExport.objects.select_for_update().get(pk=export.pk)
        locked.cleared = [one for one, _name in chosen]
        decisions.unsign(locked)
        locked.save()
    return redirect("redaction", number=number, pk=pk)


def _why_not(row: Attachment, found: redacted_copy.Copy) -> str:
    return redacted_copy.clearable(row, encrypted_files.read(row), found.redactor)


@login_required
@require_POST
def sign(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """The sign-off of a person, once every place is decided. The key is sealed apart with it."""
    user, file, export = _found(request, number, pk)
    found = redacted_copy.copy(file, export)
    if found.doubts:
        messages.error(request, _("Some places are not decided yet."))
    elif not request.POST.get("sure"):
        messages.error(request, _("Confirm that you have looked at the copy."))
    else:
        export.seal, export.signed_by, export.signed_at = found.seal, user, timezone.now()
        export.key = redacted_copy.key(found, export)
        export.save()
        messages.success(request, _("Signed. The copy can be taken now."))
    return redirect("redaction", number=number, pk=pk)


@login_required
@require_POST
def take(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """The zip. A file that changed since it was signed is looked at anew."""
    user, file, export = _found(request, number, pk)
    case = file.case
    found = redacted_copy.copy(file, export)
    if export.signed_at is None or export.seal != found.seal or found.doubts:
        messages.error(
            request,
            _(
                "The file changed since the copy was signed, or it was never signed. Look at it "
                "again and sign it."
            ),
        )
        return redirect("redaction", number=number, pk=pk)
    try:
        content = redacted_copy.build(found, export, local_today())
    except Invalid as error:
        messages.error(request, " ".join(text for texts in error.errors.values() for text in texts))
        return redirect("redaction", number=number, pk=pk)
    access_log.note(user, Read.What.EXPORT, case, item=pk)
    export_permission.keep(number, user, "redacted", content)
    return sent(content, f"{number}-redacted-{str(pk)[:8]}.zip")


@login_required
@require_POST
def key(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """From labels to names: for counsel alone, and kept as an event."""
    user, file, export = _found(request, number, pk)
    case = file.case
    if not export_permission.is_counsel(user, case) or export.signed_at is None:
        access_log.note(user, Read.What.EXPORT, case, item=pk, refused=True)
        raise Http404
    content = json.dumps(export.key, ensure_ascii=False, indent=2, sort_keys=True).encode()
    access_log.note(user, Read.What.EXPORT, case, item=pk)
    export_permission.keep(number, user, "key", content)
    return sent(content, f"{number}-key-{str(pk)[:8]}.json", "application/json")
