"""Prove that mail works: stores mounted, greetings on the floating IP, and everything of a move at once."""

from console.domain.observation import NodeObservation
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage


def stores_look(seen: NodeObservation, wanted: frozenset[str]) -> Look:
    """How the mounting of `wanted` stands on the node that was observed."""
    mounted = seen.stores.value
    if mounted is None:
        return Look(Goal.UNKNOWN, f"Which stores are mounted on {seen.node} cannot be read: {seen.stores.unknown}")
    missing = sorted(wanted - mounted)
    if not missing:
        return Look(Goal.HOLDS, f"All {len(wanted)} stores are mounted on {seen.node}.")
    text = f"Not mounted on {seen.node}: {', '.join(missing)}."
    remedy = "Read the event log (MSExchangeIS) of the node, mount the store there; then have the operation carried on."
    return Look(Goal.NOT_YET, text, remedy=remedy)


class MountedStores:
    """Every store of the target's server is mounted, though its service may run without."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads the stores on the target."""
        return stores_look(stage.field.observe_node(step.params["node"]), frozenset(step.params["stores"]))

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""


class Greet:
    """Every expected protocol greets on the floating IP: not a bare connect, the greeting itself."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Asks each in turn."""
        said = stage.field.greet_all()
        silent = [f"{at.protocol} on port {at.port}: {hello.text}" for at, hello in said.items() if not hello.ok]
        if not silent:
            words = "; ".join(f"{at.protocol}: {hello.text}" for at, hello in said.items())
            return Look(Goal.HOLDS, f"{stage.field.cluster.floating_ip} greets ({words}).")
        text = f"{stage.field.cluster.floating_ip} does not greet: {'; '.join(silent)}."
        return Look(Goal.NOT_YET, text, remedy="Look at the protocol's service and the floating IP on the node.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""


class Moved:
    """All at once and freshly: owner, partition, address, services, every store mounted, greetings."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Observes everything again; the end of the outage when it holds."""
        field, target = stage.field, step.params["node"]
        observation = field.observe()
        problems = self._group_problems(stage, target, observation.owner(field.cluster.group).value)
        seen = observation.nodes[target]
        problems += self._service_problems(stage, seen)
        stores = stores_look(seen, frozenset(step.params["stores"]))
        greeting = Greet().look(stage, step, applied=applied)
        problems += [look.text for look in (stores, greeting) if look.goal is not Goal.HOLDS]
        problems += self._resource_problems(stage, seen)
        if problems:
            return Look(Goal.NOT_YET, " ".join(problems), remedy="Mend what is named; observe the cluster again.")
        text = f"Proved: {field.cluster.group} with partition and address on {target}, services, stores and greetings."
        return Look(Goal.HOLDS, text, data={"mark": "outage-ended"})

    def _group_problems(self, stage: Stage, target: str, owner: str | None) -> list[str]:
        if owner is not None and owner.casefold() == target.casefold():
            return []
        return [f"{stage.field.cluster.group} is not seen on {target}."]

    def _resource_problems(self, stage: Stage, seen: NodeObservation) -> list[str]:
        view = seen.engine.value
        group = view.groups.get(stage.field.cluster.group) if view else None
        if group is None:
            return [f"The resources of {stage.field.cluster.group} cannot be read on {seen.node}."]
        return [f"Resource {r.name} is {r.status}." for r in group.resources if r.status.casefold() != "online"]

    def _service_problems(self, stage: Stage, seen: NodeObservation) -> list[str]:
        wanted = stage.field.generation.running_services(stage.field.cluster.extra_services)
        states = {service.name: seen.service(service.name) for service in wanted}
        return [
            f"{name} is {state.value.state if state.value else 'unknown'}."
            for name, state in states.items()
            if state.value is None or state.value.state != "RUNNING"
        ]

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but look again."""
