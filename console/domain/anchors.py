"""Places outside of the database where signed heads of the audit are kept, as the console sees them."""

from typing import Protocol

from console.domain.errors import ChangeoverError


class NotKept(ChangeoverError):
    """A place did not take a signed head."""

    remedy = "Mend the place, or its setting; the console tries again by itself."


class AnchorPlace(Protocol):
    """One place. Adapters implement it."""

    @property
    def name(self) -> str:
        """`file`, `syslog`, `webhook` or `mail`."""

    def keep(self, line: str) -> None:
        """Leave the signed head there, one line of JSON. Returns when the place has it; raises `ChangeoverError`."""
