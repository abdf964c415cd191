"""What machines ask: who is told what, and what a probe says when something behind the pages is away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from console.models import ApiToken, Cluster, HookRefusals, PeriodicTurn, WorkerSeen
from console.services import health, queue, tokens, workers
from console.services.audit import Actor
from tests import personas

STRANGER = {"REMOTE_ADDR": "192.0.2.7"}


@contextmanager
def without_database(error: type[Exception]) -> Iterator[None]:
    """Every question to the database fails, as while it is away."""

    def away(*_: Any) -> Any:
        raise error("connection to server at db.example.com failed: password=hidden")

    with connection.execute_wrapper(away):
        yield


def asked(address: str, **how: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of what is asked for on this host."""
    response = Client().get(address, **how)
    return response.status_code, json.loads(response.content)


def findings(body: dict[str, Any]) -> dict[str, str]:
    """How each thing is, by its key."""
    return {one["key"]: one["health"] for one in body["findings"]}


@pytest.fixture
def whole(tokyo: Cluster) -> Cluster:
    """The cluster of a console of which everything is there."""
    workers.say("all@one", queue.queues(["main"]))
    PeriodicTurn.objects.create(name="sweep", due_at=timezone.now() + timedelta(seconds=2))
    return tokyo


def token(right: str = "metrics", owner: str = "viewer", **how: Any) -> str:
    """The text of a new token."""
    person = personas.person(f"{owner}-{right}", owner)
    return tokens.make(person, Actor.of(person, "page"), "mon", right=right, **how)[1].reveal()  # type: ignore[arg-type]


def with_token(address: str, text: str, **how: Any) -> HttpResponseBase:
    """The answer to a stranger who has that token."""
    response: HttpResponseBase = Client().get(address, headers={"Authorization": f"Bearer {text}"}, **STRANGER, **how)
    return response


def test_that_it_lives_is_told_without_a_look_at_the_database() -> None:
    """No mark of the database: the test framework would refuse a query."""
    assert Client().get("/healthz", **STRANGER).content == b"ok\n"


def test_a_whole_console_is_ready(whole: Cluster) -> None:
    status, body = asked("/readyz?strict")
    assert (status, body["status"]) == (200, "ready"), body
    assert set(findings(body)) == {
        *("database", "migrations", "schedule", "queue", "clock"),
        *("worker.operations.main", "worker.observation.main"),
    }


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_its_database_it_is_not_ready_and_says_no_word_of_why_to_a_stranger(
    whole: Cluster, error: type[Exception]
) -> None:
    with without_database(error):
        assert asked("/readyz", **STRANGER) == (503, {"status": "not ready"})
        told = health.look()
    assert {one.key: one.health for one in told.findings} == {"database": "not ready"}
    assert "hidden" not in str(told)


def test_a_migration_that_is_missing_makes_it_not_ready(whole: Cluster) -> None:
    last = MigrationLoader(connection).graph.leaf_nodes("console")[0]
    MigrationRecorder(connection).record_unapplied(*last)
    status, body = asked("/readyz")
    assert (status, findings(body)["migrations"]) == (503, "not ready")
    assert ".".join(last) in str(body)


def test_one_of_a_later_version_is_no_harm(whole: Cluster) -> None:
    MigrationRecorder(connection).record_applied("console", "9999_from_tomorrow")
    assert asked("/readyz?strict")[0] == 200


def _no_worker(monkeypatch: pytest.MonkeyPatch) -> str:
    WorkerSeen.objects.filter(duty="operations").update(seen_at=timezone.now() - timedelta(minutes=1))
    return "worker.operations.main"


def _no_schedule(monkeypatch: pytest.MonkeyPatch) -> str:
    PeriodicTurn.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    return "schedule"


