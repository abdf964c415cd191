"""Prove that a group which carries the server's name came up: resources in their order, services, all at once."""

from collections.abc import Sequence

from console.domain import drift
from console.domain.details import read_details
from console.domain.event_log import read_logs
from console.domain.observation import ResourceState, ServiceState
from console.domain.observe import observe_services
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.carried import ONLINE, is_pending, said, states_of
from console.domain.steps.proof import Moved
from console.domain.steps.recheck import drifted

FAILED, OFFLINE = "failed", "offline"
SETTLE_SECONDS = 3.0
"""How long a resource may show as failed, or nothing as under way, before it counts: the cluster tries again."""


class ResourcesOnline:
    """Every resource of the group is online on the target, looked at in the order of what depends on what."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Never for a resource that stays failed, or down with nothing under way, or a group that went elsewhere."""
        look = self.once(stage, step)
        if look.goal is Goal.NEVER:
            stage.clock.sleep(SETTLE_SECONDS)
            return self.once(stage, step)
        return look

    def once(self, stage: Stage, step: Step) -> Look:
        """One look, by the target's own cluster service."""
        target = step.params["node"]
        states, silent = states_of(stage, [target])
        if target not in states:
            return Look(Goal.UNKNOWN, f"The resources on {target} cannot be read ({silent}).", ongoing=True)
        group = states[target]
        if group.current.casefold() != target.casefold() and not is_pending(group.status):
            return self._elsewhere(stage, step, said(states))
        resources = in_order(group.resources, step.params["order"])
        down = [r for r in resources if r.status.casefold() != ONLINE]
        if not down:
            return Look(Goal.HOLDS, f"Online on {target}, in their order: {', '.join(r.name for r in resources)}.")
        text = _progress(target, resources, down)
        broken = [r for r in down if r.status.casefold() == FAILED]
        if broken:
            others = [r for r in down if r is not broken[0]]
            return self._never(step, f"{broken[0].name} has failed on {target}. {_progress(target, resources, others)}")
        if not any(is_pending(r.status) for r in down) and not is_pending(group.status):
            return self._never(step, f"{down[0].name} is {down[0].status}, and nothing brings it up. {text}")
        return Look(Goal.NOT_YET, text, ongoing=True, remedy=self._remedy(step))

    def _elsewhere(self, stage: Stage, step: Step, text: str) -> Look:
        """The cluster has taken the group away again: the target's event log says which resource failed there."""
        target, names = step.params["node"], step.params["order"]
        failed = failed_by_log(stage, target, names)
        why = f"{failed} has failed on {target}, by its event log, and the group did not stay there. " if failed else ""
        return self._never(step, f"{why}{text}: it did not stay on {target}.")

    def _never(self, step: Step, text: str) -> Look:
        return Look(Goal.NEVER, text, remedy=self._remedy(step))

    def _remedy(self, step: Step) -> str:
        target = step.params["node"]
        return (
            f"Read the event log of {target} and mend the cause. Then bring the group up there by the cluster and have "
            "the operation carried on; or take it back."
        )

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""


def _progress(target: str, resources: Sequence[ResourceState], down: Sequence[ResourceState]) -> str:
    """How far they have come: what of `down` is on its way or broken by name, what only waits for that by number."""
    up = sum(r.status.casefold() == ONLINE for r in resources)
    shown = [f"{r.name} ({r.status})" for r in down if r.status.casefold() != OFFLINE]
    rest = len(down) - len(shown)
    waits = [f"{rest} more {'is' if rest == 1 else 'are'} offline"] if rest else []
    return f"{'; '.join([f'On {target} {up} of {len(resources)} are online', *shown, *waits])}."


def failed_by_log(stage: Stage, node: str, names: Sequence[str]) -> str:
    """The resource that failed first on `node` since the plan was made, by any event that names one; else nothing."""
    reading = read_logs(
        stage.field.session(node), stage.clock, stage.plan.created, within=stage.field.cluster.timing.command
    )
    told = sorted(reading.occurrences, key=lambda occurrence: occurrence.first)
    longest = sorted(names, key=len, reverse=True)
    return next((name for event in told for name in longest if f"'{name}'" in event.message), "")


def in_order(resources: Sequence[ResourceState], order: Sequence[str]) -> list[ResourceState]:
    """The resources in the plan's order; what has come since stands at the end."""
    place = {name: number for number, name in enumerate(order)}
    return sorted(resources, key=lambda resource: place.get(resource.name, len(place)))


