"""Switch the directory: compare-and-set on planned objects, mailboxes by the rule, names released before claimed."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from console.domain.directory import DirectoryView, EntryChange, Modified
from console.domain.plan import Step
from console.domain.receipts import Receipt, settling
from console.domain.steps.base import Goal, Look, Stage, StepFailed
from console.domain.steps.group import require_owner
from console.domain.switch.apply import (
    apply_changes,
    claim_names,
    pending,
    remaining_differences,
    switch_mailboxes,
)
from console.domain.switch.direction import Direction, direction_to
from console.domain.switch.objects import Recorder
from console.domain.switch.recording import MailboxReceipts
from console.domain.switch.users import OnProgress

AGREEMENT_SECONDS = 15.0
"""How often the owner of the group is asked again while mailboxes are being changed."""


def direction(stage: Stage, view: DirectoryView) -> Direction:
    """From the source's server object to the target's."""
    return direction_to(view, stage.field.cluster.server_of(stage.plan.target))


def recorder(stage: Stage, step: Step) -> Recorder:
    """Keeps a receipt of the step's changes before they are sent, and settles it with how each ended."""

    def record(changes: Sequence[EntryChange]) -> AbstractContextManager[list[Modified]]:
        if not changes:
            return nullcontext([])
        found = f"{len(changes)} object{'' if len(changes) == 1 else 's'} held the values before."
        return settling(stage.receipts, Receipt(step.key, step.kind, found, changes=tuple(changes)))

    return record


class ApplyChanges:
    """The planned changes of the step hold, object by object."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when every planned value is there."""
        left = pending(stage.field.directory(), step.changes)
        if not left:
            return Look(Goal.HOLDS, f"{len(step.changes)} of {len(step.changes)} objects hold the planned values.")
        return Look(Goal.NOT_YET, f"{len(left)} of {len(step.changes)} objects still differ, first {left[0].dn}.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Send what differs. Raises `StepFailed` for an object that somebody else has changed meanwhile."""
        require_owner(stage, stage.plan.target)
        session = stage.field.directory()
        left = pending(session, step.changes)
        failed = ""
        with recorder(stage, step)(left) as results:
            for change, done in apply_changes(session, left):
                results.append(done)
                stage.note(step, f"{done.outcome}: {change.dn}", kind="output")
                if done.outcome != "applied":
                    failed = f"{change.dn} could not be changed: {done.outcome}, {done.detail}"
                    break
        if failed:
            raise StepFailed(failed)


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
            clock=stage.clock,
            record=recorder(stage, step),
        )


class SwitchMailboxes:
    """Every mailbox of the rule points at the target's server; what cannot be changed goes on the to-do list."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Before: not yet, the rule is read when acting. After: the action has itself read back what it wrote."""
        if not applied:
            return Look(Goal.NOT_YET, "The mailbox rule is read again.")
        return Look(Goal.HOLDS, f"{step.params['changing']} mailboxes were planned; see the counts above.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Change what differs, many in flight, with progress; raises `Drifted` beyond the tolerance, untouched."""
        require_owner(stage, stage.plan.target)
        view = stage.field.read_directory()
        outcome = switch_mailboxes(
            stage.field.directory(),
            direction(stage, view),
            planned=stage.mailboxes.guids(),
            tolerance=stage.plan.membership.tolerance,
            on_progress=self.reporter(stage, step),
            on_note=lambda text: stage.note(step, text),
            record=MailboxReceipts(stage.receipts, step.key, step.kind),
        )
        stage.todo.extend(outcome.todo)
        stage.note(step, outcome.sentence, kind="progress", done=outcome.done, total=outcome.total)

    def reporter(self, stage: Stage, step: Step) -> OnProgress:
        """Journals how far it came, shows that the worker lives, and looks that the group stays where it shall be."""
        asked = stage.clock.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal asked
            stage.control.beat(step.key, step.within)
            stage.note(step, f"{done} of {total} mailboxes", kind="progress", done=done, total=total)
            if stage.clock.monotonic() - asked > AGREEMENT_SECONDS:
                require_owner(stage, stage.plan.target)
                asked = stage.clock.monotonic()

        return report


class VerifyDirectory:
    """A fresh reading finds nothing left to change but what is on the to-do list."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads everything again and compares."""
        view = stage.field.read_directory()
        left = remaining_differences(stage.field.directory(), direction(stage, view))
        known = {todo.what.casefold() for todo in stage.todo}
        new = [change.dn for change in left.examples if change.dn.casefold() not in known]
        if not left.structure and not new and left.mailboxes <= len(stage.todo):
            return Look(Goal.HOLDS, f"Read back on {view.controller.dns_name}: nothing is left to change.")
        return Look(Goal.NEVER, left.sentence, remedy="Somebody else changes the directory; compare, then plan again.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but look again."""
