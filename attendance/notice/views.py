"""The pages of the mail room: print many letters as one file, record their mailing in one go,
contact data to mend."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from attendance.models import Notice
from attendance.notice import mailroom
from casework.access import rights
from casework.engine.forms import DateInput
from casework.engine.services import local_today
from casework.pages.bulk import Answer, taken

WHY = {
    mailroom.RETURNED: gettext_lazy("a letter came back"),
    mailroom.WRONG: gettext_lazy("a number or address was wrong"),
    mailroom.BOUNCED: gettext_lazy("a message came back"),
    mailroom.NO_PHONE: gettext_lazy("no telephone number on file"),
    mailroom.NO_ADDRESS: gettext_lazy("no address on file"),
}


class MailedForm(forms.Form):
    """When and how the chosen letters left the house."""

    on = forms.DateField(label=gettext_lazy("Mailed on"), widget=DateInput)
    means = forms.ChoiceField(
        label=gettext_lazy("By"), choices=Notice.Means.choices, initial=Notice.Means.MAIL
    )


@login_required
def mail(request: HttpRequest) -> HttpResponse:
    """Letters to print and to send. A POST with `print` answers with one PDF, with `mailed` it
    records the mailing."""
    if not rights.visible_schools(request.user, "mail_cases"):
        raise Http404
    notices, others = mailroom.to_mail(request.user), mailroom.lately(request.user)
    chosen = set(request.POST.getlist("letters"))
    form = MailedForm(
        request.POST if "mailed" in request.POST else None, initial={"on": local_today()}
    )
    context = {
        "notices": notices,
        "others": others,
        "form": form,
        "chosen": chosen,
        "key": request.POST.get("key") or uuid4(),
    }
    if request.method != "POST":
        return render(request, "attendance/mail.html", context)
    letters = [letter for letter in [*notices, *others] if str(letter.document) in chosen]
    if not letters:
        context["problem"] = _("Choose at least one letter.")
        return render(request, "attendance/mail.html", context, status=422)
    if "print" in request.POST:
        return _printed(letters, duplex="duplex" in request.POST)
    if not form.is_valid():
        return render(request, "attendance/mail.html", context, status=422)
    answers = _record_mailing(request, letters, form, str(context["key"])[:40])
    return render(request, "attendance/mailed.html", {"answers": answers})


def _printed(letters: list[mailroom.Letter], *, duplex: bool) -> HttpResponse:
    """One PDF in the order of the mail, shown in the browser."""
    content = mailroom.batch(sorted(letters, key=lambda letter: letter.order), duplex=duplex)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"letters-{local_today().isoformat()}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _record_mailing(
    request: HttpRequest, letters: list[mailroom.Letter], form: MailedForm, key: str
) -> list[Answer]:
    """The step `send` of each notice among the letters; by `key` a second click changes nothing."""
    data = {"on": form.cleaned_data["on"].isoformat(), "means": form.cleaned_data["means"]}
    return [
        taken(
            letter.number,
            "send",
            request,
            data,
            key=f"{key}:{letter.process}",
            process=letter.process,
        )
        for letter in letters
        if letter.process
    ]


@login_required
@require_GET
def mend(request: HttpRequest) -> HttpResponse:
    """Contact data that proved wrong or is missing."""
    rights.remember_schools(rights.signed_in(request), "mail_cases", "work_cases", "view_cases")
    if not (
        rights.visible_schools(request.user, "mail_cases")
        or rights.visible_schools(request.user, "work_cases")
    ):
        raise Http404
    rows = [(row, [WHY[name] for name in row.why]) for row in mailroom.to_mend(request.user)]
    return render(request, "attendance/mend.html", {"rows": rows})
