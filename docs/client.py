"""A small client of the API, in Python's standard library alone.

    HOLDFAST_URL=https://cases.example.org HOLDFAST_INTAKE=hf_... HOLDFAST_TOKEN=hf_... python client.py

It opens a Title IX report with a token that can do nothing else, takes the first step with the
token of a coordinator, and follows the case: everything that happened, what can be done next, what
is due."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

TRIES = 5


class Refused(Exception):
    """The answer was a problem (RFC 9457): `status`, `code`, `detail`, and `errors` or `reasons`
    where there are some."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(
            f"{problem['status']} {problem['code']}: "
            f"{problem.get('reasons') or problem.get('errors') or problem['detail']}"
        )
        self.problem = problem


class Holdfast:
    """Calls with one token. What fails in passing is tried again with the same idempotency key, so
    that nothing happens twice."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/") + "/api/v1", token

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[Any, dict[str, str]]:
        """The answer as JSON, and its headers. Raises Refused."""
        headers |= {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        for turn in range(TRIES):
            request = urllib.request.Request(self.url + path, data, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer), dict(answer.headers)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 502, 503, 504) or turn == TRIES - 1:
                    raise Refused(json.load(error)) from error
                time.sleep(float(error.headers.get("Retry-After", 2**turn)))
            except urllib.error.URLError:
                if turn == TRIES - 1:
                    raise
                time.sleep(2**turn)
        raise AssertionError("unreachable")

    def get(self, path: str) -> Any:
        """Read."""
        return self.call("GET", path)[0]

    def report(self, narrative: str, **more: Any) -> dict[str, Any]:
        """Hand in a report: its number, and the code for the reporter."""
        body = {"narrative": narrative, "known_at": datetime.now(UTC).isoformat(), **more}
        return dict(
            self.call("POST", "/titleix/reports", body, **{"Idempotency-Key": str(uuid4())})[0]
        )

    def step(self, number: str, name: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take a step on the case as it was read: where somebody else was faster, it is refused
        with 409."""
        _case, known = self.call("GET", f"/cases/{number}")
        headers = {"If-Match": known["ETag"], "Idempotency-Key": str(uuid4())}
        return dict(
            self.call("POST", f"/cases/{number}/steps/{name}", {"data": data or {}}, **headers)[0]
        )

    def follow(self, number: str, after: int = 0) -> list[dict[str, Any]]:
        """What happened in a case after the event that you know."""
        found: list[dict[str, Any]] = []
        while after is not None:
            page = self.get(f"/cases/{number}/timeline" + (f"?after={after}" if after else ""))
            found += page["items"]
            after = page["next"]
        return found


def main() -> int:
    """Open, move, follow."""
    url = os.environ.get("HOLDFAST_URL", "http://127.0.0.1:8000")
    taken = Holdfast(url, os.environ["HOLDFAST_INTAKE"]).report(
        "Reported through another system.", location="online"
    )
    number = taken["number"]
    print(f"opened {number}; the reporter comes back with {taken['receipt']}")
    coordinator = Holdfast(url, os.environ["HOLDFAST_TOKEN"])
    done = coordinator.step(number, "triage")
    print(f"moved {number} to {done['state']} (revision {done['revision']})")
    for event in coordinator.follow(number):
        print(
            f"  {event['seq']:3} {event['on']} {event['name']} by {event['actor'] or 'the system'}"
        )
    for choice in coordinator.get(f"/cases/{number}/steps"):
        print(
            f"  next: {choice['label']}"
            + (f" (not yet: {'; '.join(choice['reasons'])})" if choice["reasons"] else "")
        )
    for clock in coordinator.get(f"/cases/{number}/clocks"):
        print(f"  due {clock['due']}: {clock['label']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
