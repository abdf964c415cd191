"""Files on the partition are told by dir and WMI together; where they differ, or a name is odd, nothing is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult, NodeSession
from console.domain.procedures.partition_files import FileSeen, list_files

FOLDER = r"X:\Exchsrv\mdbdata"
WRITTEN = "20081015120000.123456+540"


@dataclass
class Printed:
    """A node that prints, for dir by its switch and for wmic by the folder, what a test gives it."""

    files: str = ""
    folders: str = ""
    wmic: dict[str, str] = field(default_factory=dict)
    code: int = 0
    node: Any = field(default_factory=lambda: SimpleNamespace(name="NODE1"))
    asked: list[Argv] = field(default_factory=list)

    def batch(self, commands: Sequence[Argv], *, within: float) -> tuple[CommandResult, ...]:
        self.asked += commands
        return tuple(self._answer(argv) for argv in commands)

    def _answer(self, argv: Argv) -> CommandResult:
        if argv[0] == "dir":
            text = self.folders if "/ad" in argv else self.files
            return CommandResult(argv, 0 if text else 1, text or "Datei nicht gefunden")
        folder = next((name for name in self.wmic if f"path='{name}'" in argv[3]), "")
        return CommandResult(argv, self.code, self.wmic.get(folder, "Keine Instanzen verfügbar."))


def row(name: str, size: str = "8192", written: str = WRITTEN) -> str:
    return f"\r\r\nFileSize={size}\r\r\nLastModified={written}\r\r\nName={name.lower()}\r\r\n\r\r\n"


def listed(node: Printed) -> tuple[FileSeen, ...]:
    return list_files(cast(NodeSession, node), [FOLDER], within=1.0)


def test_each_file_has_its_size_and_its_time_in_utc_whatever_the_nodes_zone():
    node = Printed(
        f"{FOLDER}\\Priv1.edb\r\n{FOLDER}\\O'Neil\\E00.log\r\n",
        f"{FOLDER}\\O'Neil\r\n",
        {
            r"\\Exchsrv\\mdbdata\\": row(rf"{FOLDER}\priv1.edb"),
            r"\\Exchsrv\\mdbdata\\O\'Neil\\": row(rf"{FOLDER}\o'neil\e00.log", "0", "20081015030000.000001+000"),
        },
    )
    assert listed(node) == (
        FileSeen(rf"{FOLDER}\O'Neil\E00.log", 0, "2008-10-15T03:00:00.000001+00:00"),
        FileSeen(rf"{FOLDER}\Priv1.edb", 8192, "2008-10-15T03:00:00.123456+00:00"),
    )


def test_a_folder_that_is_empty_or_not_there_has_no_files():
    assert listed(Printed()) == ()


@pytest.mark.parametrize(
    ("node", "says"),
    [
        (Printed(f"{FOLDER}\\a.log\r\n"), r"differ on x:\exchsrv\mdbdata\a.log"),
        (Printed(f"{FOLDER}\\a\r\n", wmic={r"\\Exchsrv\\mdbdata\\": row(rf"{FOLDER}\b")}), r"mdbdata\a, x:"),
        (Printed(f"{FOLDER}\\a.log\r\n{FOLDER}\\A.log\r\n"), "differ on"),
        (Printed(f"{FOLDER}\\a.log\r\n", wmic={r"\\Exchsrv\\mdbdata\\": "Node - NODE1"}, code=44), "exit code 44"),
        (Printed(f"{FOLDER}\\a\r\n", wmic={r"\\Exchsrv\\mdbdata\\": row(rf"{FOLDER}\a", "")}), "no size"),
        (Printed(f"{FOLDER}\\a\r\n", wmic={r"\\Exchsrv\\mdbdata\\": row(rf"{FOLDER}\a", "1", "")}), "no time"),
        (Printed(f"{FOLDER}\\a?.log\r\n"), "cannot show the name"),
        (Printed(f"{FOLDER}\\a\ufffd.log\r\n"), "cannot show the name"),
        (Printed(f"{FOLDER}\\a.log\r\n", f"{FOLDER}\\b?\r\n"), "cannot show the name"),
    ],
)
def test_what_cannot_be_told_for_certain_is_not_guessed(node: Printed, says: str):
    with pytest.raises(Garbled) as caught:
        listed(node)
    assert says in caught.value.message
    assert caught.value.remedy
