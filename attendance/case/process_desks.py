"""The desks of those who work one process and do not see the case: street team, court coordinator,
outside mediator. They see what they were asked to do and what they need for it, and take its steps
through the same service layer. A stranger gets 404."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from attendance.case.process_panels import view_of
from attendance.common.process_view import ProcessView
from attendance.models import Court, Locate, Mediation
from casework.access import rights
from casework.case_types import registry
from casework.engine.available_steps import Choice, file_choices
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Forbidden, Invalid, NotNow, Stale, UnknownCase
from casework.engine.services import act, flow_for, local_today
from casework.engine.workflow import Turn
from casework.models import CaseUserPermission, Document, Process
from casework.pages.views import given, uuid_or_none
from district.models import Guardian, Student


@dataclass(frozen=True)
class Desk:
    """One desk: which processes, by which right, what it is called, and whether the family's
    addresses belong to it."""

    kind: str
    model: type[Process]
    codename: str
    title: Any
    empty: Any
    shows_family: bool = False
    own_alone: bool = False


DESKS = {
    "locate": Desk(
        "LOCATE",
        Locate,
        "locate_cases",
        gettext_lazy("Students to find"),
        gettext_lazy("Nobody is to be found at present."),
        shows_family=True,
    ),
    "court": Desk(
        "COURT",
        Court,
        "court_cases",
        gettext_lazy("Truancy court programme"),
        gettext_lazy("Nobody is enrolled at present."),
    ),
    "mediation": Desk(
        "MEDIATION",
        Mediation,
        "mediate_cases",
        gettext_lazy("My mediations"),
        gettext_lazy("No mediation is referred to you."),
        own_alone=True,
    ),
}


def desk_named(name: str) -> Desk:
    """The desk; 404 for another name."""
    if name not in DESKS:
        raise Http404
    return DESKS[name]


def on_desk(user: Any, desk: Desk) -> QuerySet[Any]:
    """The processes that are not over and lie on this user's desk; a recusal beats every post."""
    found: QuerySet[Any] = desk.model._default_manager.filter(closed_on=None, case__closed_on=None)
    if desk.own_alone:  # the mediator's own alone, and those only while the access to them lasts
        lent = CaseUserPermission.objects.filter(
            content_object=OuterRef("case"), user=user, permission__codename=desk.codename
        )
        return rights.without_recused(found.filter(Exists(lent), mediator=user), user)
    return rights.at_schools_of(found, user, desk.codename)


def may_open(user: Any, desk: Desk) -> bool:
    """Whether this desk is the user's at all."""
    if desk.own_alone:
        return hasattr(user, "mediator") and bool(user.mediator.active)
    return bool(rights.visible_schools(user, desk.codename))


@login_required
@require_GET
def listing(request: HttpRequest, desk: str) -> HttpResponse:
    """What lies on the desk, what is due first on top. The street team has pages of its own, made
    for a phone."""
    found = desk_named(desk)
    if not may_open(request.user, found):
        raise Http404
    if desk == "locate":
        return redirect("street")
    rows = list(
        on_desk(request.user, found)
        .select_related("case__school", "case__attendancecase__student")
        .order_by("opened_on", "pk")[:200]
    )
    due = _due([row.pk for row in rows])
    listed = sorted(
        ((row, due.get(row.pk)) for row in rows),
        key=lambda pair: (pair[1] is None, pair[1].due if pair[1] else None, str(pair[0].pk)),
    )
    labels = registry.kind("ATT").processes[found.kind].workflows
    states = labels[sorted(labels)[-1]].labels
    context = {
        "desk": desk,
        "about": found,
        "rows": [(row, states[row.state], clock) for row, clock in listed],
        "clock_labels": registry.kind("ATT").clock_labels,
    }
    return render(request, "attendance/desk.html", context)


def _due(processes: list[UUID]) -> dict[UUID, Any]:
    """Process -> its deadline that is due first (one statement)."""
    from casework.models import Clock

    found: dict[UUID, Any] = {}
    for clock in Clock.objects.filter(
        process__in=processes, status__in=["RUNNING", "HELD"]
    ).order_by("-due", "kind"):
        if clock.process_id is not None:
            found[clock.process_id] = clock
    return found


def _open(request: HttpRequest, name: str, pk: UUID) -> tuple[Desk, CaseFile, Any]:
    """Desk, case file and process; 404 unless it lies on this user's desk."""
    desk = desk_named(name)
    row = on_desk(request.user, desk).filter(pk=pk).first()
    if row is None:
        raise Http404
    (file,) = load(registry.kind("ATT"), ids=[row.case_id], lock=False)
    if not rights.can(request.user, desk.codename, file.case):
        raise Http404
    return desk, file, file.process(pk)


def _choices(request: HttpRequest, file: CaseFile, pk: UUID) -> list[Choice]:
    return [choice for choice in file_choices(file, request.user) if choice.process == pk]


