"""The settings that each Exchange server has for itself, compared: where the two differ, and which is likely right.

The guide (“Notes”, last item of both chapters): a setting of one server is not carried over to the other.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from console.domain import dn
from console.domain.filters import AnyOf, Equal
from console.domain.ports import DirectorySession, Entry
from console.domain.products import ServerSetting

RECOVERY = "msExchRecovery"
Settings = Mapping[tuple[str, ...], Entry]
"""The objects of one server by their names below it, casefolded; the server itself has none."""


@dataclass(frozen=True)
class Side:
    """One node with the objects of its server."""

    node: str
    server: str
    settings: Settings


@dataclass(frozen=True)
class Difference:
    """A setting that the two servers do not share. `right` is a node, empty when it cannot be told."""

    title: str
    where: str
    """The object below the server: `First Storage Group, Mailbox Store`; empty for the server itself."""
    attribute: str
    """Empty when the object itself is missing on one side."""
    primary: str
    standby: str
    right: str
    why: str
    remedy: str

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def read_settings(session: DirectorySession, server_dn: str, wanted: Iterable[ServerSetting]) -> Settings:
    """The objects of one server that carry any of the settings; recovery storage groups are left out.

    Raises `ReachError`.
    """
    wanted = tuple(wanted)
    classes = tuple(dict.fromkeys(setting.object_class for setting in wanted))
    attributes = ("objectClass", RECOVERY, *dict.fromkeys(setting.attribute for setting in wanted))
    found = list(session.search(server_dn, AnyOf(tuple(Equal("objectClass", name) for name in classes)), attributes))
    own = session.read(server_dn, attributes)
    entries = {dn.key(entry.dn): entry for entry in ([own] if own else []) + found}
    recovery = [entry.dn for entry in entries.values() if entry.one(RECOVERY).upper() == "TRUE"]
    kept = [e for e in entries.values() if not any(dn.same(e.dn, r) or dn.is_below(e.dn, r) for r in recovery)]
    return {_names(entry.dn, server_dn): entry for entry in kept}


def compare(
    primary: Side, standby: Side, wanted: Iterable[ServerSetting], *, partition: str, active: str
) -> tuple[Difference, ...]:
    """Every setting that differs. `partition` is the switching partition's drive, `active` a node or empty."""
    found: list[Difference] = []
    wanted = tuple(wanted)
    for names in sorted(primary.settings.keys() | standby.settings.keys()):
        ours, theirs = primary.settings.get(names), standby.settings.get(names)
        if ours is None or theirs is None:
            found.append(_only_one(primary, standby, names))
            continue
        for setting in wanted:
            if _carries(ours, setting) and ours.all(setting.attribute) != theirs.all(setting.attribute):
                found.append(_differs(primary, standby, names, setting, partition, active))
    return tuple(found)


def count(side: Side, wanted: Iterable[ServerSetting]) -> int:
    """How many settings of one server were compared."""
    wanted = tuple(wanted)
    return sum(_carries(entry, setting) for entry in side.settings.values() for setting in wanted)


def _names(entry_dn: str, server_dn: str) -> tuple[str, ...]:
    """The names from below the server down to the object; an information store in between is left out."""
    parts = dn.split(entry_dn)[: len(dn.split(entry_dn)) - len(dn.split(server_dn))]
    names = [dn.leaf(part) for part in reversed(parts)]
    return tuple(name.casefold() for name in names if name.casefold() != "informationstore")


def _carries(entry: Entry, setting: ServerSetting) -> bool:
    return setting.object_class.casefold() in {value.casefold() for value in entry.all("objectClass")}


def _where(side: Side, names: tuple[str, ...]) -> str:
    """The object's name as it is written."""
    entry = side.settings[names]
    return ", ".join(dn.leaf(part) for part in reversed(dn.split(entry.dn)[: len(names)]))


def _only_one(primary: Side, standby: Side, names: tuple[str, ...]) -> Difference:
    has, lacks = (primary, standby) if names in primary.settings else (standby, primary)
    where = _where(has, names)
    return Difference(
        title="An object that only one server has",
        where=where,
        attribute="",
        primary="is there" if has is primary else "is not there",
        standby="is there" if has is standby else "is not there",
        right=has.node,
        why=f"What is set up on {has.server} is not reached after a move to {lacks.node}.",
        remedy=f"Create {where} on {lacks.server} with the same name and paths, or remove it from {has.server}.",
    )


def _differs(
    primary: Side, standby: Side, names: tuple[str, ...], setting: ServerSetting, partition: str, active: str
) -> Difference:
    values = tuple("; ".join(side.settings[names].all(setting.attribute)) for side in (primary, standby))
    right, why = RIGHT[setting.right](primary, standby, (values[0], values[1]), partition, active)
    wrong = next((side for side in (primary, standby) if right and side.node != right), None)
    shown = values[1] if wrong is primary else values[0]
    return Difference(
        title=setting.title,
        where=_where(primary, names),
        attribute=setting.attribute,
        primary=values[0] or "not set",
        standby=values[1] or "not set",
        right=right,
        why=why,
        remedy=_remedy(wrong, shown) if wrong else "Find out which is meant, and set the same on both servers.",
    )


def _remedy(wrong: Side, value: str) -> str:
    return f"Set it on {wrong.server} to {value}." if value else f"Clear it on {wrong.server}."


def _on_partition(
    primary: Side, standby: Side, values: tuple[str, str], partition: str, active: str
) -> tuple[str, str]:
    """Files that must move with the group lie on the switching partition."""
    on = [value.casefold().startswith(partition.casefold()) for value in values]
    if on[0] != on[1]:
        return (primary if on[0] else standby).node, f"It lies on the switching partition {partition}, the other not."
    return _in_use(primary, standby, values, partition, active)


def _newer(primary: Side, standby: Side, values: tuple[str, str], partition: str, active: str) -> tuple[str, str]:
    """Of two versions the higher one: a service pack was not yet installed on the other side."""
    numbers = [[int(number) for number in re.findall(r"\d+", value)] for value in values]
    if numbers[0] == numbers[1]:
        return _in_use(primary, standby, values, partition, active)
    newer = primary if numbers[0] > numbers[1] else standby
    return newer.node, "It is the newer version: the service pack is to be installed on both, the standby first."


def _in_use(primary: Side, standby: Side, values: tuple[str, str], partition: str, active: str) -> tuple[str, str]:
    """What is in use now is what an administrator has changed last, and what people are used to."""
    side = next((side for side in (primary, standby) if active and side.node.casefold() == active.casefold()), None)
    if side is None:
        return "", "Which node operates is not known, so neither side can be preferred."
    return side.node, f"{side.node} operates now: its settings are the ones in use."


RIGHT: Mapping[str, Callable[[Side, Side, tuple[str, str], str, str], tuple[str, str]]] = {
    "active": _in_use,
    "partition": _on_partition,
    "newer": _newer,
}
"""How the side that is likely right is told: a node's name or nothing, and why."""
