"""What a cluster asks of who confirms something on it: a reason of some length, a ticket; tickets given afterwards."""

from dataclasses import dataclass

from django.db import transaction

from console.domain import tickets
from console.domain.checks import Reason, Refusal
from console.models import Cluster, Operation
from console.services import access, audit
from console.services.audit_actions import Action


@dataclass(frozen=True)
class Asked:
    """What a kind of operation on a cluster asks for."""

    length: int = 0
    """Characters that the reason has at least."""
    tickets: tuple[str, ...] = ()
    """What a ticket looks like; empty: none is asked for."""

    @property
    def example(self) -> str:
        """A ticket as it is asked for, made up."""
        return " or ".join(tickets.example(mask) for mask in self.tickets)


def asked(cluster: Cluster, kind: str) -> Asked:
    """What `kind` asks for there; nothing of a takeover and a start, whatever the cluster says."""
    if kind in tickets.NEVER_ASKED:
        return Asked()
    wanted = kind in (cluster.ticket_kinds or tickets.ASKED)
    return Asked(cluster.reason_length, tuple(cluster.tickets) if wanted else ())


def missing(cluster: Cluster, kind: str, reason: str, ticket: str | None) -> list[Reason]:
    """What the reason and the ticket lack; with None for the ticket, which may come later, the reason alone."""
    found, wanted = [], asked(cluster, kind)
    if 0 < len(reason) < wanted.length:
        text = f"The reason has {len(reason)} characters; {cluster.name} asks for {wanted.length} at least."
        found.append(Reason(text, "Say what is done and why, so that others understand it later.", "confirm.reason"))
    if ticket is None or not wanted.tickets or tickets.fits(wanted.tickets, ticket):
        return found
    what = f"{ticket[: tickets.LONGEST_TICKET]} is not a ticket of {cluster.name}" if ticket else "No ticket was given"
    remedy = f"Give the number of the change or incident, such as {wanted.example}."
    return [*found, Reason(f"{what}; a {kind} asks for one.", remedy, "confirm.ticket")]


def tidy(ticket: str) -> str:
    """A ticket as it is kept: one line, and no longer than its column."""
    return " ".join(ticket.split())[: tickets.LONGEST_TICKET]


def give_ticket(operation: Operation, actor: audit.Actor, ticket: str) -> Operation:
    """Say which change or incident the operation belongs to, during it or afterwards; the same one changes nothing.

    Raises `NotAllowed`, and `Refusal` for one that does not look as the cluster says.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    given, masks = tidy(ticket), tuple(operation.cluster.tickets)
    if not given or (masks and not tickets.fits(masks, given)):
        text = f"{given} is not a ticket of {operation.cluster.name}." if given else "No ticket was given."
        like = Asked(tickets=masks).example
        remedy = f"Give the number of the change or incident{f', such as {like}' if like else ''}."
        raise Refusal.of(text, remedy, key="ticket")
    with transaction.atomic():
        row = Operation.objects.select_for_update().get(pk=operation.pk)
        if row.ticket != given:
            before = {"ticket": row.ticket}
            Operation.objects.filter(pk=row.pk).update(ticket=given)
            subject = audit.Subject("operation", row.pk, row.kind)
            after, cluster = {"ticket": given}, operation.cluster
            audit.record(Action.OPERATION_TICKET, actor, subject, cluster=cluster, before=before, after=after)
    operation.refresh_from_db()
    return operation
