"""Functions of staff in a case; access begins and ends with them (C3, B3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.access import grants
from casework.engine.errors import Invalid
from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step
from casework.models import CaseUserPermission, Event
from district.models import User
from titleix.case import conditions, queries
from titleix.case.forms import choose, long_text
from titleix.case.states import COORDINATE, OPEN, state
from titleix.models import Assignment, TitleIXCase
from titleix.rules.separation_of_duties import ROLES, Conflict, ConflictKind, Role

TIES = [
    ("party", _("Party")),
    ("witness", _("Witness")),
    ("relative", _("Relative of a party")),
    ("supervisor", _("Direct supervisor of a party")),
    ("prior_decision_maker", _("Decided on the party before")),
]


class AssignForm(StepForm):
    """A function for somebody."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(label=_("Function"), choices=ROLES)
    conflict = forms.ChoiceField(
        label=_("Tie to a party or to the case"),
        required=False,
        choices=[("", _("None, as the person declared")), *TIES],
    )
    review = long_text(
        _("Review of the tie"),
        required=False,
        help_text=_(
            "With a tie: why the person may act all the same. Nobody can be cleared as a party."
        ),
    )
    declared = forms.BooleanField(label=_("The person has declared this to me today"))

    def prepare(self) -> None:
        """Everybody who is active."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            get_user_model()
            .objects.filter(is_active=True)
            .order_by("last_name", "first_name", "pk")
        )


class UnassignForm(StepForm):
    """The end of a function."""

    assignment = forms.ChoiceField(label=_("Who"))
    reason = long_text(_("Why"))
    recuse = forms.BooleanField(
        label=_("Conflict of interest: end all access to this case at once"), required=False
    )

    def prepare(self) -> None:
        """The running assignments."""
        roles = dict(ROLES)
        running = [row for row in self.flow.file.children["assignment"] if row.ends_on is None]
        names = {
            user.pk: str(user)
            for user in get_user_model().objects.filter(pk__in=[row.user_id for row in running])
        }
        choose(
            self,
            "assignment",
            [(str(row.id), f"{names[row.user_id]}: {roles[row.role]}") for row in running],
        )


class RecuseForm(StepForm):
    """Ends all access of somebody to this case."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    text = long_text(_("Why"))

    def prepare(self) -> None:
        """Everybody who has access now."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        held = CaseUserPermission.objects.filter(content_object_id=self.flow.case.pk).values(
            "user_id"
        )
        field.queryset = (
            get_user_model().objects.filter(pk__in=held).order_by("last_name", "first_name", "pk")
        )


# What access a function brings with it (C3: by assignment to the case alone).
GRANTS = {
    Role.COORDINATOR: ("view_cases", "coordinate_cases"),
    Role.INVESTIGATOR: ("view_cases", "investigate_cases"),
    Role.SCHOOL_INVESTIGATOR: ("view_cases", "investigate_cases"),
    Role.DECISION_MAKER: ("view_cases", "decide_cases"),
    Role.APPEAL_OFFICER: ("view_cases", "appeal_cases"),
    Role.FACILITATOR: ("view_cases", "facilitate_cases"),
    Role.SCHOOL_ADMINISTRATOR: ("view_cases", "administer_cases"),
    Role.APPROVER: ("view_cases", "approve_cases"),
}


OWNERS = (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR)


class Assignments(Workflow):
    """Functions of staff, and recusal (B3.4)."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Assign somebody"),
        by=(COORDINATE,),
        form=AssignForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Gives a function in this case, after separation of duties, ties and training were "
            "checked."
        ),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def assign(self) -> None:
        """Access begins with the function (B3.4).

        Invalid with the reason when separation of duties, a tie or training forbid it.
        """
        user, role = self.data["user"], Role(self.data["role"])
        if any(row.user_id == user.pk for row in queries.assigned(self.file, role)):
            raise Invalid({"user": [gettext("This person holds the function already.")]})
        review = str(self.data.get("review") or "").strip()
        tie = (
            Conflict(ConflictKind(self.data["conflict"]), cleared=bool(review))
            if self.data.get("conflict")
            else None
        )
        verdict = conditions.verdict(self, user.pk, role, tie)
        if not verdict.allowed:
            raise Invalid({"user": [str(verdict.reason)]})
        row = Assignment(
            id=uuid4(),
            role=role.value,
            starts_on=self.turn.today,
            conflict=tie.kind.value if tie else "",
            declared_on=self.turn.today,
            conflict_cleared=bool(tie and review),
            review=review if tie else "",
            reviewed_on=self.turn.today if tie else None,
        )
        row.case_id, row.user_id, row.reviewed_by_id = (
            self.case.id,
            user.pk,
            self.actor_id if tie else None,
        )
        self.file.add(row)
        _grant(self, user.pk, GRANTS[role])
        if role in (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR):
            self.case.owner_id = user.pk
        self.turn.data = {"user": user.pk, "role": role.value, "warning": str(verdict.warning)}

    @step(
        state,
        source=OPEN,
        label=_("End an assignment"),
        by=(COORDINATE,),
        form=UnassignForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Ends a function and the access that came with it, at once. What the person made stays."
        ),
    )
    def unassign(self) -> None:
        """The function and its access end at once; due dates do not move (T-13).

        With a conflict of interest all access ends for good.
        """
        row = next(
            row
            for row in self.file.children["assignment"]
            if str(row.id) == self.data["assignment"]
        )
        if self.data["recuse"]:
            recuse_user(self, row.user_id, self.data["reason"])
        else:
            _end(self, [row])
        self.turn.data = {"user": row.user_id, "role": row.role, "recused": self.data["recuse"]}

    @step(
        state,
        source=OPEN,
        label=_("Recuse somebody"),
        by=(COORDINATE,),
        form=RecuseForm,
        event=Event.Kind.ACCESS,
        does=_("Ends all functions and all access of a person to this case, at once and for good."),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def recuse_person(self) -> None:
        """Whoever it is, the coordinator too; no date moves."""
        user = self.data["user"]
        recuse_user(self, user.pk, self.data["text"])
        self.turn.data = {"user": user.pk, "recused": True}


def _grant(flow: Workflow, user_id: int, codenames: Iterable[str]) -> None:
    """Access begins with the function; what the person holds already stays."""
    held = set(
        CaseUserPermission.objects.filter(
            content_object_id=flow.case.id, user_id=user_id
        ).values_list("permission__codename", flat=True)
    )
    wanted = [name for name in codenames if name not in held]
    for permission in Permission.objects.filter(
        codename__in=wanted, content_type__app_label="casework", content_type__model="case"
    ):
        grant = CaseUserPermission()
        grant.user_id, grant.permission_id, grant.content_object_id = (
            user_id,
            permission.pk,
            flow.case.id,
        )
        flow.file.add(grant)


def _end(flow: Workflow, rows: Iterable[Assignment]) -> None:
    """End these functions of one person; access stays only where another function of theirs needs
    it.
    """
    ended = list(rows)
    for row in ended:
        row.ends_on = flow.turn.today
        flow.file.touch(row)
        if flow.case.owner_id == row.user_id and row.role in OWNERS:
            flow.case.owner_id = None
    user_id, case_id = ended[0].user_id, flow.case.id
    lost = {name for row in ended for name in GRANTS[Role(row.role)]}
    still_needed = {
        name
        for other in queries.assigned(flow.file, *Role)
        if other.user_id == user_id
        for name in GRANTS[Role(other.role)]
    }

    def end() -> None:
        held = CaseUserPermission.objects.filter(content_object_id=case_id, user_id=user_id)
        held.filter(permission__codename__in=lost - still_needed - {"view_cases"}).delete()
        if not held.exclude(permission__codename="view_cases").exists():
            held.delete()

    flow.file.later.append(end)


def recuse_user(flow: Workflow, user_id: int, reason: str) -> None:
    """All functions end, all access ends at once and for good; what the person made stays, no date
    moves (T-13).
    """
    for row in [row for row in queries.assigned(flow.file, *Role) if row.user_id == user_id]:
        row.ends_on = flow.turn.today
        flow.file.touch(row)
    if flow.case.owner_id == user_id:
        flow.case.owner_id = None
    case_id, by = flow.case.id, flow.turn.actor
    flow.file.later.append(lambda: grants.recuse_id(case_id, user_id, reason, by=by))
