"""What people say to a procedure: a word where nothing else tells, the first of two, pauses, hand-overs and its end."""

import threading

import pytest
from django.db import connections

from console.domain.checks import Refusal
from console.models import AuditRecord, JournalLine, Operation
from console.services import brakes, continuing, operations, plans, resting, setup
from console.services.access import NotAllowed
from tests.procedures import lacking
from tests.services import making
from tests.setup.scene import Scene, why

SAID = "The account is on the Account tab of both nodes."


@pytest.fixture
def asking(scene: Scene) -> Operation:
    """A procedure that rests for a word about the account."""
    operation = scene.begun()
    while operation.waiting_step != "account":
        setup.confirm_step(operation, operation.waiting_step, scene.olga, "I have read all of it.")
        scene.work(operation)
    return operation


def actions(operation: Operation) -> list[str]:
    """The decisions in the audit about the operation, in their order."""
    found = AuditRecord.objects.filter(subject_type="operation", subject_id=str(operation.pk)).order_by("seq")
    return list(found.values_list("action", flat=True))


def test_a_word_ends_its_step_and_stands_in_journal_and_audit(scene: Scene, asking: Operation) -> None:
    setup.confirm_step(asking, "account", scene.otto, SAID)
    assert asking.status == "queued"
    row = next(row for row in scene.board(asking).rows if row.key == "account")
    assert (row.state, row.who, row.evidence) == ("said", "otto", f"otto: {SAID}")
    last = AuditRecord.objects.get(action="operation:procedure:said", reason=SAID)
    assert (last.actor_name, last.after) == ("otto", {"step": "account", "at": "3"})
    assert scene.work(asking).waiting_step != "account"


def test_a_word_is_no_proof_of_what_the_console_proves(scene: Scene, asking: Operation) -> None:
    text = why(lambda: setup.confirm_step(asking, "network", scene.olga, "The adapters are in order."))
    assert "proved by the console; a word is no proof" in text
    with lacking.interconnect_first(scene.ground):
        setup.check_again(asking, scene.olga)
        scene.work(asking)
        text = why(lambda: setup.confirm_step(asking, "network", scene.olga, "The adapters are in order."))
    assert "Then have it look again." in text
    assert scene.states(asking)["network"] != "said"


@pytest.mark.parametrize("said", ["", "  ", "ok", "yes done"])
def test_a_word_is_a_sentence(scene: Scene, asking: Operation, said: str) -> None:
    assert "That is no sentence" in why(lambda: setup.confirm_step(asking, "account", scene.olga, said))
    asking.refresh_from_db()
    assert asking.status == "waiting"


def test_a_word_for_a_step_that_is_not_due_or_not_there_is_refused_with_what_is_first(
    scene: Scene, asking: Operation
) -> None:
    text = why(lambda: setup.confirm_step(asking, "scripts.note", scene.olga, "I have read all of it."))
    assert "is not due yet. First comes 3, Make the domain account known" in text
    assert "has no step 'moon'" in why(lambda: setup.confirm_step(asking, "moon", scene.olga, SAID))


def test_of_two_people_the_first_counts_and_the_second_is_told_who_that_was(scene: Scene, asking: Operation) -> None:
    setup.confirm_step(asking, "account", scene.olga, SAID)
    text = why(lambda: setup.confirm_step(asking, "account", scene.otto, "I have added the account too."))
    assert "olga has said so already" in text
    assert SAID in text
    setup.confirm_step(asking, "account", scene.olga, f"  {SAID} ")
    assert JournalLine.objects.filter(kind="said", step="account").count() == 1
    assert (
        actions(asking).count("operation:procedure:said") == actions(asking)[:-1].count("operation:procedure:said") + 1
    )


