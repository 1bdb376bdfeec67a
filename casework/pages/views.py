"""Pages of cases: the list, one case, one step, its documents. Views ask selectors and the door;
they decide nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form, ModelMultipleChoiceField, MultipleChoiceField
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.access import rights
from casework.access.rights import signed_in
from casework.audit import access_log
from casework.case_types import registry
from casework.case_types.registry import CaseKind
from casework.case_types.target_window import feasible
from casework.documents import attachments, calendar_files
from casework.engine.available_steps import (
    Choice,
    file_choices,
    grouped,
    is_note,
    moves_case,
    next_choice,
)
from casework.engine.casefile import CaseFile, load
from casework.engine.clock_steps import CAUSES
from casework.engine.errors import Forbidden, Invalid, NotNow, Stale, UnknownCase
from casework.engine.services import act, flow_for, local_today
from casework.engine.workflow import Turn
from casework.models import Attachment, Document, Draft, Event, SavedView
from casework.pages import drafts, selectors, worklist
from casework.pages.forms import MomentForm, PolicyForm
from casework.policy import policies as policy_versions
from casework.policy import uploads
from casework.privacy import encrypted_files
from casework.reporting import workflow_diagram
from district.models import Role

NUMBER = re.compile(r"^[A-Z]{2,8}-\d{4}-\d{2,10}$")
DAYS_AHEAD = 14
MAY_ATTACH = (
    "work_cases",
    "sign_cases",
    "coordinate_cases",
    "investigate_cases",
    "administer_cases",
)
FILTERS = ("view", "kind", "state", "school", "duty")


@login_required
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The worklist. The words of a search stay in the session: a name must not stand in an address
    or a log."""
    filters = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    words = str(request.session.get("search", "")) if request.GET.get("search") else ""
    found = worklist.worklist(request.user, filters, request.GET.get("after", ""), words)
    listed = _listed_kinds(found.rows)
    query, saved = (
        urlencode({**filters, **({"search": 1} if words else {})}),
        selectors.saved_views(request.user),
    )
    chips = [
        (name, value, _without(request, name)) for name, value in filters.items() if name != "view"
    ]
    context = {
        "list": found,
        "filters": filters,
        "views": worklist.VIEWS,
        "chips": chips,
        "words": words,
        "kind_names": {one.code: one.label for one in registry.all_kinds()},
        "saved": saved,
        "query": query,
        "kept": next((view for view in saved if view.query == query), None),
        "labels": _state_labels(listed),
        "duties": _duty_labels(listed),
    }
    return render(request, "casework/cases.html", context)


def _without(request: HttpRequest, name: str) -> str:
    return urlencode(
        {key: value for key, value in request.GET.items() if key not in (name, "after")}
    )


def _listed_kinds(rows: list[worklist.Row]) -> list[CaseKind]:
    """The kinds of the cases on the page: nobody is offered the steps of a kind that they never
    see. Without rows, those that are seen by post."""
    seen = {row.number.partition("-")[0] for row in rows}
    return [
        kind
        for kind in registry.all_kinds()
        if kind.code in seen or not (seen or isinstance(kind.access, rights.GrantAccess))
    ]


def _state_labels(listed: list[CaseKind]) -> dict[str, str]:
    return {
        state: str(label)
        for kind in listed
        for state, label in kind.workflow(kind.current_rules).labels.items()
    }


def _duty_labels(listed: list[CaseKind]) -> dict[str, str]:
    return {duty: str(label) for kind in listed for duty, label in kind.clock_labels.items()}


@login_required
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """A case number leads to its case; anything else is looked for in names and student numbers."""
    words = " ".join(request.POST.get("words", "").replace("\x00", " ").split())[:100]
    if (
        NUMBER.match(words.upper())
        and rights.visible(request.user).filter(number=words.upper()).exists()
    ):
        return redirect("case", number=words.upper())
    if words:
        access_log.searched(request.user, words)
        if NUMBER.match(words.upper()):
            access_log.refused(request.user, access_log.What.SEARCH, words.upper())
    request.session["search"] = words
    return redirect(f"{reverse('cases')}?search=1" if words else reverse("cases"))


