"""What only an undo does: values put back from receipts, a group moved back though it failed, a go held back."""

from collections.abc import Iterator
from dataclasses import replace

from console.domain.directory import AttributeChange, EntryChange
from console.domain.errors import Drifted
from console.domain.observation import GroupState
from console.domain.outcome import Todo
from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.directory import ApplyChanges, SwitchMailboxes, recorder
from console.domain.steps.group import MoveGroup, require_owner, views
from console.domain.steps.handover import HandOver
from console.domain.steps.recheck import Recheck
from console.domain.steps.waiting import patience_of
from console.domain.switch.inverse import mailboxes_left
from console.domain.switch.membership import compare
from console.domain.switch.objects import address, pending, write_patiently
from console.domain.switch.outcome import REMEDIES, Outcome
from console.domain.switch.reading import mailboxes
from console.domain.switch.recording import MailboxReceipts
from console.domain.switch.spool import Changes, Sorted
from console.domain.switch.users import stream_changes
from console.domain.switch.values import holds

LEFT_SHOWN = 5


def planned_mailboxes(stage: Stage) -> Iterator[EntryChange]:
    """Each mailbox of the plan's list that changes, as compare-and-set."""
    for guid, dn, parts in stage.mailboxes.rows():
        if parts:
            changes = tuple(AttributeChange(name, _values(before), _values(after)) for name, before, after in parts)
            yield EntryChange(dn, guid, changes)


