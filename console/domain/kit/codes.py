"""How the kit's runner on a node ends, on which script, tests and page agree."""

from dataclasses import asdict, dataclass

RUNNER = "KIT.VBS"
"""Its file, beside the kit."""
PROGRAM = "ldifde"
"""What it hands the records to."""


@dataclass(frozen=True)
class KitCodes:
    """The exit codes; 0 is never one of them, since a script of Windows that breaks off ends with it."""

    applied: int = 42
    """Mount flags and names are right; what came after was tried while there was time."""
    refused: int = 50
    """There is no kit that may be used."""
    not_right: int = 51
    """A mount flag or a name is not right."""
    program: int = 52
    """`ldifde` does not run."""

    def by_name(self) -> dict[str, int]:
        """Name to code."""
        return asdict(self)


KIT_CODES = KitCodes()
