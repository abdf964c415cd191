"""The runner turns whatever a step meets into one of four endings, and never acts when it need not."""

import pytest

from console.domain.checks import Reason, Refusal
from console.domain.errors import AccessDenied, ConnectionLost, Drifted, TrustFailed, Unreachable
from console.domain.lease import LeaseLost
from console.domain.outcome import Status, Todo
from console.domain.progress import Progress
from console.domain.steps.base import StepFailed
from tests.domain.stage import HOLDS, NEVER, NOT_YET, ONGOING, People, Scripted, journal, runner, step


def raising(error: Exception):
    def act(stage, step):
        raise error

    return act


def test_a_goal_that_holds_is_already_done_and_nothing_is_applied():
    thing = Scripted([HOLDS])
    run = runner({"thing": thing})
    assert run.run().status is Status.SUCCEEDED
    assert thing.applied == 0
    assert journal(run).kinds("thing") == ["started", "already"]


def test_a_step_is_applied_once_and_proved_by_repeated_looks():
    thing = Scripted([NOT_YET, ONGOING, ONGOING, HOLDS])
    run = runner({"thing": thing})
    ending = run.run()
    assert (ending.status, ending.changed, thing.applied) == (Status.SUCCEEDED, True, 1)
    assert journal(run).kinds("thing") == ["started", "acting", "waiting", "done"]


@pytest.mark.parametrize(
    ("looks", "status"),
    [
        ([NOT_YET, ONGOING], Status.UNCERTAIN),
        ([NOT_YET, NOT_YET], Status.FAILED),
        ([NOT_YET, NEVER], Status.FAILED),
        ([NEVER], Status.FAILED),
    ],
)
def test_a_passed_deadline_is_uncertain_only_while_the_effect_may_go_on(looks, status):
    run = runner({"thing": Scripted(list(looks))})
    ending = run.run()
    assert ending.status is status
    assert ending.step == "thing"


def test_a_step_that_says_no_gives_its_remedy_and_says_what_is_not_done():
    run = runner({"first": Scripted([NOT_YET, HOLDS]), "thing": Scripted([NEVER]), "last": Scripted([HOLDS])})
    ending = run.run()
    assert ending.remedy == "Mend it."
    assert "It said no." in ending.summary
    assert "not done: Do last" in ending.summary


@pytest.mark.parametrize(
    ("count", "end"), [(3, "; Do s2."), (4, "; Do s2; and 1 more step."), (9, "; and 6 more steps.")]
)
def test_of_many_steps_that_are_not_done_the_first_three_are_named(count, end):
    later = {f"s{number}": Scripted([HOLDS]) for number in range(count)}
    ending = runner({"first": Scripted([NOT_YET, HOLDS]), "thing": Scripted([NEVER]), **later}).run()
    assert "not done: Do s0; Do s1; Do s2" in ending.summary
    assert ending.summary.endswith(end)


def test_a_reason_without_its_full_stop_does_not_run_into_what_follows():
    ending = runner({"thing": Scripted([NOT_YET], act=raising(StepFailed("START.BAT failed: it said 9")))}).run()
    assert "it said 9. " in f"{ending.summary} "


def test_a_lost_answer_lets_the_proof_decide():
    lost = ConnectionLost("The link broke.", may_have_run=True)
    came = Scripted([NOT_YET, HOLDS], act=raising(lost))
    assert runner({"thing": came}).run().status is Status.SUCCEEDED
    stayed_away = Scripted([NOT_YET, NOT_YET], act=raising(lost))
    assert runner({"thing": stayed_away}).run().status is Status.UNCERTAIN


def test_an_error_that_certainly_did_not_run_fails_the_step():
    thing = Scripted([NOT_YET], act=raising(AccessDenied("The password was refused.", remedy="Correct it.")))
    ending = runner({"thing": thing}).run()
    assert (ending.status, ending.remedy) == (Status.FAILED, "Correct it.")


def test_what_was_certainly_not_sent_is_sent_again_once_the_side_is_back():
    errors = [Unreachable("NODE1 does not answer."), ConnectionLost("Reset."), None]

    def act(stage, step):
        error = errors.pop(0)
        if error is not None:
            error.may_have_run = False
            raise error

    thing = Scripted([NOT_YET, HOLDS], act=act)
    run = runner({"thing": thing})
    assert run.run().status is Status.SUCCEEDED
    assert thing.applied == 3
    assert journal(run).kinds("thing") == ["started", "acting", "waiting", "waiting", "done"]
    away = Scripted([NOT_YET], act=raising(Unreachable("NODE1 does not answer.")))
    ending = runner({"thing": away}).run()
    assert (ending.status, "NODE1 does not answer." in ending.summary) == (Status.FAILED, True)


@pytest.mark.parametrize(
    ("repeatable", "begun", "applied", "status"),
    [
        (True, None, 2, Status.SUCCEEDED),
        (False, False, 2, Status.SUCCEEDED),
        (False, True, 1, Status.UNCERTAIN),
        (False, None, 1, Status.UNCERTAIN),
    ],
)
def test_an_unanswered_step_acts_again_only_where_it_certainly_did_not_begin(repeatable, begun, applied, status):
    lost = [ConnectionLost("The link broke.", may_have_run=True), None]

    class Told(Scripted):
        def begun(self, stage, step):
            return begun

        def look(self, stage, step, *, applied):
            return HOLDS if self.applied == 2 else NOT_YET

    def act(stage, step):
        error = lost.pop(0)
        if error is not None:
            raise error

    thing = Told([NOT_YET], act=act)
    ending = runner({"thing": thing}, step("thing", repeatable=repeatable)).run()
    assert (ending.status, thing.applied) == (status, applied)


