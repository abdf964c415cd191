"""What each resource of a group depends on and which nodes may run it, from cluster.exe or the FailoverClusters module.

cluster.exe's layout for dependencies is not certain: a line of it is known by the resource with whose name it begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from console.domain.errors import Garbled
from console.domain.observation import GroupState, ResourceState
from console.domain.ports import Argv, CommandResult
from console.drivers.mscs import commands
from console.drivers.mscs.numbers import read_csv
from console.drivers.mscs.tables import body

Reading = Callable[[CommandResult, Sequence[str]], tuple[str, ...]]


def questions(group: GroupState, *, by_module: bool) -> tuple[Argv, ...]:
    """For each resource which nodes may run it, then what it depends on."""
    owners, needs = (
        (commands.module_owners, commands.module_dependencies)
        if by_module
        else (commands.owners, commands.dependencies)
    )
    return tuple(argv for resource in group.resources for argv in (owners(resource.name), needs(resource.name)))


def read(group: GroupState, nodes: Sequence[str], results: Sequence[CommandResult], *, by_module: bool) -> GroupState:
    """`group` with what the results of `questions` say. Raises `Garbled`."""
    owners, needs = (_module_owners, _module_needs) if by_module else (_owners, _needs)
    names = [resource.name for resource in group.resources]

    def detailed(number: int, resource: ResourceState) -> ResourceState:
        told, wants = results[2 * number : 2 * number + 2]
        for result in (told, wants):
            if not result.ok:
                said = " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
                raise Garbled(f"Of the resource {resource.name} the node says, with {result.exit_code}: {said}")
        others = [name for name in names if name != resource.name]
        return replace(resource, owners=owners(told, nodes), depends_on=needs(wants, others))

    if len(results) != 2 * len(names):
        raise Garbled(f"There are {len(results)} answers about {len(names)} resources.")
    return replace(group, resources=tuple(detailed(n, resource) for n, resource in enumerate(group.resources)))


def _owners(result: CommandResult, nodes: Sequence[str]) -> tuple[str, ...]:
    known = {node.casefold(): node for node in nodes}
    said = [line.strip() for line in body(result)]
    return tuple(known.get(name.casefold(), name) for name in said)


def _needs(result: CommandResult, others: Sequence[str]) -> tuple[str, ...]:
    """The resources at the beginnings of the lines; none when there is a heading and no list below it."""
    found = []
    headed_only = len([line for line in result.stdout.splitlines() if line.strip()]) == 1
    for line in () if headed_only else body(result):
        begins = [name for name in others if f"{line} ".startswith(f"{name} ")]
        if not begins:
            raise Garbled(f"`cluster resource /listdep` shows a line that begins with no resource: {line[:200]}")
        found.append(max(begins, key=len))
    return tuple(found)


def _module_owners(result: CommandResult, nodes: Sequence[str]) -> tuple[str, ...]:
    known = {node.casefold(): node for node in nodes}
    names = [line.get("Name", "") for line in read_csv(result)]
    return tuple(known.get(name.casefold(), name) for name in names)


def _module_needs(result: CommandResult, others: Sequence[str]) -> tuple[str, ...]:
    told = " ".join(line.get("DependencyExpression", "") for line in read_csv(result))
    return tuple(name for name in others if f"[{name}]" in told)
