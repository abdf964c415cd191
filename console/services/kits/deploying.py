"""Putting each node's kit on it: on the schedule of the lists and when asked, and only what is not there already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.deployment import checksum
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.key_file import read_key_file
from console.domain.kit import placing
from console.domain.kit.codes import RUNNER
from console.domain.kit.manifest import MANIFEST, RECORDS, Manifest
from console.domain.lease import LeaseLost
from console.models import Cluster, Node, NodeKit
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.deployment import settings
from console.services.deployment.control import require_free, turn
from console.services.fields import open_field
from console.services.kits.making import Kit, key_of, kit_for
from console.services.node_scripts import kit_runner

ANEW = timedelta(days=1)
"""After this a kit is made and put there anew, though no record differs: its own end comes nearer every day."""

LATER = "It is put there within a quarter of an hour, once nothing stands in the way."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Deployed:
    """What became of the kit of one node."""

    node: str
    written: bool
    manifest: Manifest | None = None
    failure: str = ""

    @property
    def sentence(self) -> str:
        """The same for a person."""
        if self.failure:
            return f"{self.node}: {self.failure}"
        done = "was put there" if self.written else "is there already, as it should be"
        count = sum(self.manifest.counts.values()) if self.manifest else 0
        return f"{self.node}: its kit of {count} records {done}."


@dataclass(frozen=True)
class Made:
    """A kit with the runner beside it."""

    node: Node
    kit: Kit

    @property
    def files(self) -> dict[str, bytes]:
        """What lies on the node, the manifest last."""
        return {RUNNER: kit_runner(), RECORDS: self.kit.records_file, MANIFEST: self.kit.manifest_file}


def deploy(cluster: Cluster, actor: audit.Actor) -> tuple[Deployed, ...]:
    """Have each node of the cluster carry its kit, made from what is true now; nothing is written that is there.

    A node that does not work out is told and keeps nothing from the other. Raises `NotAllowed`, `Refusal` while
    something acts on the cluster or where nobody has set up its node scripts, and `ReachError` for the directory.
    """
    access.require(actor.user, "operate", cluster)
    return _deploy(cluster, actor)


def deploy_in_turn(cluster: Cluster) -> None:
    """The same on schedule, where the node scripts are set up. What stands in the way is logged and kept."""
    if settings.of(cluster) is None:
        return
    try:
        require_free(cluster)
        _deploy(cluster, audit.SYSTEM)
    except (Refusal, ChangeoverError) as error:
        log.info("kits were not deployed", cluster=cluster.name, why=str(error))


def sign_anew(node: Node, actor: audit.Actor) -> str:
    """Put the node's kit there anew when it is signed with another key than the one that lies there now.

    A sentence for a person about what came of it; empty for a node that had no kit. Never raises for the node, the
    directory or what acts on the cluster: the schedule does it then.
    """
    if not NodeKit.objects.filter(node=node, made_at__isnull=False).exists():
        return ""
    try:
        (done,) = _deploy(node.cluster, actor, only=node.name)
        why = done.failure
    except (Refusal, ChangeoverError) as error:
        why = _why(error)
    if why:
        return f"Its kit is still signed with the key before, so the node would not use it: {why} {LATER}"
    return "Its kit is signed with it."


def _deploy(cluster: Cluster, actor: audit.Actor, only: str = "") -> tuple[Deployed, ...]:
    folder = settings.require(cluster).folder
    require_free(cluster)
    done: list[Deployed] = []
    wanted: list[Made] = []
    nodes = cluster.nodes.filter(name=only) if only else cluster.nodes.order_by("role")
    with open_field(cluster) as field:
        for node in nodes:
            _look_for_program(field, node)
            made = _made(field, node, folder, done)
            if made and _is_there(field, made, folder):
                done.append(Deployed(node.name, written=False, manifest=made.kit.manifest))
            elif made:
                wanted.append(made)
    if wanted:
        with turn(cluster) as (field, _):
            done += [_put(field, made, folder, actor) for made in wanted]
    for one in done:
        _keep_failure(cluster, one)
    return tuple(sorted(done, key=lambda one: one.node))


def _look_for_program(field: Field, node: Node) -> None:
    """Keep whether the node could apply a kit. One that does not answer is told of by what comes next."""
    try:
        found = placing.has_program(field.session(node.name), within=field.cluster.timing.command)
    except ChangeoverError:
        found = None
    NodeKit.objects.update_or_create(node=node, defaults={"has_ldifde": found})


def _made(field: Field, node: Node, folder: str, done: list[Deployed]) -> Made | None:
    """The node's kit, signed with the key that lies there; None, with the reason in `done`, when there can be none."""
    try:
        within = field.cluster.timing.command
        there = read_key_file(field.session(node.name), folder, within=within)
        if not there.key_id:
            text = f"There is no key in {there.path} to prove a kit with. {there.unknown}".strip()
            remedy = f"Put one there: manage.py nodekey rotate {node.name} --reason TEXT"
            raise Refusal.of(text, remedy, key="kit.key", about=node.name)
        key = key_of(node.cluster.name, node.name, there.key_id)
        return Made(node, kit_for(field, node, there.key_id, key))
    except (Refusal, ChangeoverError) as error:
        done.append(Deployed(node.name, written=False, failure=_why(error)))
    return None


