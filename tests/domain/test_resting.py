"""A procedure's runner rests where an operation would fail, and opens again what no longer holds."""

from collections.abc import Collection, Mapping

import pytest

from console import catalog
from console.domain.errors import AccessDenied, Unreachable
from console.domain.outcome import WaitsFor
from console.domain.planner.setup import own_steps
from console.domain.progress import FRESH, Line, Progress, read
from console.domain.runner import MENDED_SECONDS, Runner
from console.domain.steps.base import Goal, Look, NeedsPerson, Stage
from tests.domain.stage import HOLDS, NEVER, NOT_YET, ListJournal, Scripted, runner

ASKS = NeedsPerson(WaitsFor.PROOF, "EX2 lacks it.", "Install it.", wake_after=600.0)


def resting(behaviours: Mapping[str, Scripted], gone: Mapping[str, str] | None = None) -> Runner:
    """A procedure's runner; `gone` no longer holds."""

    def no_longer(stage: Stage, over: Collection[str]) -> Mapping[str, str]:
        return {key: why for key, why in (gone or {}).items() if key in over}

    made = runner(behaviours)
    made.no_longer = no_longer
    return made


def journal(made: Runner) -> ListJournal:
    found = made.stage.journal
    assert isinstance(found, ListJournal)
    return found


def test_it_rests_where_a_person_is_needed_and_does_nothing_after_it() -> None:
    later = Scripted([NOT_YET, HOLDS])
    made = resting({"first": Scripted([HOLDS]), "person": Scripted([ASKS]), "later": later})
    ending = made.run()
    assert (ending.status, ending.step, ending.summary) == ("waiting", "person", "EX2 lacks it.")
    assert (ending.waits_for, ending.remedy, ending.wake_after) == ("proof", "Install it.", 600.0)
    assert not ending.in_doubt
    assert later.applied == 0


@pytest.mark.parametrize(
    ("look", "wakes"),
    [(NEVER, 0.0), (Unreachable("EX2 does not answer."), MENDED_SECONDS), (AccessDenied("The password."), 0.0)],
)
def test_what_fails_rests_too_and_only_what_passes_is_tried_again(look: object, wakes: float) -> None:
    ending = resting({"act": Scripted([look])}).run()  # type: ignore[list-item]
    assert (ending.status, ending.waits_for, ending.wake_after) == ("waiting", "mend", wakes)


def test_what_was_done_and_no_longer_holds_is_done_again() -> None:
    first, second = Scripted([NOT_YET, HOLDS]), Scripted([HOLDS])
    made = resting({"first": first, "second": second}, gone={"first": "It is on C:.", "other": "Not of this plan."})
    ending = made.run(Progress(finished=frozenset({"first", "second"}), rested=True))
    assert ending.status == "succeeded"
    assert (first.applied, journal(made).kinds("second")) == (1, [])
    assert journal(made).kinds("first")[0] == "reopened"


def test_a_person_asked_for_after_the_act_leaves_it_in_doubt() -> None:
    ending = resting({"act": Scripted([NOT_YET, ASKS])}).run()
    assert (ending.status, ending.in_doubt) == ("waiting", True)


def test_a_rest_at_a_step_that_was_opened_again_leaves_a_later_one_in_doubt() -> None:
    behaviours = {"person": Scripted([ASKS]), "act": Scripted([NOT_YET])}
    made = resting(behaviours, gone={"person": "It is on C:."})
    so_far = Progress(finished=frozenset({"person"}), in_doubt="act", changed=True, acted={"act": 1}, rested=True)
    ending = made.run(so_far)
    assert (ending.status, ending.step, ending.in_doubt) == ("waiting", "person", True)
    assert behaviours["act"].applied == 0


LINES = [
    Line(1, "started", "a"),
    Line(2, "acting", "a", {"attempt": 1}),
    Line(3, "waiting-for-person", "a", {"in_doubt": True}),
]


def test_a_rest_settles_what_was_in_doubt_unless_it_says_so() -> None:
    assert read(LINES, 3).in_doubt == "a"
    settled = read([*LINES[:2], Line(3, "waiting-for-person", "a", {})], 3)
    assert (settled.in_doubt, settled.rested) == ("", True)


