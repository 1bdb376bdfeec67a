"""What no address may hold: a NUL byte is an attack or an accident, never a question."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from web.errors import bad_request


class RefuseNul:
    """Answers 400 before PostgreSQL would raise on such a value."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or pass on."""
        if "\x00" in request.path or any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return bad_request(request)
        return self.get_response(request)
