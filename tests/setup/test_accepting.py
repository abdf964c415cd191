"""What nobody can tell and a person accepts: never a no, never a proof, and looked at again each time it goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.lab import presets
from console.models import AuditRecord, Cluster, JournalLine, Operation
from console.services import plan_records, setup
from console.services.access import NotAllowed
from tests.procedures import lacking
from tests.services import making
from tests.setup.scene import Scene, why

pytestmark = pytest.mark.slow

STEP = "replicas"
SAID = "System Manager shows a replica on both servers."


@pytest.fixture
def unlisted(scene: Scene) -> Iterator[None]:
    """Exchange lists no system folder, so that nobody can tell of their replicas."""
    with lacking.no_system_folders(scene.ground):
        yield


@pytest.fixture
def unknown(scene: Scene, unlisted: None) -> Operation:
    """A procedure that rests at a step of which the console cannot tell."""
    operation = scene.say_all(scene.begun())
    assert (operation.waits_for, operation.waiting_step) == ("proof", STEP), scene.board(operation).what
    return operation


def accept(scene: Scene, operation: Operation, said: str = SAID, typed: str = "") -> Operation:
    """Otto accepts it, and a worker goes on."""
    setup.accept_unknown(operation, STEP, scene.otto, said, typed or scene.cluster.name)
    return scene.say_all(scene.work(operation))


def refused(scene: Scene, operation: Operation, step: str, said: str = SAID, typed: str = "Nagoya") -> str:
    """Why Otto may not accept it so."""
    return why(lambda: setup.accept_unknown(operation, step, scene.otto, said, typed))


def row_of(scene: Scene, operation: Operation) -> setup.BoardRow:
    return next(row for row in scene.board(operation).rows if row.key == STEP)


def look_again(scene: Scene, operation: Operation) -> Operation:
    setup.check_again(operation, scene.olga)
    return scene.say_all(scene.work(operation))


def test_accepted_it_goes_on_and_is_shown_as_not_proved_to_the_end(scene: Scene, unknown: Operation) -> None:
    row = row_of(scene, unknown)
    assert (row.verdict, row.acceptable) == ("unknown", True)
    assert accept(scene, unknown).status == "succeeded", scene.board(unknown).what
    row = row_of(scene, unknown)
    assert (row.state, row.verdict, row.who, row.over, row.acceptable) == ("accepted", "unknown", "otto", True, False)
    assert row.evidence.startswith(f"Not proved: accepted by otto: {SAID} Unknown, because: Exchange lists no folder")
    assert unknown.ending_summary == "Every step is done, with 1 step that nobody could prove."
    assert unknown.steps_done == unknown.steps_total
    assert scene.board(unknown).unproved == 1
    decision = AuditRecord.objects.get(action="operation:procedure:accepted")
    assert (decision.actor_name, decision.reason) == ("otto", SAID)
    assert decision.after is not None
    assert "Exchange lists no folder" in decision.after["unknown"]
    record = setup.record(unknown)
    assert next(row for row in record.rows if row.step.key == STEP).step.state == "accepted"
    assert any(
        one.text.endswith("accepted that nobody can prove a step of setup-2003 on Nagoya: step 10")
        for one in record.decisions
    )


def test_begun_again_the_word_stands_as_long_as_nobody_can_tell(scene: Scene, unknown: Operation) -> None:
    first, before = accept(scene, unknown), scene.effects()
    again = scene.begun()
    assert (again.status, again.ending_summary) == ("succeeded", first.ending_summary), scene.board(again).what
    assert scene.effects() == before
    row = row_of(scene, again)
    assert (row.state, row.who) == ("accepted", "otto")
    assert f"accepted by otto (in operation {first.pk} on " in row.evidence
    notes = plan_records.of(again.plan).notes
    assert any(f"accepted by otto (in operation {first.pk}" in note for note in notes)
    third = scene.begun()
    assert f"(in operation {first.pk} on " in row_of(scene, third).evidence, "the record in which it was given is named"


def test_begun_again_what_turned_out_not_to_hold_in_between_is_asked_for_again(
    scene: Scene, unknown: Operation
) -> None:
    accept(scene, unknown)
    with lacking.one_replica("/")(scene.ground):
        again = scene.begun()
        assert (again.status, again.waiting_step) == ("waiting", STEP)
        assert "has no replica" in again.waiting_text
    assert look_again(scene, again).waiting_step == STEP
    assert "Exchange lists no folder" in again.waiting_text
    setup.give_up(again, scene.olga, "Later.")
    third = scene.begun()
    assert (third.status, third.waiting_step) == ("waiting", STEP)


def test_it_takes_the_clusters_name_and_a_sentence(scene: Scene, unknown: Operation) -> None:
    for said, typed, wanted in (
        (SAID, "", "The cluster's name was not typed."),
        (SAID, "NAGOYA", "The cluster's name was not typed."),
        ("trust me", "Nagoya", "That is no sentence"),
    ):
        assert wanted in refused(scene, unknown, STEP, said, typed)
    assert not JournalLine.objects.filter(kind="accepted").exists()
    assert row_of(scene, unknown).state == "next"


def test_a_certain_no_is_never_accepted(scene: Scene) -> None:
    with lacking.one_replica("/")(scene.ground):
        operation = scene.say_all(scene.begun())
        assert operation.waiting_step == STEP
        text = why(lambda: setup.accept_unknown(operation, STEP, scene.otto, SAID, scene.cluster.name))
    assert "does not hold, and that is certain" in text
    assert "has no replica" in text
    assert not AuditRecord.objects.filter(action="operation:procedure:accepted").exists()


def test_accepted_and_then_found_not_to_hold_it_is_opened_again(scene: Scene, unknown: Operation) -> None:
    setup.accept_unknown(unknown, STEP, scene.otto, SAID, scene.cluster.name)
    with lacking.one_replica("/")(scene.ground):
        assert scene.work(unknown).waiting_step == STEP
        [(step, text)] = scene.lines(unknown, "reopened")
        assert (step, "was accepted unproved, and does not hold" in text) == (STEP, True)
        assert "does not hold" in why(lambda: accept(scene, unknown))
    assert look_again(scene, unknown).waiting_step == STEP, "what was accepted before is void"
    assert accept(scene, unknown).status == "succeeded"


def test_accepted_and_then_proved_it_is_done_like_any_other(scene: Scene) -> None:
    with lacking.no_system_folders(scene.ground):
        operation = scene.say_all(scene.begun())
        setup.accept_unknown(operation, STEP, scene.otto, SAID, scene.cluster.name)
    assert scene.say_all(scene.work(operation)).status == "succeeded"
    assert (row_of(scene, operation).state, scene.board(operation).unproved) == ("done", 0)
    assert operation.ending_summary == "Every step is done, proved."
    assert operation.steps_done == operation.steps_total


def test_a_look_from_before_something_was_done_is_taken_anew_first(scene: Scene, unknown: Operation) -> None:
    Cluster.objects.update(fence=unknown.lease_token + 1)  # as whatever works on the nodes does
    text = why(lambda: setup.accept_unknown(unknown, STEP, scene.otto, SAID, scene.cluster.name))
    assert "something was done since. The console looks now" in text
    unknown.refresh_from_db()
    assert unknown.status == "queued", "the console looks at once"
    assert scene.work(unknown).waiting_step == STEP
    assert accept(scene, unknown).status == "succeeded"


def test_a_rest_that_did_not_look_or_a_step_that_nobody_looked_at_is_looked_at_first(
    scene: Scene, unknown: Operation
) -> None:
    Operation.objects.filter(pk=unknown.pk).update(looked_at=None)
    assert "Nobody has looked at" in why(lambda: accept(scene, unknown))
    Operation.objects.filter(pk=unknown.pk).update(claim_before=unknown.confirmed_at)
    scene.sweep()  # no worker took it up: it rests again, and has seen nothing
    unknown.refresh_from_db()
    assert (unknown.status, unknown.waits_for) == ("waiting", "mend")
    Operation.objects.filter(pk=unknown.pk).update(looked_at=unknown.waiting_since)
    assert "something was done since" in why(lambda: accept(scene, unknown))
    assert scene.work(unknown).waiting_step == STEP
    assert accept(scene, unknown).status == "succeeded"


def test_of_two_people_the_first_counts_and_the_same_again_changes_nothing(scene: Scene, unknown: Operation) -> None:
    for _ in range(2):
        setup.accept_unknown(unknown, STEP, scene.otto, SAID, scene.cluster.name)
    assert JournalLine.objects.filter(kind="accepted").count() == 1
    text = why(lambda: setup.accept_unknown(unknown, STEP, scene.olga, "I know better than that.", "Nagoya"))
    assert "otto has said so already" in text
    assert SAID in text


def test_only_a_step_that_is_due_and_that_a_person_does_is_accepted(scene: Scene, unknown: Operation) -> None:
    for step, wanted in (
        ("standby-services", "is done by the console"),
        ("account", "is a person to tell of. Say that it is done."),
        ("standby-stores", "is not due yet. First comes 10"),
        ("moon", "has no step 'moon'"),
    ):
        assert wanted in refused(scene, unknown, step)


def test_who_only_sees_accepts_nothing(scene: Scene, unknown: Operation) -> None:
    with pytest.raises(NotAllowed):
        setup.accept_unknown(unknown, STEP, making.actor("rita", "viewer"), SAID, scene.cluster.name)


def test_before_a_move_of_its_own_what_nobody_can_list_is_taken_on_by_a_person(
    transactional_db: None, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "lab", presets.tokyo())
    try:
        scene.ground.lab.fault("TYO-EX1", "handle-missing")
        with lacking.store_elsewhere(2)(scene.ground):
            operation = scene.say_all(scene.begun())
            assert (operation.waits_for, operation.waiting_step) == ("risk", "to-standby"), operation.waiting_text
            assert refused(scene, operation, "to-standby", typed="Nagoya").count("for which you take this on") == 1
            assert scene.ground.owner() == "TYO-EX1"
            setup.accept_unknown(operation, "to-standby", scene.otto, "Nobody is signed in there.", "Tokyo")
            scene.say_all(scene.work(operation))
        assert (scene.ground.owner(), scene.states(operation)["to-standby"]) == ("TYO-EX2", "done")
        assert ("to-standby", True) in [
            (step, "otto took that on." in text) for step, text in scene.lines(operation, "warning")
        ]
        assert operation.ending_summary == "", "it goes on with what is next"
    finally:
        scene.close()