@login_required
@require_POST
def suggest(request: HttpRequest) -> JsonResponse:
    """The first cases that fit what is being typed: asked by POST, so that a name stands in no
    address and no log."""
    words = " ".join(request.POST.get("words", "").replace("\x00", " ").split())[:100]
    if len(words) < 2:
        return JsonResponse({"cases": []})
    access_log.searched(request.user, words)
    rows = worklist.worklist(request.user, {}, words=words).rows[:8]
    return JsonResponse(
        {"cases": [{"number": row.number, "label": row.label, "step": row.state} for row in rows]}
    )


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the present filters as a tab, or forget one."""
    if request.POST.get("forget", "").isdigit():
        SavedView.objects.filter(
            user_id=request.user.pk or 0, pk=int(request.POST["forget"])
        ).delete()
        return redirect("cases")
    name, query = (
        request.POST.get(key, "").replace("\x00", "").strip() for key in ("name", "query")
    )
    name, query = name[:60], query[:500]
    if name:
        SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
    return redirect(f"{reverse('cases')}?{query}")


def _file(request: HttpRequest, number: str, what: str, item: UUID | None = None) -> CaseFile:
    """The case file for this user; 404 for a case that does not exist or that they may not know of.
    Either is kept where the kind keeps a record of reads."""
    try:
        kind = registry.kind(number.partition("-")[0])
    except KeyError:
        raise Http404 from None
    found = load(kind, numbers=[number], lock=False)
    if not found or not rights.can(request.user, "view_cases", found[0].case):
        access_log.refused(request.user, what, number)
        raise Http404
    access_log.note(request.user, what, found[0].case, item=item)
    return found[0]


@login_required
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: now, story, facts."""
    file = _file(request, number, access_log.What.CASE)
    found = file_choices(file, request.user)
    events = selectors.timeline(file.case, request.GET.get("show", ""))
    flow, hung = (
        file.kind.workflow(file.case.rules),
        selectors.hanging(file.case, file.running, request.user),
    )
    context = {
        "file": file,
        "case": file.case,
        "state": flow.labels.get(file.case.state, file.case.state),
        "next": next_choice(file, found),
        "possible": [c for c in found if c.process is not None and c.enabled],
        "beside": [c for c in found if c.process is None and c.enabled and not moves_case(c)],
        "steps": [
            c for c in found if c.enabled and (moves_case(c) or (c.step.primary and not is_note(c)))
        ],
        "notes": [c for c in found if is_note(c)],
        "also": grouped(
            file.kind,
            [c for c in found if not (moves_case(c) or c.step.primary or is_note(c)) and c.enabled],
        ),
        "not_now": [c for c in found if not is_note(c) and not c.enabled],
        "drafts": [c for c in found if (c.name, c.process) in hung.drafts],
        "can": {c.name: c.label for c in found if c.process is None and c.enabled},
        "events": events,
        "words": file.kind.words_of(file, events),
        "event_labels": _event_labels(file),
        "clock_labels": file.kind.clock_labels,
        "documents": hung.documents,
        "show": request.GET.get("show", ""),
        "event_kinds": Event.Kind.choices,
        "tasks": file.tasks,
        "roles": {**dict(Role.choices), "MEDIATOR": rights.WHO["mediate_cases"]},
        "clocks": sorted(file.running, key=lambda clock: clock.due),
        "rungs": hung.rungs,
        "appointments": file.appointments,
        "windows": feasible(file),
        "attachments": hung.attachments,
        "panel": file.kind.panels(file, request.user) if file.kind.panels else {},
    }
    return render(request, "casework/case.html", context)


def _event_labels(file: CaseFile) -> dict[str, str]:
    classes = [
        *file.kind.workflows.values(),
        *(c for p in file.kind.processes.values() for c in p.workflows.values()),
    ]
    return {name: str(move.label) for flow in classes for name, move in flow.transitions()}


@login_required
@require_GET
def next_step(request: HttpRequest, number: str) -> HttpResponse:
    """Where the next duty of a case is done: the page of that step, or the case where this person
    cannot take it."""
    file = _file(request, number, access_log.What.STEP)
    found = next_choice(file, file_choices(file, request.user))
    if found is None:
        return redirect("case", number=number)
    return (
        redirect("process-step", number, found.process, found.name)
        if found.process
        else redirect("step", number, found.name)
    )


