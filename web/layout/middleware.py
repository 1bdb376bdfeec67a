"""What no address may hold: a NUL byte is an attack or an accident, never a question."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from web.layout.errors import bad_request, page


class RefuseNul:
    """Answers 400 before PostgreSQL would raise on such a value."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or pass on."""
        if "\x00" in request.path or any(
            "\x00" in value for values in request.GET.lists() for value in values[1]
        ):
            return bad_request(request)
        return self.get_response(request)


class NotThisWay:
    """A page where Django itself answers 405 without a word."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, and say what an empty refusal means."""
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.method == "HEAD":
            return response
        told = page(request, "405", 405)
        told["Allow"] = response["Allow"]
        return told


class ApiProblems:
    """Every refusal under /api/ is problem+json, also the ones that Django itself answers with a
    page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, and rewrite what is no answer for a program."""
        response = self.get_response(request)
        if (
            response.status_code < 400
            or not request.path.startswith("/api/")
            or "json" in response.get("Content-Type", "")
        ):
            return response
        from web.api.router import problem, refusal

        told = problem(refusal(response.status_code))
        if response.status_code == 405:
            told["Allow"] = response.get("Allow", "")
        return told
