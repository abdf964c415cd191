"""The mailboxes' part of a switch: compare with the plan's list, then stream the changes, never stopping for one."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from console.domain.directory import DirectoryView, EntryChange
from console.domain.errors import ChangeoverError, Drifted
from console.domain.lease import LeaseLost
from console.domain.ports import DirectorySession
from console.domain.receipts import NoReceipts
from console.domain.switch.differences import mailbox_change
from console.domain.switch.direction import Direction
from console.domain.switch.membership import compare
from console.domain.switch.outcome import Outcome, Tally
from console.domain.switch.reading import mailboxes
from console.domain.switch.recording import MailboxReceipts
from console.domain.switch.spool import Changes, Sorted, Spool

PROGRESS_EVERY = 50
WINDOW = 32
"""Changes in flight: with four connections eight on each, which keeps a server busy over a round trip of 10 ms."""

OnProgress = Callable[[int, int], None]
"""Called with (mailboxes tried, mailboxes that differ) before the first write and every 50; may raise to stop."""

OnNote = Callable[[str], None]
"""Called with a sentence for the journal."""


def compare_membership(
    session: DirectorySession, view: DirectoryView, planned: Iterable[str], tolerance: int, on_note: OnNote
) -> None:
    """Read the rule and compare it with the plan's list. Raises `Drifted` beyond `tolerance`."""
    with Sorted(mailbox.guid for mailbox in mailboxes(session, view)) as now:
        _compare(planned, now, tolerance, on_note)


def _compare(planned: Iterable[str], now: Sorted, tolerance: int, on_note: OnNote) -> None:
    with Sorted(planned) as then:
        drift = compare(then, now)
    if not drift.count:
        return
    said = f"{drift.come:,} mailboxes came and {drift.gone:,} are gone since the plan was made"
    if drift.count > tolerance:
        raise Drifted(f"{said}; the cluster's tolerance is {tolerance}. No mailbox was changed.")
    on_note(f"{said}, within the tolerance of {tolerance}: the mailboxes of now are switched.")


def switch_mailboxes(
    session: DirectorySession,
    direction: Direction,
    *,
    planned: Iterable[str],
    tolerance: int,
    on_progress: OnProgress,
    on_note: OnNote,
    record: MailboxReceipts | None = None,
    window: int = WINDOW,
) -> Outcome:
    """Read the rule again, compare with `planned`, and change what names the source.

    A mailbox that cannot be changed goes on the to-do list. When `on_progress` raises, nothing more is sent, what is
    in flight is waited for, and the error goes on. Raises `Drifted` before the first write, and `ReachError`.
    """
    with _read(session, direction) as found:
        _compare(planned, found.members, tolerance, on_note)
        return stream_changes(
            session, found.todo, on_progress=on_progress, on_note=on_note, record=record, window=window
        )


def stream_changes(
    session: DirectorySession,
    changes: Changes,
    *,
    on_progress: OnProgress,
    on_note: OnNote,
    record: MailboxReceipts | None = None,
    window: int = WINDOW,
) -> Outcome:
    """Carry `changes` out, many in flight, each slice after its receipt.

    Raises `ReachError`, and what `on_progress` raises, after the last answer came in.
    """
    record = record or MailboxReceipts(NoReceipts())
    on_progress(0, len(changes))
    stream = _Stream(session, changes, on_progress, record)
    try:
        return stream.run(window)
    except LeaseLost:
        raise
    except ChangeoverError:
        record.broken_off()
        _tell_what_is_left(stream.outcome(), on_note)
        raise


def _tell_what_is_left(outcome: Outcome, on_note: OnNote) -> None:
    """Before an error ends the pass: how far it came, and what would have been on the to-do list."""
    on_note(f"Stopped on the way: {outcome.sentence}")
    for item in outcome.todo:
        on_note(f"{item.what}: {item.why} {item.remedy}")


class _Found(Spool):
    """The members of now and what changes on them."""

    def __init__(self) -> None:
        super().__init__()
        self.members = self._files.enter_context(Sorted())
        self.todo = self._files.enter_context(Changes())


def _read(session: DirectorySession, direction: Direction) -> _Found:
    """Read whole before anything is written; for the caller to close."""
    with ExitStack() as unless_whole:
        found = unless_whole.enter_context(_Found())
        for mailbox in mailboxes(session, direction.view):
            found.members.add(mailbox.guid)
            if change := mailbox_change(direction, mailbox):
                found.todo.add(change)
        unless_whole.pop_all()
    return found


class _Stream:
    """One pass over the changes: feeds the session and counts; stops feeding when the listener raises."""

    def __init__(
        self, session: DirectorySession, todo: Changes, on_progress: OnProgress, record: MailboxReceipts
    ) -> None:
        self._session = session
        self._todo = todo
        self._on_progress = on_progress
        self._record = record
        self._tally = Tally(len(todo))
        self._stopped: Exception | None = None

    def run(self, window: int) -> Outcome:
        """Carry out everything. Raises what the listener raised, after the last answer came in."""
        done = 0
        for done, (change, result) in enumerate(self._session.modify_many(self._feed(), window=window), start=1):
            self._tally.add(change, result)
            self._record.answered(change, result)
            if done % PROGRESS_EVERY == 0:
                self._tell(done)
        if done % PROGRESS_EVERY:
            self._tell(done)
        if self._stopped:
            raise self._stopped
        return self.outcome()

    def outcome(self) -> Outcome:
        """What has been answered so far."""
        return self._tally.outcome()

    def _feed(self) -> Iterator[EntryChange]:
        for change in self._record.feed(self._todo):
            if self._stopped:
                return
            yield change

    def _tell(self, done: int) -> None:
        """Report; an error is kept until everything in flight has been answered."""
        if self._stopped:
            return
        try:
            self._on_progress(done, len(self._todo))
        except Exception as error:
            self._stopped = error
