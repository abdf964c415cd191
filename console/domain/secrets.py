"""Secrets that cannot be printed by accident, and the removal of known secrets from text."""

from collections.abc import Iterable

MASK = "••••••"


class Secret:
    """A text that shows itself only when asked by name: `repr`, `str` and formatting give a mask."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; call it where it is handed to the protocol library and nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def scrub(text: str, secrets: Iterable[Secret]) -> str:
    """`text` with every one of `secrets` replaced by a mask, the longest first."""
    for plain in sorted((s.reveal() for s in secrets if s.reveal()), key=len, reverse=True):
        text = text.replace(plain, MASK)
    return text
