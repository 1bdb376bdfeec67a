"""The steps of need to know: disclosures, the neutral notice, people beside the case, emergency
access, disposal.
"""

from __future__ import annotations

from uuid import uuid4

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from casework.access import grants
from casework.engine.errors import Invalid
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Case, Disposal, Event
from district.models import Student, StudentNotice
from titleix.case import retention
from titleix.case.conditions import kept
from titleix.case.states import APPROVE, COORDINATE, OPEN, S, Stage, state
from titleix.models import Disclosure, FamilyFlag, TitleIXCase
from titleix.privacy import forms

ENDED = [S.CLOSED, S.MERGED]


def _proposed(flow: Workflow) -> object:
    """Somebody has proposed the disposal, and nobody has done it."""
    found = retention.open_disposal(flow)
    return unmet(
        found is not None and found.confirmed_on is None, _("No disposal of this file is proposed.")
    )


def _not_proposed(flow: Workflow) -> object:
    return unmet(
        retention.open_disposal(flow) is None,
        _("The disposal of this file is proposed or done already."),
    )


def _other_person(flow: Workflow) -> object:
    """Two pairs of eyes."""
    found = retention.open_disposal(flow)
    same = found is not None and found.proposed_by_id == flow.actor_id
    return unmet(not same, _("You proposed it yourself: another person must confirm."))


def _flagged(flow: Workflow) -> object:
    return unmet(bool(_open_flags(flow)), _("No notice on a student was set from this case."))


def _open_flags(flow: Workflow) -> list[FamilyFlag]:
    if not flow.file.children["family_flag"]:  # most cases have none: nothing to ask for
        return []
    return list(
        FamilyFlag.objects.filter(case_id=flow.case.pk, notice__until=None).select_related("notice")
    )


