"""How ready the kits of a cluster are for a day when the console is silent."""

from collections.abc import Iterator
from datetime import datetime

from console.domain.checks import Check, Verdict
from console.domain.kit.codes import PROGRAM
from console.domain.prepare.facts import Machine, tools
from console.models import Cluster, KitList, Node, NodeKey, NodeKit
from console.services.clock import database_now
from console.services.kits.listing import REFRESH_EVERY

LATE = 2 * REFRESH_EVERY.total_seconds()
"""Seconds after which a list is called old: two refreshes in a row did not come."""
LATE_WHOLE = 26 * 3600.0
"""The same for the nightly reading of every mailbox."""
AGAIN = "See that a worker of the site runs and reaches the domain controller; the list is read again by itself."


LOOK_FOR_IT = "Have it looked for: manage.py kit deploy {cluster}"


def kit_checks(cluster: Cluster) -> tuple[Check, ...]:
    """Whether the mailboxes are known and fresh, every node has a key to sign its kit with, its kit, and `ldifde`."""
    known, now = KitList.objects.filter(cluster=cluster).first(), database_now()
    return (_list(known, now), *_keys(cluster), *_kits(cluster, now), *_programs(cluster))


def _list(known: KitList | None, now: datetime) -> Check:
    title = "The mailboxes of the kit are known and fresh"
    if known is None or known.read_at is None or known.whole_at is None:
        why = known.failure if known else ""
        text = f"They have not been read yet. {why}".strip()
        return Check("kit.list", title, Verdict.UNKNOWN, text, AGAIN)
    age = (now - known.read_at).total_seconds()
    whole = (now - known.whole_at).total_seconds()
    text = f"{known.mailboxes.count():,} mailboxes, brought up to date {_ago(age)}, read whole {_ago(whole)}."
    late = age > LATE or whole > LATE_WHOLE
    if known.failure or late:
        text = f"{text} {known.failure}".strip()
        return Check("kit.list", title, Verdict.WARN, text, AGAIN, age=age)
    return Check("kit.list", title, Verdict.PASS, text, age=age)


def _keys(cluster: Cluster) -> Iterator[Check]:
    signing = set(NodeKey.objects.filter(node__cluster=cluster, retired_at=None).values_list("node_id", flat=True))
    for node in cluster.nodes.order_by("role"):
        title = f"{node.name} has a key that its kit is signed with"
        if node.pk in signing:
            yield Check("kit.key", title, Verdict.PASS, "It has one.", about=node.name)
            continue
        remedy = f"Issue one: manage.py nodekey issue {node.name}"
        yield Check(
            "kit.key", title, Verdict.WARN, "It has none, so no kit can be made for it.", remedy, about=node.name
        )


def _kits(cluster: Cluster, now: datetime) -> Iterator[Check]:
    rows = {row.node_id: row for row in NodeKit.objects.filter(node__cluster=cluster)}
    keys = set(NodeKey.objects.filter(node__cluster=cluster, retired_at=None).values_list("key_id", flat=True))
    for node in cluster.nodes.order_by("role"):
        title, row = f"{node.name} has its kit", rows.get(node.pk)
        remedy = f"Put it there: manage.py kit deploy {cluster.name}"
        if row is None or row.made_at is None:
            text = f"None was put there yet. {row.failure if row else ''}".strip()
            yield Check("kit.node", title, Verdict.UNKNOWN, text, remedy, about=node.name)
            continue
        age = (now - row.made_at).total_seconds()
        retired = "" if row.key_id in keys else f"It is signed with {row.key_id}, which is retired."
        text = " ".join(f"{row.records} records, made {_ago(age)}. {retired} {row.failure}".split())
        verdict = Verdict.WARN if row.failure or retired or age > LATE_WHOLE else Verdict.PASS
        remedy = remedy if verdict is Verdict.WARN else ""
        yield Check("kit.node", title, verdict, text, remedy, about=node.name, age=age)


def _programs(cluster: Cluster) -> Iterator[Check]:
    rows = {row.node_id: row.has_ldifde for row in NodeKit.objects.filter(node__cluster=cluster)}
    for node in cluster.nodes.filter(pk__in=rows).order_by("role"):  # it is looked for when a kit is to be put there
        title, there = f"{node.name} has {PROGRAM}, which applies its kit", rows[node.pk]
        if there:
            yield Check("kit.program", title, Verdict.PASS, "It is in the PATH.", about=node.name)
        elif there is None:
            text, remedy = "The node could not tell when it was asked last.", LOOK_FOR_IT
            yield Check("kit.program", title, Verdict.UNKNOWN, text, remedy.format(cluster=cluster), about=node.name)
        else:
            text = "It is not in the PATH: with the console silent the node could not point the directory at itself."
            yield Check("kit.program", title, Verdict.WARN, text, _source(node), about=node.name)


def _source(node: Node) -> str:
    """Where the program comes from, on the node's Windows."""
    found = tools(Machine(node.windows, node.service_pack, node.architecture))
    return next((tool.source for tool in found if tool.name == PROGRAM), f"Install {PROGRAM} there.")


def _ago(seconds: float) -> str:
    if seconds < 120:
        return "just now"
    minutes = round(seconds / 60)
    return f"{minutes} minutes ago" if minutes < 120 else f"{round(minutes / 60)} hours ago"
