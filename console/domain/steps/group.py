"""Move the failover group by the cluster product, detached, and prove by both nodes that it arrived."""

from collections.abc import Collection, Sequence

from console.domain.errors import Garbled, ReachError
from console.domain.events.agreement import why_not
from console.domain.events.opinion import IDLE_STATES
from console.domain.observation import ClusterView, GroupState, Seen
from console.domain.observe import observe_services
from console.domain.plan import Step
from console.domain.ports import Argv
from console.domain.receipts import Receipt
from console.domain.steps.asking import other_run, target_run
from console.domain.steps.base import Goal, Look, Stage, StepFailed

SILENT_SECONDS = 15.0
"""How long a node that could not tell is left alone; no longer than an agreement lasts while mailboxes change."""
TOLD_WITHIN = 15.0
"""How long a step waits until any node can tell where the group is."""
AGREED_WITHIN = 30.0
"""How long whoever carries an operation on waits for the nodes to tell that the group is where it shall be."""
HANDING = frozenset(
    {"group.move", "group.start", "hand-over", "hand-over.dead", "group.move-back", "hand-over.back", "group.carry"}
)
"""The kinds of steps that hand the group to the target."""


def views(stage: Stage, nodes: Sequence[str]) -> dict[str, Seen[ClusterView]]:
    """What each node's engine says now; a node that cannot tell is a fact."""
    return {name: _view(stage, name) for name in nodes}


def _view(stage: Stage, name: str) -> Seen[ClusterView]:
    field = stage.field
    try:
        asked = field.driver.questions(field.cluster, field.cluster.node(name))
        results = field.session(name).batch(asked, within=field.cluster.timing.command)
        return Seen(field.driver.read_view(field.cluster, results))
    except (ReachError, Garbled) as error:
        return Seen.nothing(error.message)


def require_owner(stage: Stage, node: str) -> None:
    """Agreement before the directory moves: the group is on `node`, or is being handed to it by this operation.

    Every engine that answers says so, else `StepFailed`; while none answers they are asked again for a while, since
    a short break of the network must not end a switch half-way. See `console.domain.events.agreement`.
    """
    deadline = stage.clock.monotonic() + TOLD_WITHIN
    while True:
        told = _owners(stage, node)
        asking = [name for name, owner in told.items() if owner.casefold() == name.casefold() and _asks(stage, name)]
        reason = why_not(told, node, run=target_run(stage), asking=asking)
        if reason is None:
            return
        if told or stage.clock.monotonic() >= deadline:
            remedy = "Find out where the group is; then have the operation carried on, or make a new plan."
            raise StepFailed(reason, remedy=remedy)
        stage.clock.sleep(1.0)


def _owners(stage: Stage, node: str) -> dict[str, str]:
    """Who has the group, by each node that can tell."""
    group = stage.field.cluster.group
    return {
        name: view.groups[group].current
        for name, seen in _answers(stage, node).items()
        if (view := seen.value) is not None and group in view.groups
    }


def require_agreement(stage: Stage, finished: Collection[str]) -> None:
    """Agreement observed afresh by whoever carries an operation on, before anything else changes (design rule 13).

    Nothing is asked of an operation that has yet to hand the group over. What cannot be told, or does not fit, is
    asked again for a while; then `StepFailed`.
    """
    if any(step.kind in HANDING and step.key not in finished for step in stage.plan.steps):
        return
    deadline = stage.clock.monotonic() + AGREED_WITHIN
    while True:
        try:
            require_owner(stage, stage.plan.target)
        except StepFailed:
            if stage.clock.monotonic() >= deadline:
                raise
            stage.clock.sleep(1.0)
        else:
            return


def _answers(stage: Stage, target: str) -> dict[str, Seen[ClusterView]]:
    """What the nodes' engines say; a dead one is not waited for again at each step, or mail would wait with us."""
    now = stage.clock.monotonic()
    other = stage.field.cluster.other(target).name
    silent = now - stage.silent.get(other, -SILENT_SECONDS) < SILENT_SECONDS
    found = views(stage, [target] if silent else [target, other])
    if other in found and found[other].value is None:
        stage.silent[other] = stage.clock.monotonic()
    return found


def require_coming(stage: Stage, node: str) -> None:
    """The group has not failed on `node` and is nowhere else, by that node's own engine; else `StepFailed`."""
    seen = views(stage, [node])[node]
    group = seen.value.groups.get(stage.field.cluster.group) if seen.value else None
    if group is None:
        return
    if group.status.casefold().endswith("failure") or group.current.casefold() != node.casefold():
        text = f"{group.name} is {group.status} on {group.current or 'no node'}, and START.BAT never asked on {node}."
        raise StepFailed(text, remedy=f"Look at the failed resource with clpstat on {node}; then make a new plan.")