class Privacy(Workflow):
    """Who may know of a case, and when its contents are destroyed (C2 to C5)."""

    case: TitleIXCase

    @step(
        state,
        source=list(Stage),
        label=_("Record a disclosure"),
        by=(COORDINATE,),
        form=forms.DiscloseForm,
        event=Event.Kind.ACCESS,
        does=_("Keeps what left the district: what, to whom, when, on what legal basis."),
        conditions=[kept],
        cite="34 CFR 99.32",
    )
    def disclose(self) -> None:
        """C2: every disclosure outside the district is an entry."""
        data = self.data
        row = Disclosure(
            id=uuid4(),
            on=data["on"],
            to=data["to"],
            what=data["what"],
            basis=forms.basis_text(data["basis"], data["basis_text"]),
        )
        row.case_id, row.by_id = self.case.id, self.actor_id
        self.file.add(row)
        self.turn.data = {
            "basis": data["basis"],
            "on": data["on"],
        }  # who and what stand in the disclosure

    @step(
        state,
        source=OPEN,
        label=_("Ask staff to call before family outreach"),
        by=(COORDINATE,),
        form=forms.FlagForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Puts a neutral notice on the student: staff call the district before they contact the "
            "family. It does not say why."
        ),
        tells=_("Whoever may see the student's attendance case, without a reason."),
    )
    def flag_family(self) -> None:
        """C3: attendance staff learn that they must call, never why."""
        student: Student = self.data["student_number"]
        case_id, today = self.case.id, self.turn.today

        def put() -> None:
            FamilyFlag.objects.create(
                case_id=case_id, notice=StudentNotice.objects.create(student=student, since=today)
            )

        self.file.later.append(put)
        self.turn.data = {}

    @step(
        state,
        source=list(Stage),
        label=_("Take the notice on a student back"),
        by=(COORDINATE,),
        event=Event.Kind.ACCESS,
        conditions=[_flagged],
        does=_("Staff may contact the family again without calling first."),
    )
    def unflag_family(self) -> None:
        """Every notice that this case asked for."""
        notices, today = [flag.notice_id for flag in _open_flags(self)], self.turn.today
        self.file.later.append(
            lambda: StudentNotice.objects.filter(pk__in=notices).update(until=today)
        )
        self.turn.data = {}

    @step(
        state,
        source=list(Stage),
        label=_("Bring in the deputy, the school or counsel"),
        by=(COORDINATE,),
        form=forms.InvolveForm,
        event=Event.Kind.ACCESS,
        conditions=[kept],
        does=_("Gives one person the access that their part in this case needs, and no more."),
    )
    def involve(self) -> None:
        """C3: access by assignment to the case alone."""
        user, part = self.data["user"], self.data["part"]
        if any(party.user_id == user.pk for party in self.file.children["party"]):
            raise Invalid({"user": [_now("This person is a party or a witness of the case.")]})
        case = Case(pk=self.case.id)
        self.file.later.append(lambda: grants.grant(case, user, *forms.PARTS[part]))
        self.turn.data = {"user": user.pk, "part": part}

    @step(
        state,
        source=list(Stage),
        label=_("End such an access"),
        by=(COORDINATE,),
        form=forms.ReleaseForm,
        event=Event.Kind.ACCESS,
        conditions=[lambda flow: unmet(bool(forms.involved(flow)), _("Nobody was brought in."))],
        does=_("Ends the access at once."),
    )
    def release(self) -> None:
        """What the person did stays on file."""
        case, user = Case(pk=self.case.id), self.data["user"]
        self.file.later.append(lambda: grants.revoke(case, user))
        self.turn.data = {"user": user.pk}

    @step(
        state,
        source=list(Stage),
        label=_("Emergency access"),
        by=(SYSTEM,),
        event=Event.Kind.ACCESS,
        work=False,
    )
    def emergency_access(self) -> None:
        """Somebody who is not assigned looked; the coordinator hears of it at once (C3)."""
        self.alert(
            "EMERGENCY_ACCESS", "coordinator", user=self.data["user"], until=self.data["until"]
        )

    @step(
        state,
        source=ENDED,
        label=_("Propose the disposal of the file"),
        by=(COORDINATE,),
        event=Event.Kind.ACCESS,
        conditions=[_not_proposed, retention.disposable],
        does=_("Proposes to destroy what is past its time; another person must confirm."),
        cite="34 CFR 106.45(b)(10)",
    )
    def propose_disposal(self) -> None:
        """T-30: the first pair of eyes."""
        case_id, by, today = self.case.id, self.turn.actor, self.turn.today
        self.file.later.append(
            lambda: Disposal.objects.create(case_id=case_id, proposed_by=by, proposed_on=today)
        )
        self.turn.data = {}

    @step(
        state,
        source=ENDED,
        label=_("Withdraw the proposed disposal"),
        by=(COORDINATE,),
        form=ReasonForm,
        event=Event.Kind.ACCESS,
        conditions=[_proposed],
        does=_("The file stays."),
    )
    def withdraw_disposal(self) -> None:
        """Either of the two may."""
        case_id, today = self.case.id, self.turn.today
        self.file.later.append(
            lambda: Disposal.objects.filter(case_id=case_id, withdrawn_on=None).update(
                withdrawn_on=today
            )
        )

    @step(
        state,
        source=ENDED,
        label=_("Destroy the contents of the file"),
        by=(COORDINATE, APPROVE),
        form=forms.DestroyForm,
        event=Event.Kind.ACCESS,
        conditions=[_proposed, _other_person, retention.disposable],
        does=_(
            "Removes what was said, the people, the records, the letters and the files for ever. "
            "Number, dates, the chain of events and a certificate stay."
        ),
        makes=_("A certificate of the disposal."),
        cite="34 CFR 106.45(b)(10)",
    )
    def confirm_disposal(self) -> None:
        """T-30: the second pair of eyes; a hold that was set in between stops it."""
        found, by, today = retention.open_disposal(self), self.turn.actor, self.turn.today
        assert found is not None
        self.file.later.append(lambda: retention.destroy(found, by, today))
        self.turn.data = {}
