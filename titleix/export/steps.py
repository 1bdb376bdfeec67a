"""What left the house is on the timeline (C7)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case.states import COORDINATE, OPEN, S, state
from titleix.export import export_permission
from titleix.models import TitleIXCase


class ExportForm(StepForm):
    """What was taken out of the house, with its hash."""

    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", label=_("Hash of the file"))
    what = forms.ChoiceField(
        label=_("What was taken"),
        choices=[
            ("file", _("the whole file")),
            ("redacted", _("a redacted copy")),
            ("key", _("the key of a redacted copy")),
        ],
    )


class Export(Workflow):
    """The whole file, a redacted copy or its key."""

    case: TitleIXCase

    @step(
        state,
        source=[*OPEN, S.CLOSED, S.MERGED],
        label=_("The file was taken out"),
        by=(COORDINATE, "view_cases"),
        event=Event.Kind.ACCESS,
        work=False,
        hidden=True,
        does=_("Keeps who took the whole file, a redacted copy or its key, and the hash."),
        form=ExportForm,
        conditions=[export_permission.takes],
    )
    def export_file(self) -> None:
        """C7: exports are logged."""
        self.turn.data = {"hash": self.data["sha256"], "what": self.data["what"]}
