"""Programs at the API: tokens of the people that the other tests know, and a small client."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from district.models import Scope, User
from district.tokens import issue
from tests.titleix.conftest import report, staff  # noqa: F401 - fixtures


class Program:
    """A client with a token."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.token, self.secret = issue(user, "test", scopes or Scope.values, 30)
        self.client = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        extra = {"content_type": "application/json"} if data is not None and method != "get" else {}
        sent = {
            "Authorization": f"Bearer {self.secret}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return getattr(self.client, method)(f"/api/v1{path}", data, headers=sent, **extra)

    def get(self, path: str, **query: Any) -> Any:
        return self("get", path, query)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self("post", path, data if data is not None else {}, **headers)


@pytest.fixture
def program() -> type[Program]:
    return Program
