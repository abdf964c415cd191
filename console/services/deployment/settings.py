"""What a cluster's node scripts are rendered from, as somebody has set it, and the files that follow from it."""

from django.db import transaction

from console.domain.checks import Refusal
from console.domain.deployment import Placed, Wanted
from console.domain.node_scripts.bounds import Timeouts
from console.domain.node_scripts.settings import FOLDER
from console.domain.secrets import Secret
from console.models import Cluster, Node, NodeKey, NodeScripts
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.hooks.keys import find, issue_key
from console.services.node_scripts import render, settings_for
from console.services.products import require_guided

NAMES = ("url", "silence", "folder", "log")


def of(cluster: Cluster) -> NodeScripts | None:
    """The cluster's row, once somebody has set anything."""
    return NodeScripts.objects.filter(cluster=cluster).first()


def require(cluster: Cluster) -> NodeScripts:
    """The cluster's row. Raises `Refusal` when nobody has said where the nodes reach the console.

    And where the product runs no scripts of ours.
    """
    require_scripts(cluster)
    found = of(cluster)
    if found is not None:
        return found
    text = f"Nobody has said where the nodes of {cluster.name} reach the console."
    remedy = (
        f"Say it on the page of its node scripts, or by: manage.py scripts set {cluster.name} --url http://HOST:PORT."
    )
    raise Refusal.of(text, remedy, key="scripts.url")


def change(cluster: Cluster, actor: audit.Actor, reason: str = "", **values: str | bool) -> NodeScripts:
    """Set any of `url`, `silence`, `folder` and `log`; the same again changes nothing.

    Raises `NotAllowed`, `Refusal` without a `url` the first time, `Unrenderable` for what cannot stand in a script.
    """
    access.require(actor.user, "operate", cluster)
    require_scripts(cluster)
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        row = of(cluster) or NodeScripts(cluster=cluster, folder=FOLDER)
        before = _told(row) if row.pk else {}
        for name, value in values.items():
            setattr(row, name, value.rstrip("/") if name == "url" and isinstance(value, str) else value)
        if not row.url:
            require(cluster)
        settings_for(cluster, row.url, silence=row.silence, folder=row.folder, log=row.log)
        after = _told(row)
        if after != before:
            row.save()
            subject = audit.Subject("node-scripts", row.pk, cluster.name)
            audit.record(Action.SCRIPTS_SET, actor, subject, cluster=cluster, reason=reason, before=before, after=after)
    return row


def require_scripts(cluster: Cluster) -> None:
    """Raises `Refusal` for a cluster on whose nodes no script of the console runs."""
    why_not = "Exchange's own resources start and stop it there, so no script of the console runs on its nodes"
    require_guided(cluster, why_not, "Nothing has to be set up for it; moves are planned and carried out without.")


def wanted(row: NodeScripts, timeouts: Timeouts) -> Wanted:
    """The files that should be on both nodes. Raises `Unrenderable`, and `TooShort` for too short a time-out."""
    made = settings_for(
        row.cluster,
        row.url,
        start_timeout=timeouts.start,
        stop_timeout=timeouts.stop,
        silence=row.silence,
        folder=row.folder,
        log=row.log,
    )
    return Wanted(render(made), row.folder)


def _told(row: NodeScripts) -> dict[str, str | bool]:
    return {name: getattr(row, name) for name in NAMES}


class ClusterFiles:
    """Implements `console.domain.placing.NodeFiles` for one deployment on a cluster, by whom and why."""

    def __init__(self, cluster: Cluster, actor: audit.Actor, why: str) -> None:
        self._cluster, self._actor, self._why = cluster, actor, why
        self.placed: list[Placed] = []

    def wanted(self, timeouts: Timeouts) -> Wanted:
        """The files, rendered now. Raises `Refusal`, `Unrenderable`, `TooShort`."""
        return wanted(require(self._cluster), timeouts)

    def keep(self, placed: Placed) -> None:
        """Keep it with what this deployment has written so far: that is what an undo brings back."""
        self.placed.append(placed)
        told = [one.to_json() for one in self.placed]
        columns = {"deployed_at": database_now(), "deployed_by": self._actor.name, "deployed_why": self._why}
        NodeScripts.objects.filter(cluster=self._cluster).update(placed=told, **columns)

    def key(self, node: str, there: str) -> tuple[str, Secret] | None:
        """The newest key of the node, a new one when it has none; None when the one called `there` is accepted."""
        row = Node.objects.select_related("cluster").get(cluster=self._cluster, name__iexact=node)
        active = NodeKey.objects.filter(node=row, retired_at__isnull=True).order_by("issued_at", "pk")
        if active.filter(key_id=there).exists():
            return None
        newest = active.last()
        if newest is None:
            return issue_key(row, self._actor, reason=self._why)
        return newest.key_id, find(newest.key_id)[1]

    def keep_key(self, node: str, key_id: str) -> None:
        """Audit that the key lies on the node."""
        row = Node.objects.get(cluster=self._cluster, name__iexact=node)
        key_placed(row, self._actor, self._why, key_id)


def key_placed(node: Node, actor: audit.Actor, why: str, key_id: str, before: str = "") -> None:
    """Audit that the key of that id lies on the node now, and which was there before."""
    with transaction.atomic():
        subject, cluster = audit.Subject("node", node.pk, node.name), node.cluster
        change = {"before": {"key_id": before}, "after": {"key_id": key_id}}
        audit.record(Action.NODE_KEY_DEPLOYED, actor, subject, cluster=cluster, reason=why, **change)
