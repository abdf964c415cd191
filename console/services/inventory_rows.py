"""Rows of the inventory to specifications and back, one object at a time, each change with its audit record."""

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

from console.domain.inventory import (
    ClusterSpec,
    CredentialSpec,
    DirectorySpec,
    Inventory,
    Kind,
    NodeSpec,
    ServerSpec,
    SiteSpec,
    Spec,
)
from console.domain.secrets import Secret
from console.models import Cluster, Credential, Directory, ExchangeServer, Node, Site
from console.services import audit
from console.services.audit_actions import Action
from console.services.credentials import encrypt

M = TypeVar("M")
Row = Site | Credential | Directory | Cluster
MODELS: dict[Kind, type[Row]] = {
    "site": Site,
    "credential": Credential,
    "directory": Directory,
    "cluster": Cluster,
}


def kind_of(thing: Row | Spec) -> Kind:
    """The kind that a row or a specification is of."""
    return type(thing).__name__.removesuffix("Spec").casefold()  # type: ignore[return-value]


def find(kind: Kind, name: str) -> Row | None:
    """The row of that name, whatever its case."""
    return MODELS[kind]._default_manager.filter(name__iexact=name).first()


def current_inventory() -> Inventory:
    """All rows as specifications, sorted by name."""
    clusters = Cluster.objects.select_related("site", "directory")
    clusters = clusters.prefetch_related("nodes__credential", "nodes__server")
    return Inventory(
        sites=tuple(SiteSpec(site.name) for site in Site.objects.all()),
        credentials=tuple(_credential_spec(row) for row in Credential.objects.all()),
        directories=tuple(_directory_spec(row) for row in Directory.objects.select_related("credential")),
        clusters=tuple(_cluster_spec(row) for row in clusters),
    )


def spec_of(row: Row) -> Spec:
    """What the row says."""
    if isinstance(row, Site):
        return SiteSpec(row.name)
    if isinstance(row, Credential):
        return _credential_spec(row)
    return _directory_spec(row) if isinstance(row, Directory) else _cluster_spec(row)


def _credential_spec(row: Credential) -> CredentialSpec:
    return CredentialSpec(row.name, row.username, row.source, row.reference)


def _directory_spec(row: Directory) -> DirectorySpec:
    return DirectorySpec(credential=row.credential.name, **_same_named(DirectorySpec, row, "credential"))


def _cluster_spec(row: Cluster) -> ClusterSpec:
    nodes = sorted(row.nodes.all(), key=lambda node: node.role)
    return ClusterSpec(
        site=row.site.name,
        directory=row.directory.name,
        floating_ips=(row.floating_ip,),
        partitions=(row.partition,),
        nodes=tuple(_node_spec(node) for node in nodes),
        spn_classes=tuple(row.spn_classes),
        greetings=tuple(row.greetings),
        extra_services=tuple(row.extra_services),
        timing=tuple(sorted(row.timing.items())),
        tickets=tuple(row.tickets),
        ticket_kinds=tuple(row.ticket_kinds),
        **{name: getattr(row, name) for name in PLAIN_CLUSTER_FIELDS},
    )


PLAIN_CLUSTER_FIELDS = (
    *("name", "driver", "generation", "group"),
    *("membership_tolerance", "cooldown_seconds", "product_folder", "reason_length"),
    *("windows_required", "readiness_least"),
)


def _node_spec(row: Node) -> NodeSpec:
    server = ServerSpec(row.server.name, row.server.service_pack)
    return NodeSpec(credential=row.credential.name, server=server, **_same_named(NodeSpec, row, "credential", "server"))


def _same_named(spec: type, row: Any, *but: str) -> dict[str, Any]:
    return {f.name: getattr(row, f.name) for f in dataclasses.fields(spec) if f.name not in but}


def store(
    spec: Spec, row: Row | None, actor: audit.Actor, *, password: Secret | None = None, reason: str = ""
) -> tuple[Row, str]:
    """Make `row` (a new one when None) say what `spec` says; `spec` must have passed the rules.

    Returns the row and what was done: `created`, `changed` or `unchanged`. Writes one audit record unless
    nothing changed, and one more when `password`, which is for credentials alone, is stored.
    """
    before = flat(spec_of(row)) if row is not None else None
    after = flat(spec)
    if before == after and password is None:
        assert row is not None
        return row, "unchanged"
    done = "created" if row is None else "changed"
    saved = _write(spec, row, password)
    if before != after:
        old, new = _differences(before, after)
        note(done, saved, actor, reason=reason, before=old, after=new)
    if password is not None:
        subject = audit.Subject("credential", saved.pk, saved.name)
        audit.record(Action.CREDENTIAL_PASSWORD, actor, subject, reason=reason)
    return saved, done