@login_required
def step(request: HttpRequest, number: str, name: str, process: UUID | None = None) -> HttpResponse:
    """The page of one step: what it will do, its form with the reader's draft; a POST takes it
    through the door, or keeps what was typed so far as a draft."""
    file = _file(request, number, access_log.What.STEP)
    choice = next(
        (c for c in file_choices(file, request.user) if c.name == name and c.process == process),
        None,
    )
    draft = drafts.Place(signed_in(request), file.case, process, name)
    if (
        request.method == "POST"
        and choice is not None
        and request.POST.get("draft") in ("keep", "forget")
    ):
        return _draft(request, draft, choice)
    if request.method == "POST":
        return _take(request, file, name, process, choice)
    if choice is None:
        raise Http404
    if choice.step.page and choice.enabled:
        return redirect(f"{reverse(choice.step.page)}?{urlencode({'numbers': number})}")
    turn = Turn(actor=request.user, now=timezone.now(), today=local_today())
    form, kept = None, None
    if choice.step.form:
        kept = drafts.of(draft)
        before = drafts.initial(kept, choice.step.form) if kept else None
        form = choice.step.form(initial=before, flow=flow_for(file, process, turn))  # type: ignore[call-arg]
    return _step_page(request, file, choice, form, draft=kept)


def _draft(request: HttpRequest, draft: drafts.Place, choice: Choice) -> HttpResponse:
    if request.POST["draft"] == "keep":
        drafts.keep(draft, given(request, choice.step.form), timezone.now())
        messages.success(
            request, _("What you typed is kept as a draft, for you alone. Files are not.")
        )
    else:
        drafts.forget(draft)
        messages.success(request, _("The draft was thrown away."))
    return redirect("case", number=draft.case.number)


def _take(
    request: HttpRequest, file: CaseFile, name: str, process: UUID | None, choice: Choice | None
) -> HttpResponse:
    try:
        act(
            file.case.number,
            name,
            actor=request.user,
            data=given(request, choice.step.form if choice else None),
            files=request.FILES,
            revision=_number(request.POST.get("revision")),
            key=uuid_or_none(request.POST.get("key")),
            process=process,
        )
    except UnknownCase as error:
        raise Http404 from error
    except Stale as error:
        return render(
            request,
            "casework/stale.html",
            {"case": file.case, "error": error, "typed": _typed(request, choice)},
            status=409,
        )
    except NotNow as error:
        return render(
            request,
            "casework/not_now.html",
            {"case": file.case, "reasons": error.reasons, "typed": _typed(request, choice)},
            status=409,
        )
    except Forbidden:
        return render(request, "errors/403.html", status=403)
    except Invalid as error:
        form = error.form or (
            _marked(request, file, process, choice.step.form, error)
            if choice and choice.step.form
            else None
        )
        if choice is None or form is None:
            reasons = [message for found in error.errors.values() for message in found]
            return render(
                request,
                "casework/not_now.html",
                {"case": file.case, "reasons": reasons, "typed": _typed(request, choice)},
                status=422,
            )
        return _step_page(request, file, choice, form, status=422)
    drafts.forget(drafts.Place(signed_in(request), file.case, process, name))
    messages.success(request, _("Done: %(what)s.") % {"what": choice.label if choice else name})
    return redirect("case", number=file.case.number)


def _marked(
    request: HttpRequest,
    file: CaseFile,
    process: UUID | None,
    form_class: type[Form],
    error: Invalid,
) -> Form:
    """The form as it came, with what the step itself found wrong at its fields: a rule that no form
    knows alone."""
    turn = Turn(actor=request.user, now=timezone.now(), today=local_today())
    form = form_class(given(request, form_class), request.FILES, flow=flow_for(file, process, turn))  # type: ignore[call-arg]
    form.full_clean()
    for field, found in error.errors.items():
        for message in found:
            form.add_error(field if field in form.fields else None, message)
    return form


