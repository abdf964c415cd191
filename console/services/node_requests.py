"""What a page asks of the nodes, done by a worker of the cluster's site: compare, deploy, take back, change a key."""

from datetime import timedelta

import structlog
from django.conf import settings as django_settings
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.models import AuditRecord, Cluster, NodeScripts
from console.services import access, audit, queue
from console.services.clock import database_now
from console.services.deployment import comparing, settings
from console.services.deployment.control import require_free
from console.services.deployment.deploying import deploy, require_reason, undo
from console.services.fields import open_field
from console.services.key_rotation import rotate

KEYS = {"key primary": "primary", "key standby": "standby"}
WHAT = ("compare", "deploy", "undo", *KEYS)

log = structlog.get_logger(__name__)


def ask(cluster: Cluster, what: str, actor: audit.Actor, reason: str = "") -> NodeScripts:
    """Have a worker do `what` (one of `WHAT`); asked for while it waits it is asked for once.

    Raises `NotAllowed`, and `Refusal` for what is certain already: no reason, no address, an operation that acts.
    """
    if what not in WHAT:
        raise Refusal.of(f"There is nothing called {what!r} to do.", f"Name one of: {', '.join(WHAT)}.")
    access.require(actor.user, right_for(what), cluster)
    row = settings.require(cluster)
    if what != "compare":
        require_reason(reason)
        require_free(cluster)
    with transaction.atomic():
        row = NodeScripts.objects.select_for_update().get(pk=row.pk)
        if waits(row) and row.asked != "compare":
            if row.asked == what:
                return row
            text = f"Somebody asked for something else on {cluster.name} a moment ago, and a worker is about to do it."
            raise Refusal.of(text, "Wait until the page says what came of it, then ask again.", key="scripts.asked")
        _keep(row, what, actor, reason)
    return row


def right_for(what: str) -> access.Right:
    """The right that it takes to ask for `what`."""
    if what in KEYS:
        return "change-inventory"
    return "view" if what == "compare" else "operate"


def _keep(row: NodeScripts, what: str, actor: audit.Actor, reason: str) -> None:
    columns = {"asked": what, "asked_at": database_now(), "asked_by": actor.user, "asked_why": reason.strip()}
    NodeScripts.objects.filter(pk=row.pk).update(**columns, asked_origin=actor.origin, told=None)
    row.refresh_from_db()
    queue.send_after_commit(queue.NODE_SCRIPTS, row.pk, _queue_of(row))


def send_again() -> int:
    """Send again what nobody has taken up yet: a message may have been lost. How many that were."""
    open_ = NodeScripts.objects.exclude(asked="").select_related("cluster__site")
    return sum(queue.send(queue.NODE_SCRIPTS, row.pk, _queue_of(row)) for row in open_ if waits(row))


def _queue_of(row: NodeScripts) -> str:
    where = queue.observation_queue if row.asked == "compare" else queue.operations_queue
    return where(row.cluster.site.name)


def waits(row: NodeScripts) -> bool:
    """Whether something is asked for that a worker may still take up."""
    return bool(row.asked and row.asked_at and row.asked_at > database_now() - _patience())


def do_asked(row: NodeScripts) -> None:
    """Do what is asked, once, and tell what came of it; too late it is not done."""
    if not waits(row) or row.asked_by is None:
        return
    taken = NodeScripts.objects.filter(pk=row.pk, asked=row.asked, asked_at=row.asked_at).update(asked="")
    if taken != 1:
        return
    actor = audit.Actor.of(row.asked_by, AuditRecord.Origin(row.asked_origin))
    try:
        good, text = _done(row, actor)
    except Refusal as refusal:
        good, text = False, " ".join(f"{r.text} {r.remedy}".strip() for r in refusal.reasons) or refusal.headline
    except ChangeoverError as error:
        good, text = False, error.told
    except Exception as error:
        log.exception("node scripts: what was asked broke off", cluster=row.cluster.name, asked=row.asked)
        good, text = False, f"An unexpected {type(error).__name__}; the worker's log has it."
    told = {"what": row.asked, "good": good, "text": text, "at": database_now().isoformat()}
    NodeScripts.objects.filter(pk=row.pk).update(told=told)


def _done(row: NodeScripts, actor: audit.Actor) -> tuple[bool, str]:
    cluster, why = row.cluster, row.asked_why
    if row.asked == "deploy":
        return True, deploy(cluster, actor, why).sentence
    if row.asked == "undo":
        return True, undo(cluster, actor, why).sentence
    done = ""
    good = True
    if row.asked in KEYS:
        changed = rotate(cluster.nodes.select_related("cluster").get(role=KEYS[row.asked]), actor, why)
        good, done = changed.proved, changed.sentence
    with open_field(cluster) as field:
        comparing.compare_now(row, field)
    return good, done or row.unknown or "Both nodes were compared with what is rendered now."


def _patience() -> timedelta:
    return timedelta(seconds=django_settings.CLAIM_WITHIN)
