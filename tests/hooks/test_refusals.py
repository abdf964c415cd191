"""Refused requests: alike from outside, counted inside, and in the audit once a minute for each source."""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.domain.secrets import Secret
from console.models import AuditRecord, HookNonce, HookRefusals
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.hooks import nonces, refusals
from console.services.upkeep import sweep
from tests.hooks.wire import EVENT, Request, Wire, client, deliver

Key = tuple[str, Secret]


@pytest.fixture
def genuine(key: Key, wire: Wire) -> Request:
    """A request that was taken."""
    client(key, wire).event("starting", EVENT)
    return wire.requests[0]


def bad_signature(genuine: Request) -> Request:
    return genuine.having(nonce="e" * 32)


def unknown_key(genuine: Request) -> Request:
    return genuine.having(nonce="e" * 32, key="key-of-nobody")


@contextmanager
def steps() -> Iterator[list[str]]:
    """The functions of the console that are called, in order: what a request makes it do."""
    found: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(("console.", "hmac", "hashlib", "cryptography.")):
            found.append(f"{module}.{frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def seen(request: Request) -> tuple[list[str], list[str], Any]:
    """What refusing it costs (functions called, statements asked) and what the other side gets."""
    with CaptureQueriesContext(connection) as asked, steps() as called:
        response = deliver(request)
    statements = [re.sub("'.*'|s[0-9]+_x[0-9]+", "…", query["sql"]) for query in asked.captured_queries]
    return called, statements, response


def test_an_unknown_key_and_a_bad_signature_look_and_cost_the_same(genuine: Request) -> None:
    for altered in (bad_signature, unknown_key):
        deliver(altered(genuine))  # each count has its row now
    one, other = seen(bad_signature(genuine)), seen(unknown_key(genuine))
    assert one == other
    assert {"console.domain.hooks.canonical.sign", "console.services.credentials.decrypt"} <= set(one[0])


def test_a_retired_key_looks_the_same_too(genuine: Request, key: Key) -> None:
    from console.services.hooks.keys import retire
    from tests.services import making

    before = deliver(bad_signature(genuine))
    retire(key[0], making.actor())
    assert deliver(genuine.having(nonce="e" * 32).signed_with(key[1])) == before


@pytest.fixture
def within_a_minute(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """No minute ends during the test, however long it takes."""
    now = database_now()
    monkeypatch.setattr(refusals, "database_now", lambda: now)


def test_refusals_are_counted_by_source_minute_and_cause(within_a_minute: None, genuine: Request) -> None:
    for _ in range(3):
        deliver(bad_signature(genuine))
    deliver(unknown_key(genuine))
    deliver(genuine)
    Client().get("/hooks/elsewhere")
    Client().post("/hooks/events", b"x" * 5000, "text/plain")
    counted = {(row.source, row.cause): row.count for row in HookRefusals.objects.all()}
    assert counted == {
        ("127.0.0.1", "bad-signature"): 3,
        ("127.0.0.1", "unknown-key"): 1,
        ("127.0.0.1", "replay"): 1,
        ("127.0.0.1", "malformed"): 1,
        ("127.0.0.1", "too-large"): 1,
    }
    assert not AuditRecord.objects.filter(action=Action.HOOKS_REFUSED).exists()


def earlier(minutes: int) -> None:
    HookRefusals.objects.update(minute=database_now().replace(second=0, microsecond=0) - timedelta(minutes=minutes))


def test_a_minute_that_is_over_is_one_record_of_the_audit(within_a_minute: None, genuine: Request) -> None:
    for request in (bad_signature(genuine), bad_signature(genuine), unknown_key(genuine)):
        deliver(request)
    refusals.count("10.0.0.9", "malformed")
    sweep()
    assert not AuditRecord.objects.filter(action=Action.HOOKS_REFUSED).exists()
    earlier(2)
    sweep()
    sweep()
    records = AuditRecord.objects.filter(action=Action.HOOKS_REFUSED).order_by("subject_name")
    assert [(r.subject_name, r.after["count"], r.after["causes"], r.origin) for r in records if r.after] == [
        ("10.0.0.9", 1, {"malformed": 1}, "webhook"),
        ("127.0.0.1", 3, {"bad-signature": 2, "unknown-key": 1}, "webhook"),
    ]
    assert not HookRefusals.objects.exists()


def test_a_flood_of_refusals_is_counted_without_a_flood_of_writes(db: None) -> None:
    minute = database_now().replace(second=0, microsecond=0)
    counting = refusals.Tally()
    weights = [counting.weight("10.0.0.9", "malformed", minute) for _ in range(1000)]
    assert weights[:50] == [1] * 50
    assert sum(weights) == 1000
    assert sum(weight > 0 for weight in weights) == 69
    assert counting.weight("10.0.0.8", "malformed", minute) == 1
    assert counting.weight("10.0.0.9", "malformed", minute + timedelta(minutes=1)) == 1


def test_refusals_at_the_same_time_are_all_counted(transactional_db: None) -> None:
    threads = [threading.Thread(target=_count_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(HookRefusals.objects.values_list("count", flat=True)) == 40


def _count_ten() -> None:
    try:
        for _ in range(10):
            refusals.count("10.0.0.9", "malformed")
    finally:
        connection.close()


@pytest.mark.parametrize(("age", "left"), [(899, 1), (901, 0)])
def test_nonces_are_forgotten_when_their_requests_are_too_old_anyway(genuine: Request, age: int, left: int) -> None:
    HookNonce.objects.update(used_at=database_now() - timedelta(seconds=age))
    nonces.purge()
    assert HookNonce.objects.count() == left


ADDRESSES: list[tuple[str, Callable[[Client, str], Any]]] = [
    ("/hooks/", Client.get),
    ("/hooks/events/", Client.post),
    ("/hooks/runs/", Client.get),
    ("/hooks/runs/a/b", Client.get),
    ("/hooks/events", Client.post),
    ("/hooks/runs/x", Client.get),
]


@pytest.mark.parametrize(("address", "ask"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_strangers_get_one_plain_answer_everywhere_and_no_session(
    tokyo: object, address: str, ask: Callable[[Client, str], Any]
) -> None:
    response = ask(Client(enforce_csrf_checks=True), address)
    assert (response.status_code, response.content) == (403, b"answer=refused\n")
    assert response["Content-Type"] == "text/plain; charset=us-ascii"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_a_node_that_speaks_no_tls_is_not_sent_to_https(tokyo: object, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/").status_code == 301
    assert Client().post("/hooks/events").status_code == 403
