"""Reads from a directory which Exchange servers there are, of which version, and on which computers they run."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.domain.checks import Verdict
from console.domain.discovery.facts import Fact, unknown
from console.domain.filters import Equal
from console.domain.ports import DirectorySession, Entry
from console.domain.switch.servers import SERVER_CLASS

MOST = 2000
"""Exchange servers that are read: far more than an organization of these versions has."""
SHOWN = 8
_VERSION = re.compile(r"Version (\d+)\.(\d+)\b")
_PACK = re.compile(r"Service Pack (\d)\b")
_NETBIOS = "netbios:"


@dataclass(frozen=True)
class FoundExchange:
    """An Exchange server object. `generation` is empty for a version that is neither 2003 nor 2007."""

    name: str
    dn: str
    serial: str
    """Its serialNumber, such as `Version 8.1 (Build 30240.6)`."""
    generation: str = ""
    service_pack: int | None = None
    computer: str = ""
    """The NetBIOS name in its networkAddress."""


def look_at_directory(session: DirectorySession, name: str) -> tuple[tuple[FoundExchange, ...], tuple[Fact, ...]]:
    """The Exchange servers of the directory called `name`, and what is told of it to people.

    Raises `ReachError`.
    """
    controller = session.controller()
    context = controller.configuration_context
    wanted = ("cn", "serialNumber", "networkAddress")
    entries = session.search(context, Equal("objectClass", SERVER_CLASS), wanted)
    servers = tuple(_server(entry) for entry, _ in zip(entries, range(MOST), strict=False))
    host = Fact("Controller", name, controller.dns_name, "the root of its directory (rootDSE)")
    return servers, (host, _listed(name, servers))


def _listed(name: str, servers: tuple[FoundExchange, ...]) -> Fact:
    source = f"objects of the class {SERVER_CLASS}"
    if not servers:
        why = "There is none that this account may read."
        remedy = "Name the directory of the Exchange organization; let the account read it (View-Only Administrator)."
        return unknown("Exchange servers", name, why, source, remedy)
    names = sorted(server.name for server in servers)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return Fact("Exchange servers", name, ", ".join(names[:SHOWN]) + more, source)


def _server(entry: Entry) -> FoundExchange:
    serial = entry.one("serialNumber")
    generation, pack = read_version(serial)
    addresses = (value[len(_NETBIOS) :] for value in entry.all("networkAddress") if value.lower().startswith(_NETBIOS))
    return FoundExchange(entry.one("cn"), entry.dn, serial, generation, pack, next(addresses, ""))


def read_version(serial: str) -> tuple[str, int | None]:
    """Generation and service pack from a serialNumber; empty and None where it does not tell them.

    Exchange 2003 calls itself 6.5 and names its service pack; 2007 calls itself 8.n, and n is its service pack.
    """
    found = _VERSION.match(serial)
    if found is None:
        return "", None
    major, minor = found.groups()
    if (major, minor) == ("6", "5"):
        pack = _PACK.search(serial)
        return "2003", int(pack[1]) if pack else 0
    return ("2007", int(minor)) if major == "8" and len(minor) == 1 else ("", None)


def server_called(servers: Iterable[FoundExchange], names: Iterable[str]) -> FoundExchange | None:
    """The server that is called one of `names`, or runs on a computer called so; None unless there is exactly one."""
    wanted = {name.casefold() for name in names if name}
    fits = {server.dn: server for server in servers if _names(server) & wanted}
    return next(iter(fits.values())) if len(fits) == 1 else None


def exchange_facts(about: str, server: FoundExchange | None, looked: bool) -> Iterator[Fact]:
    """What is told of the Exchange server that belongs to `about`."""
    what, source = "Exchange server", "the directory: cn, networkAddress"
    if server is not None:
        verdict = Verdict.PASS if server.generation else Verdict.WARN
        remedy = "" if server.generation else "The console operates Exchange 2003 and 2007 alone."
        yield Fact(what, about, f"{server.name} ({server.serial or 'of no version'})", source, verdict, remedy)
    elif looked:
        why = "The directory has no Exchange server of that name, or more than one."
        yield unknown(what, about, why, source, "Enter the name of the server object below.")
    else:
        remedy = "Let the console look at the directory, or check name and service pack below."
        yield unknown(what, about, "The directory has not been looked at.", source, remedy)


def _names(server: FoundExchange) -> set[str]:
    return {name.casefold() for name in (server.name, server.computer) if name}
