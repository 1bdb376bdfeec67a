"""One step for many cases: chosen on the worklist, taken case by case through the door, with an
answer for each.

Nothing is remembered between the pages but the case numbers in the form, so a second browser tab
changes nothing. Each case is its own transaction: what is refused in one is told and does not stop
the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.access import rights
from casework.audit import access_log
from casework.case_types import registry
from casework.engine.available_steps import Choice, file_choices
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Invalid, Refused
from casework.engine.services import act, flow_for, local_today
from casework.engine.workflow import Turn
from casework.models import Event
from casework.pages.views import NUMBER, given

MOST = 50  # a page of the worklist
BULK_KEY = UUID("6d0f7f0e-7a9e-4a0b-8f0e-2f2a4d1c9b11")


@dataclass(frozen=True)
class Offer:
    """A step that some of the chosen cases can take now; `process` is the kind of the process that
    it moves."""

    name: str
    process: str
    label: str
    about: str
    cases: int

    @property
    def id(self) -> str:
        """How the form names it."""
        return f"{self.process}.{self.name}"


@dataclass(frozen=True)
class Answer:
    """What became of one case."""

    number: str
    done: bool
    why: str = ""
    form: Any = None


def taken(
    number: str,
    name: str,
    request: HttpRequest,
    data: Mapping[str, Any],
    *,
    key: str,
    process: UUID | None,
) -> Answer:
    """One step of one of several cases, through the door; what is refused is told in words and
    stops no other. `key` tells this case's part of the request apart, so that sending it again
    changes nothing."""
    try:
        act(
            number,
            name,
            actor=request.user,
            data=data,
            files=request.FILES,
            key=uuid5(BULK_KEY, key),
            process=process,
        )
    except Invalid as error:
        why = "; ".join(words for found in error.errors.values() for words in found)
        return Answer(number, done=False, why=why, form=error.form)
    except Refused as error:
        return Answer(number, done=False, why=str(error))
    return Answer(number, done=True)


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Choose a step for the chosen cases, fill its form once, take it in each."""
    files = chosen(request, request.POST.getlist("numbers"))
    possible = {file.case.number: file_choices(file, request.user) for file in files}
    offers = _offers(files, possible)
    wanted = next((offer for offer in offers if offer.id == request.POST.get("step")), None)
    context: dict[str, Any] = {
        "files": files,
        "offers": offers,
        "offer": wanted,
        "numbers": [file.case.number for file in files],
    }
    if wanted is None:
        return render(request, "casework/bulk.html", context)
    targets = [
        (file, choice)
        for file in files
        for choice in possible[file.case.number]
        if _fits(file, choice, wanted)
    ]
    if page := targets[0][1].step.page:
        return redirect(f"{reverse(page)}?{urlencode({'numbers': context['numbers']}, doseq=True)}")
    if "go" not in request.POST:
        return render(
            request,
            "casework/bulk.html",
            context
            | {"form": _form(request, targets[0]), "choice": targets[0][1], "key": str(uuid4())},
        )
    return _take_all(request, context, targets)


def chosen(request: HttpRequest, given_numbers: Sequence[str]) -> list[CaseFile]:
    """The chosen cases that this person may see, in the order in which they were chosen; 404 when
    none is left."""
    numbers = [number for number in dict.fromkeys(given_numbers) if NUMBER.match(number)][:MOST]
    found: dict[str, CaseFile] = {}
    for kind in registry.all_kinds():
        mine = [number for number in numbers if number.partition("-")[0] == kind.code]
        if mine:
            found |= {file.case.number: file for file in load(kind, numbers=mine, lock=False)}
    rights.remember_rights(request.user, [file.case for file in found.values()])
    seen = [
        found[number]
        for number in numbers
        if number in found and rights.can(request.user, "view_cases", found[number].case)
    ]
    for number in numbers:
        file = found.get(number)
        if file in seen and file is not None:
            access_log.note(request.user, access_log.What.STEP, file.case)
        else:
            access_log.refused(request.user, access_log.What.STEP, number)
    if not seen:
        raise Http404
    return seen


def _offers(files: list[CaseFile], possible: dict[str, list[Choice]]) -> list[Offer]:
    """Steps that at least one chosen case can take, those that most can take first."""
    counted: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Choice] = {}
    for file in files:
        for key, choice in {
            _key(file, choice): choice
            for choice in possible[file.case.number]
            if _may_be_many(choice)
        }.items():
            counted[key] += 1
            first.setdefault(key, choice)
    return [
        Offer(
            name=key[1],
            process=key[0],
            label=first[key].label,
            about=str(first[key].step.does),
            cases=n,
        )
        for key, n in counted.most_common()
    ]


def _may_be_many(choice: Choice) -> bool:
    """Access and deadlines are decided case by case."""
    return choice.enabled and choice.step.event not in (Event.Kind.ACCESS, Event.Kind.CLOCK)


def _key(file: CaseFile, choice: Choice) -> tuple[str, str]:
    process = file.process(choice.process) if choice.process else None
    return process.kind if process else "", choice.name


def _fits(file: CaseFile, choice: Choice, offer: Offer) -> bool:
    return choice.enabled and _key(file, choice) == (offer.process, offer.name)


def _form(request: HttpRequest, target: tuple[CaseFile, Choice]) -> Any:
    """The step's own form, filled for the first of the cases."""
    file, choice = target
    flow = flow_for(
        file, choice.process, Turn(actor=request.user, now=timezone.now(), today=local_today())
    )
    return choice.step.form(flow=flow) if choice.step.form else None  # type: ignore[call-arg]


def _take_all(
    request: HttpRequest, context: dict[str, Any], targets: list[tuple[CaseFile, Choice]]
) -> HttpResponse:
    """Each case through the door; a form that the first case refuses is shown again before anything
    is done."""
    data, key = given(request), str(request.POST.get("key", ""))[:40]
    answers: list[Answer] = []
    for file, choice in targets:
        of = f"{key}:{file.case.number}:{choice.process}:{choice.name}"
        answer = taken(file.case.number, choice.name, request, data, key=of, process=choice.process)
        if answer.form is not None and not answers:
            return render(
                request,
                "casework/bulk.html",
                context | {"form": answer.form, "choice": choice, "key": key},
                status=422,
            )
        answers.append(answer)
    left = [
        number
        for number in context["numbers"]
        if number not in {answer.number for answer in answers}
    ]
    return render(
        request,
        "casework/bulk_done.html",
        {"offer": context["offer"], "answers": answers, "left": left},
    )
