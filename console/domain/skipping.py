"""Which steps a person may leave out, and what that means: never one that keeps two nodes from being active at once."""

from dataclasses import dataclass

from console.domain.plan import Step
from console.domain.products import Generation

POINTERS = "pointers"
"""The key of the step that points routing, update services and address lists at the target."""

MAY = {
    "directory.converged": "Stores stay down until their flags have arrived where the nodes read them.",
    "directory.verify": "Nobody will have read the directory back.",
    "bring-up": "How START.BAT ended is not waited for; the proofs after it decide.",
    "stores.mounted": "Nobody will have proved that every store is mounted.",
    "greeting": "Nobody will have proved that every protocol greets.",
    "moved": "Nobody will have proved that mail is up.",
    "services.run": "Nobody will have asked the node itself whether Exchange's services run.",
    "carried.moved": "Nobody will have proved that mail is up.",
    "directory.verify-restored": "Nobody will have read the directory back.",
    "directory.unmark": "The stores stay marked: they would mount files that another server wrote.",
}
"""Proofs, and steps that only wait: what it means to go on without them."""
MAY_NOT = {
    "recheck": "without it nobody knows whether the plan still fits",
    "undo.recheck": "without it nobody knows whether the plan still fits",
    "go.withhold": "the group cannot be moved while its script waits",
    "group.move-back": "everything after it relies on the group being on the target",
    "hand-over.back": "everything after it relies on the group being on the target",
    "directory.restore": "the directory would name both servers, and what cannot be restored goes on the list anyway",
    "directory.restore-mailboxes": "the mailboxes would be looked for on the other server",
    "second-opinion": "it keeps Exchange from running on two nodes at once",
    "go": "without it Exchange does not start, or starts with nobody having looked at the other node",
    "service.stop": "what still runs there would hold the partition and the stores while the group moves",
    "partition.free": "the cluster product shuts the node down when the partition is in use during a move",
    "group.move": "everything after it relies on the group being on the target",
    "group.start": "everything after it relies on the group being on the target",
    "hand-over": "everything after it relies on the group being on the target",
    "hand-over.dead": "everything after it relies on the group being on the target",
    "repair.recheck": "without it nobody knows whether the cluster is still the one that was diagnosed",
    "carried.recheck": "without it nobody knows whether the plan still fits",
    "carried.recheck-forced": "without it nobody knows whether the group has come up elsewhere since",
    "group.carry": "everything after it relies on the group being on the target",
    "group.bring-online": "what stays down serves no mail",
    "resources.online": "a resource that is down takes with it whatever depends on it",
    "directory.apply": "Exchange would not mount its stores, or the names would stay on both accounts",
    "directory.claim": "the names would belong to nobody, and no client could sign in",
    "directory.mailboxes": "the mailboxes would be looked for on the other server",
}
"""Why the others may not be left out."""


@dataclass(frozen=True)
class Skip:
    """Whether a step may be left out, and why not, or what that means."""

    allowed: bool
    text: str


def skip(step: Step, generation: Generation) -> Skip:
    """Whether a person may have an operation go on without `step`, on a cluster of that generation."""
    if step.kind == "directory.apply" and step.key == POINTERS:
        return Skip(True, "Routing, update services and address lists stay with the other server.")
    if step.kind == "service.start":
        return _service(step, generation)
    if step.kind.startswith("repair.") and step.kind not in MAY_NOT:
        return Skip(True, "What it was to change stays as it is; the next diagnosis tells how.")
    if step.kind in MAY:
        return Skip(True, MAY[step.kind])
    return Skip(False, f"“{step.title}” cannot be left out: {MAY_NOT.get(step.kind, 'other steps rely on it')}.")


def _service(step: Step, generation: Generation) -> Skip:
    name = str(step.params["service"])
    if any(service.mounts_stores and service.name.casefold() == name.casefold() for service in generation.services):
        return Skip(
            False, f"“{step.title}” cannot be left out: {name} mounts the stores, and there is no mail without."
        )
    return Skip(True, f"{name} will not run, and the last proof will say so.")
