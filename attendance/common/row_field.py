"""A field of several rows with a few columns, filled in a plain table: works without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _


class RowsWidget(forms.Widget):
    """A table of inputs named `name-row-column`."""

    template_name = "attendance/rows.html"
    use_fieldset = True

    def __init__(self, columns: Sequence[tuple[str, Any, str]], rows: int) -> None:
        super().__init__()
        self.columns, self.rows = columns, rows

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> Any:
        """The rows in which something was typed; a list under the plain name (the API) is taken as
        it is."""
        if name in data:
            return data[name]
        found = []
        for number in range(self.rows):
            row = {
                key: str(data.get(f"{name}-{number}-{key}", "")).strip()
                for key, _label, _kind in self.columns
            }
            if any(row.values()):
                found.append(row)
        return found

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Never: empty rows are an empty list."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Every row with its cells, empty ones up to the number of rows."""
        context = super().get_context(name, value, attrs)
        filled = [row for row in value or [] if isinstance(row, Mapping)]
        lines = [
            filled[number] if number < len(filled) else {}
            for number in range(max(self.rows, len(filled)))
        ]
        context["columns"] = [label for _key, label, _kind in self.columns]
        context["lines"] = [
            [
                (f"{name}-{number}-{key}", label, kind, line.get(key, ""))
                for key, label, kind in self.columns
            ]
            for number, line in enumerate(lines)
        ]
        return context


class RowsField(forms.Field):
    """Rows checked cell by cell: `cells` are the fields of the columns. The cleaned value is a list
    of dicts; a wrong cell is named with its row."""

    def __init__(
        self, cells: Mapping[str, tuple[forms.Field, str]], rows: int = 6, **kwargs: Any
    ) -> None:
        self.cells = {key: field for key, (field, _kind) in cells.items()}
        columns = [(key, field.label, kind) for key, (field, kind) in cells.items()]
        super().__init__(widget=RowsWidget(columns, rows), **kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Every row complete, or an error that names the row and the column."""
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            value = []
        if self.required and not value:
            raise forms.ValidationError(_("Fill in at least one row."))
        return [self._row(number, row) for number, row in enumerate(value[:50], start=1)]

    def _row(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        cleaned = {}
        for key, field in self.cells.items():
            try:
                cleaned[key] = field.clean(row.get(key, ""))
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    _("Row %(n)s, %(column)s: %(why)s"),
                    params={"n": number, "column": field.label, "why": " ".join(error.messages)},
                ) from error
        return cleaned