def given(request: HttpRequest, form: type[Form] | None = None) -> dict[str, Any]:
    """What a form brought; fields with several values (check boxes) as lists, one box ticked or
    many."""
    fields = form.base_fields if form is not None else {}
    several = {
        name
        for name, field in fields.items()
        if isinstance(field, MultipleChoiceField | ModelMultipleChoiceField)
    }
    return request.POST.dict() | {
        key: values for key, values in request.POST.lists() if len(values) > 1 or key in several
    }


def _typed(request: HttpRequest, choice: Choice | None) -> list[tuple[str, str]]:
    """What was typed, under the names of its fields, so that it is not lost on a refusal."""
    fields = choice.step.form.base_fields if choice and choice.step.form else {}
    names = {key: str(fields[key].label or key) if key in fields else key for key in request.POST}
    return [
        (names[key], str(value))
        for key, value in request.POST.items()
        if key not in drafts.HIDDEN and value
    ]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def uuid_or_none(text: Any) -> UUID | None:
    """The key of a request, or None for anything that is no UUID."""
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _step_page(
    request: HttpRequest,
    file: CaseFile,
    choice: Choice,
    form: Any,
    *,
    status: int = 200,
    draft: Draft | None = None,
) -> HttpResponse:
    key = request.POST.get("key") if status == 422 else None
    context = {
        "file": file,
        "case": file.case,
        "choice": choice,
        "form": form,
        "key": key or uuid4(),
        "draft": draft,
    }
    return render(request, "casework/step.html", context, status=status)


@login_required
@require_GET
def deadlines(request: HttpRequest, number: str) -> HttpResponse:
    """Every promise of a case: the bar, its history, its alerts."""
    file = _file(request, number, access_log.What.DEADLINES)
    context = {
        "file": file,
        "case": file.case,
        "clocks": selectors.clocks(file.case),
        "clock_labels": file.kind.clock_labels,
        "windows": feasible(file),
        "causes": CAUSES,
    }
    return render(request, "casework/deadlines.html", context)


