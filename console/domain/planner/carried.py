"""Plan moves of a group that carries the Exchange server's name: planned, forced, seen afterwards, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from console.domain import drift, second_hop
from console.domain.carrying import CarryingDriver, carries_names
from console.domain.checks import Check, Refusal
from console.domain.details import read_details
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.observation import ClusterObservation, ClusterView, Seen
from console.domain.plan import Plan, Step
from console.domain.planner.base import VALID_SECONDS, node_of, refuse_failed
from console.domain.planner.unwinding import Undone, unwinding
from console.domain.ports import Argv, Greeting
from console.domain.preflight.carried import CarriedSituation, Problems, checks, forced_checks, start_checks
from console.domain.steps.write_carried import carried_steps, forced_steps, proofs
from console.domain.switch.membership import no_mailboxes
from console.domain.topology import GreetingAt

NO_MAILBOX = "No mailbox changes: the server's name moves with the group."


@dataclass(frozen=True)
class Carried:
    """A field whose driver's groups carry the server's name."""

    field: Field
    driver: CarryingDriver


def carried(field: Field) -> Carried | None:
    """The field with its driver when its groups carry the server's name; None for a product that switches names."""
    return Carried(field, field.driver) if carries_names(field.driver) else None


def make_carried_move(of: Carried, kind: str, source: str, target: str, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan of a planned move; nothing in the directory changes.

    Raises `Refusal` with the reason of every check that failed, and `ChangeoverError` when the directory cannot be
    read.
    """
    command = of.driver.move(of.field.cluster, target)
    situation = _situation(of, source, target, runs_on=source, command=command, dry_run=True)
    found = checks(situation)
    refuse_failed(found, f"{of.field.cluster.name} cannot be moved to {target} now.")
    return _plan(of, kind, situation, carried_steps(of.field, situation), found, valid_seconds)


def make_carried_takeover(of: Carried, target: str, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan of a forced move to `target`, for a group that does not serve mail where it is.

    It asks for a typed confirmation. Raises `Refusal` while the group is well where it is, and for what would keep
    the move from working; `ChangeoverError` when the directory cannot be read.
    """
    cluster = of.field.cluster
    command = of.driver.forced_move(cluster, target)
    situation = _situation(of, cluster.other(target).name, target, runs_on=target, command=command)
    found = forced_checks(situation)
    refuse_failed(found, f"{cluster.name} cannot be moved to {target} by force now.")
    return _plan(of, "takeover", situation, forced_steps(of.field, situation), found, valid_seconds)


def make_carried_start(of: Carried, target: str) -> Plan:
    """The plan of a start: the product has brought the group up on `target` by itself, and that is proved.

    Raises `ChangeoverError` when the directory cannot be read.
    """
    cluster = of.field.cluster
    command = of.driver.start(cluster, target)
    situation = _situation(of, cluster.other(target).name, target, runs_on=target, command=command)
    return _plan(of, "start", situation, tuple(proofs(of.field, situation)), start_checks(situation), VALID_SECONDS)


def make_carried_undo(of: Carried, undone: Undone, first: str, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan that moves the group back to where `undone` found it: planned where it is well, else by force.

    Raises `Refusal` when the group is there already and well, and for what would keep the move from working.
    """
    cluster, wanted = of.field.cluster, unwinding(undone, first)
    if not wanted.home:
        text = f"Operation {undone.number} has not moved the group {cluster.group}: there is nothing to take back."
        raise Refusal.of(text, "Nothing to do.", key="undo.nothing", about=str(undone.number))
    home = cluster.node(wanted.home).name
    away, command = cluster.other(home).name, of.driver.forced_move(cluster, home)
    forced = _situation(of, away, home, runs_on=home, command=command)
    owner = (forced.observation.owner(cluster.group).value or "").casefold()
    if forced.healthy() and owner == home.casefold():
        text = f"The group {cluster.group} is on {home} already: there is nothing to take back."
        raise Refusal.of(text, "Nothing to do.", key="undo.nothing", about=str(undone.number))
    if forced.healthy():
        made = make_carried_move(of, "undo", away, home, valid_seconds)
    else:
        found = forced_checks(forced)
        refuse_failed(found, f"Operation {undone.number} of {cluster.name} cannot be taken back now.")
        made = _plan(of, "undo", forced, forced_steps(of.field, forced), found, valid_seconds)
    note = f"Takes back operation {undone.number}, the {undone.plan.kind} to {undone.plan.target}, all of it."
    return replace(made, notes=(note, *made.notes))


def target_of(of: Carried, target: str) -> str:
    """The target of a forced move as the inventory spells it. Raises `Refusal` for none and for one that is no node."""
    if not target:
        names = " or ".join(node.name for node in of.field.cluster.nodes)
        raise Refusal.of("A takeover must name its target.", f"Name {names}.")
    return node_of(of.field.cluster, target).name


def no_switch(field: Field) -> Refusal:
    """Why the directory of such a cluster is never switched."""
    cluster = field.cluster
    return Refusal.of(
        f"The directory knows one server of {cluster.name}, {cluster.primary_server}, whichever node has the group.",
        "Nothing to do: a move changes nothing in the directory.",
        key="switch.nothing",
    )


def _situation(
    of: Carried, source: str, target: str, *, runs_on: str, command: Argv, dry_run: bool = False
) -> CarriedSituation:
    """Everything that the checks look at, read now. Raises `ChangeoverError` or `Refusal` for the directory alone."""
    field = of.field
    observation = field.observe()
    return CarriedSituation(
        cluster=field.cluster,
        generation=field.generation,
        driver=of.driver,
        source=source,
        target=target,
        observation=observation,
        greetings=field.greet_all(),
        carried=field.read_carried(),
        details=_details(field, observation, (source, target)),
        runs_on=runs_on,
        command=command,
        tool=_tool(of, runs_on, target) if dry_run else None,
    )


def readiness(
    of: Carried, source: str, observation: ClusterObservation, greetings: Mapping[GreetingAt, Greeting]
) -> tuple[Check, ...]:
    """The checks of a planned move away from `source` that an observation can tell, without asking the tool.

    Raises `ChangeoverError` or `Refusal` when the directory cannot be read.
    """
    cluster = of.field.cluster
    target = cluster.other(source).name
    return checks(
        CarriedSituation(
            cluster=cluster,
            generation=of.field.generation,
            driver=of.driver,
            source=source,
            target=target,
            observation=observation,
            greetings=greetings,
            carried=of.field.read_carried(),
            details=None,
            runs_on=source,
            command=of.driver.move(cluster, target),
            tool=None,
        )
    )


def _details(field: Field, observation: ClusterObservation, nodes: tuple[str, str]) -> Seen[ClusterView]:
    """The details by the first node whose cluster service answers."""
    why = "no cluster service answers"
    for name in nodes:
        view = observation.nodes[name].engine.value
        if view is not None:
            found = read_details(field, name, view)
            if found.value is not None:
                return found
            why = found.unknown
    return Seen.nothing(why)


def _tool(of: Carried, node: str, target: str) -> Seen[Problems] | None:
    """What the tool itself says against the move in a dry run; None where it has none, or may not sign in."""
    cluster = of.field.cluster
    asked = of.driver.move_questions(cluster, target)
    barred = cluster.node(node).second_hop == "none" and any(second_hop.needs(argv) for argv in asked)
    if not asked or barred:
        return None
    try:
        results = of.field.session(node).batch(asked, within=cluster.timing.command)
        return Seen(of.driver.move_problems(cluster, target, results))
    except ChangeoverError as error:
        return Seen.nothing(error.told)


def _plan(
    of: Carried,
    kind: str,
    situation: CarriedSituation,
    steps: tuple[Step, ...],
    found: tuple[Check, ...],
    valid_seconds: float,
) -> Plan:
    field, now = of.field, of.field.clock.now()
    fingerprint = drift.carried_fingerprint(field.cluster, field.generation, situation.observation, situation.carried)
    return Plan(
        kind=kind,
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=situation.source,
        target=situation.target,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=steps,
        checks=found,
        membership=no_mailboxes(NO_MAILBOX),
        structural=fingerprint,
        controller=situation.carried.controller.dns_name,
        notes=tuple(_notes(of, situation)),
    )


def _notes(of: Carried, situation: CarriedSituation) -> list[str]:
    """What a person should know: that nothing is switched, and which tool is used and why no other."""
    cluster, server = of.field.cluster, situation.carried.server.name
    found = [
        f"Nothing in the directory changes: the name {server} and {cluster.floating_ip} move with the group.",
        f"Whether {situation.target} has every resource DLL is not looked at here; a diagnosis tells.",
    ]
    tool = of.driver.product.tool(of.field.generation.key)
    if tool is not None:
        found += [f"{tool.name} moves it. {tool.why}", *tool.notes]
    return found
