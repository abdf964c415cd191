"""How long to wait for a domain controller, how much to ask of it at once, and how often to try again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Times in seconds."""

    connect: float = 10.0
    answer: float = 30.0
    unacknowledged: float = 5.0
    """How long what was sent may go without the other machine's receipt, below the time in which a lease passes on."""
    page: int = 500
    """Entries in a page of a search; Active Directory allows 1,000 (MaxPageSize)."""
    objects: int = 2_000_000
    """Objects that one search may find, and so how often it is asked for a further page."""
    connections: int = 4
    """Connections that many changes are spread over; a few go over one."""
    tries: int = 6
    """Attempts without progress before an error is passed on."""
    pause: float = 0.25
    """Wait before the second attempt, doubled for each further one."""

    def pause_before(self, attempt: int) -> float:
        """The wait before the attempt after `attempt`, which counts from 1."""
        return self.pause * 2 ** (attempt - 1)