def test_of_two_people_at_the_same_moment_one_is_taken_and_the_other_refused(scene: Scene, asking: Operation) -> None:
    told: list[str] = []
    together = threading.Barrier(2)

    def say(actor: object, said: str) -> None:
        together.wait()
        try:
            setup.confirm_step(Operation.objects.get(pk=asking.pk), "account", actor, said)  # type: ignore[arg-type]
            told.append("taken")
        except Refusal as refusal:
            told.append(refusal.reasons[0].key)
        finally:
            connections.close_all()

    people = [(scene.olga, SAID), (scene.otto, "I have added the account too.")]
    threads = [threading.Thread(target=say, args=one) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["setup.said", "taken"]
    assert JournalLine.objects.filter(kind="said", step="account").count() == 1


def test_who_may_not_operate_answers_nothing(scene: Scene, asking: Operation) -> None:
    rita = making.actor("rita", "viewer")
    for act in (
        lambda: setup.confirm_step(asking, "account", rita, SAID),
        lambda: setup.check_again(asking, rita),
        lambda: setup.pause(asking, rita, "because"),
        lambda: setup.give_up(asking, rita, "because"),
        lambda: setup.start(scene.cluster, scene.key, rita, "because"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_paused_it_takes_no_answer_and_does_not_wake_until_it_is_resumed(scene: Scene, asking: Operation) -> None:
    setup.pause(asking, scene.olga, "The storage is late.")
    setup.pause(asking, scene.otto, "Me too.")
    Operation.objects.filter(pk=asking.pk).update(wake_at=asking.waiting_since)
    scene.sweep()
    asking.refresh_from_db()
    assert (asking.status, asking.paused_by, asking.pause_reason) == ("paused", "olga", "The storage is late.")
    for act in (
        lambda: setup.confirm_step(asking, "account", scene.otto, SAID),
        lambda: setup.check_again(asking, scene.otto),
    ):
        assert "was paused by olga: The storage is late. Resume it first." in why(act)
    setup.resume(asking, scene.otto)
    assert scene.work(asking).status == "waiting"
    assert (asking.paused_by, asking.waiting_step) == ("", "account")
    assert actions(asking)[-2:] == ["operation:procedure:paused", "operation:procedure:resumed"]


def test_a_pause_that_meets_a_worker_acts_before_its_next_step(scene: Scene, asking: Operation) -> None:
    setup.check_again(asking, scene.olga)
    setup.pause(asking, scene.olga, "Lunch.")
    assert asking.status == "queued"
    scene.work(asking)
    assert (asking.status, asking.stop_requested_at) == ("paused", None)
    setup.resume(asking, scene.olga)
    assert scene.work(asking).status == "waiting"


def test_handed_over_it_names_the_other_person_who_has_to_be_one_that_may(scene: Scene, asking: Operation) -> None:
    otto, rita = scene.otto.user, making.account("rita", "viewer")
    assert otto is not None
    setup.hand_over(asking, otto, scene.olga, "The builder is open on my machine.")
    setup.hand_over(asking, otto, scene.olga, "")
    assert scene.board(asking).who == "otto"
    assert actions(asking).count("operation:procedure:handed-over") == 1
    assert "may not start, stop or acknowledge operations" in why(
        lambda: setup.hand_over(asking, rita, scene.otto, "Yours.")
    )
    olga = scene.olga.user
    assert olga is not None
    assert "No reason was given." in why(lambda: setup.hand_over(asking, olga, scene.otto, ""))


def test_given_up_it_ends_and_frees_the_cluster_and_begun_anew_it_goes_on(scene: Scene, asking: Operation) -> None:
    assert "No reason was given." in why(lambda: setup.give_up(asking, scene.olga, ""))
    setup.give_up(asking, scene.olga, "Other hardware comes.")
    assert (asking.status, asking.ended_at is None) == ("stopped", False)
    assert "Other hardware comes." in asking.ending_summary
    for act in (lambda: setup.check_again(asking, scene.olga), lambda: setup.give_up(asking, scene.olga, "Again.")):
        assert "is over" in why(act)
    assert continuing.offers(asking) == ()
    refused = why(lambda: continuing.carry_on(asking, continuing.Choice.RETRY, scene.olga))
    assert "Begin the procedure again" in refused, "there is one way on, not two"
    anew = scene.begun()
    assert anew.pk != asking.pk
    assert anew.status == "waiting"


def test_it_holds_the_cluster_against_what_the_console_would_start(scene: Scene, asking: Operation) -> None:
    refused = plans.make(plans.prepare(scene.cluster, "failover", "", scene.otto, send=False).pk)
    assert refused.refusal is not None
    assert refused.refusal["reasons"][0]["key"] == "reservation.procedure"
    assert f"Bring operation {asking.pk} to its end first, or give it up." in refused.refusal["reasons"][0]["remedy"]


def test_the_global_stop_holds_it_and_an_answer_given_meanwhile_is_kept(scene: Scene, asking: Operation) -> None:
    brakes.set_stop(scene.otto, "the storage is being serviced")
    assert "storage is being serviced" in why(lambda: setup.check_again(asking, scene.olga))
    setup.confirm_step(asking, "account", scene.olga, SAID)
    scene.sweep()
    asking.refresh_from_db()
    assert asking.status == "waiting"
    brakes.lift_stop(scene.otto, "serviced")
    scene.sweep()
    assert scene.work(asking).waiting_step != "account"
    assert scene.states(asking)["account"] == "said"


def test_a_database_that_was_restored_lets_nothing_go_on_by_itself(scene: Scene, asking: Operation) -> None:
    Operation.objects.filter(pk=asking.pk).update(wake_at=asking.waiting_since)
    resting.pause_all("The database was restored from a backup of yesterday.")
    scene.sweep()
    asking.refresh_from_db()
    assert (asking.status, asking.paused_by) == ("paused", "the console")
    assert "restored from a backup" in why(lambda: setup.check_again(asking, scene.olga))
    setup.resume(asking, scene.olga)
    assert scene.work(asking).waiting_step == "account"


def test_what_rests_is_not_stopped_or_undone_or_carried_on_as_a_move_is(scene: Scene, asking: Operation) -> None:
    assert "Pause it, or give it up" in why(lambda: operations.request_stop(asking, scene.olga))
    assert "not taken back as a whole" in why(lambda: plans.prepare_undo(asking, "", scene.olga))
    assert "a procedure that rests goes on where it is" in why(
        lambda: continuing.carry_on(asking, continuing.Choice.RETRY, scene.olga)
    )
    assert continuing.offers(asking) == ()
