"""Carrying on where another worker ended: what is over is left, what is in doubt is looked at first."""

from dataclasses import dataclass, field

import pytest

from console.domain.errors import AccessDenied, Fenced, Unreachable
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, Todo
from console.domain.progress import FRESH, JournalBroken, Line, Progress, read
from console.domain.receipts import Receipt
from console.domain.steps.base import StepFailed
from tests.domain.stage import HOLDS, NEVER, NOT_YET, ONGOING, People, Scripted, journal, runner, step

IN_DOUBT = Progress(in_doubt="thing", changed=True, acted={"thing": 1})


@dataclass
class Leaving(Scripted):
    """A behaviour that leaves a trace, which says what `told` says; an exception in it is raised once."""

    told: list[object] = field(default_factory=lambda: [None])

    def begun(self, stage, step):
        answer = self.told.pop(0) if len(self.told) > 1 else self.told[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def went_on(thing: Scripted, *, repeatable: bool = True, progress: Progress = IN_DOUBT) -> tuple[Ending, list[str]]:
    run = runner({"thing": thing}, step("thing", repeatable=repeatable))
    return run.run(progress), journal(run).kinds("thing")


@pytest.mark.parametrize(
    ("repeatable", "told", "looks", "status", "acts"),
    [
        # the goal holds: found done, whatever may be repeated
        (True, None, [HOLDS], Status.SUCCEEDED, 0),
        (False, None, [HOLDS], Status.SUCCEEDED, 0),
        # it does not hold: what may be repeated is repeated
        (True, None, [NOT_YET, HOLDS], Status.SUCCEEDED, 1),
        (True, True, [NOT_YET, HOLDS], Status.SUCCEEDED, 1),
        # what may not be repeated: its trace decides
        (False, False, [NOT_YET, HOLDS], Status.SUCCEEDED, 1),
        (False, True, [NOT_YET, ONGOING, HOLDS], Status.SUCCEEDED, 0),
        (False, True, [NOT_YET, ONGOING], Status.UNCERTAIN, 0),
        (False, True, [NOT_YET, NEVER], Status.FAILED, 0),
        (False, None, [NOT_YET, HOLDS], Status.UNCERTAIN, 0),
        # it will never hold
        (True, None, [NEVER], Status.FAILED, 0),
        (False, True, [NEVER], Status.FAILED, 0),
        # it cannot be seen
        (True, None, [Unreachable("NODE1 does not answer.")], Status.UNCERTAIN, 0),
        (False, True, [AccessDenied("The password was refused.")], Status.UNCERTAIN, 0),
    ],
)
def test_every_fate_of_a_step_whose_worker_fell_silent(repeatable, told, looks, status, acts):
    thing = Leaving(list(looks), told=[told])
    ending, kinds = went_on(thing, repeatable=repeatable)
    assert (ending.status, thing.applied) == (status, acts)
    assert kinds.count("acting") == acts
    assert ending.changed


def test_a_step_that_leaves_no_trace_and_may_not_be_repeated_is_uncertain_with_the_facts():
    thing = Scripted([NOT_YET])
    ending, _ = went_on(thing, repeatable=False)
    assert (ending.status, thing.applied) == (Status.UNCERTAIN, 0)
    assert "It is not yet so." in ending.summary
    assert "done again" in ending.remedy


def test_what_is_found_done_says_so_in_the_journal():
    run = runner({"thing": Scripted([HOLDS])})
    assert run.run(IN_DOUBT).status is Status.SUCCEEDED
    assert [text for kind, _, text, _ in journal(run).lines if kind == "already"] == ["Found done: It is so."]


def test_a_trace_on_a_node_that_is_away_for_a_moment_is_asked_for_again():
    thing = Leaving([NOT_YET, HOLDS], told=[Unreachable("NODE1 does not answer."), False])
    assert went_on(thing, repeatable=False)[0].status is Status.SUCCEEDED
    away = Leaving([NOT_YET], told=[Unreachable("NODE1 does not answer.")])
    ending, _ = went_on(away, repeatable=False)
    assert (ending.status, away.applied) == (Status.UNCERTAIN, 0)


def test_a_stop_does_not_act_before_a_step_that_is_in_doubt():
    thing, last = Scripted([NOT_YET, HOLDS]), Scripted([NOT_YET, HOLDS])
    steps = (step("thing", safe_point=True), step("last", safe_point=True))
    ending = runner({"thing": thing, "last": last}, *steps, people=People(stop_by="Olga")).run(IN_DOUBT)
    assert (ending.status, ending.step) == (Status.STOPPED, "last")
    assert (thing.applied, last.applied) == (1, 0)


def test_before_the_first_change_what_looked_well_is_looked_at_again():
    recheck, thing = Scripted([NEVER], only_looks=True), Scripted([NOT_YET, HOLDS])
    ending = runner({"recheck": recheck, "thing": thing}).run(Progress(frozenset({"recheck"})))
    assert (ending.status, ending.step, thing.applied) == (Status.FAILED, "recheck", 0)


def test_after_the_first_change_what_is_over_stays_over():
    first, thing = Scripted([NEVER]), Scripted([NOT_YET, HOLDS])
    ending = runner({"first": first, "thing": thing}).run(Progress(frozenset({"first"}), changed=True))
    assert (ending.status, thing.applied) == (Status.SUCCEEDED, 1)


def test_agreement_is_observed_before_a_run_that_goes_on_changes_anything_and_once():
    asked: list[frozenset[str]] = []
    looks, act = Scripted([HOLDS], only_looks=True), Scripted([NOT_YET, HOLDS])
    run = runner({"first": Scripted([NEVER]), "looks": looks, "thing": act, "last": Scripted([NOT_YET, HOLDS])})
    run.agree = lambda stage, over: asked.append(frozenset(over))
    assert run.run(Progress(frozenset({"first"}), changed=True)).status is Status.SUCCEEDED
    assert asked == [frozenset({"first", "looks"})]
    fresh = runner({"thing": Scripted([NOT_YET, HOLDS])})
    fresh.agree = run.agree
    fresh.run(FRESH)
    assert len(asked) == 1


def test_a_group_that_went_elsewhere_ends_the_run_before_it_changes_anything():
    def elsewhere(stage, over):
        raise StepFailed("The group is on NODE1.", remedy="Find out why.")

    thing = Scripted([NOT_YET, HOLDS])
    run = runner({"thing": thing})
    run.agree = elsewhere
    ending = run.run(IN_DOUBT)
    assert (ending.status, ending.remedy, thing.applied) == (Status.FAILED, "Find out why.", 0)


def test_the_journal_says_that_a_step_acts_before_it_does_and_after_its_receipt():
    order: list[str] = []

    class Kept(Scripted):
        def receipt(self, stage, step, look):
            order.append(f"receipt: {look.text}")
            return Receipt(step.key, step.kind, look.text)

    class Book:
        def keep(self, receipt):
            order.append(f"kept: {receipt.found}")
            return 1

    thing = Kept([NOT_YET, HOLDS], act=lambda stage, step: order.append(f"acts: {journal(run).kinds('thing')}"))
    run = runner({"thing": thing})
    run.stage.receipts = Book()
    run.run()
    assert order == [
        "receipt: It is not yet so.",
        "kept: It is not yet so.",
        "acts: ['started', 'acting']",
    ]


def test_a_command_that_a_node_refused_as_late_is_a_lost_lease_when_it_is_one():
    def fenced(stage, step):
        raise Fenced("NODE1 has seen a later token.")

    class Passed(People):
        def ensure(self):
            raise LeaseLost("Another worker has it.")

    with pytest.raises(LeaseLost):
        runner({"thing": Scripted([NOT_YET], act=fenced)}, people=Passed()).run()
    ending = runner({"thing": Scripted([NOT_YET], act=fenced)}).run()
    assert ending.status is Status.FAILED


def test_what_is_left_for_a_person_survives_a_takeover():
    def leave(stage, step):
        stage.todo.append(Todo("Ann", "gone", "Look."))

    first = runner({"first": Scripted([NOT_YET, HOLDS], act=leave), "thing": Scripted([LeaseLost("Gone.")])})
    with pytest.raises(LeaseLost):
        first.run()
    progress = read_of(first)
    assert [todo.what for todo in progress.todo] == ["Ann"]
    ending = runner({"first": Scripted([NEVER]), "thing": Scripted([NOT_YET, HOLDS])}).run(progress)
    assert (ending.status, [todo.what for todo in ending.todo]) == (Status.FAILED, ["Ann"])


def test_an_operation_with_a_step_left_out_claims_no_more_than_it_did():
    progress = Progress(frozenset({"first"}), frozenset({"first"}), changed=True)
    ending = runner({"first": Scripted([NEVER]), "thing": Scripted([NOT_YET, HOLDS])}).run(progress)
    assert ending.status is Status.FAILED
    assert "1 step had been left out" in ending.summary
    assert [todo.what for todo in ending.todo] == ["Do first"]
    assert "Mail is up" not in ending.summary


def read_of(run) -> Progress:
    """The progress that the runner's own journal tells."""
    lines = [Line(seq, kind, of, data) for seq, (kind, of, _, data) in enumerate(journal(run).lines, 1)]
    return read(lines, len(lines))


def lines(*written: tuple[str, str] | tuple[str, str, object]) -> list[Line]:
    return [Line(seq, *line) for seq, line in enumerate(written, 1)]  # type: ignore[arg-type]


ACTING = ("acting", "move", {"attempt": 1})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([], FRESH),
        ([("started", "move")], FRESH),
        ([("started", "move"), ACTING], Progress(in_doubt="move", changed=True, acted={"move": 1})),
        (
            [("started", "move"), ACTING, ("done", "move")],
            Progress(frozenset({"move"}), changed=True, acted={"move": 1}),
        ),
        ([("started", "move"), ("already", "move")], Progress(frozenset({"move"}))),
        ([ACTING, ("resumed", "move")], Progress(in_doubt="move", changed=True, acted={"move": 1}, resumed=1)),
        ([ACTING, ("failed", "move")], Progress(in_doubt="move", changed=True, acted={"move": 1})),
        (
            [ACTING, ("failed", "move"), ("ending", "move"), ("continued", "", {"choice": "retry"})],
            Progress(changed=True, acted={"move": 1}),
        ),
        (
            [ACTING, ("continued", ""), ("acting", "move", {"attempt": 2})],
            Progress(in_doubt="move", changed=True, acted={"move": 2}),
        ),
        (
            [("failed", "proof"), ("skipped", "proof", {"reason": "known"})],
            Progress(frozenset({"proof"}), frozenset({"proof"})),
        ),
        ([("resumed", ""), ("resumed", ""), ("done", "recheck")], Progress(frozenset({"recheck"}))),
    ],
)
def test_progress_is_what_the_journal_tells(written, expected):
    assert read(lines(*written), len(written)) == expected


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (([Line(1, "started", "move"), Line(3, "done", "move")], 3), "line 2 is missing"),
        (([Line(2, "started", "move")], 2), "line 1 is missing"),
        (([Line(1, "started", "move")], 2), "2 lines were written"),
        (([Line(1, "acting", "move")], 1), "Line 1 of the journal"),
        (([Line(1, "acting", "move", {"attempt": "?"})], 1), "Line 1 of the journal"),
        (([Line(1, "hocus", "move")], 1), "cannot be understood"),
        (([Line(1, "done", "move", {"todo": ["x"]})], 1), "cannot be understood"),
        (([Line(1, "done", "move", "text")], 1), "cannot be understood"),
    ],
)
def test_a_journal_with_a_gap_or_a_line_that_cannot_be_understood_tells_nothing(broken, says):
    with pytest.raises(JournalBroken, match=says):
        read(*broken)