class ServicesRun:
    """Every Exchange service that the group brings up runs on the target."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Asks the node itself, whatever the cluster says of its resources."""
        field, target = stage.field, step.params["node"]
        names = [service.name for service in field.generation.running_services(field.cluster.extra_services)]
        seen = observe_services(field.session(target), names, within=field.cluster.timing.command)
        told = {name: seen[name.casefold()] for name in names}
        idle = [f"{n} is {s.value.state if s.value else 'unknown'}" for n, s in told.items() if not _runs(s.value)]
        if not idle:
            return Look(Goal.HOLDS, f"All {len(names)} services run on {target}.")
        pending = any(s.value is not None and s.value.state.endswith("PENDING") for s in told.values())
        remedy = f"Read the event log of {target}; bring the resource behind it online by the cluster, never by hand."
        return Look(Goal.NOT_YET, f"On {target} {'; '.join(idle)}.", ongoing=pending, remedy=remedy)

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""


def _runs(state: ServiceState | None) -> bool:
    return state is not None and state.state == "RUNNING"


class CarriedMoved(Moved):
    """All at once and freshly, as after any move; and whether the way back is open."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """As for any move; once it holds, a resource that may not run on the other node is named in the journal."""
        look = super().look(stage, step, applied=applied)
        if look.goal is Goal.HOLDS:
            self._way_back(stage, step)
        return look

    def _way_back(self, stage: Stage, step: Step) -> None:
        target = step.params["node"]
        other, group = stage.field.cluster.other(target).name, stage.field.cluster.group
        view = stage.field.observe_node(target).engine.value
        details = read_details(stage.field, target, view) if view is not None else None
        if details is None or details.value is None:
            return
        resources = details.value.groups[group].resources if group in details.value.groups else ()
        barred = [r.name for r in resources if r.owners is not None and not _may(r, other)]
        if barred:
            stage.note(step, f"The way back is closed: {', '.join(barred)} may not run on {other}.", kind="warning")


def _may(resource: ResourceState, node: str) -> bool:
    return node.casefold() in {name.casefold() for name in resource.owners or ()}


class CarriedRecheck:
    """Nothing that the plan relies on has changed: owner, nodes, services, resources, the server and its stores."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads nodes and server afresh. Raises `Drifted` with everything that changed."""
        field, plan = stage.field, stage.plan
        observation = field.observe()
        silent = [
            f"{name} ({seen.hostname.unknown or seen.unreachable})"
            for name, seen in observation.nodes.items()
            if not seen.hostname.value
        ]
        if silent:
            text = f"Whether the plan still fits cannot be told without {' and '.join(silent)}."
            return Look(Goal.UNKNOWN, text, remedy="See that the node answers over WinRM, then make a new plan.")
        now = drift.carried_fingerprint(field.cluster, field.generation, observation, field.read_carried())
        found = drift.differences(plan.structural, now)
        if found:
            raise drifted(stage, step, "The plan no longer fits", found)
        return Look(Goal.HOLDS, "Nodes, services, resources and stores are as the plan expects.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do."""


class ForcedRecheck:
    """The group still does not serve mail elsewhere, by the target's own cluster service; the server is the same."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Never for a group that has come up elsewhere since. Raises `Drifted` for another server or other stores."""
        field, target = stage.field, stage.plan.target
        states, silent = states_of(stage, [target])
        if target not in states:
            return Look(Goal.UNKNOWN, f"{target} cannot tell how the group is ({silent}).")
        group = states[target]
        elsewhere = group.current.casefold() not in ("", target.casefold())
        carried = field.read_carried()
        found = drift.differences(plan_of_server(stage), carried.fingerprint())
        if found:
            raise drifted(stage, step, "The server is no longer as it was when this was planned", found)
        if elsewhere and group.status.casefold() == ONLINE and self._serves(stage, group.current, carried.labels):
            text = f"{said(states)}, every store is mounted there, and mail answers."
            return Look(Goal.NEVER, text, remedy="There is nothing left to force; plan a failover to move it.")
        return Look(Goal.HOLDS, f"{said(states)}; it does not serve mail elsewhere.")

    def _serves(self, stage: Stage, owner: str, labels: frozenset[str]) -> bool:
        field = stage.field
        if owner.casefold() not in {node.name.casefold() for node in field.cluster.nodes}:
            return False
        mounted = field.observe_node(field.cluster.node(owner).name).stores.value
        greets = field.greet_all()
        return mounted is not None and labels <= mounted and bool(greets) and all(g.ok for g in greets.values())

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do."""


def plan_of_server(stage: Stage) -> dict[str, object]:
    """What the plan relies on of the server alone."""
    return {name: stage.plan.structural[name] for name in drift.OF_SERVER if name in stage.plan.structural}
