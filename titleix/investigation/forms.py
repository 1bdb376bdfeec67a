"""From the formal complaint to the determination."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput, StepForm
from titleix.case.forms import PartyChoice, choose, long_text, people_of
from titleix.models import Party, Record


class ComplaintForm(StepForm):
    """A formal complaint: a signed document that alleges sexual harassment and asks for an investigation (34 CFR 106.30)."""

    on = forms.DateField(label=_("Filed or signed on"), widget=DateInput)
    by = forms.ChoiceField(
        label=_("Signed by"),
        choices=[
            ("complainant", _("Complainant")),
            ("complainant_parent", _("Parent of the complainant")),
            ("coordinator", _("Coordinator")),
        ],
    )
    reason = long_text(
        _("Reason"), required=False, help_text=_("Needed when the coordinator signs.")
    )

    def clean_on(self) -> Any:
        """It has been signed."""
        return self.not_in_future("on")

    def clean(self) -> dict[str, Any]:
        """A coordinator who signs says why."""
        cleaned = super().clean() or {}
        if cleaned.get("by") == "coordinator" and not cleaned.get("reason"):
            self.add_error("reason", _("Say why you sign although the complainant does not."))
        return cleaned


class FindingForm(StepForm):
    """The finding on each allegation."""

    def prepare(self) -> None:
        """One field pair for every allegation."""
        for record in self.allegations():
            self.fields[f"finding_{record.number}"] = forms.ChoiceField(
                label=_("Allegation %(n)s") % {"n": record.number},
                choices=[
                    ("substantiated", _("substantiated")),
                    ("not_substantiated", _("not substantiated")),
                    ("inconclusive", _("inconclusive")),
                ],
            )
            self.fields[f"why_{record.number}"] = long_text(_("Why"))

    def allegations(self) -> list[Record]:
        """The allegations of the case."""
        found = [
            record
            for record in self.flow.file.children["record"]
            if record.kind == Record.Kind.ALLEGATION
        ]
        return sorted(found, key=lambda record: record.number)


class DeterminationForm(FindingForm):
    """The six contents of a written determination (34 CFR 106.45(b)(7)(ii))."""

    procedure = long_text(
        _("Procedural steps"),
        required=False,
        help_text=_(
            "Filled in from the file: notices, interviews, evidence, report. Change what is not right."
        ),
    )
    facts = long_text(_("Findings of fact"))
    conclusions = long_text(_("Conclusions: how the code of conduct applies to the facts"))
    sanctions = long_text(_("Disciplinary sanctions"), required=False)
    remedies = forms.BooleanField(
        label=_("Remedies are provided to the complainant"), required=False
    )
    field_order = ["procedure", "facts", "conclusions", "sanctions", "remedies"]

    def prepare(self) -> None:
        """Responsible or not, for every allegation; the steps so far come from the file."""
        from titleix.letters import investigative_report

        super().prepare()
        self.fields["procedure"].initial = "\n".join(
            investigative_report.procedure_lines(self.flow.file)
        )
        for name, field in self.fields.items():
            if name.startswith("finding_") and isinstance(field, forms.ChoiceField):
                field.choices = [
                    ("responsible", _("responsible")),
                    ("not_responsible", _("not responsible")),
                ]


class ResponseForm(PartyChoice):
    """What a party answers to evidence or report, or that it waives its time in writing."""

    on = forms.DateField(label=_("Received on"), widget=DateInput)
    what = forms.ChoiceField(
        label=_("The party"),
        choices=[
            ("answered", _("answered in writing")),
            ("waived", _("waived its time in writing")),
        ],
    )
    text = long_text(_("Answer"), required=False)

    def clean_on(self) -> Any:
        """It has come."""
        return self.not_in_future("on")


class ReportForm(StepForm):
    """The investigative report: a draft out of the file, which the investigator makes a fair summary of."""

    text = long_text(_("Fair summary of the relevant evidence"))
    considered = forms.BooleanField(label=_("I have considered every response of the parties"))
    responses = forms.MultipleChoiceField(
        label=_("Responses that I have considered"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Tick each one after you have read it."),
    )

    def prepare(self) -> None:
        """The draft, and every response to the evidence."""
        from titleix.case import queries
        from titleix.letters import investigative_report

        self.wanted = queries.answers_to_evidence(self.flow.file)
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        names = [
            (
                str(row.number),
                ", ".join(
                    filter(
                        None,
                        [
                            people.get(row.party_id, ""),
                            f"{row.on:%d %b %Y}",
                            str(row.data.get("title", "")),
                        ],
                    )
                ),
            )
            for row in self.wanted
        ]
        choose(self, "responses", names)
        if not self.wanted:
            del self.fields["responses"]
        written = queries.records(self.flow.file, Record.Kind.REPORT)
        self.fields["text"].initial = (
            written[-1].text if written else investigative_report.draft(self.flow.file)
        )

    def clean(self) -> dict[str, Any]:
        """Each response is linked: the report may be completed only after all were considered (34 CFR 106.45(b)(5)(vi))."""
        cleaned = super().clean() or {}
        missing = [
            row for row in self.wanted if str(row.number) not in cleaned.get("responses", [])
        ]
        if missing and "responses" in self.fields:
            self.add_error(
                "responses",
                _("Not yet considered: %(n)s of %(all)s.")
                % {"n": len(missing), "all": len(self.wanted)},
            )
        return cleaned


class QuestionForm(StepForm):
    """The exchange of written questions."""

    STEPS = [
        ("offered", _("Offered to both parties")),
        ("asked", _("A party puts a question")),
        ("answered", _("A question was answered")),
        ("excluded", _("A question was excluded, with the reason")),
        ("follow_up", _("A party puts a follow-up question")),
        ("waived", _("A party has no questions")),
        ("finished", _("Finished")),
    ]
    code = forms.ChoiceField(label=_("What happened"), choices=STEPS)
    party = forms.ChoiceField(
        label=_("Which party"),
        required=False,
        help_text=_("Whose question it is, or who has none."),
    )
    to = forms.ChoiceField(label=_("Question to"), required=False)
    question = forms.ChoiceField(
        label=_("Question"),
        required=False,
        help_text=_("Which one was answered, excluded or followed up."),
    )
    on = forms.DateField(label=_("Date"), widget=DateInput)
    text = long_text(_("Question, answer or reason"), required=False)

    def prepare(self) -> None:
        """The parties, whom they may ask, and the questions so far."""
        from titleix.case import questions

        sides = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT)
        choose(self, "party", [("", "–"), *people_of(self, *sides)])
        choose(self, "to", [("", "–"), *people_of(self, *sides, Party.Part.WITNESS)])
        self.threads = questions.threads(self.flow.file)
        choose(
            self, "question", [("", "–"), *((str(one.number), one.name) for one in self.threads)]
        )

    def clean(self) -> dict[str, Any]:
        """Each move names what it is about; an exclusion is explained to its author (34 CFR 106.45(b)(6)(ii))."""
        cleaned = super().clean() or {}
        code = cleaned.get("code")
        if code == "excluded" and not cleaned.get("text"):
            self.add_error(
                "text", _("Explain why the question is excluded (34 CFR 106.45(b)(6)(ii)).")
            )
        if code in ("asked", "follow_up", "answered") and not cleaned.get("text"):
            self.add_error("text", _("Write it down in the words of its author."))
        if code in ("asked", "follow_up", "waived") and not cleaned.get("party"):
            self.add_error("party", _("Say which party."))
        if (
            code in ("answered", "excluded", "follow_up")
            and self.threads
            and not cleaned.get("question")
        ):
            self.add_error("question", _("Say which question."))
        if code in ("answered", "excluded", "follow_up") and not self.threads:
            self.add_error("question", _("No question was put yet."))
        return cleaned

    def clean_on(self) -> Any:
        """It has happened."""
        return self.not_in_future("on")
