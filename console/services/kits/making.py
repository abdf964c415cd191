"""Making the kit of a node as two files, and telling whether two files are one."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from console.domain.checks import Refusal
from console.domain.field import Field
from console.domain.kit.manifest import MANIFEST, RECORDS, VALID, Manifest, read_manifest, records_file, signed, verify
from console.domain.kit.records import counted, kit_records
from console.domain.kit.runner import split
from console.domain.kit.sealed import BadKit
from console.domain.secrets import Secret
from console.models import Cluster, Node, NodeKey
from console.services import audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.fields import open_field
from console.services.hooks.keys import find
from console.services.kits.listing import listed, refresh
from console.services.products import require_guided


@dataclass(frozen=True)
class Kit:
    """The two files of a kit, and what they say."""

    manifest: Manifest
    manifest_file: bytes
    records_file: bytes


def make_kit(cluster: Cluster, node_name: str, actor: audit.Actor, *, whole: bool = False) -> Kit:
    """The kit that points the directory at the server of that node, from what is true now, signed with its key.

    With `whole` every mailbox is read anew. Reads the directory, never writes it. Raises `Refusal` when there is no
    such node, it has no key, or the switch could not be planned, and `ReachError`.
    """
    why_not = "its directory needs no change when the group comes up elsewhere, so there is nothing for a kit to do"
    require_guided(cluster, why_not, "The cluster service brings the group up without the console.")
    node = _node(cluster, node_name)
    key_id, key = _key(node)
    with open_field(cluster) as field:
        made = kit_for(field, node, key_id, key, whole=whole)
    with transaction.atomic():
        subject = audit.Subject("node", node.pk, node.name)
        after = {"key_id": key_id, "records_hash": made.manifest.records_hash, **made.manifest.counts}
        audit.record(Action.KIT_MADE, actor, subject, cluster=cluster, after=after)
    return made


def write_kit(kit: Kit, folder: Path) -> None:
    """Put the files into `folder`, the manifest last: what is there in part is no kit. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name, data in ((RECORDS, kit.records_file), (MANIFEST, kit.manifest_file)):
        partial = folder / f"{name}.partial"
        partial.write_bytes(data)
        os.replace(partial, folder / name)


def read_kit(folder: Path) -> Manifest:
    """The manifest of the kit in `folder`, proved whole and signed with an active key of its node.

    Raises `BadKit` for anything else, `OSError`.
    """
    data, records = (folder / MANIFEST).read_bytes(), (folder / RECORDS).read_bytes()
    said = read_manifest(data)
    manifest = verify(data, records, key_of(said.cluster, said.node, said.key_id))
    count, wanted = sum(1 for _ in split(records.decode("ascii"))), sum(manifest.counts.values())
    if count != wanted:
        raise BadKit(f"{RECORDS} has {count} records and {MANIFEST} says {wanted}.")
    if manifest.until < database_now():
        raise BadKit(f"The kit of {manifest.node} is too old: no node uses it after {audit.timestamp(manifest.until)}.")
    return manifest


def key_of(cluster: str, node: str, key_id: str) -> Secret:
    """The secret of an active key of that node. Raises `BadKit` when it has none of that id."""
    pk, key = find(key_id)
    known = NodeKey.objects.filter(node__name__iexact=node, node__cluster__name=cluster)
    if pk is None or not known.filter(pk=pk).exists():
        raise BadKit(f"{key_id} is not an active key of the node {node} of {cluster}.")
    return key


def kit_for(field: Field, node: Node, key_id: str, key: Secret, *, whole: bool = False) -> Kit:
    """The kit of a node from what is true now, signed with that key. Reads the directory and the list of mailboxes.

    Raises `Refusal` when the switch could not be planned, and `ReachError`.
    """
    cluster = field.cluster
    known, view = refresh(node.cluster, field, whole=whole)
    target = cluster.server_of(node.name)
    count: Counter[str] = Counter()
    now = database_now().replace(microsecond=0)
    texts = [record.text for record in counted(kit_records(view, target, listed(known)), count)]
    records, first = records_file(texts)
    manifest = Manifest(
        cluster=cluster.name,
        node=node.name,
        source=cluster.server_of(cluster.other(node.name).name),
        target=target,
        controller=_controller(field, view.controller.dns_name),
        key_id=key_id,
        made=now,
        until=now + VALID,
        listed=(known.read_at or now).replace(microsecond=0),
        records_hash=first,
        counts=dict(count),
    )
    file = signed(manifest, key).replace(b"\n", b"\r\n")
    return Kit(manifest, file, records)


def _controller(field: Field, ours: str) -> str:
    """The controller that the nodes use: the one set apart for them, else the one that we read."""
    theirs = field.cluster.directory.target_controller
    return (field.cluster.directory.target_tls_name or theirs.rpartition(":")[0]) if theirs else ours


def _node(cluster: Cluster, name: str) -> Node:
    found = Node.objects.select_related("cluster").filter(cluster=cluster, name__iexact=name).first()
    if found is None:
        known = " or ".join(cluster.nodes.order_by("role").values_list("name", flat=True))
        raise Refusal.of(f"{cluster.name} has no node called {name!r}.", f"Name {known}.", key="kit.node")
    return found


def _key(node: Node) -> tuple[str, Secret]:
    """The node's newest key. Raises `Refusal` when it has none."""
    newest = NodeKey.objects.filter(node=node, retired_at__isnull=True).order_by("-issued_at", "-pk").first()
    if newest is None:
        text = f"{node.name} has no key to sign a kit with."
        raise Refusal.of(text, f"Issue one: manage.py nodekey issue {node.name}", key="kit.key", about=node.name)
    return newest.key_id, find(newest.key_id)[1]
