"""Judges what set-up writes to the registry of each node: event sources, and the bindings of the Exchange provider."""

from collections.abc import Iterator

from console.domain.clustered import ClusteredSetup, EventSource
from console.domain.doctor.facts import NodeFacts, SourceFact, arrived
from console.domain.doctor.questions import LOG_KEYS
from console.domain.doctor.readings import base_name
from console.domain.findings import Finding


def event_sources(node: NodeFacts, other: NodeFacts | None, setup: ClusteredSetup) -> Iterator[Finding]:
    """Sources that are missing or name another message file: the catalog's, and those that the other node has."""
    if node.sources is None:
        return
    for wanted in setup.sources:
        yield from _known_source(node, other, wanted, setup)
    names = {one.name.casefold() for one in node.sources} | {one.name.casefold() for one in setup.sources}
    files = {one.file.casefold() for one in setup.sources}
    for theirs in _of_exchange(other):
        if theirs.name.casefold() not in names and base_name(theirs.path) not in files:
            evidence = f"It is in neither event log of this node; {theirs.log} of {other.node if other else ''} has it."
            yield _missing(node, theirs.log, theirs.name, theirs.file, evidence)


def _of_exchange(node: NodeFacts | None) -> Iterator[SourceFact]:
    """The sources of a node whose message file is one of Exchange's."""
    for source in (node.sources if node else None) or ():
        if node and source.path and node.lies_in(source.path) is not None:
            yield source


def _known_source(
    node: NodeFacts, other: NodeFacts | None, wanted: EventSource, setup: ClusteredSetup
) -> Iterator[Finding]:
    """One source of the catalog: found by its message file, or by its name."""
    good = _good(node, wanted)
    if good is not None:
        if good.path.casefold() in node.strayed:
            evidence = f"{good.path} is not there."
            yield Finding("event-sources.no-file", node.node, good.name, evidence, _data(good, good.file))
        return
    theirs = _good(other, wanted) if other else None
    name, log = (theirs.name, theirs.log) if theirs else (wanted.name, LOG_KEYS[0].rpartition("\\")[2])
    file = theirs.file if theirs else _file(node, wanted)
    found = next((one for one in node.sources or () if one.name.casefold() == name.casefold()), None)
    silence = _silence(node) if wanted.name == setup.reports else ""
    if found is None:
        yield _missing(node, log, name, file, f"It is in neither event log of this node.{silence}")
    else:
        evidence = f"Its message file is {found.file or 'not named'}, not {wanted.file}.{silence}"
        yield Finding("event-sources.wrong-file", node.node, found.name, evidence, _data(found, file))


def _good(node: NodeFacts, wanted: EventSource) -> SourceFact | None:
    """The source of a node that is as it should be: by its name, by its message file, or both where both are sure."""
    known = node.sources or ()
    named = [one for one in known if one.name.casefold() == wanted.name.casefold()]
    if wanted.inferred_file:
        return next((one for one in named if one.file), None)
    fitting = [one for one in known if base_name(one.path or one.file) == wanted.file.casefold()]
    both = [one for one in named if one in fitting]
    return next(iter(both if wanted.in_cluster_folder else both or fitting), None)


def _file(node: NodeFacts, wanted: EventSource) -> str:
    """What the value should be where the other node does not show it; empty when the file is nowhere to be seen."""
    if wanted.in_cluster_folder:
        return rf"%SystemRoot%\Cluster\{wanted.file}"
    there = (node.binaries or {}).get(wanted.file.casefold())
    return rf"{node.bin}\{there.name}" if there else ""


def _missing(node: NodeFacts, log: str, name: str, file: str, evidence: str) -> Finding:
    key = next((key for key in LOG_KEYS if key.endswith(f"\\{log}")), LOG_KEYS[0])
    data = {"source": name, "log": log, "key": rf"{key}\{name}", "file": file}
    return Finding("event-sources.missing", node.node, name, evidence, data)


def _data(found: SourceFact, file: str) -> dict[str, str]:
    key = next((key for key in LOG_KEYS if key.endswith(f"\\{found.log}")), LOG_KEYS[0])
    return {"source": found.name, "log": found.log, "key": rf"{key}\{found.name}", "file": file, "found": found.file}


def _silence(node: NodeFacts) -> str:
    """What the event log says to it: whether anything arrives."""
    if node.reported is None:
        return ""
    count, last = node.reported
    return f" All the same it logged {arrived(count, last)}." if count else " No event came under it."


def provider(node: NodeFacts, other: NodeFacts | None, setup: ClusteredSetup) -> Iterator[Finding]:
    """Whether the Exchange provider is bound to what it needs."""
    if node.bound is None:
        return
    found = _protocols(node.bound)
    lacking = [one for one in setup.bindings if one not in found]
    if not lacking:
        return
    theirs = other.bound if other and other.bound else ""
    whole = theirs if theirs and set(setup.bindings) <= set(_protocols(theirs)) else ""
    wanted = whole or ",".join([*setup.bindings, *(one for one in found if one not in setup.bindings)])
    data = {"key": setup.provider_key, "value": setup.provider_value, "found": node.bound, "wanted": wanted}
    told = f"is {node.bound}" if node.bound else "is empty or not there"
    evidence = f"{setup.provider_value} {told}; it lacks {' and '.join(lacking)}."
    yield Finding("provider.binding", node.node, setup.provider_value, evidence, data)


def _protocols(text: str) -> list[str]:
    return [part.strip().casefold() for part in text.replace(r"\0", ",").replace(";", ",").split(",") if part.strip()]
