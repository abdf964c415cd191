"""As real processes: a worker is seen while it is there, and every line of web server, worker and scheduler is JSON."""

import json
import signal
import sys
import urllib.request

import pytest

from console.demo.ready import LOOPBACK, free_port, page_answers
from tests.tasks.conftest import Installation, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

JSON = {"CHANGEOVER_LOG_FORMAT": "json"}
SEEN = "SELECT worker, site, duty FROM console_workerseen ORDER BY duty"
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "tasks"]

CELERYS_OWN = ("", "worker: Warm shutdown (MainProcess)")
"""What Celery writes from within the handling of a signal, where it may use no logger."""


def ready(address: str) -> dict[str, str]:
    """How each thing is, by its key, as the page for machines tells it on this host."""
    with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
        return {one["key"]: one["health"] for one in json.loads(answer.read())["findings"]}


def test_a_worker_is_seen_while_it_takes_messages_and_every_line_of_every_process_is_json(
    installation: Installation,
) -> None:
    redis = installation.redis()
    options = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--hostname", "one@here"]
    worker = installation.start("worker", [*CELERY, "worker", *options], **JSON)
    often = JSON | {"CHANGEOVER_OBSERVE_EVERY": "2"}
    scheduler = installation.start("schedule", [*CELERY, "beat", "--pidfile="], **often)
    address = f"http://{LOOPBACK}:{(port := free_port(0))}"
    serve = ["--host", LOOPBACK, "--port", str(port), "--workers", "2", "--log-config", "deploy/uvicorn-log.json"]
    web = installation.start("web", [sys.executable, "-m", "uvicorn", "console.asgi:application", *serve], **JSON)
    wait_for(lambda: page_answers(address)() is None, 60)
    wait_for(lambda: set(ready(address).values()) == {"ready"}, 60)
    assert installation.rows(SEEN) == [("one@here", "lab", "observation"), ("one@here", "lab", "operations")]

    worker.send_signal(signal.SIGTERM)
    wait_for(lambda: installation.rows(SEEN) == [], 30)
    wait_for(lambda: ready(address)["worker.operations.lab"] == "degraded", 10)
    installation.stop(redis)
    wait_for(lambda: "queue does not answer" in installation.told("schedule"), 60)
    for process in (scheduler, web):
        process.send_signal(signal.SIGTERM)
    for process in (worker, scheduler, web):
        process.wait(30)
    for name in ("worker", "schedule", "web"):
        lines = [line for line in installation.told(name).splitlines() if line not in CELERYS_OWN]
        assert lines, name
        for line in lines:
            assert {"timestamp", "level", "event"} <= json.loads(line).keys(), line
    assert "Uvicorn running on" in installation.told("web")
