"""The mailboxes of a plan: counted, frozen as a list, and passed on in slices while they are read."""

from collections.abc import Callable, Iterator

from console.domain.directory import Mailbox
from console.domain.field import Field
from console.domain.plan import Membership
from console.domain.switch.differences import mailbox_change
from console.domain.switch.direction import Direction
from console.domain.switch.membership import survey
from console.domain.switch.reading import mailboxes

SLICE = 500

MailboxRow = tuple[str, str, list[list[str]]]
"""(objectGUID, DN, [[attribute, before, after], ...]), the last empty for a mailbox that does not change."""

MailboxSink = Callable[[list[MailboxRow]], None]


def frozen_membership(field: Field, direction: Direction, sink: MailboxSink) -> tuple[Membership, tuple[str, ...]]:
    """The frozen membership, its list sent to `sink` on the way, and remarks for the plan's notes."""
    source = _recorded(mailboxes(field.directory(), direction.view), direction, sink)
    seen = survey(direction, source, field.cluster.membership_tolerance)
    return seen.membership, seen.remarks


def _recorded(found: Iterator[Mailbox], direction: Direction, sink: MailboxSink) -> Iterator[Mailbox]:
    """Pass `found` on, sending each slice of it to `sink`."""
    rows: list[MailboxRow] = []
    for mailbox in found:
        rows.append(_row(direction, mailbox))
        if len(rows) == SLICE:
            sink(rows)
            rows = []
        yield mailbox
    if rows:
        sink(rows)


def _row(direction: Direction, mailbox: Mailbox) -> MailboxRow:
    change = mailbox_change(direction, mailbox)
    changes = change.changes if change else ()
    return (mailbox.guid, mailbox.dn, [[c.attribute, c.before[0], c.after[0]] for c in changes])
