"""Prove a switch: read everything again and say what still differs."""

from dataclasses import dataclass

from console.domain.directory import EntryChange
from console.domain.ports import DirectorySession
from console.domain.products import Generation
from console.domain.switch.differences import mailbox_change, structure_changes
from console.domain.switch.direction import Direction, direction_to
from console.domain.switch.reading import mailboxes, read_directory
from console.domain.topology import Cluster

EXAMPLES = 20


@dataclass(frozen=True)
class Remaining:
    """What a fresh reading found different from the goal."""

    structure: tuple[EntryChange, ...]
    mailboxes: int
    examples: tuple[EntryChange, ...]
    """The first mailboxes that differ, at most 20."""

    @property
    def empty(self) -> bool:
        """Whether the directory names the target everywhere."""
        return not self.structure and not self.mailboxes

    @property
    def sentence(self) -> str:
        """The finding in one sentence."""
        if self.empty:
            return "Everything in the directory names the target."
        objects = ", ".join(change.dn for change in self.structure)
        parts = [f"{len(self.structure)} objects ({objects})"] if self.structure else []
        parts += [f"{self.mailboxes} mailboxes"] if self.mailboxes else []
        return f"The directory does not yet name the target everywhere: {' and '.join(parts)} differ."


def verify(session: DirectorySession, cluster: Cluster, generation: Generation, target_server: str) -> Remaining:
    """What a switch to `target_server` would still change, read afresh. Raises like `read_directory`."""
    return remaining_differences(session, direction_to(read_directory(session, cluster, generation), target_server))


def remaining_differences(session: DirectorySession, direction: Direction) -> Remaining:
    """What `direction`, from a fresh view, would still change, with the mailboxes read now."""
    count = 0
    examples: list[EntryChange] = []
    for mailbox in mailboxes(session, direction.view):
        change = mailbox_change(direction, mailbox)
        count += change is not None
        if change and len(examples) < EXAMPLES:
            examples.append(change)
    return Remaining(tuple(structure_changes(direction)), count, tuple(examples))
