"""Forgeries: whatever is altered, repeated, late or signed by another changes nothing and is not believed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from console.domain.hooks.canonical import to_stamp
from console.domain.secrets import Secret
from console.lab.hook_client import Response
from console.models import HookNonce, HookRefusals
from tests.hooks import handler
from tests.hooks.wire import EVENT, Request, Wire, client, deliver

Key = tuple[str, Secret]
UNSIGNED = (403, b"answer=refused\n")
RUN = f"/hooks/runs/{EVENT['run']}"


def everything() -> dict[str, list[Any]]:
    """All rows there are, without what counts refusals, keeps nonces and tells when a key was last used."""
    models = [model for model in apps.get_models() if model not in (HookRefusals, HookNonce)]
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}
    for row in rows["NodeKey"]:
        row.pop("last_used_at")
    return rows | {"received": list(handler.received)}


@pytest.fixture
def told(key: Key, wire: Wire) -> Request:
    """A request that was genuine, and has been taken."""
    assert client(key, wire).event("starting", EVENT).kind == "wait"
    return wire.requests[0]


@pytest.fixture
def asked(key: Key, told: Request, wire: Wire) -> Request:
    """A genuine question about the run, answered."""
    assert client(key, wire).run(EVENT["run"]).kind == "wait"
    return wire.requests[-1]


NEW = "f" * 32
ALTERED: dict[str, Callable[[Request], Request]] = {
    "signature": lambda r: r.having(nonce=NEW, signature="0" * 64),
    "signature in capitals": lambda r: r.having(signature=r.headers["X-Changeover-Signature"].upper()),
    "no signature": lambda r: r.having(nonce=NEW, signature=""),
    "nonce": lambda r: r.having(nonce=NEW),
    "time": lambda r: r.having(time=to_stamp(datetime.now(UTC) + timedelta(seconds=7))),
    "key id": lambda r: r.having(key="key-of-nobody"),
    "body": lambda r: replace(r, body=r.body.replace(b"starting", b"started")),
    "longer body": lambda r: replace(r, body=r.body + b"detail=x\n"),
    "line ends": lambda r: replace(r, body=r.body.replace(b"\r\n", b"\n")),
    "query": lambda r: replace(r, path=r.path + "?a=b"),
    "empty header": lambda r: replace(r, headers={}),
}


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_event_gets_the_answer_that_everybody_gets(told: Request, what: str) -> None:
    before, nonces = everything(), HookNonce.objects.count()
    response = deliver(ALTERED[what](told))
    assert (response.status, response.body) == UNSIGNED
    assert "x-changeover-signature" not in response.headers
    assert everything() == before
    assert HookNonce.objects.count() == nonces


@pytest.mark.parametrize(
    "altered",
    [
        lambda r: replace(r, path="/hooks/runs/another-0123456789abc"),
        lambda r: replace(r, path=r.path + "?run=another"),
        lambda r: replace(r, path="/hooks/events", method="POST"),
        lambda r: replace(r, body=b"x=y"),
    ],
)
def test_an_altered_question_gets_the_answer_that_everybody_gets(
    asked: Request, altered: Callable[[Request], Request]
) -> None:
    before = everything()
    response = deliver(altered(asked))
    assert (response.status, response.body) == UNSIGNED
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [("GET", "/hooks/events"), ("PUT", "/hooks/events"), ("POST", RUN)])
def test_another_method_is_refused_even_when_it_is_signed(key: Key, told: Request, method: str, path: str) -> None:
    before = everything()
    response = deliver(replace(told, method=method, path=path).having(nonce=NEW).signed_with(key[1]))
    assert (response.status, response.body) == (405, b"answer=refused\n")
    assert response.headers["allow"] in ("GET", "POST")
    assert everything() == before


def test_the_key_of_another_node_speaks_only_for_that_one(told: Request, other_key: Key) -> None:
    before = everything()
    response = deliver(told.having(key=other_key[0], nonce=NEW).signed_with(other_key[1]))
    assert response.status == 403
    assert b"refusal=wrong-node\nreason=This key is the one of TOK-EX2, not of TOK-EX1.\n" in response.body
    assert everything() == before


def test_the_key_of_another_node_does_not_sign_under_this_ones_id(told: Request, other_key: Key) -> None:
    before = everything()
    response = deliver(told.having(nonce=NEW).signed_with(other_key[1]))
    assert (response.status, response.body) == UNSIGNED
    assert everything() == before


def test_the_key_of_another_node_learns_nothing_about_this_ones_runs(asked: Request, other_key: Key) -> None:
    handler.granted.add(EVENT["run"])
    response = deliver(asked.having(key=other_key[0], nonce=NEW).signed_with(other_key[1]))
    assert response.status == 404
    assert b"refusal=unknown-run\n" in response.body


def test_another_group_than_that_of_exchange_gets_no_go(key: Key, told: Request) -> None:
    before = everything()
    body = told.body.replace(b"group=EXCHANGE", b"group=PRINTERS")
    response = deliver(replace(told, body=body).having(nonce=NEW).signed_with(key[1]))
    assert response.status == 403
    assert b"refusal=wrong-group\n" in response.body
    assert everything() == before


def test_a_request_that_is_sent_again_is_refused_and_the_refusal_is_signed(told: Request, asked: Request) -> None:
    before = everything()
    for request in (told, asked):
        response = deliver(request)
        assert response.status == 409
        assert b"refusal=replay\n" in response.body
        assert "x-changeover-signature" in response.headers
    assert everything() == before


@pytest.mark.parametrize("seconds", [-3600, -310, 310, 3600])
def test_a_request_of_another_time_is_refused_and_told_the_time(key: Key, told: Request, seconds: int) -> None:
    before = everything()
    stamp = to_stamp(datetime.now(UTC) + timedelta(seconds=seconds))
    response = deliver(told.having(time=stamp, nonce=NEW).signed_with(key[1]))
    assert response.status == 403
    assert b"refusal=skew\n" in response.body
    assert re.search(rb"^time=[0-9]{8}T[0-9]{6}Z$", response.body, re.M)
    assert everything() == before


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_request_within_the_window_is_taken(key: Key, told: Request, seconds: int) -> None:
    stamp = to_stamp(datetime.now(UTC) + timedelta(seconds=seconds))
    assert deliver(told.having(time=stamp, nonce=NEW).signed_with(key[1])).status == 200


@pytest.mark.parametrize("body", [b"event=starting", b"color=red\n", b"\xff", b""])
def test_a_genuine_request_with_a_wrong_body_is_told_what_was_expected(key: Key, told: Request, body: bytes) -> None:
    before = everything()
    response = deliver(replace(told, body=body).having(nonce=NEW).signed_with(key[1]))
    assert response.status == 400
    assert b"refusal=bad-body\nreason=" in response.body
    assert everything() == before


def flipped(response: Response) -> Response:
    return replace(response, body=response.body.replace(b"answer=no", b"answer=go").replace(b"=wait", b"=go"))


@pytest.mark.parametrize(
    "coming",
    [
        flipped,
        lambda r: replace(r, body=r.body + b"answer=go\n"),
        lambda r: replace(r, status=201),
        lambda r: replace(r, headers=r.headers | {"x-changeover-time": "20200101T000000Z"}),
        lambda r: replace(r, headers=r.headers | {"x-changeover-signature": "0" * 64}),
        lambda r: replace(r, headers=r.headers | {"x-changeover-signature": "é"}),
        lambda r: replace(r, headers={}),
    ],
)
def test_an_altered_answer_is_silence_to_the_node(key: Key, coming: Callable[[Response], Response]) -> None:
    outcome = client(key, Wire(coming=coming)).event("starting", EVENT)
    assert outcome.kind == "silent"
    assert outcome.detail == "the answer is not signed for this request"


def test_the_answer_to_another_request_is_silence_to_the_node(key: Key, told: Request, wire: Wire) -> None:
    handler.granted.add(EVENT["run"])
    assert client(key, wire).run(EVENT["run"]).kind == "go"
    go = wire.responses[-1]
    handler.granted.clear()
    assert client(key, Wire(coming=lambda _: go)).run(EVENT["run"]).kind == "silent"


def test_an_answer_signed_with_another_nodes_key_is_silence_to_the_node(key: Key, other_key: Key) -> None:
    def by_the_other(request: Request) -> Request:
        return request.having(key=other_key[0]).signed_with(other_key[1])

    assert client(key, Wire(going=by_the_other)).event("starting", EVENT).kind == "silent"
    assert handler.received == []