def test_a_side_that_does_not_answer_before_acting_is_given_a_moment_then_fails_untried():
    thing = Scripted([Unreachable("NODE1 does not answer.")])
    run = runner({"thing": thing})
    ending = run.run()
    assert (ending.status, ending.changed, thing.applied) == (Status.FAILED, False, 0)
    assert "Nothing was changed." in ending.summary
    assert run.stage.clock.monotonic() >= 10.0


@pytest.mark.parametrize("error", [AccessDenied("The password was refused."), TrustFailed("The certificate is wrong.")])
def test_a_side_that_bars_us_is_asked_once_because_waiting_only_locks_the_account(error):
    thing = Scripted([error])
    run = runner({"thing": thing})
    ending = run.run()
    assert (ending.status, ending.changed) == (Status.FAILED, False)
    assert run.stage.clock.monotonic() == 0.0
    assert ending.remedy == error.remedy


def test_a_side_that_bars_us_after_acting_leaves_it_uncertain_at_once():
    thing = Scripted([NOT_YET, AccessDenied("The password was refused.")])
    run = runner({"thing": thing})
    ending = run.run()
    assert (ending.status, thing.applied) == (Status.UNCERTAIN, 1)
    assert "The password was refused." in ending.summary
    assert run.stage.clock.monotonic() == 0.0


def test_a_side_that_answers_again_within_the_moment_is_used():
    thing = Scripted([Unreachable("NODE1 does not answer."), NOT_YET, HOLDS])
    assert runner({"thing": thing}).run().status is Status.SUCCEEDED


def test_a_side_that_vanishes_after_acting_leaves_it_uncertain():
    thing = Scripted([NOT_YET, Unreachable("NODE1 does not answer.")])
    assert runner({"thing": thing}).run().status is Status.UNCERTAIN


def test_drift_stops_the_operation_before_its_first_change():
    run = runner(
        {"recheck": Scripted([Drifted("The plan no longer fits.")], only_looks=True), "thing": Scripted([HOLDS])}
    )
    ending = run.run()
    assert (ending.status, ending.changed) == (Status.FAILED, False)
    assert "Nothing was changed." in ending.summary


def test_a_stop_takes_effect_at_a_safe_point_only():
    first, second, third = Scripted([NOT_YET, HOLDS]), Scripted([NOT_YET, HOLDS]), Scripted([HOLDS])
    steps = (step("first"), step("second", safe_point=True), step("third"))
    run = runner({"first": first, "second": second, "third": third}, *steps, people=People(stop_by="Olga"))
    ending = run.run()
    assert ending.status is Status.STOPPED
    assert ending.step == "second"
    assert (first.applied, second.applied) == (1, 0)
    assert "Olga" in ending.summary


def test_a_stop_that_comes_too_late_is_said_and_the_operation_succeeds():
    run = runner({"thing": Scripted([HOLDS])}, people=People(stop_by="Olga"))
    assert run.run().status is Status.SUCCEEDED
    assert any("last safe point" in text for _, _, text, _ in journal(run).lines)


def test_a_lost_lease_ends_the_run_without_another_line():
    def lose(name: str) -> None:
        if name == "second":
            raise LeaseLost("Another worker has it.")

    run = runner({"first": Scripted([HOLDS]), "second": Scripted([HOLDS])}, people=People(on_beat=lose))
    with pytest.raises(LeaseLost):
        run.run()
    assert journal(run).kinds("second") == []


def test_steps_that_are_done_are_not_looked_at_again():
    first, second = Scripted([NEVER]), Scripted([HOLDS])
    done = Progress(frozenset({"first"}), changed=True)
    assert runner({"first": first, "second": second}).run(done).status is Status.SUCCEEDED


def test_a_to_do_list_makes_the_ending_failed_incomplete():
    def leave(stage, step):
        stage.todo.append(Todo("CN=Jane", "gone", "Look for her."))

    ending = runner({"thing": Scripted([NOT_YET, HOLDS], act=leave)}).run()
    assert ending.status is Status.FAILED
    assert "incomplete" in ending.summary
    assert [todo.what for todo in ending.todo] == ["CN=Jane"]


def test_a_step_that_fails_for_good_in_acting_is_failed():
    ending = runner({"thing": Scripted([NOT_YET], act=raising(StepFailed("Refused.", remedy="Ask.")))}).run()
    assert (ending.status, ending.remedy) == (Status.FAILED, "Ask.")


def test_a_refusal_while_a_step_reads_is_that_steps_failure_with_every_remedy():
    refusal = Refusal(
        "Not there.", [Reason("NODE2 has no server object.", "Install it."), Reason("No MTA.", "Add it.")]
    )
    ending = runner({"thing": Scripted([refusal])}).run()
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "thing", False)
    assert "NODE2 has no server object. No MTA." in ending.summary
    assert ending.remedy == "Install it. Add it."
