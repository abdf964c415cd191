"""From which server to which: the exact mapping that a directory switch follows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from console.domain import dn
from console.domain.directory import ComputerObject, DirectoryView, ServerObject, Store
from console.domain.switch.pairing import Pairing, pair_stores


@dataclass(frozen=True)
class Direction:
    """A switch of everything that names `source` to `target`, with DNs mapped one to one by component."""

    view: DirectoryView
    source: ServerObject
    target: ServerObject

    @cached_property
    def pairing(self) -> Pairing:
        """The stores of both servers, paired."""
        return pair_stores(self.source, self.target)

    @cached_property
    def mailbox_stores(self) -> Mapping[str, Store]:
        """The key (`dn.key`) of each mailbox store of the source to its partner on the target."""
        return {dn.key(old.dn): new for old, new in self.pairing.pairs if not old.public}

    @cached_property
    def target_store_keys(self) -> frozenset[str]:
        """The keys of the target's mailbox stores."""
        return frozenset(dn.key(store.dn) for store in self.target.stores if not store.public)

    @property
    def source_computer(self) -> ComputerObject:
        """The computer account of the node that runs the source."""
        return self.view.computer_of(self.source)

    @property
    def target_computer(self) -> ComputerObject:
        """The computer account of the node that runs the target."""
        return self.view.computer_of(self.target)


def direction_to(view: DirectoryView, server: str) -> Direction:
    """The switch that makes `server` the owner. Raises `KeyError` when it is neither of the two servers."""
    target = view.server(server)
    return Direction(view, view.standby if target is view.primary else view.primary, target)


def with_mounted(direction: Direction, labels: Collection[str]) -> Direction:
    """The same switch where the target's stores of these labels are mounted: they need no mark to be mounted."""
    view, target = direction.view, direction.target
    stores = tuple(replace(s, overwritable=True) if s.label in labels else s for s in target.stores)
    role = "primary" if target is view.primary else "standby"
    return direction_to(replace(view, **{role: replace(target, stores=stores)}), target.name)  # type: ignore[arg-type]
