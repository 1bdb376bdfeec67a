"""The letters of a Title IX case: rendered before the case is locked, one for each reader, bound to
the person whose right it is (C9), in the reader's language.

What a letter says stands beside its step (`contents.says`); which fields a template needs stands in
`letter_templates/fields.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.documents import reports
from casework.documents.letters import LetterError, Rendered, render
from casework.engine.errors import Invalid
from casework.engine.workflow import Effects, Workflow
from casework.models import Document
from casework.privacy import encrypted_files
from titleix.case import file_completeness, queries
from titleix.letters import contents, documents
from titleix.models import Party

NAMES = {
    "ACK": gettext_lazy("We have your report"),
    "SUPPORT": gettext_lazy("Supportive measures offered"),
    "INFO": gettext_lazy("Request for information"),
    "NOTICE": gettext_lazy("Notice of allegations"),
    "NOTICE_SUPPLEMENT": gettext_lazy("Supplemental notice"),
    "INTERVIEW": gettext_lazy("Invitation to an interview"),
    "EVIDENCE": gettext_lazy("Evidence letter"),
    "REPORT": gettext_lazy("Report letter"),
    "DETERMINATION": gettext_lazy("Determination"),
    "DISMISSAL": gettext_lazy("Dismissal"),
    "APPEAL_NOTICE": gettext_lazy("Notice of an appeal"),
    "APPEAL_DECISION": gettext_lazy("Decision of the appeal"),
    "OUTCOME": gettext_lazy("Outcome"),
    "EXTENSION": gettext_lazy("Notice of a delay"),
    "IR_NOTICE": gettext_lazy("Offer of an informal resolution"),
    "IR_CONSENT": gettext_lazy("Consent to an informal resolution"),
    "EMERGENCY_REMOVAL": gettext_lazy("Notice of an emergency removal"),
    "SCHOOL_OUTCOME": gettext_lazy("Outcome of the inquiry"),
    "REFERRAL": gettext_lazy("Referral"),
    "CLOSING": gettext_lazy("Closing letter"),
    "RETALIATION": gettext_lazy("Retaliation is prohibited"),
    "REOPENING": gettext_lazy("The case is open again"),
    "PACKAGE": gettext_lazy("Evidence package"),
    "REPORT_FULL": gettext_lazy("Investigative report"),
    "MEMO": gettext_lazy("Closing memo"),
    "REFERRAL_MEMO": gettext_lazy("Referral memo"),
}
# Documents that were made for a step, by the names under which its body finds them.
Prepared = dict[str, Document]
Prepare = Callable[[Workflow], Prepared]


# -- making ----------------------------------------------------------------------------------------


def make(flow: Workflow, code: str, people: Iterable[Party]) -> Prepared:
    """One letter for each reader of each person, as documents for the door.

    Invalid when a letter cannot be made.
    """
    found: Prepared = {}
    for party in people:
        for reader in queries.readers(flow.file, party):
            try:
                rendered = render(
                    "titleix",
                    code,
                    reader.language,
                    contents.data(flow, code, party, reader),
                    contents.letterhead(),
                )
            except LetterError as error:
                raise Invalid(
                    {
                        "__all__": [
                            _("The letter to %(who)s cannot be made: %(why)s")
                            % {"who": party.label, "why": error}
                        ]
                    }
                ) from error
            found[f"letter_{code}_{party.id}_{reader.id}"] = store(
                flow, code, rendered, recipient=reader
            )
    return found


def store(
    flow: Workflow, code: str, rendered: Rendered, *, recipient: Party | None = None, **data: Any
) -> Document:
    """Keep the bytes under their hash; the row names the reader by label alone."""
    path = encrypted_files.keep(
        flow.case.kind, f"documents/{rendered.sha256[:2]}/{rendered.sha256}.pdf", rendered.pdf
    )
    return Document(
        id=uuid4(),
        code=code,
        language=rendered.language,
        template_version=rendered.template_version,
        recipient=recipient.label if recipient else "",
        file=path,
        sha256=rendered.sha256,
        size=len(rendered.pdf),
        pages=rendered.pages,
        draft=False,
        created_at=flow.turn.now,
        created_by=flow.turn.actor,
        data={
            "on": flow.turn.today.isoformat(),
            **({"party": str(recipient.id)} if recipient else {}),
            **data,
        },
    )


def generated(
    flow: Workflow, code: str, title: str, sections: list[reports.Section], **data: Any
) -> Prepared:
    """A document of the file that is no letter: report, package, memo."""
    rendered = reports.render_paper(
        title, flow.case.number, flow.turn.today, sections, contents.letterhead()
    )
    return {f"paper_{code}": store(flow, code, rendered, **data)}


# -- what the steps name ---------------------------------------------------------------------------


def to_parties(code: str, *, advisors: bool = False) -> Prepare:
    """Letters of a code to every known party (and advisor)."""
    return lambda flow: make(flow, code, queries.entitled(flow.file, advisors=advisors))


def chosen(code: str) -> Prepare:
    """Letters of a code to the people that the form names."""
    return lambda flow: make(flow, code, _picked(flow))


def fixed(flow: Workflow) -> Prepared:
    """A letter of a fixed text."""
    return make(flow, flow.data["code"], _picked(flow))


def _picked(flow: Workflow) -> list[Party]:
    wanted = set(flow.data["people"])
    people = [party for party in queries.people(flow.file) if str(party.id) in wanted]
    nameless = [party.label for party in people if not party.name]
    if nameless:
        raise Invalid(
            {
                "people": [
                    _("Without a name there is nobody to write to: %(who)s.")
                    % {"who": ", ".join(nameless)}
                ]
            }
        )
    return people


def closing_memo(flow: Workflow) -> Prepared:
    """The memo that closes a file, with its checklist."""
    return generated(
        flow,
        "MEMO",
        _("Closing memo"),
        documents.memo_sections(flow.file, file_completeness.checklist(flow.file), flow.turn.today),
    )


# -- what a step would tell whom -------------------------------------------------------------------


def tells(code: str, *, advisors: bool = False, each: int = 1) -> Callable[[Workflow], Effects]:
    """For the page of the step: how many letters, to whom, in which language."""
    return lambda flow: letters_to(flow, queries.entitled(flow.file, advisors=advisors), each)


def letters_to(flow: Workflow, people: Iterable[Party], each: int = 1) -> Effects:
    """Who reads what: the pages of a case are seen by those alone who may know its people."""
    pairs = [(party, reader) for party in people for reader in queries.readers(flow.file, party)]
    if not pairs:
        return Effects(tells=_("Nobody: no name is known."))
    count = len(pairs) * each
    words = "; ".join(_describe(party, reader) for party, reader in pairs)
    return Effects(
        tells=ngettext("%(n)s letter: %(who)s.", "%(n)s letters: %(who)s.", count)
        % {"n": count, "who": words}
    )


def _describe(party: Party, reader: Party) -> str:
    language = {"en": _("English"), "es": _("Spanish")}.get(reader.language, reader.language)
    if reader is party:
        return f"{party.label} ({party.name}, {language})"
    return _("%(who)s through %(reader)s (%(language)s)") % {
        "who": party.label,
        "reader": reader.name,
        "language": language,
    }