def remove(row: Row, actor: audit.Actor, *, reason: str = "") -> None:
    """Delete the row, with an audit record of what it said. Raises `ProtectedError` while it is referred to."""
    kept = spec_of(row)
    pk, cluster = row.pk, row if isinstance(row, Cluster) else None
    row.delete()
    row.pk = pk
    note("deleted", cluster or row, actor, reason=reason, before=flat(kept))


def note(
    done: str,
    row: Row,
    actor: audit.Actor,
    *,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write the audit record of one change."""
    kind = kind_of(row)
    cluster = row if isinstance(row, Cluster) else None
    subject = audit.Subject(kind, row.pk, row.name)
    action = Action[f"{kind}_{done}".upper()]
    audit.record(action, actor, subject, cluster=cluster, reason=reason, before=before, after=after)


def flat(spec: Spec) -> dict[str, Any]:
    """The fields of `spec` by dotted path (a node's begin with its role), as the audit shows them."""
    fields = dataclasses.asdict(spec)
    for node in fields.pop("nodes", ()):
        role = node.pop("role")
        server = node.pop("server")
        fields |= {f"{role}.{name}": value for name, value in node.items()}
        fields |= {f"{role}.server.{name}": value for name, value in server.items()}
    fields |= {f"timing.{name}": seconds for name, seconds in fields.pop("timing", ())}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def _differences(before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    if before is None:
        return None, after
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {n: before[n] for n in names if n in before}, {n: after[n] for n in names if n in after}


def _write(spec: Spec, row: Row | None, password: Secret | None) -> Row:
    if isinstance(spec, SiteSpec):
        return _put(Site, row, {"name": spec.name})
    if isinstance(spec, CredentialSpec):
        return _write_credential(spec, row, password)
    if isinstance(spec, DirectorySpec):
        fields = dataclasses.asdict(spec) | {"credential": _named("credential", spec.credential)}
        return _put(Directory, row, fields)
    return _write_cluster(spec, row)


def _write_credential(spec: CredentialSpec, row: Row | None, password: Secret | None) -> Row:
    fields: dict[str, Any] = dataclasses.asdict(spec)
    if spec.source != "stored":
        fields["ciphertext"] = ""
    elif password is not None:
        fields["ciphertext"] = encrypt(password)
    return _put(Credential, row, fields)


def _write_cluster(spec: ClusterSpec, row: Row | None) -> Row:
    fields: dict[str, Any] = {name: getattr(spec, name) for name in PLAIN_CLUSTER_FIELDS}
    fields |= {"site": _named("site", spec.site), "directory": _named("directory", spec.directory)}
    fields |= {"floating_ip": spec.floating_ips[0], "partition": spec.partitions[0]}
    fields |= {name: list(getattr(spec, name)) for name in ("spn_classes", "greetings", "extra_services")}
    cluster = _put(Cluster, row, fields | {"timing": dict(spec.timing)})
    kept = {node.role: node for node in cluster.nodes.select_related("server")}
    if _crossed(spec.nodes, kept):
        # Two rows that swap a unique value would collide with each other half-way.
        cluster.nodes.all().delete()
        kept = {}
    for node_spec in spec.nodes:
        _write_node(node_spec, cluster, kept.get(node_spec.role))
    return cluster


def _crossed(nodes: Sequence[NodeSpec], kept: dict[str, Node]) -> bool:
    """Whether a node is to take over a name, address or server that the other one has now."""
    if len(kept) < len(nodes):
        return False
    for new, old in zip(nodes, (kept[node.role] for node in reversed(nodes)), strict=True):
        mine = {new.name.casefold(), new.address.casefold(), f"server {new.server.name}".casefold()}
        if mine & {old.name.casefold(), old.address.casefold(), f"server {old.server.name}".casefold()}:
            return True
    return False


def _write_node(spec: NodeSpec, cluster: Cluster, row: Node | None) -> None:
    fields = {f.name: getattr(spec, f.name) for f in dataclasses.fields(spec) if f.name != "server"}
    fields |= {"cluster": cluster, "credential": _named("credential", spec.credential)}
    node = _put(Node, row, fields)
    server = ExchangeServer.objects.filter(node=node).first()
    _put(ExchangeServer, server, {"cluster": cluster, "node": node} | dataclasses.asdict(spec.server))


def _named(kind: Kind, name: str) -> Row:
    row = find(kind, name)
    assert row is not None, f"the rules let a reference to a missing {kind} through"
    return row


def _put(model: type[M], row: Any, fields: dict[str, Any]) -> M:
    """Save `fields` on `row`, or on a new one."""
    thing: Any = model() if row is None else row
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()
    saved: M = thing
    return saved
