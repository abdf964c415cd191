"""What people answer to a procedure that rests: their word where nothing else tells, or that it shall look again."""

from django.db import transaction

from console.domain.checks import Refusal
from console.domain.procedures import Mode
from console.domain.progress import ACCEPTED, SAID
from console.models import JournalLine, Operation
from console.services import access, audit, resting
from console.services.audit_actions import Action
from console.services.journal import add_line
from console.services.setup.board import Board, BoardRow, board

SHORTEST = 3
"""So many words make a sentence."""
WORDS = (SAID, ACCEPTED)
"""The lines of what people answer to a step."""
ANEW = "Begin the procedure again: it proves what is done, and goes on from there."
AFTER = {
    Operation.Status.FAILED: "Mend what its ending names, then have it carried on.",
    Operation.Status.UNCERTAIN: "Look at both nodes; then say whether the step happened or shall be done again.",
}
"""What is left to do with a procedure that ended so."""


def confirm_step(operation: Operation, step: str, actor: audit.Actor, said: str) -> Operation:
    """Take a person's word, a sentence, for the step `step` (the plan's key or the procedure's), and go on.

    The same word again by the same person changes nothing. Raises `NotAllowed`, and `Refusal`: for a step that the
    console proves itself (a word is no proof), that is not due, that somebody else has answered for, or without a
    sentence.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    said = " ".join(said.split())
    with transaction.atomic():
        row = locked(operation)
        due = _due(row, step, actor, said)
        if due is not None:
            require_sentence(said, "Say in a sentence what you did or saw, and where; it stands in the record.")
            data = {"by": actor.name, "said": said, "step": due.step.key}
            add_line(row.pk, SAID, f"{actor.name}: {said}", step=due.key, data=data)
            decided(row, Action.SETUP_SAID, actor, said, {"step": due.step.key, "at": due.step.at})
            resting.go_on(row, "")
    operation.refresh_from_db()
    return operation


def check_again(operation: Operation, actor: audit.Actor) -> Operation:
    """Have the console look again, now, and go on as far as it gets. Asking while it looks changes nothing.

    Raises `NotAllowed`, and `Refusal` for a procedure that is over or paused, or when the cluster is not free.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    with transaction.atomic():
        row = locked(operation)
        if not row.open:
            require_waiting(row)
            require_free(row)
            decided(row, Action.SETUP_CHECKED, actor, "", {"step": row.waiting_step})
            resting.go_on(row, f"{actor.name} had it look again.")
    operation.refresh_from_db()
    return operation


def locked(operation: Operation) -> Operation:
    """The procedure's row, locked. Raises `Refusal` when it is over."""
    row = resting.lock(operation.pk)
    assert row is not None
    if not row.open and not row.resting:
        status = Operation.Status(row.status)
        text = f"Operation {row.pk} is over: it ended {status.value}."
        raise Refusal.of(text, AFTER.get(status, ANEW), key="setup.over", about=str(row.pk))
    return row


def require_waiting(row: Operation) -> None:
    """Raises `Refusal` when the procedure is paused."""
    if row.status == Operation.Status.PAUSED:
        text = f"Operation {row.pk} was paused by {row.paused_by}: {row.pause_reason}"
        raise Refusal.of(text, "Resume it first.", key="setup.paused", about=str(row.pk))


def require_free(row: Operation) -> None:
    """Raises `Refusal` when something else acts on the cluster, or a brake is on."""
    why = resting.why_not_now(row)
    if why is not None:
        raise Refusal(f"Operation {row.pk} cannot be carried on now.", why.reasons)


def decided(row: Operation, action: Action, actor: audit.Actor, reason: str, after: dict[str, str]) -> None:
    """Record a person's decision about the procedure."""
    subject = audit.Subject("operation", row.pk, row.kind)
    audit.record(action, actor, subject, cluster=row.cluster, reason=reason, after=after)


def row_of(row: Operation, shown: Board, step: str) -> BoardRow:
    """The board's row of the step `step`, the plan's key or the procedure's. Raises `Refusal` when it has none."""
    found = next((one for one in shown.rows if step in (one.key, one.step.key)), None)
    if found is None:
        raise Refusal.of(f"Operation {row.pk} has no step {step!r}.", "Look at its board.", key="setup.step")
    return found


def require_due(row: Operation, shown: Board, found: BoardRow) -> None:
    """Raises `Refusal` when the procedure does not rest, or something else comes before the step."""
    require_waiting(row)
    if row.open:
        text = f"Operation {row.pk} is being carried on at this moment{_by(row)}."
        raise Refusal.of(text, "See what it comes to, then answer.", key="setup.busy", about=str(row.pk))
    if found not in shown.next:
        now = shown.next[0].step if shown.next else None
        remedy = f"First comes {now.at}, {now.title}." if now else "Look at its board."
        raise Refusal.of(f"“{found.step.title}” is not due yet.", remedy, key="setup.order", about=found.key)


def require_sentence(said: str, remedy: str) -> None:
    """Raises `Refusal` when what a person says is too short to tell anything."""
    if len(said.split()) < SHORTEST:
        raise Refusal.of("That is no sentence, so nobody could tell from it.", remedy, key="setup.sentence")


def refuse_another(row: Operation, found: BoardRow, actor: audit.Actor, said: str) -> None:
    """Raises `Refusal`, naming the first, unless that very person has answered the step in that very word."""
    last = JournalLine.objects.filter(operation=row, kind__in=WORDS, step=found.key).order_by("-seq").first()
    data = (last.data or {}) if last else {}
    if data.get("by") == actor.name and data.get("said") == said:
        return
    when = f" on {last.at:%F at %T} UTC" if last else ""
    text = f"{data.get('by')} has said so already{when}: {data.get('said')}"
    raise Refusal.of(text, "Nothing to do; look at the board for what is next.", key="setup.said", about=found.key)


def _due(row: Operation, step: str, actor: audit.Actor, said: str) -> BoardRow | None:
    """The row that the word is for; None when that person has said just that already. Raises `Refusal`."""
    shown = board(row)
    found = row_of(row, shown, step)
    if found.step.mode is not Mode.CONFIRMED:
        text = f"“{found.step.title}” is proved by the console; a word is no proof."
        raise Refusal.of(text, f"{found.step.remedy} Then have it look again.", key="setup.evidence", about=found.key)
    if found.state == SAID:
        refuse_another(row, found, actor, said)
        return None
    require_due(row, shown, found)
    return found


def _by(row: Operation) -> str:
    """By whose word a procedure goes on, if it was a person's."""
    last = JournalLine.objects.filter(operation=row, kind__in=WORDS).order_by("-seq").first()
    return f", by the word of {(last.data or {}).get('by')}" if last else ""
