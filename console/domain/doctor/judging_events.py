"""Judges the events of a node: those that a rule of the catalog explains as a finding, gathered and counted."""

from collections.abc import Iterator, Sequence

from console.domain.doctor.facts import NodeFacts
from console.domain.event_log import Judged, Occurrence
from console.domain.findings import Finding
from console.domain.products import Generation

SERVICES = "Service Control Manager"
"""The source that reports of all services, of which only those of Exchange matter here."""


def events(node: NodeFacts, generation: Generation) -> Iterator[Finding]:
    """One finding for each kind that has come up, with how often, when and what the newest one said."""
    kinds: dict[str, list[Occurrence]] = {}
    for judged in node.events or ():
        if judged.rule and judged.rule.finding and not judged.benign and _concerns(judged, _services(generation)):
            kinds.setdefault(judged.rule.finding, []).append(judged.occurrence)
    for code, found in kinds.items():
        newest = max(found, key=lambda one: one.last)
        count = sum(one.count for one in found)
        since = min(one.first for one in found)
        times = "once" if count == 1 else f"{count} times since {since}"
        evidence = f"{times}, last at {newest.last}: {newest.source} {newest.code}: {newest.message[:200]}"
        data = {"source": newest.source, "code": str(newest.code), "count": str(count), "first": since}
        yield Finding(code, node.node, newest.source, evidence, data | {"last": newest.last})


def _concerns(judged: Judged, services: Sequence[str]) -> bool:
    """Whether it is about Exchange: what the Service Control Manager says of other services is not."""
    if judged.occurrence.source.casefold() != SERVICES.casefold():
        return True
    message = judged.occurrence.message.casefold()
    return any(name in message for name in services)


def _services(generation: Generation) -> tuple[str, ...]:
    known = (*generation.services, *generation.resource_services)
    return tuple({text.casefold() for service in known for text in (service.name, service.display)})
