"""Making the inventory what a file says: everything or nothing, each change audited."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from console.domain.cluster_rules import Known
from console.domain.inventory import KINDS, Inventory, Kind, Problem, Spec
from console.domain.inventory_rules import problems
from console.models import Cluster
from console.services import audit
from console.services.inventory import ClusterBusy, in_use, known, refuse_if_busy, replaced
from console.services.inventory_file import InventoryFile, read_inventory
from console.services.inventory_rows import MODELS, Row, current_inventory, find, flat, remove, spec_of, store
from console.services.yaml_reading import Mistake


@dataclass(frozen=True)
class Change:
    """What was done, or would be, to one object."""

    kind: Kind
    name: str
    done: str


@dataclass
class Applied:
    """How it went: the changes, or the mistakes for which nothing was changed."""

    changes: list[Change] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """The plain data that `--json` prints."""
        result = "refused" if self.mistakes else "applied" if self.changes else "unchanged"
        return {"result": result} | asdict(self)


class _NotKept(Exception):
    """Rolls a dry run back."""


def apply_inventory(content: str, actor: audit.Actor, *, prune: bool = False, dry_run: bool = False) -> Applied:
    """Apply a file's content in one transaction; with any mistake, or in a dry run, nothing is changed.

    Objects that the file does not name stay, unless `prune` asks to delete them.
    """
    file = read_inventory(content)
    beyond = known(file.inventory.clusters)  # asks the name server, so it comes before any lock
    applied = Applied(dry_run=dry_run)
    try:
        with transaction.atomic():
            audit.lock()
            _check(file, prune, beyond)
            if not file.mistakes:
                applied.changes = _apply(file, actor, prune)
            if file.mistakes or dry_run:
                raise _NotKept
    except _NotKept:
        applied.mistakes = sorted(set(file.mistakes))
    if applied.mistakes:
        applied.changes = []
    return applied


def _check(file: InventoryFile, prune: bool, beyond: Known) -> None:
    whole = file.inventory if prune else _over(current_inventory(), file.inventory)
    for problem in problems(whole, beyond):
        file.add(problem)


def _over(current: Inventory, wanted: Inventory) -> Inventory:
    """`current` with the objects of `wanted` in the place of those of the same name, or added."""
    for kind in KINDS:
        specs: Sequence[Spec] = wanted.of(kind)
        names = {spec.name.casefold() for spec in specs}
        others = [spec for spec in current.of(kind) if spec.name.casefold() not in names]
        current = replaced(current, kind, [*others, *specs])
    return current


def _apply(file: InventoryFile, actor: audit.Actor, prune: bool) -> list[Change]:
    changes: list[Change] = []
    if prune:
        changes += _prune(file, actor, ("cluster",))
    for kind in KINDS:
        for spec in file.inventory.of(kind):
            done = _store(file, kind, spec, actor)
            if done != "unchanged":
                changes.append(Change(kind, spec.name, done))
    if prune:
        changes += _prune(file, actor, ("directory", "credential", "site"))
    return changes


def _store(file: InventoryFile, kind: Kind, spec: Spec, actor: audit.Actor) -> str:
    row = find(kind, spec.name)
    try:
        if isinstance(row, Cluster) and flat(spec_of(row)) != flat(spec):
            refuse_if_busy(row)
    except ClusterBusy as busy:
        file.add(Problem(kind, spec.name, (), busy.message, busy.remedy))
        return "unchanged"
    return store(spec, row, actor)[1]


def _prune(file: InventoryFile, actor: audit.Actor, kinds: Sequence[Kind]) -> list[Change]:
    """Delete what the file does not name, of these kinds; what cannot go is a mistake of the file."""
    changes: list[Change] = []
    for kind in kinds:
        kept = {spec.name.casefold() for spec in file.inventory.of(kind)}
        for row in [row for row in MODELS[kind]._default_manager.all() if row.name.casefold() not in kept]:
            mistake = _remove(row, kind, actor)
            if mistake is None:
                changes.append(Change(kind, row.name, "deleted"))
            else:
                file.mistakes.append(mistake)
    return changes


def _remove(row: Row, kind: Kind, actor: audit.Actor) -> Mistake | None:
    try:
        if isinstance(row, Cluster):
            refuse_if_busy(row)
        remove(row, actor)
    except ClusterBusy as busy:
        return Mistake(1, busy.message, busy.remedy)
    except ProtectedError as error:
        problem = in_use(row, error)
        return Mistake(1, f"The {kind} {row.name} cannot be pruned: {problem.message}", problem.remedy)
    return None