def _values(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


class UndoRecheck(Recheck):
    """The world is the one that the undo was planned for; of the mailboxes, that those to be restored are there."""

    def compare_mailboxes(self, stage: Stage, step: Step) -> None:
        """Raises `Drifted` when more of the list are gone from both servers than the cluster tolerates."""
        field, tolerance = stage.field, stage.plan.membership.tolerance
        view = field.read_directory()
        with Sorted(stage.mailboxes.guids()) as planned, Sorted() as now:
            for mailbox in mailboxes(field.directory(), view):
                now.add(mailbox.guid)
            gone = compare(planned, now).gone
        if gone > tolerance:
            raise Drifted(
                f"{gone:,} mailboxes of the plan are on neither server any more; the cluster's tolerance is "
                f"{tolerance}. No mailbox was changed."
            )
        if gone:
            stage.note(step, f"{gone:,} mailboxes of the plan are on neither server any more; the others are restored.")


class RestoreObjects(ApplyChanges):
    """The step's objects hold the values from before, but for those that somebody else has changed since."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when every planned value is there, or on the to-do list."""
        left = pending(stage.field.directory(), step.changes)
        known = {todo.what.casefold() for todo in stage.todo}
        new = [change for change in left if change.dn.casefold() not in known]
        if new:
            return Look(Goal.NOT_YET, f"{len(new):,} of {len(step.changes):,} objects still differ, first {new[0].dn}.")
        done = len(step.changes) - len(left)
        rest = f"; {len(left)} left for a person" if left else ""
        return Look(Goal.HOLDS, f"{done:,} of {len(step.changes):,} objects hold the values from before{rest}.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Send what differs, in its order; what was changed by somebody else goes on the to-do list untouched."""
        require_owner(stage, stage.plan.target)
        session = stage.field.directory()
        left, patience = pending(session, step.changes), patience_of(stage, step)
        with recorder(stage, step)(left) as results:
            for change in left:
                done = write_patiently(session, change, patience)
                results.append(done)
                stage.note(step, f"{done.outcome}: {change.dn}", kind="output")
                if done.outcome != "applied":
                    stage.todo.append(Todo(change.dn, done.detail or done.outcome, REMEDIES[done.outcome]))


class UnmarkStores(RestoreObjects):
    """The stores that were marked for this move are no longer; one that Exchange has unmarked itself is left alone."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when no store of the step is marked any more."""
        left = self._marked(stage, step)
        if not left:
            return Look(Goal.HOLDS, f"{len(step.changes)} of {len(step.changes)} stores are no longer marked.")
        return Look(Goal.NOT_YET, f"{len(left)} of {len(step.changes)} stores are still marked, first {left[0].dn}.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Take the marks off that are there."""
        super().apply(stage, replace(step, changes=self._marked(stage, step)))

    def _marked(self, stage: Stage, step: Step) -> tuple[EntryChange, ...]:
        """The changes of the stores that hold what would be taken off."""
        session = stage.field.directory()
        return tuple(
            change
            for change in step.changes
            if (entry := session.read(address(change), [c.attribute for c in change.changes])) is not None
            and all(holds(entry, c.attribute, value) for c in change.changes for value in c.removed)
        )


class RestoreMailboxes(SwitchMailboxes):
    """Every mailbox of the plan's list holds the values from before; what cannot be restored is on the to-do list."""

    at_first = "Each mailbox of the plan's list is compared as it is written."

    def left(self, stage: Stage) -> int:
        """How many mailboxes of the plan's list still differ, read afresh."""
        field = stage.field
        left = mailboxes_left(field.directory(), field.read_directory(), planned_mailboxes(stage), frozenset())
        return sum(1 for _ in left)

    def said(self, outcome: Outcome) -> str:
        """How it went, for the journal."""
        return f"{outcome.done:,} of {outcome.total:,} mailboxes hold the values from before."

    def change(self, stage: Stage, step: Step) -> Outcome:
        """Write the values before back, many in flight, with progress."""
        with Changes() as changes:
            for change in planned_mailboxes(stage):
                changes.add(change)
            return stream_changes(
                stage.field.directory(),
                changes,
                on_progress=self.reporter(stage, step),
                on_note=lambda text: stage.note(step, text),
                record=MailboxReceipts(stage.receipts, step.key, step.kind),
            )


class VerifyRestored:
    """A fresh reading finds every value back, but for what is on the to-do list."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads every object and every mailbox of the plan again."""
        field, known = stage.field, frozenset(todo.what.casefold() for todo in stage.todo)
        view = field.read_directory()
        objects = [change for s in stage.plan.steps if s.kind == "directory.restore" for change in s.changes]
        left = [change.dn for change in pending(field.directory(), objects) if change.dn.casefold() not in known]
        left += mailboxes_left(field.directory(), view, planned_mailboxes(stage), known)
        if not left:
            return Look(
                Goal.HOLDS, f"Read back on {view.controller.dns_name}: everything holds the values from before."
            )
        shown = ", ".join(left[:LEFT_SHOWN]) + (f" and {len(left) - LEFT_SHOWN} more" if len(left) > LEFT_SHOWN else "")
        remedy = "Somebody else changes the directory; compare with the receipts, then plan the undo again."
        return Look(Goal.NEVER, f"Not as before: {shown}.", remedy=remedy)

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but look again."""


class MoveBack(MoveGroup):
    """The group is online where it was before; that it failed where it is now is why it is moved."""

    failure_is_final = False


class HandBack(HandOver):
    """The group is handed back to the node that had it, whose START.BAT asks for a go."""

    failure_is_final = False


class WithholdGo:
    """The script that waits for a go where the group is has been told no, and has ended."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when the group is no longer pending on that node: it failed there, or went elsewhere."""
        node, group = step.params["node"], self._group(stage, step)
        if group is None:
            return Look(Goal.UNKNOWN, f"{node} cannot tell how the group is.", ongoing=applied)
        text = f"{group.name} is {group.status} on {group.current or 'no node'}."
        if not group.status.casefold().endswith("pending"):
            return Look(Goal.HOLDS, text)
        remedy = f"Wait until START.BAT on {node} has ended, then plan the undo again."
        return Look(Goal.NOT_YET, text, ongoing=applied, remedy=remedy)

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That it was about to be told; there is no inverse, because the script ends."""
        return Receipt(step.key, step.kind, look.text, {"node": step.params["node"], "no_inverse": step.no_return})

    def apply(self, stage: Stage, step: Step) -> None:
        """Answer the run with a no; one that has fetched its go is left alone."""
        stage.control.ensure()
        stage.runs.say_no(step.params["run"], f"The operation is being taken back (operation {stage.operation}).")
        stage.note(step, f"The run {step.params['run']} on {step.params['node']} was told no.")

    def _group(self, stage: Stage, step: Step) -> GroupState | None:
        seen = views(stage, [step.params["node"]])[step.params["node"]].value
        return seen.groups.get(stage.field.cluster.group) if seen else None
