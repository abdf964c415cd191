"""Change a few named objects: look first, write only what differs, put names back when a claim fails."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from console.domain.directory import EntryChange, Modified
from console.domain.errors import AccessDenied, ChangeoverError, ProtocolFault, ReachError, Unavailable
from console.domain.ports import DirectorySession
from console.domain.receipts import UNKNOWN
from console.domain.switch.outcome import ALREADY
from console.domain.switch.patience import Patience, patiently
from console.domain.switch.values import at_target

Recorder = Callable[[Sequence[EntryChange]], AbstractContextManager[list[Modified]]]
"""Keeps a receipt of changes that are about to be sent, and settles it with the results put on the list."""


def unrecorded(changes: Sequence[EntryChange]) -> AbstractContextManager[list[Modified]]:
    """Keeps no receipt."""
    return nullcontext([])


class NamesNotMoved(ChangeoverError):
    """The new owner could not be given the names; the text says whether the old owner has them back."""

    remedy = "Remove the reason that the domain controller gave, then have the operation carried on."


def address(change: EntryChange) -> str:
    """How an object is named to the directory: by its GUID, so that a rename does not matter, else by its DN."""
    return f"<GUID={change.guid}>" if change.guid else change.dn


def pending(session: DirectorySession, changes: Iterable[EntryChange]) -> tuple[EntryChange, ...]:
    """Those of `changes` whose object is not yet as it shall be; a missing object counts as such."""
    return tuple(change for change in changes if not _holds(session, change))


def _holds(session: DirectorySession, change: EntryChange) -> bool:
    entry = session.read(address(change), [c.attribute for c in change.changes])
    return entry is not None and at_target(entry, change)


def apply_changes(
    session: DirectorySession, changes: Iterable[EntryChange], patience: Patience
) -> Iterator[tuple[EntryChange, Modified]]:
    """Carry out a few changes one after another, in their order; what is already right is not written.

    Each comes with how it ended; the caller decides whether to go on. Raises `ReachError` for what concerns all.
    """
    for change in changes:
        yield change, write_patiently(session, change, patience)


def _write(session: DirectorySession, change: EntryChange) -> Modified:
    return Modified("applied", ALREADY) if _holds(session, change) else session.modify(change)


def claim_names(
    session: DirectorySession,
    claims: Sequence[EntryChange],
    released: Sequence[EntryChange],
    on_note: Callable[[str], None],
    *,
    patience: Patience,
    compensate: bool = True,
    record: Recorder = unrecorded,
) -> None:
    """Give the names to their new owner after `released` took them off the old one.

    What a claim that failed has put back is taken off again first. When the names cannot be given, they are put back
    (unless `compensate` is false) and `NamesNotMoved` or the `ReachError` that stood in the way is raised. When the
    connection broke for good, nothing is put back: running it again finishes it.
    """
    if claims:
        _release_again(session, released, record, patience, on_note)
    for claim in claims:
        try:
            with record([claim]) as results:
                result = write_patiently(session, claim, patience)
                results.append(result)
        except (AccessDenied, ProtocolFault, Unavailable) as error:
            if error.may_have_run:
                raise
            back = _put_back(session, released, on_note, record) if compensate else "They were not put back."
            raise type(error)(f"{error.message} {back}", remedy=error.remedy) from error
        on_note(f"{result.outcome}: {claim.dn}" + (f" ({result.detail})" if result.detail else ""))
        if result.outcome != "applied":
            back = _put_back(session, released, on_note, record) if compensate else "They were not put back."
            reason = result.detail or result.outcome
            raise NamesNotMoved(f"The service principal names could not be given to {claim.dn}: {reason} {back}")


def _release_again(
    session: DirectorySession,
    released: Sequence[EntryChange],
    record: Recorder,
    patience: Patience,
    on_note: Callable[[str], None],
) -> None:
    """Take off once more what came back to the old owner. Raises `NamesNotMoved` where that cannot be done."""
    for change in pending(session, released):
        with record([change]) as results:
            result = write_patiently(session, change, patience)
            results.append(result)
        on_note(f"released again, {result.outcome}: {change.dn}")
        if result.outcome != "applied":
            reason = result.detail or result.outcome
            raise NamesNotMoved(f"The service principal names could not be taken off {change.dn} again: {reason}")


def write_patiently(session: DirectorySession, change: EntryChange, patience: Patience) -> Modified:
    """Carry out one change, again and again while the controller is busy or away, or another one lags behind."""
    return patiently(lambda: _write(session, change), patience, lambda result: result.detail if result.retry else "")


def _put_back(
    session: DirectorySession, released: Sequence[EntryChange], on_note: Callable[[str], None], record: Recorder
) -> str:
    """Undo `released`, and say how that went."""
    failures = []
    for change in released:
        back = EntryChange(change.dn, change.guid, tuple(c.reversed() for c in change.changes))
        with record([back]) as results:
            try:
                result = _write(session, back)
            except ReachError as error:
                result = Modified(UNKNOWN if error.may_have_run else "refused", error.message)
            results.append(result)
        on_note(f"put back, {result.outcome}: {change.dn}")
        if result.outcome != "applied":
            names = ", ".join(value for c in change.changes for value in c.before)
            failures.append(f"{names} on {change.dn}: {result.detail or result.outcome}")
    if failures:
        return f"They could not be put back either; give them back by hand with setspn -A: {'; '.join(failures)}"
    return "The old owner has them back." if released else "There was nothing to put back."
