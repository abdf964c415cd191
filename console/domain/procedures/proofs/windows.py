"""Proofs that ask a node something of their own: a service of Windows, folders on the partition."""

from console.domain import readings
from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, untold, without
from console.domain.readings.windows import read_blocks, said
from console.domain.topology import Cluster

MSDTC = "MSDTC"
SYSTEM: Argv = ("wmic", "os", "get", "ServicePackMajorVersion,Version", "/value")
FIXES: Argv = ("wmic", "qfe", "get", "HotFixID", "/value")
EACH_GROUP = "{storage group}"
"""Stands in a path for the name of each storage group."""


def msdtc_questions(_: Grounds, __: tuple[str, ...]) -> tuple[Argv, ...]:
    """How the service stands, and how it starts."""
    return (("sc", "query", MSDTC), ("sc", "qc", MSDTC))


def msdtc(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """The Distributed Transaction Coordinator runs, and starts by itself."""
    query, config = msdtc_questions(grounds, ())
    wrong = []
    for node in grounds.nodes(side):
        state = readings.read_service(MSDTC, grounds.answer(node, query)).state
        start, _needs = readings.read_config(MSDTC, grounds.answer(node, config))
        if state != "RUNNING":
            wrong.append(f"{MSDTC} on {node.node} is {state}.")
        if start != "AUTO":
            wrong.append(f"{MSDTC} on {node.node} does not start by itself: {start or 'not installed'}.")
    return without(wrong, "It runs on both nodes.")


def hotfix_questions(_: Grounds, __: tuple[str, ...]) -> tuple[Argv, ...]:
    """Windows' service pack, and its list of fixes."""
    return (SYSTEM, FIXES)


def hotfixes(grounds: Grounds, side: Side, about: tuple[str, ...]) -> Finding:
    """Every node has the fixes, or a service pack of Windows that holds them: from 2 on, and any Windows after 2003."""
    wrong = []
    for node in grounds.nodes(side):
        system = next(iter(read_blocks(grounds.answer(node, SYSTEM))), {})
        if not system.get("Version") or not system.get("ServicePackMajorVersion", "").isdecimal():
            raise Garbled(f"Windows on {node.node} does not tell its version and service pack.")
        if not system["Version"].startswith("5.2.") or int(system["ServicePackMajorVersion"]) >= 2:
            continue
        there = {block.get("HotFixID", "").upper() for block in read_blocks(grounds.answer(node, FIXES))}
        wrong += [f"{node.node} has neither Service Pack 2 of Windows nor {fix}." for fix in about if fix not in there]
    return without(wrong, "The fixes are there, by themselves or in a service pack.")


def folder_questions(grounds: Grounds, about: tuple[str, ...]) -> tuple[Argv, ...]:
    """The folders within the folder above each that the step is about."""
    above = {_split(path)[0] for path in on_partition(grounds.cluster, about)}
    return tuple(("dir", "/b", "/ad", folder) for folder in sorted(above))


def folders(grounds: Grounds, _: Side, about: tuple[str, ...]) -> Finding:
    """The folders are on the partition, as the node tells that has the group."""
    active = grounds.nodes(Side.ACTIVE)
    if not active:
        return untold("No node is known to have the group, so nothing shows the partition.")
    missing = []
    for path in _each_group(grounds, on_partition(grounds.cluster, about)):
        above, name = _split(path)
        listed = _listed(grounds.answer(active[0], ("dir", "/b", "/ad", above)))
        if name.casefold() not in listed:
            missing.append(f"There is no folder {path}.")
    return without(missing, "They are there.")


def _each_group(grounds: Grounds, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths, with one for each storage group of the primary server in the place of `{storage group}`.

    Raises `ChangeoverError` when there is such a place and the directory was not read.
    """
    found: dict[str, None] = {}
    for path in paths:
        groups = [group.name for group in grounds.servers(Side.PRIMARY)[0].groups] if EACH_GROUP in path else [""]
        found |= dict.fromkeys(path.replace(EACH_GROUP, group) for group in groups)
    return tuple(found)


def _listed(result: CommandResult) -> set[str]:
    """The names that `dir /b` printed; with nothing to list it ends with 1 and a sentence in the node's language.

    Raises `Garbled` for any other end.
    """
    if result.exit_code not in (0, 1):
        raise Garbled(f"dir ended with exit code {result.exit_code}: {said(result)}")
    return {line.strip().casefold() for line in result.stdout.splitlines() if line.strip()} if result.ok else set()


def on_partition(cluster: Cluster, about: tuple[str, ...]) -> tuple[str, ...]:
    """The guide's paths on X: as paths on the cluster's own partition."""
    return tuple(cluster.partition + path.removeprefix("X:") for path in about)


def _split(path: str) -> tuple[str, str]:
    """The folder above and the name; the root as `X:\\.`, since a backslash at the end would escape a quote."""
    above, _, name = path.rpartition("\\")
    return (above + "\\." if above.endswith(":") else above), name
