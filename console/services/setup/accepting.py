"""What the console cannot tell and a person takes on: a step unproved, or what may speak against one; never a no."""

from django.db import transaction

from console.domain.checks import Refusal, Verdict
from console.domain.procedures import Mode
from console.domain.procedures.acceptance import Acceptance
from console.domain.progress import ACCEPTED, RESTED, TAKEN_ON
from console.models import JournalLine, Operation
from console.services import access, audit, resting
from console.services.audit_actions import Action
from console.services.journal import add_line
from console.services.setup.answers import (
    decided,
    locked,
    refuse_another,
    require_due,
    require_free,
    require_sentence,
    row_of,
)
from console.services.setup.board import BoardRow, board


def accept_unknown(operation: Operation, step: str, actor: audit.Actor, said: str, typed: str) -> Operation:
    """Take the step `step` (the plan's key or the procedure's) as it is, by a person's sentence, and go on.

    A step that a person does is behind then, unproved. One that the console does, and that rests because nobody can
    tell what speaks against it, acts once. `typed` is the cluster's name. Only where the last look could not tell;
    where something has worked on the cluster since, it is looked at anew first, which this refuses with. The same again
    by the same person changes nothing. Raises `NotAllowed`, and `Refusal` with the reason.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    said, old = " ".join(said.split()), ""
    with transaction.atomic():
        row = locked(operation)
        found = _acceptable(row, step, actor, said)
        if found is not None:
            old = _why_old(row, found)
            _require(row, found, said, typed, old=bool(old))
            if old:
                _look_anew(row, found, actor)
            else:
                _accept(row, found, actor, said)
    operation.refresh_from_db()
    if old:
        remedy = "The console looks now; accept it then, if it is still unknown."
        raise Refusal.of(old, remedy, key="setup.old", about=step)
    return operation


def _acceptable(row: Operation, step: str, actor: audit.Actor, said: str) -> BoardRow | None:
    """The row that is due; None when that person has accepted it in that word already. Raises `Refusal`."""
    shown = board(row)
    found = row_of(row, shown, step)
    if row.open and _taken_on(row, found, actor, said):
        return None
    if found.step.mode is not Mode.CHECKED and not found.risk:
        by_word = found.step.mode is Mode.CONFIRMED
        text = f"“{found.step.title}” is {'a person to tell of' if by_word else 'done by the console'}."
        remedy = "Say that it is done." if by_word else f"{found.step.remedy} Then have it look again."
        raise Refusal.of(text, remedy, key="setup.accept", about=found.key)
    if found.state == ACCEPTED:
        refuse_another(row, found, actor, said)
        return None
    require_due(row, shown, found)
    return found


def _require(row: Operation, found: BoardRow, said: str, typed: str, *, old: bool) -> None:
    """Raises `Refusal` for a step that could be told, and where the name or the sentence is missing."""
    if not old and not found.risk and found.verdict != Verdict.UNKNOWN:
        certain = "does not hold" if found.verdict == Verdict.FAIL else "holds"
        text = f"“{found.step.title}” {certain}, and that is certain: {found.evidence}"
        remedy = f"{found.step.remedy} Then have it look again." if certain != "holds" else "Have it look again."
        raise Refusal.of(text, remedy, key="setup.known", about=found.key)
    name = row.cluster.name
    if typed.strip() != name:
        what = "for which you take this on" if found.risk else "of which this stays unproved"
        remedy = f"Type {name}, the cluster {what}."
        raise Refusal.of("The cluster's name was not typed.", remedy, key="setup.typed", about=name)
    require_sentence(said, "Say in a sentence how you know, or why it may stay unknown; it stands in the record.")


def _why_old(row: Operation, found: BoardRow) -> str:
    """Why the last look at the step counts no more, in a sentence; empty when it does.

    It was taken by the burst that rests now, and whoever has worked on the cluster since has a higher token of it.
    """
    title = f"“{found.step.title}”"
    if row.looked_at is None or not found.verdict:
        return f"Nobody has looked at {title} yet."
    rest = JournalLine.objects.filter(operation=row, kind=RESTED).order_by("-seq").first()
    looked = rest is not None and (rest.data or {}).get(resting.LOOKED)
    if not looked or row.lease_token != row.cluster.fence:
        return f"The console looked at {title} on {row.looked_at:%F at %T} UTC, and something was done since."
    return ""


def _look_anew(row: Operation, found: BoardRow, actor: audit.Actor) -> None:
    require_free(row)
    decided(row, Action.SETUP_CHECKED, actor, "", {"step": found.step.key, "at": found.step.at})
    resting.go_on(row, f"{actor.name} had it look again before accepting “{found.step.title}”.")


def _accept(row: Operation, found: BoardRow, actor: audit.Actor, said: str) -> None:
    word = Acceptance(actor.name, said)
    after = {"step": found.step.key, "at": found.step.at}
    if found.risk:
        unknown, action = row.waiting_text, Action.SETUP_TAKEN_ON
        text = f"{actor.name} takes it on: {said} Unknown, because: {unknown}"
        add_line(row.pk, TAKEN_ON, text, step=found.key, data=dict(word.to_json()))
    else:
        unknown, action = row.findings[found.step.key]["reason"], Action.SETUP_ACCEPTED
        add_line(row.pk, ACCEPTED, word.told(unknown), step=found.key, data=dict(word.to_json()))
    decided(row, action, actor, said, {**after, "unknown": unknown})
    resting.go_on(row, "")


def _taken_on(row: Operation, found: BoardRow, actor: audit.Actor, said: str) -> bool:
    """Whether that person has taken it on in that word for the try that is under way."""
    lines = JournalLine.objects.filter(operation=row, kind__in=(TAKEN_ON, RESTED)).order_by("-seq")
    last = lines.first()
    if last is None or (last.kind, last.step) != (TAKEN_ON, found.key):
        return False
    data = last.data or {}
    return (data.get("by"), data.get("said")) == (actor.name, said)