@login_required
@require_GET
def appointment(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """A meeting as a file for one's own calendar."""
    file = _file(request, number, access_log.What.APPOINTMENT, pk)
    found = next((row for row in file.appointments if row.pk == pk), None)
    if found is None:
        raise Http404
    answer = HttpResponse(
        calendar_files.appointment(found, number, timezone.now()),
        content_type="text/calendar; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="{number}.ics"'
    return answer


@login_required
@require_GET
def upcoming(request: HttpRequest) -> HttpResponse:
    """What goes out next: the alerts of one's cases in the coming days, or until any moment."""
    form = MomentForm(request.GET or None)
    until = timezone.now() + timedelta(days=DAYS_AHEAD)
    if form.is_bound and form.is_valid() and form.cleaned_data["until"]:
        until = form.cleaned_data["until"]
    rows, per_day = selectors.coming(request.user, until)
    top = max(per_day.values(), default=1)
    bars = [(day, count, round(100 * count / top)) for day, count in per_day.items()]
    context = {
        "rows": rows,
        "bars": bars,
        "until": until,
        "form": form,
        "total": sum(per_day.values()),
    }
    return render(request, "casework/upcoming.html", context)


@login_required
def policies(request: HttpRequest) -> HttpResponse:
    """The policies in force; a look at what a changed file would do to the running clocks; and,
    when it was looked at, the way to put it in force. The file waits in the session between the
    two."""
    if not rights.holds(rights.signed_in(request), Role.DISTRICT_ADMIN):
        raise Http404
    if request.POST.get("do") == "put":
        return _put_policy(request)
    form = PolicyForm(request.POST or None, request.FILES or None)
    preview = form.preview() if request.method == "POST" and form.is_valid() else None
    if preview and not preview.reasons:
        request.session["policy"] = {"text": form.content.decode(), "id": preview.policy.id}
    versions = sorted(
        policy_versions.all_policies().values(), key=lambda p: (p.domain, p.effective_from)
    )
    context = {"policies": versions, "form": form, "preview": preview}
    return render(request, "casework/policies.html", context, status=422 if form.errors else 200)


def _put_policy(request: HttpRequest) -> HttpResponse:
    kept = request.session.pop("policy", None)
    if not kept or kept["id"] != request.POST.get("id") or not request.POST.get("sure"):
        messages.error(
            request, _("Look at the file again, then confirm that it shall be in force.")
        )
        return redirect("policies")
    try:
        new = uploads.put_in_force(kept["text"].encode(), request.user, local_today())
    except policy_versions.PolicyError as error:
        messages.error(request, str(error))
    except OSError:
        messages.error(
            request,
            _(
                "The policy folder cannot be written from here. Ask whoever runs the "
                "product to put the file there."
            ),
        )
    else:
        day = date_format(new.effective_from, "D j M Y")
        messages.success(
            request,
            _("%(id)s is in force for cases opened from %(day)s on.") % {"id": new.id, "day": day},
        )
    return redirect("policies")


@login_required
@require_GET
def document(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """The page of a letter: its PDF in a frame, what it was made from, and the way to download it."""
    file = _file(request, number, access_log.What.DOCUMENT, pk)
    found = _document(file, pk)
    name = file.kind.letter_labels.get(found.code) or _("Letter %(code)s") % {"code": found.code}
    return render(
        request, "casework/document.html", {"case": file.case, "document": found, "name": name}
    )


@login_required
@require_GET
def document_file(request: HttpRequest, number: str, pk: UUID) -> FileResponse:
    """The bytes of a letter, exactly as they were made."""
    found = _document(_file(request, number, access_log.What.DOCUMENT, pk), pk)
    name = f"{number}-{found.code}.pdf"
    content = BytesIO(encrypted_files.read(found))
    return FileResponse(
        content,
        content_type="application/pdf",
        filename=name,
        as_attachment="download" in request.GET,
    )


def _document(file: CaseFile, pk: UUID) -> Document:
    found = (
        Document.objects.filter(case=file.case, pk=pk).select_related("created_by", "case").first()
    )
    if found is None:
        raise Http404
    return found


@login_required
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in a file. It is looked at before anybody can open it."""
    file = _file(request, number, access_log.What.ATTACHMENT)
    if not any(rights.can(request.user, codename, file.case) for codename in MAY_ATTACH):
        return render(request, "errors/403.html", status=403)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
    else:
        kept = attachments.take(file.case, upload, request.user, settings.MAX_ATTACHMENT_BYTES)
        if kept.state == Attachment.State.REFUSED:
            messages.error(request, _("The file was not taken: %(why)s") % {"why": kept.reason})
        else:
            messages.success(request, _("The file was added."))
    return redirect("case", number=number)


@login_required
@require_GET
def attachment(request: HttpRequest, number: str, pk: UUID) -> FileResponse:
    """Download an attachment that was found clean; never shown in the browser."""
    file = _file(request, number, access_log.What.ATTACHMENT, pk)
    found = (
        Attachment.objects.filter(case=file.case, pk=pk, state=Attachment.State.CLEAN)
        .select_related("case")
        .first()
    )
    if found is None:
        raise Http404
    return FileResponse(
        BytesIO(encrypted_files.read(found)),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )


@login_required
@require_GET
def workflow(request: HttpRequest, kind: str, process: str = "") -> HttpResponse:
    """The picture of a workflow and the list of its steps."""
    try:
        found = registry.kind(kind)
        flow = found.processes[process].workflows if process else found.workflows
    except KeyError:
        raise Http404 from None
    current = flow[sorted(flow)[-1]]
    boxes, arrows, height = workflow_diagram.layout(current)
    context = {
        "kind": found,
        "process": found.processes.get(process),
        "version": current.version,
        "lines": workflow_diagram.lines(current),
        "boxes": boxes,
        "places": workflow_diagram.places(current)
        if len(arrows) > workflow_diagram.MOST_ARROWS
        else [],
        "arrows": arrows,
        "height": height,
        "one_way": all(arrow.anchor == "start" for arrow in arrows),
        "who": rights.WHO,
        "labels": {"NEW": _("(new)"), **current.labels},
        "kinds": registry.all_kinds(),
        "promises": {
            **found.clock_labels,
            **{spec.kind: spec.label for spec in current.clocks.values()},
        },
    }
    return render(request, "casework/workflow.html", context)
