"""Forms of pages that move no case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.engine import clocks as engine_clocks
from casework.engine.calendars import calendar_at
from casework.models import Clock
from casework.policy import policies, uploads
from casework.policy.policies import Policy, PolicyError
from district.models import Calendar

MOST_BYTES = 200_000
AHEAD = timedelta(days=30)


class MomentForm(forms.Form):
    """Any moment to come."""

    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_until(self) -> datetime | None:
        """A moment in the district's time, within ten years."""
        found: datetime | None = self.cleaned_data.get("until")
        if found and not timezone.now() - timedelta(days=3660) < found < timezone.now() + timedelta(
            days=3660
        ):
            raise forms.ValidationError(_("Choose a moment within ten years."))
        return found


@dataclass(frozen=True)
class Change:
    """What a changed policy would do to the alerts of one kind of promise in the coming thirty
    days."""

    kind: str
    clocks: int
    before: int
    after: int
    moved: int


@dataclass(frozen=True)
class Preview:
    """A policy file that was read, and its effect."""

    policy: Policy
    reasons: list[str]
    changes: list[Change]


class PolicyForm(forms.Form):
    """A policy file to look at, checked like the ones in the folder; `content` is its bytes."""

    content = b""

    file = forms.FileField(
        label=_("Policy file"),
        help_text=_("A .yaml file as in the policy folder. Nothing is changed by looking."),
    )

    def clean_file(self) -> Policy:
        """Read it; every mistake is told with file, line and key."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("A policy file is a few pages of text; this one is too large.")
            )
        self.content = upload.read()
        try:
            return uploads.parsed(self.content)
        except (PolicyError, UnicodeDecodeError, ValueError) as error:
            raise forms.ValidationError(str(error)) from error

    def preview(self) -> Preview:
        """The effect on the clocks that run under the policy of the same name. Cases keep the
        version that they were opened under; this says what the change would mean for promises like
        the present ones."""
        found: Policy = self.cleaned_data["file"]
        return Preview(found, uploads.against(found, timezone.localdate()), list(_changes(found)))


def _changes(new: Policy) -> Iterator[Change]:
    now, revisions = timezone.now(), dict(Calendar.objects.values_list("id", "revision"))
    counts: dict[str, Counter[str]] = {}
    running = (
        Clock.objects.filter(status="RUNNING", case__policy__startswith=f"{new.policy_id}@")
        .select_related("case")
        .order_by()
    )
    for clock in running.iterator(chunk_size=5000):
        calendar = calendar_at(clock.calendar_id, revisions.get(clock.calendar_id or 0))
        old, changed = (
            _dates(version, clock, calendar, now)
            for version in (policies.policy_version(clock.case.policy), new)
        )
        counts.setdefault(clock.kind, Counter()).update(
            clocks=1, before=len(old), after=len(changed), moved=int(old != changed)
        )
    for kind, count in sorted(counts.items()):
        yield Change(kind, count["clocks"], count["before"], count["after"], count["moved"])


def _dates(version: Policy, clock: Clock, calendar: Any, now: datetime) -> list[date]:
    """The days of the coming thirty on which alerts of this clock go out under a version."""
    zone = ZoneInfo(settings.TIME_ZONE)
    planned = engine_clocks.ladder(
        version, clock.ladder, clock.day0, clock.n, clock.due, clock.unit, calendar
    )
    return [
        instant.astimezone(zone).date()
        for _label, _level, instant, _every in planned
        if now < instant <= now + AHEAD
    ]
