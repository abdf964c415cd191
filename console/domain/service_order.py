"""The order in which services start: by the dependencies that the node itself reports, then by the catalog."""

from collections.abc import Iterable, Mapping, Sequence

from console.domain.errors import ChangeoverError
from console.domain.products import Service


class CircularServices(ChangeoverError):
    """The node reports services that wait for each other."""

    remedy = "Correct the services' dependencies on the node: `sc qc NAME` shows them, `sc config` sets them."


def order(services: Sequence[Service], dependencies: Mapping[str, Iterable[str]]) -> tuple[Service, ...]:
    """`services` so that each stands after those it depends on, otherwise in the order given.

    `dependencies`: service name (any case) to the names that it needs directly; names outside of `services` are the
    system's own and carry dependencies on, too. Raises `CircularServices`. Stop in the reverse of what this gives.
    """
    graph = {name.casefold(): {need.casefold() for need in needs} for name, needs in dependencies.items()}
    waiting = list(services)
    started: list[Service] = []
    while waiting:
        left = {service.name.casefold() for service in waiting}
        ready = next((s for s in waiting if not _needs(s.name.casefold(), graph) & left), None)
        if ready is None:
            raise CircularServices(f"These services depend on each other: {', '.join(s.name for s in waiting)}.")
        waiting.remove(ready)
        started.append(ready)
    return tuple(started)


def _needs(name: str, graph: Mapping[str, set[str]]) -> set[str]:
    """Everything that `name` needs, directly or by way of others; holds `name` itself when it needs itself."""
    found: set[str] = set()
    todo = list(graph.get(name, ()))
    while todo:
        need = todo.pop()
        if need not in found:
            found.add(need)
            todo.extend(graph.get(need, ()))
    return found
