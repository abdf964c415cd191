"""Proving a set-up procedure for a page: asked for by a click, read by a worker of the site, kept for the next look."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from console.domain.checks import Check, Refusal
from console.domain.errors import ChangeoverError
from console.domain.procedures.examine import Examined
from console.models import Cluster, ProcedureProof
from console.services import access, audit, preparing, procedures, queue
from console.services.clock import database_now

RESEND_AFTER = timedelta(seconds=5)
"""A proof that nobody took up for so long is sent again."""

PREPARATION = "preparation"
"""Stands in the place of a procedure's key for what comes before all of them."""

log = structlog.get_logger(__name__)


def ask(cluster: Cluster, key: str, actor: audit.Actor) -> ProcedureProof:
    """Have the procedure proved by a worker of the cluster's site; one that is being proved already is that one.

    With `PREPARATION` it is what has to be there before any procedure: nodes and rights. It only reads, so it holds
    nothing and needs no more than the right to see. Raises `NotAllowed`, and `Refusal` for a procedure that there is
    not, or of another generation of Exchange.
    """
    access.require(actor.user, "view", cluster)
    if key != PREPARATION:
        procedures.require_fitting(cluster, key)
    now = database_now()
    asked = {
        "asked_at": now,
        "asked_by_name": actor.name,
        "prove_before": now + timedelta(seconds=settings.PLAN_WITHIN),
        "claimed_at": None,
        "ended_at": None,
        "error": None,
    }
    with transaction.atomic():
        row, made = ProcedureProof.objects.select_for_update().get_or_create(
            cluster=cluster, procedure=key, defaults=asked
        )
        if not made and row.open and row.prove_before > now:
            return row
        if not made:
            for name, value in asked.items():
                setattr(row, name, value)
            row.save(update_fields=list(asked))
        queue.send_after_commit(queue.PROVE_PROCEDURE, row.pk, queue.observation_queue(cluster.site.name))
    return row


def fresh(cluster: Cluster, key: str) -> ProcedureProof | None:
    """The last proof as it stands now, or the one under way; None when nobody ever asked."""
    fail_overdue()
    return ProcedureProof.objects.filter(cluster=cluster, procedure=key).first()


Prover = Callable[[Cluster, str], tuple[Examined, ...]]


def prove_asked(pk: int, prover: Prover = procedures.prove) -> None:
    """Prove what was asked for and keep it. A second delivery of the same id finds it taken and does nothing."""
    now = database_now()
    waiting = ProcedureProof.objects.filter(pk=pk, claimed_at__isnull=True, ended_at__isnull=True)
    if waiting.filter(prove_before__gt=now).update(claimed_at=now) != 1:
        return
    row = ProcedureProof.objects.select_related("cluster__site", "cluster__directory").get(pk=pk)
    try:
        _end(row, proved_at=now, checks=[check.to_json() for check in _checks(row, prover)])
    except Refusal as refusal:
        remedy = " ".join(reason.remedy for reason in refusal.reasons)
        _end(row, error={"message": refusal.headline, "remedy": remedy})
    except ChangeoverError as error:
        _end(row, error={"message": error.message, "remedy": error.remedy})
    except Exception as error:
        log.exception("procedure could not be proved", cluster=row.cluster.name, procedure=row.procedure)
        what = f"It could not be proved: an unexpected {type(error).__name__}."
        _end(row, error={"message": what, "remedy": "Try once more, then report it with the worker's log."})


def _checks(row: ProcedureProof, prover: Prover) -> Sequence[Check]:
    if row.procedure == PREPARATION:
        return preparing.everything(row.cluster)
    return [one.check for one in prover(row.cluster, row.procedure)]


def sweep() -> None:
    """Send again what no worker took up, and give up what nobody finished in time."""
    fail_overdue()
    before = database_now() - RESEND_AFTER
    lost = ProcedureProof.objects.filter(ended_at__isnull=True, claimed_at__isnull=True, asked_at__lt=before)
    for pk, site in lost.values_list("pk", "cluster__site__name"):
        queue.send(queue.PROVE_PROCEDURE, pk, queue.observation_queue(site))


def fail_overdue() -> None:
    """End the proofs whose deadline passed, saying whether a worker was there at all."""
    overdue = ProcedureProof.objects.filter(ended_at__isnull=True, prove_before__lt=database_now())
    for row in overdue.select_related("cluster__site"):
        if row.claimed_at is None:
            what = f"No worker of the site {row.cluster.site.name} took it up."
            remedy = "Start a worker for that site, or look at its log; then prove it again."
        else:
            what = "The worker that was reading did not finish in time."
            remedy = "Look at the worker's log and at the nodes; then prove it again."
        _end(row, error={"message": what, "remedy": remedy})


def _end(row: ProcedureProof, **values: Any) -> None:
    """End this very round, once; a later one is left alone."""
    same = ProcedureProof.objects.filter(pk=row.pk, asked_at=row.asked_at, ended_at__isnull=True)
    same.update(ended_at=database_now(), **values)
