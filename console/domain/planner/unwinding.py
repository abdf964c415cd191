"""What of an operation is taken back: read from its receipts, from its end down to the step that was named."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from console.domain.checks import Refusal
from console.domain.plan import Plan, Step
from console.domain.receipts import STANDING, Kept, KeptReceipts

STOPPED, STARTED, GO = "service.stop", "service.start", "go"
MOVES = frozenset(
    {"group.move", "group.start", "hand-over", "hand-over.dead", "group.move-back", "hand-over.back", "group.carry"}
)
MAILBOXES = frozenset({"directory.mailboxes", "directory.restore-mailboxes"})
IDLE = ("STOPPED", "ABSENT")


@dataclass(frozen=True)
class Undone:
    """An operation that is to be taken back: its number, its plan, and what its steps found."""

    number: int
    plan: Plan
    receipts: KeptReceipts


@dataclass(frozen=True)
class Unwinding:
    """The part of an operation that is taken back, from the last step down to `first`."""

    undone: Undone
    first: str
    """The key of the earliest step that is taken back."""
    steps: tuple[Step, ...]
    """The steps that left receipts and are taken back, last one first."""
    directory: bool
    """Whether any change of the directory is among them."""
    home: str
    """The node that had the group before; empty when these steps neither moved it nor changed the directory."""
    stopped: tuple[tuple[str, str], ...]
    """(node, service) that ran before, in the order in which they were stopped."""
    started: tuple[tuple[str, str], ...]
    """(node, service) that were started, in the order in which they were started."""
    past_no_return: bool
    """Whether a go was given on the way."""
    objects: tuple[Kept, ...] = ()
    """The receipts of single objects of the directory, newest first."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the steps."""
        return frozenset(step.key for step in self.steps)

    def mailbox_receipts(self) -> Iterator[Kept]:
        """The receipts of mailboxes, newest first."""
        keys = self.keys
        found = self.undone.receipts.newest_first()
        return (k for k in found if k.receipt.kind in MAILBOXES and k.receipt.step in keys)


def unwinding(undone: Undone, first: str = "") -> Unwinding:
    """What is taken back of `undone` down to the step `first` (empty: all of it).

    Raises `Refusal` for a step that its plan does not have, and when nothing was changed from there on.
    """
    steps = undone.plan.steps
    if first and first not in {step.key for step in steps}:
        shown = ", ".join(step.key for step in steps)
        raise Refusal.of(f"Operation {undone.number} has no step {first}.", f"Name one of: {shown}.", key="undo.from")
    start = next((place for place, step in enumerate(steps) if step.key == first), 0)
    wanted = {step.key: step for step in steps[start:]}
    acted: dict[str, Step] = {}
    seen = Unwinding(undone, first, (), False, "", (), (), False)
    for kept in undone.receipts.newest_first():
        step = wanted.get(kept.receipt.step)
        if step is not None and _did_something(kept):
            acted[step.key] = step
            seen = _with(seen, kept)
    if not acted:
        where = f" from {first} on" if first else ""
        text = f"Operation {undone.number} has changed nothing{where}: there is nothing to take back."
        raise Refusal.of(text, "Nothing to do.", key="undo.nothing", about=str(undone.number))
    home = seen.home or (undone.plan.source if seen.directory else "")
    backwards = tuple(step for step in reversed(steps) if step.key in acted)
    return replace(seen, steps=backwards, home=home)


def _did_something(kept: Kept) -> bool:
    """Whether a change of the receipt stands or may stand; one without changes always counts."""
    return not kept.receipt.changes or any(fate in STANDING for _, fate in kept.fates())


def _with(seen: Unwinding, kept: Kept) -> Unwinding:
    """`seen` with one more receipt, an older one than all before."""
    receipt, params = kept.receipt, kept.receipt.params
    if receipt.changes:
        objects = () if receipt.kind in MAILBOXES else (kept,)
        return replace(seen, directory=True, objects=(*seen.objects, *objects))
    if receipt.kind in MOVES:
        return replace(seen, home=str(params.get("owner") or params["source"]))
    if receipt.kind == STOPPED and params.get("state") not in IDLE:
        return replace(seen, stopped=_first(seen.stopped, (params["node"], params["service"])))
    if receipt.kind == STARTED:
        return replace(seen, started=_first(seen.started, (params["node"], params["service"])))
    if receipt.kind == GO:
        return replace(seen, past_no_return=True)
    return seen


def _first(known: tuple[tuple[str, str], ...], pair: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """`pair` put first, once."""
    return (pair, *(other for other in known if other != pair))
