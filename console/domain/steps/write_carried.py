"""Write the steps of moving a group that carries the Exchange server's name: nothing in the directory is switched."""

from collections.abc import Iterator

from console.domain import second_hop
from console.domain.details import dependency_order
from console.domain.field import Field
from console.domain.plan import PlannedCommand, Step
from console.domain.ports import Argv
from console.domain.preflight.carried import CarriedSituation
from console.domain.quoting import cmd_line

RECHECK_SECONDS = 120.0
NOTHING = "Changes nothing."


def carried_steps(field: Field, situation: CarriedSituation) -> tuple[Step, ...]:
    """Of a planned move: recheck, move, then every proof in the order in which the group comes up."""
    return (
        _recheck("carried.recheck", "Check again that nothing has changed since the plan was made"),
        _move(field, situation, forced=False),
        *proofs(field, situation),
    )


def forced_steps(field: Field, situation: CarriedSituation) -> tuple[Step, ...]:
    """Of a forced move: recheck, move where it is elsewhere, bring online what did not come by itself, every proof."""
    owner = situation.observation.owner(field.cluster.group).value or ""
    there = owner.casefold() == situation.target.casefold()
    again = f"Make sure that {field.cluster.group} still does not serve mail elsewhere"
    moves = () if there else (_move(field, situation, forced=True),)
    return (
        _recheck("carried.recheck-forced", again),
        *moves,
        _bring_online(field, situation),
        *proofs(field, situation),
    )


def _recheck(kind: str, title: str) -> Step:
    return Step(
        key="recheck",
        kind=kind,
        title=title,
        phase="recheck",
        within=RECHECK_SECONDS,
        undo=NOTHING,
        safe_point=True,
    )


def _command(node: str, argv: Argv) -> tuple[PlannedCommand, ...]:
    return (PlannedCommand(node, cmd_line(argv), detached=not second_hop.needs(argv)),)


def _move(field: Field, situation: CarriedSituation, *, forced: bool) -> Step:
    cluster, source, target = field.cluster, situation.source, situation.target
    return Step(
        key="move-group",
        kind="group.carry",
        title=f"Move the group {cluster.group} from {source} to {target}{' by force' if forced else ''}",
        phase="hand-over",
        params={
            "source": source,
            "target": target,
            "on": situation.runs_on,
            "forced": forced,
            "told": second_hop.needs(situation.command),
            "outage": not forced,
        },
        commands=_command(situation.runs_on, situation.command),
        within=cluster.timing.move_group,
        repeatable=False,
        undo=f"Move the group back to {source}.",
        safe_point=True,
    )


def _bring_online(field: Field, situation: CarriedSituation) -> Step:
    cluster, target = field.cluster, situation.target
    argv = field.driver.start(cluster, target)
    return Step(
        key="bring-online",
        kind="group.bring-online",
        title=f"Bring everything of {cluster.group} online on {target} that did not come by itself",
        phase="bring-up",
        params={
            "source": situation.source,
            "target": target,
            "on": target,
            "told": second_hop.needs(argv),
            "by_force": True,
        },
        commands=_command(target, argv),
        within=cluster.timing.start_service,
        repeatable=False,
        undo="Nothing: what came up stays up.",
    )


def proofs(field: Field, situation: CarriedSituation) -> Iterator[Step]:
    """Resources in their order, services, stores, greetings, and all of it together."""
    cluster, target, timing = field.cluster, situation.target, field.cluster.timing
    params = {
        "node": target,
        "stores": sorted(situation.carried.labels),
        "order": list(dependency_order(situation.resources())),
    }
    wanted = (
        ("resources", "resources.online", f"Every resource is online on {target}, in its order", timing.start_service),
        ("services", "services.run", f"Every Exchange service runs on {target}", timing.start_service),
        ("stores-mounted", "stores.mounted", f"Every store is mounted on {target}", timing.mount_stores),
        ("greetings", "greeting", f"Every protocol greets on {cluster.floating_ip}", timing.greeting),
        ("proof", "carried.moved", f"Mail is up on {target}, everything looked at together", timing.greeting),
    )
    for key, kind, title, within in wanted:
        yield Step(key=key, kind=kind, title=title, phase="proof", params=params, within=within, undo=NOTHING)
