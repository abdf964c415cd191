"""What a person finds who comes in the morning: alarms, what began by itself, the cooldown, the global stop."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from console.domain.checks import Check, Verdict
from console.models import Alarm, AuditRecord, Cluster, GlobalStop, Go, NodeRun, Operation
from console.services import alarms, audit, brakes
from console.services.clock import database_now
from tests.services import making
from tests.web import world

Page = Callable[..., str]


@pytest.fixture
def taken(tokyo: Cluster) -> Operation:
    """A takeover that nobody clicked for, with its run and its go; it succeeded just now."""
    node = tokyo.nodes.get(role="standby")
    now = database_now()
    run = NodeRun.objects.create(
        node=node,
        run_id="run-0123456789abcdef",
        first_event="starting",
        last_event="started",
        clp_event="FAILOVER",
        first_seen_at=now,
        last_seen_at=now,
        started_at=now,
        answer="go",
        decided_at=now,
        decision="open",
    )
    operation = world.ended(tokyo, "succeeded", automatic=True, trigger=run, requested_by_name="changeover")
    Operation.objects.update(kind="takeover")
    NodeRun.objects.update(operation=operation)
    Go.objects.create(
        cluster=tokyo,
        run=run,
        operation=operation,
        given_at=now,
        expires_at=now,
        fetched_at=now,
        ended_at=now,
        ended_how="started",
    )
    return operation


def test_what_began_by_itself_stands_on_both_pages_until_it_is_acknowledged(
    olga: Client, taken: Operation, page: Page
) -> None:
    for address in ("/", "/clusters/TOKYO/"):
        assert "While nobody looked" in page(olga, address)
    assert "Nobody clicked for this operation" in page(olga, f"/operations/{taken.pk}/")
    olga.post(f"/operations/{taken.pk}/acknowledge/", {"note": "the power supply failed"})
    taken.refresh_from_db()
    assert taken.acknowledge_note == "the power supply failed"
    for address in ("/", "/clusters/TOKYO/"):
        assert "While nobody looked" not in page(olga, address)


def test_the_operations_page_shows_the_question_and_its_go(olga: Client, taken: Operation, page: Page) -> None:
    text = page(olga, f"/operations/{taken.pk}/")
    assert "begun without a click" in text
    assert "run-0123456789abcdef" in text
    assert "Go given" in text
    assert "fetched" in text


def test_an_operation_that_has_no_plan_yet_has_a_page(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo, automatic=True, steps_total=0)
    type(operation.plan).objects.update(state="preparing", body=None)
    assert "begun without a click" in page(olga, f"/operations/{operation.pk}/")


def test_the_cooldown_is_shown_with_its_end_and_lifted_with_a_reason_only(
    olga: Client, taken: Operation, page: Page
) -> None:
    assert "Cooldown until" in page(olga, "/clusters/TOKYO/")
    olga.post("/clusters/TOKYO/cooldown/lift/", {"reason": "  "})
    assert "Cooldown until" in page(olga, "/clusters/TOKYO/")
    olga.post("/clusters/TOKYO/cooldown/lift/", {"reason": "the cause is mended"})
    assert "Cooldown until" not in page(olga, "/clusters/TOKYO/")
    assert AuditRecord.objects.get(action="brake:cooldown:lifted").reason == "the cause is mended"


def test_a_cooldown_ends_by_itself_and_a_failed_takeover_begins_none(tokyo: Cluster, taken: Operation) -> None:
    Operation.objects.update(ended_at=database_now() - timedelta(seconds=601))
    assert brakes.cooldown(tokyo) is None
    Operation.objects.update(ended_at=database_now(), status="failed")
    assert brakes.cooldown(tokyo) is None


def test_the_global_stop_is_set_with_a_reason_seen_everywhere_and_lifted(
    olga: Client, rita: Client, tokyo: Cluster, page: Page
) -> None:
    olga.post("/stop/on/", {"reason": ""})
    assert brakes.global_stop() is None
    olga.post("/stop/on/", {"reason": "storage work"})
    for address in ("/", "/clusters/TOKYO/", "/operations/", "/inventory/"):
        assert "storage work" in page(rita, address)
    assert rita.post("/stop/off/", {"reason": "because"}).status_code == 403
    olga.post("/stop/off/", {"reason": "done"})
    assert brakes.global_stop() is None
    assert GlobalStop.objects.get().lift_reason == "done"
    assert [r.reason for r in AuditRecord.objects.filter(action__startswith="brake:stop")] == ["done", "storage work"]


def test_who_lifts_a_stop_that_came_while_the_overview_was_open_comes_back_to_the_whole_page(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    brakes.set_stop(making.actor(), "storage work")
    text = page(olga, "/overview/head")
    assert 'action="/stop/off/"' in text
    assert 'name="next" value="/"' in text
    assert 'name="next" value="/overview/head"' not in text


def test_an_alarm_is_acknowledged_with_a_comment_only(olga: Client, tokyo: Cluster, page: Page) -> None:
    alarm = alarms.sound(tokyo, "two-actives", "both want to be active <b>", "look")
    assert alarms.sound(tokyo, "two-actives", "again", "look") == alarm, "not doubled while it stands"
    assert "both want to be active &lt;b&gt;" in page(olga, "/")
    olga.post(f"/alarms/{alarm.pk}/acknowledge/", {"reason": ""})
    assert Alarm.objects.get().acknowledged_at is None
    olga.post(f"/alarms/{alarm.pk}/acknowledge/", {"reason": "a cable"})
    assert Alarm.objects.get().acknowledge_note == "a cable"
    assert "both want to be active" not in page(olga, "/")
    assert olga.post("/alarms/999/acknowledge/", {"reason": "x"}).status_code == 404


def test_who_says_it_second_changes_nothing_and_is_told_who_was_first(
    olga: Client, ada: Client, tokyo: Cluster, taken: Operation
) -> None:
    alarm = alarms.sound(tokyo, "flapping", "again", "look")
    said = {
        "/stop/on/": "olga has stopped everything already",
        "/stop/off/": "No global stop stands any more",
        "/clusters/TOKYO/cooldown/lift/": "TOKYO rests no more",
        f"/alarms/{alarm.pk}/acknowledge/": "olga had acknowledged it already: first",
    }
    for address, told in said.items():
        olga.post(address, {"reason": "first"})
        assert told in ada.post(address, {"reason": "second"}, follow=True).content.decode()
    olga.post(f"/operations/{taken.pk}/acknowledge/", {"note": "first"})
    answer = ada.post(f"/operations/{taken.pk}/acknowledge/", {"note": "second"}, follow=True)
    assert "olga had acknowledged it already" in answer.content.decode()
    assert not AuditRecord.objects.filter(reason="second").exists()


def test_after_a_takeover_only_the_way_back_is_offered(
    olga: Client, tokyo: Cluster, taken: Operation, page: Page
) -> None:
    world.observed(tokyo, active=taken.target)
    olga.post(f"/operations/{taken.pk}/acknowledge/", {"note": "seen"})
    text = strip_tags(page(olga, f"/operations/{taken.pk}/"))
    assert "the way back to TOK-EX1" in text
    assert "the way back to TOK-EX2" not in text


def test_a_takeovers_evidence_stands_by_itself_and_is_not_folded(olga: Client, tokyo: Cluster, page: Page) -> None:
    given_up = Check("takeover.given-up", "It is called down", Verdict.PASS, "", evidence="TOK-EX1: Offline")
    record = making.ready(tokyo, "takeover", target="TOK-EX2", checks=(given_up,))
    text = page(olga, f"/plans/{record.pk}/")
    grounds = text.split('Is <span class="nowrap">TOK-EX1</span> down?')[1].split("</section>")[0]
    assert '<details class="fold" open>' in grounds
    assert "TOK-EX1: Offline" in grounds
    assert text.count("TOK-EX1: Offline") == 1


def test_only_who_may_operate_touches_brakes_and_alarms(rita: Client, tokyo: Cluster) -> None:
    alarm = alarms.sound(tokyo, "flapping", "again", "look")
    addresses = ("/stop/on/", "/stop/off/", "/clusters/TOKYO/cooldown/lift/", f"/alarms/{alarm.pk}/acknowledge/")
    assert {rita.post(address, {"reason": "x"}).status_code for address in addresses} == {403}
    assert {rita.get(address).status_code for address in addresses} == {405}


def test_a_question_that_waits_is_decided_again_only_when_nothing_is_under_way(
    olga: Client, tokyo: Cluster, taken: Operation
) -> None:
    run = NodeRun.objects.get()
    olga.post(f"/runs/{run.pk}/again/", {"reason": "x"})
    run.refresh_from_db()
    assert run.decision == "open", "it has started: nothing to decide"
    NodeRun.objects.update(answer="wait", started_at=None)
    olga.post(f"/runs/{run.pk}/again/", {"reason": "the controller is back"})
    run.refresh_from_db()
    assert (run.decision, run.operation, run.decided_at) == ("", None, None)
    assert run.decide_after is not None
    assert AuditRecord.objects.get(action="webhook:run:again").reason == "the controller is back"


def test_a_takeover_needs_the_name_and_the_sentence(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = making.ready(tokyo, "takeover", target="TOK-EX2")
    sentence = "TOK-EX1 is down"
    assert sentence in page(olga, f"/plans/{record.pk}/")
    said = {"hash": record.hash, "reason": "power failure", "typed": "TOKYO", "sentence": "it is down"}
    assert olga.post(f"/plans/{record.pk}/confirm/", said).status_code == 422
    assert not Operation.objects.exists()
    assert olga.post(f"/plans/{record.pk}/confirm/", said | {"sentence": sentence}).status_code == 302
    assert Operation.objects.get().kind == "takeover"
    assert AuditRecord.objects.filter(action="operation:takeover:confirmed").count() == 1


def test_the_stop_is_in_force_at_the_moment_of_the_click(olga: Client, tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    brakes.set_stop(making.actor(), "storage work")
    said = {"hash": record.hash, "reason": "maintenance", "typed": ""}
    answer = olga.post(f"/plans/{record.pk}/confirm/", said)
    assert answer.status_code == 409
    assert "storage work" in answer.content.decode()
    assert not Operation.objects.exists()
    assert AuditRecord.objects.filter(action="operation:request:refused", actor_name=making.actor().name).exists()


def test_the_system_is_nobody_who_could_set_a_stop(tokyo: Cluster) -> None:
    with pytest.raises(Exception, match="not signed in"):
        brakes.set_stop(audit.SYSTEM, "because")