def _why(error: Refusal | ChangeoverError) -> str:
    """What stands in the way, and what to do, for a person."""
    if isinstance(error, Refusal):
        return " ".join(f"{reason.text} {reason.remedy}".strip() for reason in error.reasons)
    return error.told


def _is_there(field: Field, made: Made, folder: str) -> bool:
    """Whether the node has it as it was put there, not long ago, and nothing that it holds has changed since."""
    row = NodeKit.objects.filter(node=made.node).first()
    manifest, now = made.kit.manifest, database_now()
    if row is None or row.made_at is None or row.made_at < now - ANEW:
        return False
    same = (row.records_hash, row.key_id, row.runner_hash) == (
        manifest.records_hash,
        manifest.key_id,
        checksum(kit_runner()),
    )
    if not same:
        return False
    within = field.cluster.timing.command
    try:
        lies = placing.manifest_of(field.session(made.node.name), folder, within=within)
    except ChangeoverError:
        return False
    if lies is None or checksum(lies.encode()) != row.manifest_hash:
        return False
    NodeKit.objects.filter(pk=row.pk).update(seen_at=now)
    return True


def _put(field: Field, made: Made, folder: str, actor: audit.Actor) -> Deployed:
    name, manifest = made.node.name, made.kit.manifest
    try:
        placing.place(field.session(name), folder, made.files, within=field.cluster.timing.command)
    except LeaseLost:
        raise
    except ChangeoverError as error:
        return Deployed(name, written=False, failure=_why(error))
    with transaction.atomic():
        NodeKit.objects.update_or_create(node=made.node, defaults=_columns(made, database_now()))
        subject = audit.Subject("node", made.node.pk, name)
        after = {"key_id": manifest.key_id, "records_hash": manifest.records_hash, **manifest.counts}
        audit.record(Action.KIT_DEPLOYED, actor, subject, cluster=made.node.cluster, after=after)
    return Deployed(name, written=True, manifest=manifest)


def _columns(made: Made, now: datetime) -> dict[str, object]:
    manifest = made.kit.manifest
    return {
        "records_hash": manifest.records_hash,
        "manifest_hash": checksum(made.kit.manifest_file),
        "runner_hash": checksum(kit_runner()),
        "key_id": manifest.key_id,
        "records": sum(manifest.counts.values()),
        "made_at": manifest.made,
        "seen_at": now,
        "failure": "",
    }


def _keep_failure(cluster: Cluster, one: Deployed) -> None:
    node = Node.objects.get(cluster=cluster, name=one.node)
    if one.failure:
        log.warning("a kit could not be deployed", cluster=cluster.name, node=one.node, why=one.failure)
        NodeKit.objects.update_or_create(node=node, defaults={"failure": one.failure})
    else:
        NodeKit.objects.filter(node=node).update(failure="")