def _no_queue(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(queue.app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    return "queue"


def _wrong_clock(monkeypatch: pytest.MonkeyPatch) -> str:
    right = health.time.time
    monkeypatch.setattr(health.time, "time", lambda: right() - 40)
    return "clock"


@pytest.mark.parametrize("without", [_no_worker, _no_schedule, _no_queue, _wrong_clock])
def test_what_is_away_behind_the_pages_degrades_it_and_leaves_it_in_the_proxy(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch, without: Any
) -> None:
    key = without(monkeypatch)
    status, body = asked("/readyz")
    assert (status, body["status"]) == (200, "degraded")
    assert [found for found, how in findings(body).items() if how != "ready"] == [key]
    assert all(one["remedy"] for one in body["findings"] if one["health"] != "ready")
    assert asked("/readyz?strict")[0] == 503
    assert asked("/readyz", **STRANGER) == (200, {"status": "ready"})


def test_an_answer_is_given_again_for_a_moment() -> None:
    looked: list[int] = []

    def look() -> health.Report:
        looked.append(1)
        return health.Report((health.Finding("x", health.Health.READY, "y"),))

    kept = health.Kept(look)
    assert kept.report() is kept.report()
    assert len(looked) == 1


def test_metrics_are_for_this_host_and_for_who_has_a_token(tokyo: Cluster) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", **STRANGER).status_code == 401
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"):
        assert Client().get("/metrics", headers={name: "127.0.0.1"}).status_code == 401, name
    assert with_token("/metrics", token()).status_code == 200
    assert with_token("/metrics", token("view")).status_code == 200
    assert with_token("/metrics", "cho_nonsense").status_code == 401


def test_a_token_for_some_clusters_or_of_who_sees_some_reads_no_metrics(tokyo: Cluster) -> None:
    assert with_token("/metrics", token(clusters=[tokyo])).status_code == 403
    person = personas.person("local", "viewer", on=tokyo)
    made = tokens.make(person, Actor.of(person, "page"), "mon", right="metrics")[1].reveal()  # type: ignore[arg-type]
    assert with_token("/metrics", made).status_code == 403
    assert asked("/readyz", headers={"Authorization": f"Bearer {made}"}, **STRANGER)[1] == {"status": "ready"}


def test_a_token_for_metrics_opens_nothing_else(tokyo: Cluster) -> None:
    text = token(owner="operator")
    assert json.loads(with_token("/api/v1/clusters", text).content) == {"items": [], "next": None}  # type: ignore[attr-defined]
    assert with_token("/api/v1/clusters/TOKYO", text).status_code == 404
    row = ApiToken.objects.get()
    assert all(tokens.why_not(row, right, tokyo, "failover") for right in ("view", "operate"))  # type: ignore[arg-type]


def test_with_a_token_a_stranger_is_told_every_finding(whole: Cluster) -> None:
    response = with_token("/readyz", token())
    assert "findings" in json.loads(response.content)  # type: ignore[attr-defined]


def test_a_token_is_not_taken_without_tls_where_there_is_any(tokyo: Cluster, settings: Any) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    text = token()
    assert with_token("/metrics", text).status_code == 403
    assert with_token("/metrics", text, secure=True).status_code == 200
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/healthz", **STRANGER).status_code == 200


def test_who_guesses_tokens_is_counted_and_told_to_wait(tokyo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "FAILURES", 2)
    answers = [with_token("/metrics", "cho_guess") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert HookRefusals.objects.get().count == 3
    assert with_token("/metrics", token()).status_code == 200


def test_probes_are_answered_whatever_host_they_ask_for_and_pages_are_not(tokyo: Cluster) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        assert Client().get(address, headers={"Host": "10.1.2.3:8000"}).status_code == 200, address
    assert Client().get("/sign-in/", headers={"Host": "10.1.2.3:8000"}).status_code == 400


def test_a_worker_is_there_while_it_says_so(tokyo: Cluster) -> None:
    def there() -> dict[str, int]:
        return {one.duty: one.workers for one in workers.presences()}

    workers.say("a@one", ["operations.main", "observation.main", "changeover"])
    workers.say("b@two", ["operations.main"])
    workers.say("b@two", ["operations.main"])
    assert there() == {"operations": 2, "observation": 1}
    workers.leave("b@two")
    assert there() == {"operations": 1, "observation": 1}
    WorkerSeen.objects.update(seen_at=timezone.now() - workers.LATELY - timedelta(seconds=1))
    assert there() == {"operations": 0, "observation": 0}
    assert workers.forget_old() == 0
    WorkerSeen.objects.update(seen_at=timezone.now() - workers.KEPT - timedelta(seconds=1))
    assert workers.forget_old() == 2
