"""What `reg query` prints of a key, exactly enough to be written back: values with their types, and keys below."""

import re
from dataclasses import dataclass

from console.domain.ports import CommandResult
from console.domain.repair.reg_file import RegistryValue

_VALUE = re.compile(r"^\s+(?P<name>\S.*?)\s+(?P<kind>REG_[A-Z_]+)(?:\t|    ?|\s)(?P<text>.*?)\r?$")


@dataclass(frozen=True)
class KeySeen:
    """A key as it was printed."""

    values: tuple[RegistryValue, ...]
    below: frozenset[str]
    """The names of the keys right below it, casefolded."""

    def value(self, name: str) -> RegistryValue | None:
        """The value of that name, in any case."""
        return next((one for one in self.values if one.name.casefold() == name.casefold()), None)


def read_key(result: CommandResult) -> KeySeen | None:
    """The key; None when it could not be printed (exit code 1): it is not there, or may not be read."""
    if not result.ok:
        return None
    values: list[RegistryValue] = []
    below: set[str] = set()
    own = True
    for line in result.stdout.splitlines():
        if line.upper().startswith("HKEY_"):
            below.add(line.strip().rpartition("\\")[2].casefold())
            own = not values
        elif own and (found := _VALUE.match(line)):
            values.append(RegistryValue(found["name"], found["kind"], found["text"].strip()))
    return KeySeen(tuple(values), frozenset(below))
