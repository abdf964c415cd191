"""Switch the directory: compare-and-set on planned objects, mailboxes by the rule, names released before claimed."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from console.domain.directory import DirectoryView, EntryChange, Modified
from console.domain.plan import Step
from console.domain.receipts import Receipt, settling
from console.domain.steps.base import Goal, Look, Stage, StepFailed
from console.domain.steps.group import require_owner
from console.domain.steps.waiting import Watch, patience_of
from console.domain.switch.apply import (
    Outcome,
    apply_changes,
    claim_names,
    patiently,
    pending,
    remaining_differences,
    switch_mailboxes,
)
from console.domain.switch.direction import Direction, direction_to, with_mounted
from console.domain.switch.objects import Recorder
from console.domain.switch.recording import MailboxReceipts
from console.domain.switch.users import OnProgress

REMEDIES = {
    "conflict": (
        "Somebody else has changed this object since it was read, and it was left alone. Look at its values: set them "
        "to what the plan shows, before or after, and have the operation carried on; or make a new plan."
    ),
    "missing": "It is gone, or hidden from the console's account. Restore it, then have the operation carried on.",
    "refused": "Remove the reason that the domain controller gave, then have the operation carried on.",
}
"""What a person can do about an object that could not be changed, by how the change ended."""
CARRY_ON = "Have the operation carried on: it changes what is left."


def direction(stage: Stage, view: DirectoryView) -> Direction:
    """From the source's server object to the target's."""
    return direction_to(view, stage.field.cluster.server_of(stage.plan.target))


def recorder(stage: Stage, step: Step) -> Recorder:
    """Keeps a receipt of the step's changes before they are sent, and settles it with how each ended."""

    def record(changes: Sequence[EntryChange]) -> AbstractContextManager[list[Modified]]:
        if not changes:
            return nullcontext([])
        found = f"{len(changes):,} object{'' if len(changes) == 1 else 's'} held the values before."
        return settling(stage.receipts, Receipt(step.key, step.kind, found, changes=tuple(changes)))

    return record


class ApplyChanges:
    """The planned changes of the step hold, object by object."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when every planned value is there; what acting has not brought does not come by waiting."""
        left = pending(stage.field.directory(), step.changes)
        if not left:
            return Look(Goal.HOLDS, f"{len(step.changes):,} of {len(step.changes):,} objects hold the planned values.")
        text = f"{len(left):,} of {len(step.changes):,} objects still differ, first {left[0].dn}."
        return Look(Goal.NEVER, text, remedy=CARRY_ON) if applied else Look(Goal.NOT_YET, text)

    def apply(self, stage: Stage, step: Step) -> None:
        """Send what differs. Raises `StepFailed` for an object that somebody else has changed meanwhile."""
        require_owner(stage, stage.plan.target)
        session = stage.field.directory()
        left = pending(session, step.changes)
        failed = None
        with recorder(stage, step)(left) as results:
            for change, done in apply_changes(session, left, patience_of(stage, step)):
                results.append(done)
                stage.note(step, f"{done.outcome}: {change.dn}", kind="output")
                if done.outcome != "applied":
                    text = f"{change.dn} could not be changed: {done.outcome}, {done.detail}"
                    failed = StepFailed(text, remedy=REMEDIES[done.outcome])
                    break
        if failed:
            raise failed


class ClaimNames(ApplyChanges):
    """The service principal names are on the target's account; if they cannot be, the old owner gets them back."""

    def apply(self, stage: Stage, step: Step) -> None:
        """Add the names to the new owner, or put them back and fail."""
        require_owner(stage, stage.plan.target)
        released = [change for key in step.params.get("released_by", ()) for change in stage.plan.step(key).changes]
        session = stage.field.directory()
        claim_names(
            session,
            pending(session, step.changes),
            released,
            lambda text: stage.note(step, text),
            patience=patience_of(stage, step),
            record=recorder(stage, step),
        )


class SwitchMailboxes:
    """Every mailbox of the rule points at the target's server; what cannot be changed goes on the to-do list."""

    only_looks = False
    at_first = "The mailbox rule is read again."

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Before: not yet, the rule is read when acting. After: the action has counted, or what is left is read."""
        if not applied:
            return Look(Goal.NOT_YET, self.at_first)
        if step.key in stage.counted:
            return Look(Goal.HOLDS, f"{step.params['changing']} mailboxes were planned; see the counts above.")
        left = self.left(stage)
        if not left:
            return Look(Goal.HOLDS, "Read back: no mailbox is left to change.")
        return Look(Goal.NEVER, f"{left} mailboxes are not yet as they shall be.", remedy=CARRY_ON)

    def left(self, stage: Stage) -> int:
        """How many mailboxes still differ, read afresh."""
        view = stage.field.read_directory()
        return remaining_differences(stage.field.directory(), direction(stage, view)).mailboxes

    def apply(self, stage: Stage, step: Step) -> None:
        """Change what differs, many in flight, with progress; raises `Drifted` beyond the tolerance, untouched.

        A controller that goes away on the way is waited for; what then differs is read anew.
        """
        require_owner(stage, stage.plan.target)
        outcome = patiently(lambda: self.change(stage, step), patience_of(stage, step))
        stage.counted.add(step.key)
        stage.todo.extend(outcome.todo)
        stage.note(step, self.said(outcome), kind="progress", done=outcome.done, total=outcome.total)

    def said(self, outcome: Outcome) -> str:
        """How it went, for the journal."""
        return outcome.sentence

    def change(self, stage: Stage, step: Step) -> Outcome:
        """One pass over what differs."""
        view = stage.field.read_directory()
        return switch_mailboxes(
            stage.field.directory(),
            direction(stage, view),
            planned=stage.mailboxes.guids(),
            tolerance=stage.plan.membership.tolerance,
            on_progress=self.reporter(stage, step),
            on_note=lambda text: stage.note(step, text),
            record=MailboxReceipts(stage.receipts, step.key, step.kind),
        )

    def reporter(self, stage: Stage, step: Step) -> OnProgress:
        """Journals how far it came, shows that the worker lives, and looks that the group stays where it shall be."""
        watch = Watch(stage, step)

        def report(done: int, total: int) -> None:
            stage.note(step, f"{done:,} of {total:,} mailboxes", kind="progress", done=done, total=total)
            watch.look(step.within)

        return report


class VerifyDirectory:
    """A fresh reading finds nothing left to change but what is on the to-do list."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads everything again and compares; stores that were mounted when this was planned need no mark."""
        view = stage.field.read_directory()
        wanted = with_mounted(direction(stage, view), step.params.get("mounted", ()))
        left = remaining_differences(stage.field.directory(), wanted)
        known = {todo.what.casefold() for todo in stage.todo}
        new = [change.dn for change in left.examples if change.dn.casefold() not in known]
        if not left.structure and not new and left.mailboxes <= len(stage.todo):
            return Look(Goal.HOLDS, f"Read back on {view.controller.dns_name}: nothing is left to change.")
        return Look(Goal.NEVER, left.sentence, remedy="Somebody else changes the directory; compare, then plan again.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but look again."""
