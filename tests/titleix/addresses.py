"""Every address of the product: which name a case, which do not, what to ask them with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLResolver, get_resolver

UNKNOWN = "TIX-2026-9999"


# Addresses without a case behind them, and why.
NO_CASE = {
    "static/": "files of the program itself",
    "accounts/": "signing in and out",
    "administration/letters/": "texts of letters, not letters",
    "administration/messages/": "texts of messages, not messages",
    "hooks/texts/": "what a provider of text messages tells of attendance",
    "administration/areas": "schools and their areas",
    "administration/calendars": "days of the school year",
    "api/v1/openapi.json": "the description of the interface",
    "api/<path:rest>": "whatever is no address of the interface",
    "report/": "behind the code of a reporter",
    "street/worker.js": "a script",
    "stop/<uuid:pk>": "a guardian ends messages about attendance",
}


# What stands in the place of a parameter, by route; `number` is filled with the case everywhere.
ASKED = {
    "api/v1/cases/<number>/steps/<name>": {"name": "add_note"},
    "cases/<str:number>/steps/<slug:name>": {"name": "add_note"},
    "cases/<str:number>/processes/<uuid:process>/steps/<slug:name>": {
        "name": "add_note",
        "process": "nothing",
    },
    "api/v1/cases/<number>/documents/<pk>": {"pk": "document"},
    "api/v1/cases/<number>/attachments/<pk>": {"pk": "attachment"},
    "cases/<str:number>/documents/<uuid:pk>": {"pk": "document"},
    "cases/<str:number>/documents/<uuid:pk>/file": {"pk": "document"},
    "cases/<str:number>/attachments/<uuid:pk>": {"pk": "attachment"},
    "cases/<str:number>/appointments/<uuid:pk>.ics": {"pk": "meeting"},
    "cases/<str:number>/archive/redacted/<uuid:pk>": {"pk": "copy"},
    "cases/<str:number>/archive/redacted/<uuid:pk>/clear": {"pk": "copy"},
    "cases/<str:number>/archive/redacted/<uuid:pk>/sign": {"pk": "copy"},
    "cases/<str:number>/archive/redacted/<uuid:pk>/file": {"pk": "copy"},
    "cases/<str:number>/archive/redacted/<uuid:pk>/key": {"pk": "copy"},
    "cases/<str:number>/links/<uuid:pk>/end": {"pk": "link"},
    "api/v1/compliance/<kind>": {"kind": "TIX"},
    "api/v1/kinds/<kind>/workflows": {"kind": "TIX"},
    "api/v1/inbox/<pk>/read": {"pk": "message"},
    "api/v1/attendance/students/<pk>": {"pk": "student"},
    "api/v1/imports/<pk>": {"pk": "import"},
    "api/v1/imports/<pk>/issues": {"pk": "import"},
    "api/v1/imports/<pk>/apply": {"pk": "nothing"},
    "me/tokens/<int:pk>/end": {"pk": "zero"},
    "administration/posts/<int:pk>/end": {"pk": "zero"},
    "workflows/<str:kind>": {"kind": "TIX"},
    "workflows/<str:kind>/<str:process>": {"kind": "ATT", "process": "NOTICE"},
    "desk/<slug:desk>/": {"desk": "court"},
    "desk/<slug:desk>/<uuid:pk>/": {"desk": "court", "pk": "nothing"},
    "desk/<slug:desk>/<uuid:pk>/<slug:name>/": {
        "desk": "court",
        "pk": "nothing",
        "name": "add_note",
    },
    "mediations/<uuid:pk>/packet": {"pk": "nothing"},
    "street/<uuid:pk>": {"pk": "nothing"},
    "agencies/<slug:kind>/<int:pk>": {"kind": "mediator", "pk": "zero"},
    "imports/<uuid:pk>": {"pk": "import"},
    "imports/<uuid:pk>/apply": {"pk": "import"},
    "imports/<uuid:pk>/decide": {"pk": "import"},
    "imports/<uuid:pk>/errors.csv": {"pk": "import"},
    "inbox/<uuid:pk>": {"pk": "message"},
    "feeds/<str:token>.ics": {"token": "feed"},
    "health/<slug:kind>/<uuid:pk>": {"kind": "message", "pk": "message"},
    "title-ix/holds/<uuid:pk>/lift": {"pk": "nothing"},
    "party/letters/<uuid:pk>": {"pk": "letter"},
    "party/evidence/<uuid:pk>": {"pk": "attachment"},
    "party/<str:token>": {"token": "feed"},
    "compliance/goals/<slug:goal>": {"goal": "K9"},
    "compliance/ATT/report/<slug:figure>": {"figure": "K1"},
    "compliance/<slug:kind>/log.<slug:form>": {"kind": "TIX", "form": "csv"},
    "compliance/<slug:kind>": {"kind": "TIX"},
    "compliance/<slug:kind>/list": {"kind": "TIX"},
    "compliance/<slug:kind>/steps": {"kind": "TIX"},
    "compliance/<slug:kind>/forecast": {"kind": "TIX"},
    "compliance/<slug:kind>/workload": {"kind": "TIX"},
    "policies/trials/<uuid:pk>": {"pk": "nothing"},
}


# Pages whose list a parameter of the query opens further.
MORE = {
    "cases": ["?kind=TIX", "?view=closed", "?view=mine", "?view=new", "?search=1"],
    "api/v1/cases": ["?kind=TIX"],
    "inbox": ["?show=all"],
    "title-ix/reads": [f"?number={UNKNOWN}"],
    "title-ix/disclosures": [f"?number={UNKNOWN}"],
}


# Who reads the record of reads sees numbers there: that is what it is for (C7). Administrators see
# there which jobs ran and to whom of the staff no message could be delivered, without the case.
MAY_DIFFER = ("title-ix/reads", "health")


def routes() -> list[str]:
    """Every route of the product as the resolver knows it, without those that hold no case."""

    def inside(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from inside(one.url_patterns, before + str(one.pattern))
            else:
                yield before + str(one.pattern)

    return sorted(
        {
            route
            for route in inside(get_resolver().url_patterns, "")
            if not any(route.startswith(no) for no in NO_CASE)
        }
    )


def parameters(route: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def filled(route: str, values: dict[str, str]) -> str:
    """The address of a route, its parameters filled in."""
    wanted = ASKED.get(route, {})
    return "/" + re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda found: values.get(wanted.get(found[1], found[1]), wanted.get(found[1], found[1])),
        route,
    )


BY_NUMBER = [route for route in routes() if "number" in parameters(route)]


LISTS = [route for route in routes() if "number" not in parameters(route)]
