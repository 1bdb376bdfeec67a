"""Charts in templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from web.layout import charts

register = template.Library()


@register.inclusion_tag("components/chart.html")
def chart_box(chart: charts.Chart, open: bool = False) -> dict[str, Any]:
    """A chart with its sentence and its table; `open`: the table is shown from the start."""
    bars: list[SafeString] = chart.bars or [SafeString("")] * len(chart.rows)
    return {"chart": chart, "table": list(zip(chart.rows, bars, strict=True)), "open": open}


@register.filter
def percent(share: float) -> str:
    """A share between 0 and 1 in whole per cent."""
    return f"{100 * share:.0f} %"


@register.filter
def share_bar(share: float) -> SafeString:
    """A bar for a share between 0 and 1."""
    return charts.bar(share)
