"""The second wall behind the door: triggers that refuse what `casework.engine.services` would never
do.

The workflows' moves are data (`AllowedMove`, written after each migration from the same
declarations that the door uses), so that a new case kind or rules version needs no migration here,
and a version that nobody declared is refused outright: no row allows it anything."""

from __future__ import annotations

import pgtrigger
from django.db import models


class AllowedMove(models.Model):
    """One legal change of state; source '' means: a row may be inserted in this state."""

    subject = models.CharField(max_length=8, help_text="case or process")
    kind = models.CharField(max_length=16)
    rules = models.CharField(max_length=32)
    source = models.CharField(max_length=32, blank=True)
    target = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "rules", "source", "target"], name="allowed_move_key"
            )
        ]


def law(subject: str, *, extra: str = "") -> pgtrigger.Trigger:
    """The trigger that lets a state change only along a declared move of its own kind and rules
    version."""
    return pgtrigger.Trigger(
        name=f"{subject}_law",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("came_from", "text")],
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                IF NEW.kind IS DISTINCT FROM OLD.kind THEN
                    RAISE EXCEPTION 'the kind of a {subject} never changes';
                END IF;
                IF NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.rules IS NOT DISTINCT FROM OLD.rules THEN
                    RETURN NEW;
                END IF;
                {extra}
                came_from := OLD.state;
            ELSE
                came_from := '';
            END IF;
            IF TG_OP = 'UPDATE' AND NEW.rules IS DISTINCT FROM OLD.rules AND NOT EXISTS (
                SELECT 1 FROM casework_allowedmove m WHERE m.subject = '{subject}' AND m.kind = NEW.kind
                   AND m.rules = NEW.rules AND NEW.state IN (m.source, m.target))
            THEN
                RAISE EXCEPTION 'rules % know no state "%" of a {subject}', NEW.rules, NEW.state;
            END IF;
            IF came_from IS DISTINCT FROM NEW.state AND NOT EXISTS (
                SELECT 1 FROM casework_allowedmove m WHERE m.subject = '{subject}' AND m.kind = NEW.kind
                   AND m.rules = NEW.rules AND m.source = came_from AND m.target = NEW.state)
            THEN
                RAISE EXCEPTION 'no rule lets a {subject} of kind % under % go from "%" to "%"',
                    NEW.kind, NEW.rules, came_from, NEW.state;
            END IF;
            RETURN NEW;
        """,
    )


CASE_LAW = law(
    "case",
    extra="""IF NEW.revision <= OLD.revision OR NEW.head_seq <= OLD.head_seq THEN
                    RAISE EXCEPTION 'a case changes its state only with an event on its timeline';
                END IF;""",
)
PROCESS_LAW = law("process")
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
NEVER_DELETE = pgtrigger.Protect(name="never_delete", operation=pgtrigger.Delete)
ORIGINAL_DUE = pgtrigger.ReadOnly(name="original_due", fields=["original_due", "case"])
SAME_BYTES = pgtrigger.ReadOnly(
    name="same_bytes", fields=["case", "file", "sha256", "data", "template_version"]
)
