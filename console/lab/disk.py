"""A Windows disk in memory: drive letters, case-insensitive paths, files as bytes."""

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

NO_FILE = "The system cannot find the file specified."
NO_PATH = "The system cannot find the path specified."
INSTALLED = datetime(2008, 10, 1, tzinfo=UTC)
"""When everything was written that is there before anybody does anything."""


class DiskError(Exception):
    """What cmd.exe would print for a path that does not work."""


@dataclass
class Item:
    """A file or, when `data` is None, a folder, under its name as it was written."""

    path: str
    data: bytes | None = None
    modified: datetime = INSTALLED


class Volume:
    """The contents of one drive; a switching partition is one volume that both nodes may mount."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.rights: dict[str, dict[str, str]] = {}
        """Path, casefolded, to its own rights, account to right; without an entry those of the folder above hold."""


class Disk:
    """The drives that a node sees. `on_new_file` is told the path of every file that comes into being."""

    def __init__(self) -> None:
        self.volumes: dict[str, Volume] = {"C": Volume()}
        self.on_new_file: Callable[[str], None] = lambda path: None
        self.clock: Callable[[], datetime] = lambda: INSTALLED

    def absolute(self, path: str, folder: str = "C:\\") -> str:
        """The full path: drive letter in capitals, no dots, no trailing backslash but for a root."""
        path = path.strip('"').replace("/", "\\")
        if len(path) < 2 or path[1] != ":":
            path = folder[:2] + path if path.startswith("\\") else folder.rstrip("\\") + "\\" + path
        parts: list[str] = []
        for part in path[2:].split("\\"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part.rstrip(" ."))
        return path[0].upper() + ":\\" + "\\".join(parts)

    def item(self, path: str) -> Item | None:
        """The file or folder at a full path."""
        volume = self.volumes.get(path[0])
        if volume is None:
            return None
        return Item(path) if len(path) == 3 else volume.items.get(path.casefold())

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises `DiskError`."""
        item = self.item(path)
        if item is None or item.data is None:
            raise DiskError(NO_FILE if self._folder_exists(path) else NO_PATH)
        return item.data

    def write(self, path: str, data: bytes, *, append: bool = False) -> None:
        """Write or extend a file whose folder exists. Raises `DiskError`."""
        item = self.item(path)
        if not self._folder_exists(path):
            raise DiskError(NO_PATH)
        if item is None:
            self.volumes[path[0]].items[path.casefold()] = Item(path, data, self.clock())
            self.on_new_file(path)
        elif item.data is None:
            raise DiskError("Access is denied.")
        elif data or not append:
            item.data, item.modified = item.data + data if append else data, self.clock()

    def mkdir(self, path: str) -> None:
        """Make a folder and those above it. Raises `DiskError` when it is there already."""
        if path[0] not in self.volumes:
            raise DiskError("The system cannot find the drive specified.")
        if self.item(path):
            raise DiskError(f"A subdirectory or file {path} already exists.")
        parts = path[3:].split("\\")
        steps = [path[:3] + "\\".join(parts[:count]) for count in range(1, len(parts) + 1)]
        if any(item is not None and item.data is not None for item in map(self.item, steps)):
            raise DiskError(NO_PATH)
        for step in steps:
            self.volumes[path[0]].items.setdefault(step.casefold(), Item(step))

    def remove(self, path: str) -> None:
        """Take away a file, or a folder with all that is in it. Raises `DiskError`."""
        if self.item(path) is None:
            raise DiskError(NO_FILE)
        items = self.volumes[path[0]].items
        for key in [key for key in list(items) if key == path.casefold() or key.startswith(path.casefold() + "\\")]:
            items.pop(key, None)
            self.volumes[path[0]].rights.pop(key, None)

    def listing(self, path: str) -> list[Item]:
        """What lies directly in a folder, by name. Raises `DiskError`."""
        item = self.item(path)
        if item is None or item.data is not None:
            raise DiskError(NO_PATH)
        prefix = path.casefold().rstrip("\\") + "\\"
        items = self.volumes[path[0]].items
        found = [
            entry for key, entry in list(items.items()) if key.startswith(prefix) and "\\" not in key[len(prefix) :]
        ]
        return sorted(found, key=lambda entry: entry.path.casefold())

    def below(self, path: str) -> Iterator[Item]:
        """Everything in a folder and in those below it, by name."""
        for item in self.listing(path):
            yield item
            if item.data is None:
                yield from self.below(item.path)

    def matching(self, pattern: str) -> list[Item]:
        """The entries that a path with `*` or `?` in its last part names."""
        folder, _, name = pattern.rpartition("\\")
        try:
            entries = self.listing(folder if len(folder) > 2 else folder + "\\")
        except DiskError:
            return []
        wanted = name.casefold()
        return [e for e in entries if fnmatch.fnmatchcase(e.path.rpartition("\\")[2].casefold(), wanted)]

    def _folder_exists(self, path: str) -> bool:
        folder = path.rpartition("\\")[0]
        item = self.item(folder if len(folder) > 2 else folder + "\\")
        return item is not None and item.data is None