def test_a_word_ends_its_step_and_what_is_reopened_is_no_longer_over() -> None:
    lines = [
        Line(1, "done", "a"),
        Line(2, "waiting-for-person", "b", {}),
        Line(3, "said", "b", {"by": "olga", "said": "I did it."}),
        Line(4, "reopened", "a"),
    ]
    assert read(lines[:3], 3).over == {"a", "b"}
    assert read(lines, 4).over == {"b"}
    assert read(lines[:1], 1).over == FRESH.over, "before the first rest everything is looked at again"


ACCEPTED = Line(3, "accepted", "b", {"by": "otto", "said": "I saw it."})


@pytest.mark.parametrize(
    ("after", "over", "accepted"),
    [
        ([], {"a", "b"}, {"b"}),
        ([Line(4, "reopened", "b")], {"a"}, set()),
        ([Line(4, "done", "b", {"was_over": True})], {"a", "b"}, set()),
        ([Line(4, "reopened", "b"), Line(5, "accepted", "b", {})], {"a", "b"}, {"b"}),
    ],
)
def test_what_is_accepted_is_over_and_unproved_until_it_is_told(
    after: list[Line], over: set[str], accepted: set[str]
) -> None:
    rest = Line(2, "waiting-for-person", "b", {"waits_for": "proof"})
    found = read([Line(1, "done", "a"), rest, ACCEPTED, *after], 3 + len(after))
    assert (found.over, found.accepted, found.asked) == (over, accepted, {"b"})


def accepted(by_now: Mapping[str, str], gone: Mapping[str, str] | None = None) -> Runner:
    """A runner of a procedure whose first step had been accepted."""
    made = resting({"first": Scripted([HOLDS]), "second": Scripted([HOLDS])}, gone)
    made.by_now = lambda stage, keys: {key: how for key, how in by_now.items() if key in keys}
    return made


SO_FAR = Progress(finished=frozenset({"first"}), rested=True, accepted=frozenset({"first"}))


def test_the_ending_counts_what_nobody_could_prove() -> None:
    ending = accepted({}).run(SO_FAR)
    assert (ending.status, ending.summary) == (
        "succeeded",
        "Every step is done, with 1 step that nobody could prove.",
    )


def test_what_was_accepted_and_is_proved_by_now_is_done_and_counts_no_more() -> None:
    made = accepted({"first": "All is there.", "second": "Not accepted."})
    assert made.run(SO_FAR).summary == "Every step is done, proved."
    assert journal(made).lines[0] == ("done", "first", "All is there.", {"was_over": True})
    assert journal(made).kinds("second").count("done") <= 1


def test_what_was_accepted_and_does_not_hold_is_opened_again_and_said() -> None:
    made = accepted({}, gone={"first": "It is on C:."})
    assert made.run(SO_FAR).summary == "Every step is done, proved."
    assert journal(made).kinds("first")[0] == "reopened"
    assert "was accepted unproved, and does not hold: It is on C:." in journal(made).lines[0][2]
    assert made.stage.asked == {"first"}


def test_a_look_that_was_accepted_ends_its_step_by_a_line_of_its_own() -> None:
    look = Look(Goal.ACCEPTED, "Not proved: accepted by otto: I saw it.", data={"by": "otto"})
    made = resting({"first": Scripted([look])})
    assert made.run().summary == "Every step is done, with 1 step that nobody could prove."
    assert journal(made).kinds("first") == ["started", "accepted"]


def test_a_plan_goes_through_the_guide_in_its_order_and_drops_what_a_later_step_proves() -> None:
    places = [one.at for one in own_steps(catalog.procedure("exchange-2003-setup"))]
    assert places.index("8.bullet-1") < places.index("8"), "the group comes up before folders are made"
    assert "5.important.4" not in places, "the service pack is proved by step 7"
    assert places[:4] == ["1", "1.bullet-2", "1.bullet-2.note", "1.bullet-3"]
    numbered = [int(at) for at in places if "." not in at]
    assert numbered == list(range(1, 25))
    later = [one.at for one in own_steps(catalog.procedure("exchange-2007-setup"))]
    assert later.index("6.3") < later.index("6"), "what the console can do for it comes first"