@login_required
@require_GET
def item(request: HttpRequest, desk: str, pk: UUID) -> HttpResponse:
    """One process: what is asked, what is known, what can be done."""
    about, file, process = _open(request, desk, pk)
    if desk == "locate":
        return redirect("street-one", pk)
    student = Student.objects.get(pk=file.case.student_id)
    family = (
        list(Guardian.objects.filter(student=student, do_not_contact=False))
        if about.shows_family
        else []
    )
    view: ProcessView = view_of(file, process)
    clocks = sorted(
        (clock for clock in file.running if clock.process_id == pk), key=lambda clock: clock.due
    )
    context = {
        "desk": desk,
        "about": about,
        "file": file,
        "process": process,
        "view": view,
        "student": student,
        "family": family,
        "choices": _choices(request, file, pk),
        "clocks": clocks,
        "clock_labels": file.kind.clock_labels,
        "packet": getattr(process, "packet_id", None),
    }
    return render(request, "attendance/desk_item.html", context)


@login_required
def step(request: HttpRequest, desk: str, pk: UUID, name: str) -> HttpResponse:
    """One step of the process; a POST takes it through the service layer."""
    about, file, _process = _open(request, desk, pk)
    choice = next((choice for choice in _choices(request, file, pk) if choice.name == name), None)
    if choice is None:
        raise Http404
    turn = Turn(actor=request.user, now=timezone.now(), today=local_today())
    form = choice.step.form(flow=flow_for(file, pk, turn)) if choice.step.form else None  # type: ignore[call-arg]
    if request.method == "POST":
        return _take(request, desk, file, pk, choice)
    return _page(request, desk, about, file, pk, choice, form)


def _take(
    request: HttpRequest, desk: str, file: CaseFile, pk: UUID, choice: Choice
) -> HttpResponse:
    key = uuid_or_none(request.POST.get("key"))
    revision = request.POST.get("revision", "")
    try:
        act(
            file.case.number,
            choice.name,
            actor=request.user,
            data=given(request, choice.step.form),
            files=request.FILES,
            process=pk,
            key=key,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else None,
        )
    except UnknownCase as error:
        raise Http404 from error
    except (Stale, NotNow) as error:
        reasons = (
            error.reasons
            if isinstance(error, NotNow)
            else [_("Something changed meanwhile. Look at it again and send once more.")]
        )
        form = None
        if choice.step.form:
            posted = given(request, choice.step.form)
            flow = flow_for(file, pk, _turn(request))
            form = choice.step.form(posted, flow=flow)  # type: ignore[call-arg, arg-type]
        return _page(
            request, desk, desk_named(desk), file, pk, choice, form, reasons=reasons, status=409
        )
    except Forbidden:
        return render(request, "errors/403.html", status=403)
    except Invalid as error:
        return _page(request, desk, desk_named(desk), file, pk, choice, error.form, status=422)
    messages.success(request, _("Done: %(what)s.") % {"what": choice.label})
    still = on_desk(request.user, desk_named(desk)).filter(pk=pk).exists()
    return redirect("desk-item", desk, pk) if still else redirect("desk", desk)


def _turn(request: HttpRequest) -> Turn:
    return Turn(actor=request.user, now=timezone.now(), today=local_today())


def _page(
    request: HttpRequest,
    desk: str,
    about: Desk,
    file: CaseFile,
    pk: UUID,
    choice: Choice,
    form: Any,
    *,
    reasons: Any = (),
    status: int = 200,
) -> HttpResponse:
    (fresh,) = (
        load(registry.kind("ATT"), ids=[file.case.pk], lock=False) if status == 409 else (file,)
    )
    context = {
        "desk": desk,
        "about": about,
        "process": pk,
        "choice": choice,
        "form": form,
        "key": uuid4(),
        "revision": fresh.case.revision,
        "reasons": [*reasons, *choice.reasons],
    }
    return render(request, "attendance/desk_step.html", context, status=status)


@login_required
@require_GET
def packet(request: HttpRequest, pk: UUID) -> FileResponse:
    """The referral packet, for the mediator of this mediation alone."""
    _desk, _file, mediation = _open(request, "mediation", pk)
    found = (
        Document.objects.filter(pk=mediation.packet_id, case_id=mediation.case_id).first()
        if mediation.packet_id
        else None
    )
    if found is None:
        raise Http404
    return FileResponse(
        found.file.open("rb"), content_type="application/pdf", filename="mediation-packet.pdf"
    )


def desks_of(user: Any, roles: set[str]) -> list[tuple[str, Any]]:
    """The desks of a user for the navigation: by posts, or as an outside mediator (one statement
    for people without posts)."""
    found = [
        name
        for name, roles_ in (
            ("locate", {"STREET_LEAD", "STREET_MEMBER"}),
            ("court", {"COURT_COORD"}),
        )
        if roles & roles_
    ]
    if not roles and may_open(user, DESKS["mediation"]):
        found.append("mediation")
    return [(name, DESKS[name].title) for name in found]
