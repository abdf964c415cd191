"""Every line of the log names what it is about: the request, the task, the operation."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.test import Client

from console.logs import configure, line
from console.models import Cluster
from console.services import execute, queue
from tasks import operations
from tests.services import making


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log writes, as JSON lines; the configuration is put back afterwards."""
    configure({"level": "INFO", "format": "json"})
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    configure(settings.LOGGING)


def said(log: io.StringIO, event: str) -> dict[str, Any]:
    """The only line about that event."""
    found = [told for text in log.getvalue().splitlines() if (told := json.loads(text))["event"] == event]
    assert len(found) == 1, log.getvalue()
    return dict(found[0])


def test_a_request_is_one_line_with_its_id_and_without_its_query(log: io.StringIO, db: None) -> None:
    response = Client().get("/sign-in/?next=/&code=s3cret")
    told = said(log, "request")
    assert told["request_id"] == response.headers["X-Request-ID"]
    assert (told["method"], told["path"], told["status"]) == ("GET", "/sign-in/", 200)
    assert told["seconds"] >= 0
    assert "s3cret" not in log.getvalue()


def test_what_a_library_says_during_a_request_has_its_id_too(log: io.StringIO, db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/")
    told = said(log, "Forbidden (CSRF cookie not set.): /sign-in/")
    assert (told["logger"], told["request_id"]) == ("django.security.csrf", response.headers["X-Request-ID"])


def test_what_machines_ask_every_few_seconds_is_no_line(log: io.StringIO, tokyo: Cluster) -> None:
    for address in ("/healthz", "/metrics"):
        Client().get(address)
    assert log.getvalue() == ""


def test_an_operation_is_in_every_line_that_is_written_while_it_is_carried_out(
    log: io.StringIO, tokyo: Cluster
) -> None:
    operation = making.operation(tokyo)
    end = making.ends()

    def do(*given: Any) -> Any:
        logging.getLogger("a.library").warning("slow")
        return end(*given)

    execute.execute(operation.pk, "worker", do)

    for event in ("operation begins", "slow", "operation ended"):
        told = said(log, event)
        assert (told["operation"], told["cluster"]) == (operation.pk, "TOKYO")
    structlog.get_logger("ours").info("afterwards")
    assert "operation" not in said(log, "afterwards")


def test_a_task_is_in_every_line_that_is_written_during_it(log: io.StringIO, db: None) -> None:
    done = operations.run_operation.apply(args=[4711])
    told = said(log, "a message names what there is not; it is dropped, and nothing is lost by it")
    assert (told["task"], told["task_id"], told["id"]) == (queue.RUN_OPERATION, done.id, 4711)
    structlog.get_logger("ours").info("afterwards")
    assert "task_id" not in said(log, "afterwards")


def test_a_line_begins_with_when_how_bad_who_and_what(log: io.StringIO) -> None:
    structlog.get_logger("ours").info("moved", zone="b", area="a")
    assert list(json.loads(log.getvalue())) == ["timestamp", "level", "logger", "event", "area", "zone"]


@pytest.mark.parametrize(("said_by_environment", "is_json"), [("", True), ("json", True), ("text", False)])
def test_what_writes_before_there_are_settings_asks_the_environment(
    monkeypatch: pytest.MonkeyPatch, said_by_environment: str, is_json: bool
) -> None:
    monkeypatch.setenv("CHANGEOVER_LOG_FORMAT", said_by_environment)
    record = logging.LogRecord("uvicorn.error", logging.INFO, "x.py", 1, "Uvicorn running on %s", ("here",), None)
    text = line().format(record)
    assert text.startswith("{") is is_json
    assert "Uvicorn running on here" in text
