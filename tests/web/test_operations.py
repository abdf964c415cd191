"""The operation's page: the sentence, the steps, what can be done; and the history."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from console.models import Cluster, JournalLine, Operation
from tests.services import making
from tests.web import world

Page = Callable[..., str]


def at(operation: Operation, name: str = "operation") -> str:
    return reverse(name, args=[operation.pk])


def plain(text: str) -> str:
    return " ".join(text.split())


def test_one_that_waits_says_that_nothing_has_begun(olga: Client, tokyo: Cluster, page: Page) -> None:
    text = page(olga, at(making.operation(tokyo)))
    assert "Waiting for a worker of the site main. Nothing has been started." in text
    assert "it expires and never starts late" in text
    assert "Stops at once" in text


def test_one_that_runs_says_what_runs_and_what_can_be_done(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    text = page(olga, at(operation))
    assert "Mail has not been touched yet." in text
    assert "You can still stop it; it would stop before “Stop the services”." in text
    world.write(operation, [("started", "stop", "Stop the services")])
    Operation.objects.filter(pk=operation.pk).update(outage_started_at=timezone.now() - timedelta(seconds=65))
    text = plain(page(olga, at(operation)))
    assert "Mail is down since" in text
    assert "Now: Stop the services" in text
    assert "1 min 05 s" in text or "1 min 06 s" in text
    assert "past its last safe point" in text
    assert "a half-moved Exchange is worse" in text


def test_one_without_a_live_worker_is_never_shown_as_running_well(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo, lease_until=timezone.now() - timedelta(seconds=30))
    world.write(operation, [("started", "move", "Move the group")])
    text = page(olga, at(operation))
    assert "We lost sight of the worker" in text
    assert "during “Move the group”" in text
    assert "now--lost" in text


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        ("worker-1", "Worker worker-1 fell silent at 03:12:01; worker-2 carries on since"),
        ("", "Its worker fell silent"),
    ],
)
def test_one_that_was_taken_over_says_who_fell_silent_when_and_who_carries_on(
    olga: Client, tokyo: Cluster, page: Page, owner: str, said: str
) -> None:
    operation = world.running(tokyo, takeovers=1, lease_owner="worker-2")
    data = {"from": owner, "to": "worker-2", "lease_until": f"{timezone.now():%F}T03:12:07+00:00", "token": 9}
    world.write(operation, [("resumed", "stop", "worker-2 carries on.")], data)
    region = page(olga, at(operation)).partition('class="now__text"')[2].partition("</section>")[0]
    text = plain(re.sub("<[^>]*>", "", region))
    assert said in text
    world.write(operation, [("continued", "", "olga had it carried on.")])
    assert "fell silent" not in page(olga, at(operation, "operation-state")), "a person has begun it anew since"


def test_what_a_worker_looks_at_again_after_it_took_over_is_what_runs_now(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    operation = world.running(tokyo, takeovers=1)
    world.write(operation, [("started", "stop", "Stop"), ("done", "stop", "Stopped"), ("started", "move", "Move")])
    world.write(operation, [("resumed", "move", "worker-2 carries on."), ("started", "stop", "Stop")])
    text = plain(page(olga, at(operation)))
    assert "Now: Stop the services" in text
    assert text.count('aria-current="step"') == 1


def test_what_happened_stands_before_what_is_left_half_done(olga: Client, tokyo: Cluster, page: Page) -> None:
    summary = "Failed at “Move”. It said no. The steps before it are done; not done: Start."
    text = page(olga, at(world.ended(tokyo, "failed", ending_summary=summary)))
    assert '<p class="now__sentence">Failed at “Move”. It said no.</p>' in text
    assert "<p>The steps before it are done; not done: Start.</p>" in text


@pytest.mark.parametrize(
    ("marks", "status", "states"),
    [
        ([], "running", ["waiting", "waiting", "waiting"]),
        (["started stop"], "running", ["running", "waiting", "waiting"]),
        (["started stop", "done stop", "started move"], "running", ["done", "running", "waiting"]),
        (
            ["started stop", "already stop", "started move", "failed move"],
            "failed",
            ["already", "failed", "not-reached"],
        ),
        (["started stop", "failed stop"], "uncertain", ["uncertain", "not-reached", "not-reached"]),
        (["started stop"], "uncertain", ["uncertain", "not-reached", "not-reached"]),
    ],
)
def test_each_step_shows_how_it_stands(
    olga: Client, tokyo: Cluster, page: Page, marks: list[str], status: str, states: list[str]
) -> None:
    operation = world.running(tokyo) if status == "running" else world.ended(tokyo, status)
    world.write(operation, [(*mark.split(), "text") for mark in marks])  # type: ignore[misc]
    text = page(olga, at(operation))
    shown = [part.split('"')[0] for part in text.split("run-step run-step--")[1:]]
    assert shown == states


def test_progress_is_counted(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    world.write(operation, [("started", "stop", "Stop")])
    world.write(operation, [("progress", "stop", "so far")], {"done": 1240, "total": 2000})
    assert "1,240 of 2,000" in page(olga, at(operation))


@pytest.mark.parametrize(
    ("status", "columns", "said"),
    [
        ("succeeded", {}, "Next, when it is time"),
        ("failed", {"ending_remedy": "End ntbackup.exe."}, "End ntbackup.exe."),
        ("failed", {"todo": [{"what": "CN=Ann", "why": "gone", "remedy": "Look at her."}]}, "failed, incomplete"),
        ("failed", {"todo": [{"what": "CN=Ann", "why": "gone", "remedy": "Look at her."}]}, "Look at her."),
        ("stopped", {}, "Make a new plan"),
        ("uncertain", {}, "Look, then decide"),
        ("uncertain", {}, "Nothing was observed since this operation ended."),
    ],
)
def test_each_ending_says_what_comes_next(
    olga: Client, tokyo: Cluster, page: Page, status: str, columns: dict[str, object], said: str
) -> None:
    text = page(olga, at(world.ended(tokyo, status, **columns)))
    assert "So it ended." in text
    assert said in text


@pytest.mark.parametrize(
    ("remedy", "primary"),
    [
        ("Make a new plan; it starts from what is true now.", "Make a new plan"),
        ("Find out what moved it; then make a new plan.", "Make a new plan"),
        ("Find out where the group is; then have the operation carried on, or make a new plan.", "Carry on from here"),
        ("End ntbackup.exe.", "Carry on from here"),
    ],
)
def test_the_primary_button_does_what_the_remedy_says(
    olga: Client, tokyo: Cluster, page: Page, remedy: str, primary: str
) -> None:
    text = page(olga, at(world.ended(tokyo, "failed", ending_remedy=remedy)))
    assert [strip_tags(found) for found in re.findall(r'<button class="button button--primary".*?</button>', text)] == [
        primary
    ]


def test_what_ended_at_once_says_so(olga: Client, tokyo: Cluster, page: Page) -> None:
    now = timezone.now()
    text = page(olga, at(world.ended(tokyo, "failed", started_at=now - timedelta(seconds=0.4), ended_at=now)))
    assert "</time>, at once</p>" in text
    text = page(olga, at(world.ended(tokyo, "failed", started_at=now - timedelta(seconds=4), ended_at=now)))
    assert "</time>, after 4 s</p>" in text


def test_only_the_latest_operation_says_what_comes_next(olga: Client, tokyo: Cluster, page: Page) -> None:
    first = world.ended(tokyo, "succeeded")
    assert "Next, when it is time" in page(olga, at(first))
    second = world.ended(tokyo, "succeeded", "failback")
    assert "Next, when it is time" not in page(olga, at(first))
    assert "Next, when it is time" in page(olga, at(second))


def test_the_outage_is_told(olga: Client, tokyo: Cluster, page: Page) -> None:
    now = timezone.now()
    operation = world.ended(
        tokyo, "succeeded", outage_started_at=now - timedelta(seconds=125), outage_ended_at=now - timedelta(seconds=3)
    )
    assert "Mail was down for <strong>2 min 02 s</strong>" in page(olga, at(operation))
    assert "2 min 02 s" in page(olga, reverse("operations"))
    Operation.objects.filter(pk=operation.pk).update(outage_ended_at=None)
    assert "<strong>not proved</strong>" in page(olga, at(operation))


def test_stopping_asks_once_and_says_what_it_waits_for(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    for _ in range(2):
        response = olga.post(at(operation, "stop-operation"), {"reason": "wrong day"})
        assert response["Location"] == at(operation)
    assert JournalLine.objects.filter(operation=operation, text__contains="wrong day").count() == 1
    assert "olga asked it to stop" in plain(page(olga, at(operation)))


def test_stopping_what_is_over_is_refused(olga: Client, tokyo: Cluster) -> None:
    operation = world.ended(tokyo, "succeeded")
    response = olga.post(at(operation, "stop-operation"))
    assert response.status_code == 409
    assert "There is nothing left to stop." in response.content.decode()


def test_an_uncertain_ending_is_acknowledged_only_after_a_fresh_observation(olga: Client, tokyo: Cluster) -> None:
    operation = world.ended(tokyo, "uncertain", ended_at=timezone.now() - timedelta(minutes=5))
    said = {"note": "The group is on TOK-EX2."}
    early = olga.post(at(operation, "acknowledge-operation"), said)
    assert early.status_code == 409
    assert "has not been observed since" in early.content.decode()
    world.observed(tokyo, ago=1)
    assert olga.post(at(operation, "acknowledge-operation"), {"note": " "}).status_code == 422
    assert olga.post(at(operation, "acknowledge-operation"), said).status_code == 302
    operation.refresh_from_db()
    assert operation.acknowledge_note == "The group is on TOK-EX2."
    assert "Acknowledged by olga" in olga.get(at(operation)).content.decode()


def test_the_changing_parts_come_alone(rita: Client, tokyo: Cluster, page: Page) -> None:
    text = page(rita, at(world.running(tokyo), "operation-state"))
    assert "<html" not in text
    assert [part.split('"')[1] for part in text.split("data-region ")[1:]] == [
        *("now", "superseded", "taken-back", "todo", "advice"),
        *("after", "actions", "undo", "events", "runs", "steps"),
    ]


def test_the_history_is_filtered_and_paged(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.ended(tokyo, "failed")
    other = world.running(making.cluster("OSAKA", 2), "failback")
    assert "No operation fits" in page(olga, "/operations/?cluster=KYOTO")
    for query in ("cluster=osaka", "kind=failback", "status=running", "who=olga&kind=failback"):
        text = page(olga, f"/operations/?{query}")
        assert at(other) in text, query
        assert at(operation) not in text, query
    day = timezone.localdate().isoformat()
    assert at(other) in page(olga, f"/operations/?since={day}&until={day}")
    assert at(other) not in page(olga, "/operations/?until=2001-01-01")


def test_a_filter_that_cannot_be_read_says_how_to_write_it(olga: Client, tokyo: Cluster, page: Page) -> None:
    assert "Write the day as 2026-01-31." in page(olga, "/operations/?since=yesterday")
    assert "Nothing has been done yet" in page(olga, "/operations/")
