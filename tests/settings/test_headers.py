"""What every answer tells the browser."""

import asyncio

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client

from console.web.headers import SecurityHeadersMiddleware


def test_an_answer_limits_what_a_page_may_do(client: Client) -> None:
    answer = client.get("/no-such-page")
    policy = answer["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    for forbidden in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*", "data:"):
        assert forbidden not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_the_same_holds_for_asynchronous_answers() -> None:
    answer = asyncio.run(AsyncClient().get("/no-such-page"))

    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_page_may_be_stricter() -> None:
    def page(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    answer = SecurityHeadersMiddleware(page)(HttpRequest())

    assert isinstance(answer, HttpResponse)
    assert answer["Content-Security-Policy"] == "sandbox"
