"""Reads what a machine is: its Windows, its processor, its domain, the domain controller it uses, its clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.domain.checks import Verdict
from console.domain.discovery.facts import Fact, unknown
from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult
from console.domain.prepare.facts import CLOCK_SECONDS
from console.domain.prepare.registry import read_keys
from console.domain.readings import node_clock, read_blocks
from console.domain.readings.windows import Block

SYSTEM: Argv = ("wmic", "os", "get", "Caption,LocalDateTime,ServicePackMajorVersion,Version", "/value")
COMPUTER: Argv = ("wmic", "computersystem", "get", "Domain,PartOfDomain,SystemType", "/value")
CONTROLLER: Argv = (
    *("reg", "query", r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\History"),
    *("/v", "DCName"),
)
"""The controller from which the machine last took its policies."""
VERSIONS = {"5.2": "2003", "6.0": "2008", "6.1": "2008r2"}
"""By the version that Windows gives itself, what the inventory calls it."""
EDITIONS = {"standard": "standard", "enterprise": "enterprise"}
PROCESSORS = {"x86": "x86", "x64": "x64"}


@dataclass(frozen=True)
class Machine:
    """What the inventory wants to know of a machine; empty, or None, where it could not be read."""

    windows: str = ""
    edition: str = ""
    service_pack: int | None = None
    architecture: str = ""
    domain: str = ""
    controller: str = ""


def read_machine(name: str, answers: Mapping[Argv, CommandResult], at: datetime) -> tuple[Machine, tuple[Fact, ...]]:
    """The machine `name`, and what is told of it to people. `at` is our time in the middle of the questions."""
    system, computer = _block(answers[SYSTEM]), _block(answers[COMPUTER])
    told = read_keys(answers[CONTROLLER]).get("history", {}).get("dcname", "")
    pack = system.get("ServicePackMajorVersion", "")
    machine = Machine(
        windows=VERSIONS.get(".".join(system.get("Version", "").split(".")[:2]), ""),
        edition=_word_of(system.get("Caption", ""), EDITIONS),
        service_pack=int(pack) if pack.isascii() and pack.isdecimal() and len(pack) < 3 else None,
        architecture=_word_of(computer.get("SystemType", "").replace("-", " "), PROCESSORS),
        domain=computer.get("Domain", "") if computer.get("PartOfDomain", "").casefold() == "true" else "",
        controller=told.strip("\\").casefold(),
    )
    facts = (*_windows(name, machine, system), _processor(name, machine), *_domain(name, machine))
    return machine, (*facts, _clock(name, system, at))


def _block(result: CommandResult) -> Block:
    """The one instance of a wmic list; empty where it cannot be read, so that every part of it is unknown."""
    try:
        return next(iter(read_blocks(result)), {})
    except Garbled:
        return {}


def _word_of(text: str, words: Mapping[str, str]) -> str:
    said = set(text.casefold().replace(",", " ").split())
    return next((meant for word, meant in words.items() if word in said), "")


def _windows(name: str, machine: Machine, system: Block) -> tuple[Fact, ...]:
    source, caption = "wmic os", system.get("Caption", "")
    if not machine.windows:
        if not system.get("Version"):
            return (unknown("Windows", name, "WMI did not tell the version.", source, "Choose it below."),)
        why = f"It is {caption or system['Version']}, on which neither Exchange 2003 nor 2007 is clustered."
        return (unknown("Windows", name, why, source, "Name a node with Windows Server 2003, 2008 or 2008 R2."),)
    pack = f", Service Pack {machine.service_pack}" if machine.service_pack else ""
    known = Fact("Windows", name, f"{caption or machine.windows}{pack}", source)
    if machine.edition and machine.service_pack is not None:
        return (known,)
    why = "Its edition or its service pack cannot be told from that."
    return known, unknown("Edition", name, why, source, "Check edition and service pack below.")


def _processor(name: str, machine: Machine) -> Fact:
    source = "wmic computersystem, SystemType"
    if machine.architecture:
        return Fact("Processor", name, machine.architecture, source)
    return unknown("Processor", name, "WMI did not tell it.", source, "Choose the architecture below.")


def _domain(name: str, machine: Machine) -> tuple[Fact, ...]:
    if not machine.domain:
        why = "The machine is not part of a domain, or does not tell of which."
        return (unknown("Domain", name, why, "wmic computersystem", "Give the directory's name and host by hand."),)
    known = Fact("Domain", name, machine.domain, "wmic computersystem, Domain")
    source = r"registry, Group Policy\History, DCName"
    if not machine.controller:
        remedy = "Give the host of a domain controller by hand."
        return known, unknown("Domain controller", name, "The registry does not name it.", source, remedy)
    return known, Fact("Domain controller", name, machine.controller, source)


def _clock(name: str, system: Block, at: datetime) -> Fact:
    try:
        ahead = (node_clock([system]) - at).total_seconds()
    except Garbled as error:
        return unknown("Clock", name, error.message, "wmic os", error.remedy)
    away = f"{abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
    if abs(ahead) <= CLOCK_SECONDS:
        return Fact("Clock", name, f"{away} of the console's" if abs(ahead) >= 1 else "as the console's", "wmic os")
    remedy = "Have both take the domain's time: Kerberos and signed webhooks refuse a difference of 5 minutes."
    return Fact("Clock", name, f"{away} of the console's", "wmic os", Verdict.WARN, remedy)
