"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The district's name."""
    return {"district_name": settings.DISTRICT_NAME}
