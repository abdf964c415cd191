"""Changing a node's key without a gap: a new one accepted beside the old, put there, proved; then the old one goes.

Nothing but the rows of the keys and the node itself says how far that has come, so that it can be broken off anywhere
and asked for again: each call goes on as far as it gets.
"""

import secrets
import time
from dataclasses import dataclass

from console.domain.checks import Refusal
from console.domain.deployment import read_file
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.key_file import KeyFile, put_key_file, read_key_file, require_sealed
from console.domain.node_scripts.settings import FOLDER
from console.domain.script_resource import read_script_resource
from console.models import Node, NodeKey
from console.services import access, audit
from console.services.deployment import settings
from console.services.deployment.control import require_free, turn
from console.services.deployment.deploying import require_reason
from console.services.hooks.keys import find, issue_key, retire
from console.services.kits.deploying import sign_anew

ASK = "ASK.BAT"
PROOF_SECONDS = 10.0
"""How long the console waits to see, in its own database, that the node has used its new key."""


@dataclass(frozen=True)
class Rotation:
    """How far a change of keys has come."""

    node: str
    key_id: str
    """The key that lies on the node now."""
    retired: tuple[str, ...]
    proved: bool
    """Whether the node has signed with it."""
    kit: str = ""
    """What became of the node's kit, which the node only uses when it is signed with that key; empty for none."""

    @property
    def sentence(self) -> str:
        """The same for a person, with what is to be done."""
        gone = f" {' and '.join(self.retired)} is worth nothing any more." if self.retired else ""
        if self.proved:
            return f"{self.node} signs with the key {self.key_id}.{gone} {self.kit}".strip()
        return (
            f"The key {self.key_id} lies on {self.node}, and the node has not signed with it yet: the one before is "
            f"still accepted. See that the node reaches the console and carries its scripts; then ask again. {self.kit}"
        ).strip()


def rotate(node: Node, actor: audit.Actor, reason: str) -> Rotation:
    """Give the node a new key, or go on with a change that was broken off; a node without one gets its first.

    Raises `NotAllowed`; `Refusal` while something acts on the cluster; `KeysRefused`; `ChangeoverError` when the node
    cannot be written, and then the keys that were accepted before still are.
    """
    access.require(actor.user, "change-inventory", node.cluster)
    settings.require_scripts(node.cluster)
    require_reason(reason)
    require_free(node.cluster)
    with turn(node.cluster) as (field, _):
        require_sealed(field.cluster.node(node.name))
        there = look(node, field)
        new = _candidate(node, there, actor, reason)
        if there.key_id != new.key_id or not there.private:
            _put(node, new, field, actor, reason)
        proved = _proved(node, new, field)
    kit = sign_anew(node, actor)
    return Rotation(node.name, new.key_id, _retire_others(new, actor, reason) if proved else (), proved, kit)


def look(node: Node, field: Field) -> KeyFile:
    """How the key's file stands on the node."""
    within = field.cluster.timing.command
    return read_key_file(field.session(node.name), folder_of(node), within=within)


def folder_of(node: Node) -> str:
    """The console's own folder on the node."""
    row = settings.of(node.cluster)
    return row.folder if row is not None else FOLDER


def _candidate(node: Node, there: KeyFile, actor: audit.Actor, reason: str) -> NodeKey:
    """The key that shall be on the node: one of two that is not proved yet, else a new one.

    Raises `Refusal` when what lies on the node cannot be told.
    """
    if there.unknown:
        remedy = "Bring the node up, or mend the way to it, then ask again."
        raise Refusal.of(f"Which key lies on {node.name} is not known: {there.unknown}", remedy, key="key.unknown")
    active = list(NodeKey.objects.filter(node=node, retired_at__isnull=True).order_by("issued_at", "pk"))
    if len(active) > 1 or (active and there.key_id != active[-1].key_id):
        return active[-1]
    issue_key(node, actor, reason=reason)
    return NodeKey.objects.filter(node=node, retired_at__isnull=True).order_by("issued_at", "pk").last() or active[-1]


def _put(node: Node, new: NodeKey, field: Field, actor: audit.Actor, reason: str) -> None:
    _, secret = find(new.key_id)
    before = look(node, field).key_id
    session, within = field.session(node.name), field.cluster.timing.command
    put_key_file(session, folder_of(node), new.key_id, secret, within=within)
    settings.key_placed(node, actor, reason, new.key_id, before)


def _proved(node: Node, new: NodeKey, field: Field) -> bool:
    """Whether the node has signed with the key: by what it reported before, or by a question that it is made to ask."""
    if _used(new):
        return True
    try:
        resource = read_script_resource(field)
        session, within = field.session(node.name), field.cluster.timing.command
        path = rf"{resource.folder}\{ASK}"
        if read_file(session, path, within=within) is None:
            return False
        session.run(("call", path, f"proof-{secrets.token_hex(8)}"), within=within)
    except (ChangeoverError, Refusal):
        return False  # the key is there all the same; an event of the node proves it later
    deadline = time.monotonic() + PROOF_SECONDS
    while not (used := _used(new)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return used


def _used(key: NodeKey) -> bool:
    return NodeKey.objects.filter(pk=key.pk, last_used_at__isnull=False).exists()


def _retire_others(new: NodeKey, actor: audit.Actor, reason: str) -> tuple[str, ...]:
    others = NodeKey.objects.filter(node=new.node, retired_at__isnull=True).exclude(pk=new.pk)
    return tuple(retire(key_id, actor, reason=reason).key_id for key_id in others.values_list("key_id", flat=True))
