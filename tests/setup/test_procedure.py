"""A procedure goes as far as it can, rests where a person is needed, and goes on when what it waits for is there."""

from dataclasses import replace

import pytest

from console.models import AuditRecord, Operation, PlanRecord
from console.services import plan_records, reservations, setup
from tests.procedures import lacking
from tests.setup.scene import Scene, why

pytestmark = pytest.mark.slow


def test_on_a_cluster_that_is_set_up_it_asks_for_words_proves_the_rest_and_changes_nothing(scene: Scene) -> None:
    before = scene.effects()
    operation = scene.begun()
    assert (operation.status, operation.waits_for) == ("waiting", "word"), scene.lines(operation, "failed")
    assert scene.say_all(operation).status == "succeeded", scene.board(operation).what
    assert scene.effects() == before
    assert scene.lines(operation, "acting") == []
    states = scene.states(operation)
    assert set(states.values()) <= {"done", "already", "said"}
    assert operation.steps_done == operation.steps_total == len(states)


def test_run_again_it_needs_nobody_since_the_words_that_were_given_stand(scene: Scene) -> None:
    first = scene.say_all(scene.begun())
    assert first.status == "succeeded"
    before = scene.effects()
    again = scene.begun()
    assert (again.status, again.pk == first.pk) == ("succeeded", False), scene.board(again).what
    assert scene.effects() == before
    account = next(row for row in scene.board(again).rows if row.key == "account")
    assert f"olga said so in operation {first.pk}" in account.evidence


def test_it_rests_at_what_a_person_has_to_do_and_goes_on_when_that_is_proved(scene: Scene) -> None:
    with lacking.interconnect_first(scene.ground):
        operation = scene.begun()
        assert (operation.status, operation.waits_for, operation.waiting_step) == ("waiting", "proof", "network")
        assert (operation.lease_owner, operation.lease_until, operation.ended_at) == ("", None, None)
        board = scene.board(operation)
        assert board.next[0].key == "network"
        assert "comes before Public LAN" in board.next[0].evidence
        assert "Correct the adapters" in board.remedy
        assert board.who == "olga"
        setup.check_again(operation, scene.otto)
        assert scene.work(operation).waiting_step == "network"
        waiting_since = operation.waiting_since
    setup.check_again(operation, scene.olga)
    assert scene.work(operation).waiting_step != "network"
    assert operation.waiting_since != waiting_since
    assert scene.states(operation)["network"] == "done"


def test_its_state_shows_for_every_step_how_it_stood_when_it_was_looked_at(scene: Scene) -> None:
    with lacking.interconnect_first(scene.ground), lacking.manual_msdtc(scene.ground):
        board = scene.board(scene.begun())
    rows = {row.key: row for row in board.rows}
    assert (rows["install.important.3"].state, rows["install.important.3"].verdict) == ("open", "fail")
    assert "does not start by itself" in rows["install.important.3"].evidence
    assert rows["group"].verdict == "pass"
    assert rows["group"].nodes == ("NGO-EX1", "NGO-EX2")
    assert rows["standby-services"].nodes == ("NGO-EX2",)
    assert rows["dns"].nodes == ()
    assert [part.at for part in rows["network"].parts] == ["1.bullet-1", "1.bullet-1.1", "1.bullet-1.2"]


def test_what_had_been_done_and_no_longer_holds_is_opened_again_and_said(scene: Scene) -> None:
    operation = scene.begun()
    assert scene.states(operation)["network"] == "done"
    step = operation.waiting_step
    with lacking.interconnect_first(scene.ground):
        setup.check_again(operation, scene.olga)
        scene.work(operation)
        assert operation.waiting_step == "network"
        [(reopened, text)] = scene.lines(operation, "reopened")
        assert (reopened, "no longer holds" in text) == ("network", True)
    setup.check_again(operation, scene.olga)
    assert scene.work(operation).waiting_step == step
    assert scene.states(operation)["network"] == "done"


def test_it_looks_by_itself_when_its_time_has_come(scene: Scene) -> None:
    with lacking.interconnect_first(scene.ground):
        operation = scene.begun()
    assert operation.wake_at is not None
    scene.sweep()
    operation.refresh_from_db()
    assert operation.status == "waiting"
    Operation.objects.filter(pk=operation.pk).update(wake_at=operation.waiting_since)
    scene.sweep()
    assert scene.work(operation).waiting_step != "network"


def test_what_waits_long_is_looked_at_less_often(scene: Scene) -> None:
    with lacking.interconnect_first(scene.ground):
        operation = scene.begun()
        assert operation.waiting_since is not None
        since = operation.waiting_since.replace(year=operation.waiting_since.year - 1)
        Operation.objects.filter(pk=operation.pk).update(waiting_since=since, wake_at=since)
        scene.sweep()
        scene.work(operation)
    assert operation.waiting_since == since, "it waits for the same all the time"
    assert operation.wake_at is not None
    assert operation.looked_at is not None
    assert 3500 < (operation.wake_at - operation.looked_at).total_seconds() <= 3700


def test_a_procedure_that_is_asked_for_twice_is_the_one_under_way(scene: Scene) -> None:
    operation = scene.begun()
    assert scene.start().pk == operation.pk
    assert reservations.already_open(scene.cluster, "setup-2003") == operation


def test_one_of_another_generation_is_refused_with_those_that_fit(scene: Scene) -> None:
    text = why(lambda: scene.start("exchange-2007-setup"))
    assert "exchange-2003-setup" in text
    assert not Operation.objects.exists()


def test_without_a_reason_nothing_begins(scene: Scene) -> None:
    assert "No reason was given." in why(lambda: setup.start(scene.cluster, scene.key, scene.olga, " "))
    assert not Operation.objects.exists()


def test_the_record_says_who_did_what_when_and_on_what_evidence(scene: Scene) -> None:
    operation = scene.say_all(scene.begun())
    record = setup.record(operation)
    account = next(row for row in record.rows if row.step.key == "account")
    assert account.step.who == "olga"
    assert account.step.evidence == "olga: I did it on both nodes."
    assert all(row.ended is not None for row in record.rows)
    audited = set(AuditRecord.objects.filter(subject_type="operation").values_list("seq", flat=True))
    assert {one.seq for one in record.decisions} == audited
    assert {one.who for one in record.decisions} == {"olga", "changeover"}


def test_a_step_that_the_catalog_has_no_more_is_shown_as_the_plan_kept_it(scene: Scene) -> None:
    operation = scene.start()
    plan = plan_records.of(operation.plan)
    first = plan.steps[0]
    gone = replace(first, key="cables", title="Label the cables", params={**first.params, "step": "cables", "at": "0"})
    old = replace(plan, steps=(gone, *plan.steps[1:]))
    PlanRecord.objects.filter(pk=operation.plan_id).update(body=old.to_json(), hash=old.hash)
    row = setup.board(Operation.objects.get(pk=operation.pk)).rows[0]
    assert (row.step.title, row.step.at, row.step.mode, row.state) == ("Label the cables", "0", "checked", "open")
