"""What carries a notice to the other side: the message, the port, and its one error."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from console.domain.errors import ChangeoverError
from console.domain.notifications.events import Severity
from console.domain.printable import one_line


@dataclass(frozen=True)
class Message:
    """One notice as it goes out; trying again sends the same `number`."""

    number: str
    severity: Severity
    text: str
    link: str = ""
    """Where to look in the console; empty when its own address is not set."""
    body: dict[str, Any] = field(default_factory=dict)
    """Everything, for programs."""

    @property
    def title(self) -> str:
        """A line for subjects and headings."""
        return one_line(f"Changeover, {self.severity.word}: {self.text}")


class NotTaken(ChangeoverError):
    """The other side did not take a notice. No part of a channel's address or secret is in its text.

    `answered` is true when it answered and said no to this one: others may fare better.
    """

    remedy = "Read what it said; then correct the channel, or that side."

    def __init__(self, message: str, *, remedy: str | None = None, answered: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.answered = answered


class Carrier(Protocol):
    """A way to one receiver."""

    def carry(self, message: Message) -> str:
        """Hand the message over; what the other side said to it. Raises `NotTaken`."""
