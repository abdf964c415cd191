"""A twin: the definition of a lab that is shaped like a real cluster, with nothing of its names in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAME, PREFIX, BASE = "Twin", "TWIN", "127.0.77"
DEFAULT_GROUPS = {"2003": ((1, 1), (1, 0)), "2007": ((1, 0), (1, 0))}
"""Stores of a cluster of which nobody has seen any: of each storage group, for mailboxes and for public folders."""
PLAYED = ("smtp", "pop3", "http")
"""Protocols whose services every server of the lab runs."""


@dataclass(frozen=True)
class Shape:
    """What makes a cluster take as long as it does: product and versions, stores, mailboxes, and measured times."""

    product: str
    generation: str
    windows: tuple[str, str]
    """Of the primary and the standby."""
    partition: str
    protocols: tuple[str, ...]
    """Of `PLAYED`, those that greet on the floating IP."""
    groups: tuple[tuple[int, int], ...] = ()
    """Of each storage group, how many stores for mailboxes and how many for public folders."""
    mailboxes: int = 0
    carried: bool = False
    """Whether its group carries the Exchange server's name."""
    timings: Mapping[str, Any] = field(default_factory=dict)
    """Seconds, by the lab's names for them: what was measured in place of what the lab supposes."""
    remarks: tuple[str, ...] = ()
    """In what the twin is not like the cluster, or is a guess; a sentence each."""


def definition(of: Shape, supposed: Mapping[str, Any]) -> dict[str, Any]:
    """The lab as plain data, on free ports; the same shape gives the same lab.

    `supposed` are the times that the lab has for what was never measured.
    """
    measured = dict(of.timings)
    services = {**supposed.get("services", {}), **measured.pop("services", {})}
    cluster = {
        "name": NAME,
        "product": of.product,
        "generation": of.generation,
        "network_name": f"{PREFIX}-EVS1" if of.carried else "",
        "group": f"{PREFIX}-EVS1" if of.carried else "EXCHANGE",
        "floating_ip": f"{BASE}.10",
        "greetings": dict.fromkeys(of.protocols, 0),
        "partition": of.partition,
        "storage_groups": _stores(of),
        "nodes": [_node(number, windows, carried=of.carried) for number, windows in enumerate(of.windows, 1)],
        "timings": {**supposed, **measured, "services": services},
    }
    return {"clusters": [cluster], "directory": {"mailboxes": of.mailboxes}}


def _node(number: int, windows: str, *, carried: bool) -> dict[str, Any]:
    name = f"{PREFIX}-{'N' if carried else 'EX'}{number}"
    return {"name": name, "address": f"{BASE}.{number}", "tls_port": 0, "windows": windows}


def _stores(of: Shape) -> dict[str, list[str]]:
    """Storage groups with stores, numbered; a public folder store is known by its name."""
    word = "Mailbox Store" if of.generation == "2003" else "Mailbox Database"
    made: dict[str, list[str]] = {}
    numbers = {"mail": 0, "public": 0}
    for place, (mail, public) in enumerate(of.groups or DEFAULT_GROUPS[of.generation], 1):
        stores = made[f"Storage Group {place}"] = []
        for kind, count, name in (("mail", mail, word), ("public", public, "Public Folder Store")):
            for _ in range(count):
                numbers[kind] += 1
                stores.append(f"{name} {numbers[kind]}")
    return made
