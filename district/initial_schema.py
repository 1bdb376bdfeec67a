"""The first migration of each app, applied in one go.

Django renders every related model anew after each operation of a migration. Over some 300
operations on models that nearly all point at each other that was 10,000 renderings and 45 s for an
empty database; here the models of an app are rendered once. Later migrations are ordinary ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations import operations as django_operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# What the finished model brings along when its table is created.
IN_THE_TABLE = (
    django_operations.AddConstraint,
    django_operations.AddField,
    django_operations.AddIndex,
    django_operations.AlterUniqueTogether,
)


class InitialSchema(Operation):
    """The operations of an app's first migration; each sees the models as the last one leaves
    them."""

    reversible = False

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """All operations on the bare state: forgetting the rendered models keeps them from being
        rendered after each."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Tables as they are in the end, then what is more than a table (triggers, SQL)."""
        for operation in self.operations:
            if not isinstance(operation, IN_THE_TABLE):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Shown by `migrate --plan`."""
        return f"Create the first schema ({len(self.operations)} operations)"
