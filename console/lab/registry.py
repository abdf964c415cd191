"""A node's registry: keys in any case, values with their types, and what `reg query` prints of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

SHORT = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCR": r"HKEY_LOCAL_MACHINE\SOFTWARE\Classes",
    "HKEY_CLASSES_ROOT": r"HKEY_LOCAL_MACHINE\SOFTWARE\Classes",
    "HKCU": "HKEY_CURRENT_USER",
    "HKU": "HKEY_USERS",
}
"""Other names of roots, to where they lead."""


@dataclass
class Value:
    """A value as reg.exe shows it: `kind` such as REG_SZ, `text` in its notation (numbers as 0x7, lists with \\0)."""

    kind: str
    text: str


@dataclass
class Key:
    """A key under its path as it was written; values by casefolded name, each with the name as it was written."""

    path: str
    values: dict[str, tuple[str, Value]] = field(default_factory=dict)


class Registry:
    """The keys of one node. A key's parents need not be written: they are there when something below them is."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}

    @staticmethod
    def full(path: str) -> str:
        """The path from its root on, in one way of writing."""
        root, slash, rest = path.strip().strip("\\").partition("\\")
        return SHORT.get(root.upper(), root.upper()) + slash + rest

    def set(self, path: str, name: str, text: str, kind: str = "REG_SZ") -> None:
        """Write a value; the key comes into being with it. An empty name is the key's default value."""
        full = self.full(path)
        key = self._keys.setdefault(full.casefold(), Key(full))
        key.values[name.casefold()] = (name, Value(kind, text))

    def get(self, path: str, name: str) -> Value | None:
        """A value, or None."""
        key = self._keys.get(self.full(path).casefold())
        found = key.values.get(name.casefold()) if key else None
        return found[1] if found else None

    def add(self, path: str) -> None:
        """Make a key that may be without values."""
        full = self.full(path)
        self._keys.setdefault(full.casefold(), Key(full))

    def exists(self, path: str) -> bool:
        """Whether the key is there, or one below it."""
        return any(True for _ in self.below(path))

    def delete(self, path: str, name: str | None = None) -> bool:
        """Take away one value, or without a name the key with all below it; whether there was such a thing."""
        if name is not None:
            key = self._keys.get(self.full(path).casefold())
            return bool(key and key.values.pop(name.casefold(), None))
        gone = [key.path.casefold() for key in self.below(path)]
        for one in gone:
            del self._keys[one]
        return bool(gone)

    def below(self, path: str) -> Iterator[Key]:
        """The key itself and all below it, by path."""
        full = self.full(path).casefold()
        for place in sorted(self._keys):
            if place == full or place.startswith(full + "\\"):
                yield self._keys[place]

    def children(self, path: str) -> list[str]:
        """The paths right below a key, as they were written."""
        full = self.full(path)
        names: dict[str, str] = {}
        for key in self.below(path):
            rest = key.path[len(full) + 1 :].partition("\\")[0]
            if rest:
                names.setdefault(rest.casefold(), rest)
        return [f"{full}\\{name}" for name in names.values()]
