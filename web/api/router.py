"""The API under /api/v1, put together: one address for programs, its description, and what a
refusal looks like."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

import attendance.api
import casework.api.cases
import casework.api.figures
import district.api
import notifications.api
import titleix.api
from casework.engine.errors import Forbidden, Invalid, NotNow, Refused, Stale, UnknownCase
from district.api_base import PROBLEM_TYPE, Problem, ProblemOut, invalid, not_found
from district.tokens import KeyTaken

ABOUT = """Cases, their promises and their steps, for programs. Each call carries a token (`Authorization: Bearer hf_...`) that
belongs to a person: it may do what that person may, within its scopes, and a case that the person may not know of answers
like one that does not exist (404). Refusals are problem+json. Dates are local to the district; moments carry their offset."""
REFUSALS = {
    "400": gettext_noop("The request cannot be read."),
    "401": gettext_noop("The token is missing, wrong, expired or revoked."),
    "403": gettext_noop("The token lacks the scope, or the person may not do this."),
    "404": gettext_noop("There is no such thing, or it is not yours to know."),
    "409": gettext_noop("Somebody else moved the case, or the step cannot be taken now."),
    "422": gettext_noop("Something that was sent cannot be used."),
    "429": gettext_noop("Too many requests; see Retry-After."),
}
TITLES = {
    "bad_request": _lazy("Cannot be read"),
    "no_token": _lazy("No token"),
    "scope": _lazy("Scope is missing"),
    "forbidden": _lazy("Not allowed"),
    "not_found": _lazy("Not found"),
    "method_not_allowed": _lazy("Not this way"),
    "stale": _lazy("Moved meanwhile"),
    "not_now": _lazy("Not now"),
    "too_large": _lazy("Too large"),
    "invalid": _lazy("Cannot be used"),
    "too_many": _lazy("Too many requests"),
    "refused": _lazy("Refused"),
    "error": _lazy("Not possible"),
}


class Api(NinjaAPI):
    """Ninja's API whose description also tells every refusal."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: Any = None
    ) -> OpenAPISchema:
        """OpenAPI 3.1 with the refusals of every operation."""
        found = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        found["components"]["schemas"]["Problem"] = ProblemOut.model_json_schema()
        for path in found["paths"].values():
            for operation in path.values():
                operation["responses"] = {
                    str(status): told for status, told in operation["responses"].items()
                } | _refusals()
        return found


def _refusals() -> dict[str, Any]:
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": told, "content": content} for status, told in REFUSALS.items()}


api = Api(title="Holdfast", version="1", description=ABOUT, docs_url=None, urls_namespace="api-1")
for _router in (
    casework.api.cases.router,
    casework.api.figures.deadlines,
    casework.api.figures.figures,
    casework.api.figures.about,
    notifications.api.router,
    attendance.api.router,
    titleix.api.intake,
    titleix.api.counting,
    district.api.router,
):
    api.add_router("", _router)


def problem(found: Problem) -> HttpResponse:
    """A refusal as problem+json. A missing part is left out, not null."""
    body = {
        "type": f"about:blank#{found.code}",
        "title": str(TITLES.get(found.code, found.code.replace("_", " "))),
        "status": found.status,
        "detail": found.detail,
        "code": found.code,
        **found.more,
    }
    return HttpResponse(
        json.dumps(body, default=str),
        status=found.status,
        content_type=PROBLEM_TYPE,
        headers=found.headers,
    )


def _said(error: Refused) -> Problem:
    """The door's refusals."""
    match error:
        case UnknownCase():
            return not_found()
        case Stale():
            return Problem(
                409,
                "stale",
                _("Somebody else moved the case since you read it."),
                revision=error.revision,
            )
        case NotNow():
            return Problem(
                409,
                "not_now",
                _("The step cannot be taken now."),
                reasons=[str(reason) for reason in error.reasons],
            )
        case Forbidden():
            return Problem(403, "forbidden", _("You may see the case but not take this step."))
        case Invalid():
            return invalid(error.errors)
    return Problem(400, "refused", _("The request was refused."))


def refusal(status: int) -> Problem:
    """A refusal of which only the status is known."""
    names = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    return Problem(
        status, names.get(status, "error"), _(REFUSALS.get(str(status), "This is not possible."))
    )


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, error: Problem) -> HttpResponse:
    """What the API itself refuses."""
    return problem(error)


@api.exception_handler(Refused)
def on_refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """What the door refuses."""
    return problem(_said(error))


@api.exception_handler(KeyTaken)
def on_key(request: HttpRequest, error: KeyTaken) -> HttpResponse:
    """A key that stands for another request."""
    return problem(invalid({"Idempotency-Key": [_("This key was used for another request.")]}))


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the description."""
    errors: dict[str, list[str]] = {}
    for one in error.errors:
        place = ".".join(str(part) for part in one["loc"][1:] if part != "body") or str(
            one["loc"][0]
        )
        errors.setdefault(place, []).append(str(one["msg"]))
    return problem(invalid(errors))


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """What a reader did not find."""
    return problem(not_found())


@api.exception_handler(HttpError)
def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses: no token, a body that is no JSON."""
    if error.status_code == 401:
        told = Problem(401, "no_token", _(REFUSALS["401"]), {"WWW-Authenticate": "Bearer"})
    else:
        told = Problem(
            error.status_code,
            "bad_request",
            _(REFUSALS.get(str(error.status_code), "This is not possible.")),
        )
    return problem(told)


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address of the API that does not exist."""
    return problem(not_found())
