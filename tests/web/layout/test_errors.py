"""Error pages: in words, in the reader's language, and nothing typed is lost where it can be given
back."""

from __future__ import annotations

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import Client, override_settings
from django.test.client import RequestFactory

from web.layout import errors

pytestmark = pytest.mark.django_db
LONG = "It took me a long time to write these words."


@pytest.fixture
def strict(db) -> Client:
    """A browser whose forms are checked, and which does not stop at an error."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def test_a_form_that_fails_the_check_says_why_and_gives_the_words_back(strict):
    answer = strict.post("/report", {"narrative": LONG, "stamp": "x" * 60, "password": "y" * 60})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This page was open too long" in page
    assert "holdfast.css" in page
    assert LONG in page
    for hidden in ("x" * 60, "y" * 60):
        assert hidden not in page
    assert "no-store" in answer["Cache-Control"]
    spanish = strict.post(
        "/report", {"narrative": LONG}, headers={"accept-language": "es-MX,es;q=0.9"}
    ).content.decode()
    assert "Esta página estuvo abierta demasiado tiempo" in spanish
    assert '<html lang="es">' in spanish


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}],
)
def test_what_another_site_sends_is_not_shown(strict, headers):
    answer = strict.post("/report", {"narrative": LONG}, headers=headers)
    assert answer.status_code == 403
    assert LONG not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "method", "status", "english", "spanish"),
    [
        ("/nowhere-at-all", "get", 404, "There is nothing here", "Aquí no hay nada"),
        (
            "/report?x=%00",
            "get",
            400,
            "This request could not be read",
            "Esta solicitud no se pudo leer",
        ),
        (
            "/report/follow/answer",
            "get",
            405,
            "This page cannot be opened by itself",
            "Esta página no se puede abrir sola",
        ),
    ],
)
def test_pages_for_visitors_speak_both_languages(strict, address, method, status, english, spanish):
    for language, words in (("en", english), ("es", spanish)):
        answer = getattr(strict, method)(address, headers={"accept-language": language})
        assert answer.status_code == status
        assert words in answer.content.decode()
        assert "Case number" not in answer.content.decode()


def test_too_large_is_413_and_says_what_to_do(strict):
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        answer = strict.post("/accounts/login/", {"login": "x" * 200})
    assert answer.status_code == 413
    assert "This was too much at once" in answer.content.decode()
    request = RequestFactory().get("/")
    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.bad_request(request, SuspiciousOperation()).status_code == 400


def test_the_page_for_a_fault_needs_nothing(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = errors.server_error(rf.get("/")).content.decode()
    for words in ("Something went wrong", "Algo salió mal", "/static/web/holdfast.css"):
        assert words in page
    assert "<style" not in page
    assert "{%" not in page


def test_every_other_refusal_has_its_page(rf):
    for name in ("400", "403", "404", "405", "413", "429", "csrf"):
        page = errors.page(
            rf.get("/", headers={"accept-language": "es"}), name, 400
        ).content.decode()
        assert "<h1>" in page
        assert 'lang="es"' in page


def test_the_api_keeps_its_own_refusals(client):
    assert "json" in client.post("/api/v1/cases")["Content-Type"]