def _asks(stage: Stage, name: str) -> bool:
    """Whether what the other node says of itself is only its script's question: it has no go, and its store is down."""
    run = other_run(stage)
    if name.casefold() == stage.plan.target.casefold() or run is None or not run.asks:
        return False
    field = stage.field
    stores = [service.name for service in field.generation.services if service.mounts_stores]
    seen = observe_services(field.session(name), stores, within=field.cluster.timing.command)
    return all(s.value is not None and s.value.state in IDLE_STATES for s in seen.values())


class MoveGroup:
    """The group is online on the target, by the product's own word."""

    only_looks = False
    failure_is_final = True
    """Whether a group in failure is an end; where it is to be started, only the command's own exit code is."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when an engine shows the group online on the target and no other engine contradicts."""
        source, target = step.params["source"], step.params["target"]
        seen = views(stage, [target, source])
        group = stage.field.cluster.group
        states = {
            name: view.groups[group]
            for name, s in seen.items()
            if (view := s.value) is not None and group in view.groups
        }
        if not states:
            why = "; ".join(f"{name}: {s.unknown or 'does not know the group'}" for name, s in seen.items())
            return Look(Goal.UNKNOWN, f"No node can tell where {group} is ({why}).", ongoing=applied)
        text = "; ".join(f"{name} says {group} is {g.status} on {g.current or 'no node'}" for name, g in states.items())
        if self.arrived(stage, step, list(states.values())):
            return Look(Goal.HOLDS, f"{text}.")
        if self.failure_is_final and any(g.status.casefold().endswith("failure") for g in states.values()):
            remedy = f"Look at the failed resource (clpstat on {target}); once it is up, have the operation carried on."
            return Look(Goal.NEVER, f"{text}.", remedy=remedy)
        if applied:
            return self._while_moving(stage, step, text)
        holders = sorted({g.current for g in states.values()})
        return Look(Goal.NOT_YET, f"{text}.", data={"owner": holders[0] if len(holders) == 1 else ""})

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """Where the group was seen, so that it can be moved back there."""
        ends = {"source": step.params["source"], "target": step.params["target"]}
        return Receipt(step.key, step.kind, look.text, {**ends, "owner": look.data.get("owner", "")})

    def arrived(self, stage: Stage, step: Step, states: list[GroupState]) -> bool:
        """Whether the group is where it shall be, by every engine that answers."""
        target = step.params["target"].casefold()
        return all(g.current.casefold() == target and g.status.casefold() == "online" for g in states)

    def runs_on(self, step: Step) -> str:
        """The node that runs the command."""
        return str(step.params["source"])

    def command(self, stage: Stage, step: Step) -> Argv:
        """The command itself."""
        return stage.field.driver.move(stage.field.cluster, step.params["target"])

    def _while_moving(self, stage: Stage, step: Step, text: str) -> Look:
        """After the move was sent: what the detached command itself says, when its node can be asked."""
        try:
            within = stage.field.cluster.timing.command
            run = stage.field.session(self.runs_on(step)).launched(run_id(stage, step.key), within=within)
        except ReachError as error:
            return Look(Goal.NOT_YET, f"{text}; {self.runs_on(step)}: {error.message}", ongoing=True)
        if run.state == "finished" and run.exit_code != 0:
            said = run.output.strip() or "no text"
            remedy = "Mend what the cluster product names, then have the operation carried on."
            return Look(Goal.NEVER, f"The move ended with exit code {run.exit_code}: {said} {text}.", remedy=remedy)
        return Look(Goal.NOT_YET, f"{text}; the move is {run.state}.", ongoing=run.state != "absent")

    def begun(self, stage: Stage, step: Step) -> bool | None:
        """Whether the detached command began, which its node knows by the name that it was given."""
        within = stage.field.cluster.timing.command
        run = stage.field.session(self.runs_on(step)).launched(run_id(stage, step.key), within=within)
        return run.state not in ("absent", "prepared")

    def apply(self, stage: Stage, step: Step) -> None:
        """Start the command so that it outlives our connection, once, named by operation and step."""
        field, node = stage.field, self.runs_on(step)
        argv = self.command(stage, step)
        field.session(node).launch(run_id(stage, step.key), argv, within=field.cluster.timing.command)
        stage.note(step, f"Started on {node}: {' '.join(argv)}")


class StartGroup(MoveGroup):
    """The group is online on the target, started there: the node that had it is dead."""

    failure_is_final = False

    def runs_on(self, step: Step) -> str:
        """The target itself."""
        return str(step.params["target"])

    def command(self, stage: Stage, step: Step) -> Argv:
        """The start command, never forced."""
        return stage.field.driver.start(stage.field.cluster, step.params["target"])


def run_id(stage: Stage, key: str) -> str:
    """The name of the detached command of the step `key` on the node, in the attempt in which it acts or acted."""
    attempt = stage.acted.get(key, stage.attempt)
    again = f"-{attempt}" if attempt > 1 else ""
    return f"co-{stage.operation}-{key}{again}"
