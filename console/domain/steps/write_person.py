"""Write the steps of a takeover by a person: the product starts the group where it is told, from a dead node."""

from console.domain.field import Field
from console.domain.plan import Membership, PlannedCommand, Step
from console.domain.preflight.base import Situation
from console.domain.quoting import cmd_line
from console.domain.steps.write import directory_steps, proof_steps, start_service_steps
from console.domain.steps.write_scripted import go_steps, opinion_step
from console.domain.switch.direction import Direction


def person_steps(field: Field, situation: Situation, direction: Direction, membership: Membership) -> tuple[Step, ...]:
    """Second opinion, group started on the target, directory; then the script's go, or the services one by one."""
    target, scripted = situation.target, situation.scripts().value == "console"
    begin = (
        go_steps(field, target, command_on=target)
        if scripted
        else start_service_steps(field, situation.observation, target)
    )
    return (
        opinion_step(target, person=True),
        _start_group(field, situation, scripted=scripted),
        *directory_steps(field, direction, membership),
        *begin,
        *proof_steps(field, target, direction),
    )


def _start_group(field: Field, situation: Situation, *, scripted: bool) -> Step:
    """Start the group where it is told; never by the product's force switch."""
    target = situation.target
    line = cmd_line(field.driver.start(field.cluster, target))
    return Step(
        key="hand-over",
        kind="hand-over.dead" if scripted else "group.start",
        title=f"Start the group {field.cluster.group} on {target}",
        phase="hand-over",
        params={"source": situation.source, "target": target},
        commands=(PlannedCommand(target, line, detached=True),),
        within=field.cluster.timing.move_group,
        repeatable=False,
        undo=f"Move the group back to {situation.source}, once that node is up.",
        safe_point=True,
    )
