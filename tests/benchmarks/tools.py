"""What the console is measured against: OpenLDAP's own ldapmodify, one at a time or several side by side."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from console.domain.directory import AttributeChange, EntryChange
from tests.benchmarks.openldap import program
from tests.directory.schema_ldif import line


@dataclass(frozen=True)
class Access:
    """How a tool reaches the directory. The password is in a file, never among the arguments."""

    url: str
    user: str
    password_file: Path
    environment: tuple[tuple[str, str], ...] = ()


def three_writes(change: EntryChange) -> str:
    """The printed script's pattern: each attribute is replaced by a write of its own."""
    return "".join(_record(change, [part]) for part in change.changes)


def one_write(change: EntryChange) -> str:
    """The least that a server can be asked for: all attributes of a mailbox replaced in one write."""
    return _record(change, change.changes)


def _record(change: EntryChange, parts: Sequence[AttributeChange]) -> str:
    lines = [line("dn", change.dn), "changetype: modify"]
    for part in parts:
        lines += [f"replace: {part.attribute}", line(part.attribute, part.after[0]), "-"]
    return "\n".join(lines) + "\n\n"


def shares(changes: Sequence[EntryChange], count: int) -> list[list[EntryChange]]:
    """`changes` dealt out in `count` runs of neighbours of nearly the same length."""
    dealt = groupby(enumerate(changes), lambda numbered: numbered[0] * count // len(changes))
    return [[change for _, change in run] for _, run in dealt]


def ldapmodify(access: Access, texts: Sequence[str], folder: Path) -> float:
    """Seconds until as many ldapmodify as there are texts have carried them out side by side."""
    files = [folder / f"changes-{number}.ldif" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    command = [program("ldapmodify"), "-x", "-H", access.url, "-D", access.user, "-y", str(access.password_file), "-f"]
    began = time.monotonic()
    running = [
        subprocess.Popen(
            [*command, str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin", **dict(access.environment)},
        )
        for file in files
    ]
    errors = [process.communicate()[1].decode(errors="replace") for process in running]
    took = time.monotonic() - began
    if any(process.returncode for process in running):
        raise RuntimeError(f"ldapmodify failed: {' '.join(errors)[-2000:]}")
    return took
