"""Taking in what a node did with its kit while the console was silent: believed, compared, audited, told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from console.domain.checks import Refusal
from console.domain.field import Field
from console.domain.kit.runner import Conflict
from console.domain.kit.spool import CONFLICTS, SPOOL, Spool, change_of, read_spool, verify_spool
from console.domain.outcome import Todo
from console.domain.planner import DIRECTORY_SWITCH
from console.domain.ports import DirectorySession
from console.domain.switch.direction import direction_to, with_mounted
from console.domain.switch.outcome import REMEDIES
from console.domain.switch.values import at_target, found_values
from console.domain.switch.verify import Remaining, remaining_differences
from console.models import AuditRecord, Cluster
from console.services import access, alarms, audit
from console.services.audit_actions import Action
from console.services.fields import open_field
from console.services.kits.making import key_of

SHOWN = 20
"""Things left over that the audit and the alarm name."""


@dataclass(frozen=True)
class Collected:
    """A spool, held against the directory as it is now."""

    spool: Spool
    right: int
    """Refused records whose object is as it shall be all the same."""
    todo: tuple[Todo, ...]
    """The refused records whose object is not."""
    remaining: Remaining
    """What the whole directory still lacks, whether the kit knew of it or not."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.remaining.empty and not self.todo

    @property
    def sentence(self) -> str:
        """What happened and how it stands, for a person."""
        spool = self.spool
        return (
            f"{spool.node} used its kit in the run {spool.run}: {spool.applied} of {spool.records} records applied, "
            f"{spool.conflicts} refused ({self.right} of them were right already), {spool.untried} not tried. "
            f"{self.remaining.sentence}"
        )


def collect(folder: Path, actor: audit.Actor) -> Collected:
    """Take in the spool in `folder`, once. Raises like `take_in`, `NotAllowed`, and `OSError`."""
    data, conflicts = (folder / SPOOL).read_bytes(), (folder / CONFLICTS).read_bytes()
    spool, refused = believed(data, conflicts)
    cluster = Cluster.objects.select_related("site", "directory").get(name=spool.cluster)
    access.require(actor.user, "operate", cluster)
    with open_field(cluster) as field:
        return take_in(cluster, field, spool, refused, actor)


def believed(data: bytes, conflicts: bytes) -> tuple[Spool, tuple[Conflict, ...]]:
    """What both files say. Raises `BadKit` unless they are whole and signed by an active key of their node."""
    told = read_spool(data)
    return verify_spool(data, conflicts, key_of(told.cluster, told.node, told.key_id))


def take_in(cluster: Cluster, field: Field, spool: Spool, refused: Sequence[Conflict], actor: audit.Actor) -> Collected:
    """Take in a spool, once: compare each conflict and the whole directory, audit it, raise an alarm.

    Reads the directory and the node's stores (one that is mounted needs no mark), and writes neither. Raises `Refusal`
    for a run that was taken in before, and `ReachError` when the directory cannot be read (then nothing is kept).
    """
    if is_known(cluster, spool.run):
        raise _known(spool)
    view, session = field.read_directory(), field.directory()
    verdicts = [_left(session, conflict) for conflict in refused]
    mounted = field.observe_node(spool.node).stores.value or frozenset()
    direction = with_mounted(direction_to(view, field.cluster.server_of(spool.node)), mounted)
    todo = tuple(item for item in verdicts if item)
    found = Collected(spool, len(verdicts) - len(todo), todo, remaining_differences(session, direction))
    _keep(cluster, found, actor)
    return found


def is_known(cluster: Cluster, run: str) -> bool:
    """Whether what the kit did in that run has been taken in."""
    known = AuditRecord.objects.filter(action=Action.KIT_COLLECTED, cluster_id=cluster.pk, subject_name=run)
    return known.exists()


def _left(session: DirectorySession, conflict: Conflict) -> Todo | None:
    """What is left to do about a refused record; None when its object is as it shall be."""
    change = change_of(conflict.record)
    entry = session.read(change.dn, [part.attribute for part in change.changes])
    if entry is None:
        return Todo(change.dn, "The object is gone.", REMEDIES["missing"])
    if at_target(entry, change):
        return None
    return Todo(change.dn, f"Somebody else changed it: {found_values(entry, change)}.", REMEDIES["conflict"])


def _keep(cluster: Cluster, found: Collected, actor: audit.Actor) -> None:
    spool = found.spool
    after = {
        "node": spool.node,
        "kit": spool.kit_hash,
        "begun": spool.begun,
        "ended": spool.ended,
        "summary": found.sentence,
        "left": [item.to_json() for item in found.todo[:SHOWN]],
        "left_count": len(found.todo),
    }
    with transaction.atomic():
        audit.lock()  # of two who take in the same run, the second sees the first one's record
        if is_known(cluster, spool.run):
            raise _known(spool)
        if not found.complete:
            remedy = (
                "Have the directory switched to the node that has the group, on the cluster's page or by: "
                f"manage.py run {cluster.name} {DIRECTORY_SWITCH}. manage.py audit shows what is left."
            )
            alarms.sound(cluster, "kit-used", found.sentence, remedy)
        subject = audit.Subject("kit-run", spool.run, spool.run)
        audit.record(Action.KIT_COLLECTED, actor, subject, cluster=cluster, after=after)


def _known(spool: Spool) -> Refusal:
    text = f"What the kit did in the run {spool.run} on {spool.node} has been taken in."
    return Refusal.of(text, "Nothing to do: the audit has it.", key="kit.run", about=spool.run)
