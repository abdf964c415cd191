"""What can happen to an operation: the table of faults, each at a point of a step and by whose hand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One kind of trouble. A step that only looks has no point of acting; then `looking` says where, or nowhere."""

    sentence: str
    acting: str
    """The point in a step that acts, of `wires.POINTS`."""
    looking: str
    """The point in a step that only looks; empty: the fault does not concern such a step."""
    does: str = "wait"
    """What happens there, of `wires.HAND`; `wait` leaves it to the harness."""
    dies: bool = True
    """Whether the worker is gone or silenced by it, so that another has to carry on."""


FAULTS = {
    "kill-before": Fault("the worker is killed when the step has begun", "started", "started", "kill"),
    "kill-acting": Fault("the worker is killed when it is about to act", "acting", "", "kill"),
    "kill-sent": Fault("the worker is killed between a request and its answer", "sent", "", "kill"),
    "kill-answered": Fault("the worker is killed between an answer and the journal", "answered", "", "kill"),
    "kill-after": Fault("the worker is killed when the step is over", "ended", "ended", "kill"),
    "kill-child": Fault("only the process that carries it out is killed", "sent", "started", "kill-child"),
    "stop": Fault(
        "the worker stands still between check and send; another finishes and goes back; then it wakes up",
        "send",
        "started",
        "stop",
    ),
    "late": Fault("a request stays on its way until another worker has finished; its sender is killed", "send", ""),
    "pages-kill": Fault("the pages and the webhook are killed, for a second", "acting", "started", dies=False),
    "redis-kill": Fault("Redis is killed and comes back empty", "acting", "started", dies=False),
    "redis-wipe": Fault("Redis is wiped and the worker killed", "acting", "started"),
    "database": Fault("PostgreSQL crashes and comes back", "sent", "started", dies=False),
    "node-cut": Fault("every connection to the nodes is reset, for a second", "sent", "started", dies=False),
    "node-silent": Fault("nothing passes to the nodes, for longer than a lease", "sent", "started", dies=False),
    "directory-cut": Fault("every connection to the directory is reset, for a second", "sent", "started", dies=False),
    "directory-silent": Fault("nothing passes to the directory, for two seconds", "sent", "started", dies=False),
    "lab": Fault("a node or the directory answers wrongly, for a second", "acting", "started", dies=False),
}
KILLS = ("kill-before", "kill-acting", "kill-sent", "kill-answered", "kill-after")
"""At every boundary of a step and inside it."""
