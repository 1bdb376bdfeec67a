"""The page that schedules the conferences of a day in one go: choose, look at the slots,
confirm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.conference import scheduling
from casework.access import rights
from casework.engine.forms import DateInput
from casework.engine.services import local_today
from casework.pages.bulk import Answer, taken

MOST = 24


class BlockForm(forms.Form):
    """A day, when the first one begins, how long each takes."""

    on = forms.DateField(label=gettext_lazy("Day"), widget=DateInput)
    first = forms.TimeField(
        label=gettext_lazy("The first one begins at"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        initial="08:30",
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes for each"), min_value=10, max_value=240, initial=30
    )
    pause = forms.IntegerField(
        label=gettext_lazy("Minutes between two"), min_value=0, max_value=120, initial=10
    )
    place = forms.CharField(label=gettext_lazy("Place or link"), max_length=200)

    def clean_on(self) -> Any:
        """A day to come."""
        day = self.cleaned_data["on"]
        if day < local_today():
            raise forms.ValidationError(_("This day is over. Choose a day to come."))
        return day


@login_required
def conferences(request: HttpRequest) -> HttpResponse:
    """Conferences without a day, and those that are scheduled. A POST shows the slots, a second one
    schedules them."""
    rights.remember_schools(rights.signed_in(request), "work_cases", "view_cases")
    if not rights.visible_schools(request.user, "work_cases"):
        raise Http404
    waiting = scheduling.waiting(request.user)
    form = BlockForm(request.POST if request.method == "POST" else None)
    chosen_ids = request.POST.getlist("chosen")[:MOST]
    chosen = [one for one in waiting if str(one.id) in chosen_ids]
    context: dict[str, Any] = {
        "waiting": waiting,
        "form": form,
        "chosen": chosen_ids,
        "meetings": scheduling.meetings(request.user),
        "key": request.POST.get("key") or uuid4(),
    }
    if request.method != "POST":
        return render(request, "attendance/conferences.html", context)
    if not chosen:
        form.add_error(None, _("Choose at least one conference."))
    if not form.is_valid():
        return render(request, "attendance/conferences.html", context, status=422)
    slots = _slots(request, chosen, form)
    if slots is None:
        return render(request, "attendance/conferences.html", context, status=422)
    if "go" not in request.POST:
        return render(request, "attendance/conferences.html", context | {"slots": slots})
    data = form.cleaned_data
    answers = [_schedule(request, slot, data, str(context["key"])) for slot in slots]
    return render(
        request, "attendance/conferences_done.html", {"answers": answers, "on": data["on"]}
    )


def _slots(
    request: HttpRequest, chosen: list[scheduling.Waiting], form: BlockForm
) -> list[scheduling.Slot] | None:
    """The slots of the block; None, with the reason in the form, where the day is too short."""
    data = form.cleaned_data
    meetings = scheduling.meetings(request.user, data["on"], data["on"])
    try:
        return scheduling.slots(
            chosen, data["first"], data["minutes"], data["pause"], meetings, data["on"]
        )
    except ValueError:
        form.add_error(
            None, _("The day is too short for so many conferences. Choose fewer, or shorter ones.")
        )
        return None


def _schedule(
    request: HttpRequest, slot: scheduling.Slot, data: dict[str, Any], key: str
) -> Answer:
    """One conference through the service layer; a family with another language gets an
    interpreter."""
    one = slot.waiting
    at = request.POST.get(f"at_{one.id}") or slot.at.strftime("%H:%M")
    step = "reschedule_conference" if one.again else "schedule_conference"
    values = {
        "on": data["on"].isoformat(),
        "at": at,
        "place": data["place"],
        "interpreter": "on" if one.language != "en" else "",
        "language": one.language,
        "reason": _("The conference could not be held before."),
    }
    answer = taken(one.number, step, request, values, key=f"{key[:40]}:{one.id}", process=one.id)
    return replace(answer, why=at) if answer.done else answer
