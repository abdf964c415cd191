"""Reads what the doctor's questions print: keys of the registry, files with versions, classes, versions themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings.windows import SIZE_LIMIT, Block, read_blocks, said

_VALUE = re.compile(r"^\s+(?P<name>\S.*?)\s+REG_(?P<kind>[A-Z_]+)\s*(?P<text>.*?)\s*$")
_DENIED = re.compile(r"access is denied|\b0x80070005\b|アクセスが拒否", re.IGNORECASE)
RIGHTS = "Make the account of the node in the inventory an administrator of the node, and look again."


@dataclass
class RegistryKey:
    """A key with its values, each by its casefolded name; those below it only by name."""

    path: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("\\")[2]

    @property
    def default(self) -> str:
        """The value without a name, which every language calls otherwise: the only one, when it was asked for alone."""
        return next(iter(self.values.values()), "")


def denied(result: CommandResult) -> bool:
    """Whether the command was refused for lack of rights, as far as its words tell."""
    return not result.ok and bool(_DENIED.search(result.stdout + result.stderr))


def read_registry(result: CommandResult, *, remedy: str | None = None) -> Mapping[str, RegistryKey]:
    """Every key that `reg query` printed, by its casefolded path.

    Raises `Garbled` when it did not answer, with `remedy` unless it was a matter of rights.
    """
    if len(result.stdout) > SIZE_LIMIT:
        raise Garbled(f"reg printed {len(result.stdout)} characters, more than is read.")
    if not result.ok:
        what = f"{' '.join(result.argv)} ends with {result.exit_code}: {said(result)}"
        raise Garbled(what, remedy=RIGHTS if denied(result) else remedy)
    keys: dict[str, RegistryKey] = {}
    current = RegistryKey("")
    for line in result.stdout.splitlines():
        text = line.strip("\r\0\ufeff ")
        if text.upper().startswith("HKEY_"):
            current = keys.setdefault(text.casefold(), RegistryKey(text))
        elif found := _VALUE.match(line):
            current.values[found["name"].casefold()] = found["text"]
    return keys


@dataclass(frozen=True)
class FileFact:
    """A file as WMI tells of it; `version` is empty when it carries none."""

    name: str
    version: str = ""
    size: int = 0


def read_files(result: CommandResult) -> Mapping[str, FileFact]:
    """The files of a folder by casefolded name. Raises `Garbled`."""
    files = [_file(block) for block in read_instances(result)]
    return {one.name.casefold(): one for one in files}


def _file(block: Block) -> FileFact:
    name, extension = block.get("FileName", ""), block.get("Extension", "")
    if not name and not extension:
        raise Garbled("wmic tells of a file without a name.")
    size = block.get("FileSize", "")
    whole = f"{name}.{extension}" if extension else name
    return FileFact(whole, block.get("Version", ""), int(size) if size.isdecimal() else 0)


def read_instances(result: CommandResult) -> tuple[Block, ...]:
    """The instances of a wmic list; for none it prints one sentence, in the node's language. Raises `Garbled`."""
    if result.ok and "=" not in result.stdout:
        return ()
    return read_blocks(result)


def version_key(version: str) -> tuple[int, ...]:
    """A version as something that can be compared; nothing for what is none."""
    parts = version.strip().split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def base_name(path: str) -> str:
    """The last part of a path, casefolded, without the quotes that may stand around it."""
    return path.strip().strip('"').rpartition("\\")[2].casefold()


def folder_of(path: str) -> str:
    """The folder that a path lies in."""
    return path.strip().strip('"').rpartition("\\")[0]
