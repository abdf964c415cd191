"""The mailboxes of a cluster's kits: read whole at night, and by what changed in between, on their own schedule."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.directory import DirectoryView, Mailbox
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.kit.listing import Mark, changed_since, mark, may_go_on, night_between
from console.domain.switch.reading import mailboxes
from console.models import Cluster, KitList, KitMailbox
from console.services import queue, turns
from console.services.clock import database_now
from console.services.fields import open_field
from console.services.products import guided

REFRESH_EVERY = timedelta(minutes=15)
STORED_AT_ONCE = 500

log = structlog.get_logger(__name__)


def ask_due() -> int:
    """Have the list of every cluster whose turn has come brought up to date at its site; how many those were."""
    sent = 0
    for cluster in filter(guided, Cluster.objects.select_related("site")):
        if turns.mine(f"kit list {cluster.pk}", REFRESH_EVERY.total_seconds()):
            where = queue.observation_queue(cluster.site.name)
            sent += queue.send(queue.REFRESH_KIT, cluster.pk, where, urgency=queue.ROUTINE)
    return sent


def refresh_in_turn(cluster: Cluster) -> None:
    """Bring the list up to date; what stands in the way is kept with the list and shown, never raised."""
    try:
        with open_field(cluster) as field:
            refresh(cluster, field)
    except ChangeoverError as error:
        _failed(cluster, error.told)
    except Refusal as refusal:
        _failed(cluster, " ".join(f"{reason.text} {reason.remedy}".strip() for reason in refusal.reasons))


def refresh(cluster: Cluster, field: Field, *, whole: bool = False) -> tuple[KitList, DirectoryView]:
    """Bring the list up to date by what changed; whole once a night, from another controller, or when asked to.

    Reads the directory and writes only our own rows. Returns the list with the view that it was read by. Raises
    `Refusal` and `ReachError` like `read_directory`, and then the list is as it was.
    """
    view, session = field.read_directory(), field.directory()
    known, _ = KitList.objects.get_or_create(cluster=cluster)
    at, now = database_now(), mark(session)
    whole = whole or not _may_go_on(known, now, at)
    if whole:
        found = [(mailbox, True) for mailbox in mailboxes(session, view)]
    else:
        found = list(changed_since(session, view, known.usn))
    return _stored(known, now, at, found, whole=whole), view


def listed(known: KitList) -> Iterator[Mailbox]:
    """The mailboxes of the list."""
    for row in known.mailboxes.iterator(chunk_size=STORED_AT_ONCE):
        yield Mailbox(row.dn, row.guid, row.home_mdb, row.home_mta, row.home_server)


def _may_go_on(known: KitList, now: Mark, at: datetime) -> bool:
    if known.whole_at is None or night_between(known.whole_at, at):
        return False
    return may_go_on(Mark(known.controller, known.usn), now)


def _stored(known: KitList, now: Mark, at: datetime, found: Iterable[tuple[Mailbox, bool]], *, whole: bool) -> KitList:
    """Keep what was read, unless another reading has moved the list on meanwhile: then that one holds."""
    with transaction.atomic():
        row = KitList.objects.select_for_update().get(pk=known.pk)
        if (row.controller, row.usn, row.whole_at) != (known.controller, known.usn, known.whole_at):
            return row
        changed = dict.fromkeys(mailbox.guid for mailbox, _ in found)
        _forget(row, None if whole else list(changed))
        rows = [_row(row, mailbox) for mailbox, ours in found if ours]
        KitMailbox.objects.bulk_create(rows, batch_size=STORED_AT_ONCE)
        row.controller, row.usn, row.read_at = now.controller, now.usn, at
        row.whole_at = at if whole else row.whole_at
        row.failed_at, row.failure = None, ""
        row.save()
    return row


def _forget(row: KitList, guids: list[str] | None) -> None:
    """Take these mailboxes off the list; all of them when none are named."""
    if guids is None:
        row.mailboxes.all().delete()
        return
    for start in range(0, len(guids), STORED_AT_ONCE):
        row.mailboxes.filter(guid__in=guids[start : start + STORED_AT_ONCE]).delete()


def _row(row: KitList, mailbox: Mailbox) -> KitMailbox:
    return KitMailbox(
        list=row,
        guid=mailbox.guid,
        dn=mailbox.dn,
        home_mdb=mailbox.home_mdb,
        home_mta=mailbox.home_mta,
        home_server=mailbox.home_server,
    )


def _failed(cluster: Cluster, why: str) -> None:
    log.warning("the list of a kit could not be brought up to date", cluster=cluster.name, why=why)
    failure = {"failed_at": database_now(), "failure": why}
    KitList.objects.update_or_create(cluster=cluster, defaults=failure)
