"""Write the steps of operations in which the node's own START.BAT brings Exchange up and waits for a go."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from console.domain.checks import Check
from console.domain.field import Field
from console.domain.observation import ClusterObservation
from console.domain.plan import Membership, Step
from console.domain.steps.write import directory_steps, move_step, proof_steps, recheck_step
from console.domain.switch.direction import Direction

OPINION_SECONDS = 120.0
GO_MARGIN = 30.0
"""Beyond a go's own end, so that a go that was not fetched has certainly expired when its step gives up."""
ASK_SECONDS = 300.0


def hand_over_steps(
    field: Field,
    observation: ClusterObservation,
    source: str,
    target: str,
    direction: Direction,
    membership: Membership,
    checks: Sequence[Check],
) -> tuple[Step, ...]:
    """A planned move with the console's scripts: recheck, hand over, switch the directory, go, bring up, prove."""
    return (
        recheck_step(),
        hand_over_step(field, source, target),
        *directory_steps(field, direction, membership),
        *go_steps(field, target, command_on=source),
        *stoppable(proof_steps(field, target, direction)),
    )


def hand_over_step(field: Field, source: str, target: str) -> Step:
    """Have the product move the group; the scripts stop Exchange on the source and ask for a go on the target."""
    title = f"Hand the group {field.cluster.group} over from {source} to {target}"
    return replace(move_step(field, source, target), key="hand-over", kind="hand-over", title=title, safe_point=True)


def takeover_steps(
    field: Field, target: str, direction: Direction, membership: Membership, run_id: str
) -> tuple[Step, ...]:
    """The group has come up on `target`: second opinion, directory, go, bring-up, proofs."""
    return (
        opinion_step(target),
        *directory_steps(field, direction, membership),
        *go_steps(field, target, run_id=run_id),
        *proof_steps(field, target, direction),
    )


def start_steps(field: Field, target: str, direction: Direction, run_id: str) -> tuple[Step, ...]:
    """The group has come up where the directory points: second opinion, go, bring-up, proofs."""
    return (opinion_step(target), *go_steps(field, target, run_id=run_id), *proof_steps(field, target, direction))


def opinion_step(target: str, *, person: bool = False) -> Step:
    """Look whether the other node holds the group; for a person also whether the product has given it up."""
    return Step(
        key="second-opinion",
        kind="second-opinion",
        title="Make sure that the other node does not hold the group",
        phase="recheck",
        params={"node": target, "person": person},
        within=OPINION_SECONDS,
        undo="Changes nothing.",
        safe_point=person,
    )


def go_steps(field: Field, target: str, *, run_id: str = "", command_on: str = "") -> Iterator[Step]:
    """Give the go, then wait until the script has brought Exchange up."""
    timing = field.cluster.timing
    yield Step(
        key="go",
        kind="go",
        title=f"Give {target} the go to start Exchange",
        phase="bring-up",
        params={"run": run_id, "valid_seconds": timing.go, "ask_within": ASK_SECONDS + timing.go},
        within=timing.go + GO_MARGIN,
        no_return="What the node has begun to start cannot be called back.",
    )
    yield Step(
        key="bring-up",
        kind="bring-up",
        title=f"START.BAT on {target} starts Exchange",
        phase="bring-up",
        params={"command_on": command_on},
        within=timing.start_service,
        undo=f"Hand the group back: STOP.BAT on {target} stops Exchange.",
    )


def stoppable(steps: Iterator[Step]) -> Iterator[Step]:
    """The same steps, where the operation may be stopped before the first: mail is up, and only its proof is left."""
    for number, step in enumerate(steps):
        yield replace(step, safe_point=True) if number == 0 else step
