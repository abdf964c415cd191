"""The kit's runner under Wine against a stand-in for `ldifde`: what it does is what the runner of reference does."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.domain.directory import AttributeChange, EntryChange
from console.domain.kit.codes import KIT_CODES
from console.domain.kit.manifest import Manifest, records_file, signed
from console.domain.kit.records import FLAGS, MAILBOXES, NAMES, REST
from console.domain.kit.runner import Applied, apply_records, split
from console.domain.kit.spool import Spool, verify_spool
from console.domain.ldif import by_value, modification, whole
from console.domain.node_scripts.branches import CODES
from console.domain.secrets import Secret
from console.services.node_scripts import kit_runner
from tests.kit.stand_in import BATCH_FILE, PROGRAM, Tree
from tests.node_scripts.machine import Node, Prefix

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]

KEY, ID = Secret("5a" * 32), "key-0123456789"
OLD, NEW = "CN=OLD,DC=example", "CN=NEW,DC=example"
SPN = "servicePrincipalName"
COUNTS = {FLAGS: 2, NAMES: 4, MAILBOXES: 7, REST: 1}
MAILBOXES_OF = ["CN=Abe,DC=example", "CN=\u963f\u90e8,DC=example", f"CN={'Long' * 20},DC=example", "CN=Ito", "CN=Kato"]
MAILBOXES_OF += ["CN=Sato", "CN=Ueda"]
SITE = "/o=Example/ou=Exchange (Administrative Group)/cn=Servers/cn="


def record(dn: str, *lines: str) -> str:
    """One record of a kit."""
    return "".join(modification(EntryChange(dn, "", ()), lines))


def moved(dn: str, attribute: str) -> str:
    """A record that takes `attribute` from the old server to the new one."""
    return record(dn, *by_value(AttributeChange(attribute, (f"{attribute} {OLD}",), (f"{attribute} {NEW}",))))


def mailbox(dn: str) -> str:
    """A record of a mailbox."""
    home = AttributeChange("homeMDB", (f"homeMDB {OLD}",), (f"homeMDB {NEW}",))
    server = AttributeChange("msExchHomeServerName", (f"{SITE}OLD",), (f"{SITE}NEW",))
    return record(dn, *by_value(home), *by_value(server))


STORES = ["CN=Store,DC=example", "CN=\u30b9\u30c8\u30a2,DC=example"]
RECORDS = (
    *(record(store, *whole("msExchPatchMDB", ("TRUE",))) for store in STORES),
    *(record(OLD, *by_value(AttributeChange(SPN, (name,), ()))) for name in ("HOST/MAIL", "http/mail.example")),
    *(record(NEW, *by_value(AttributeChange(SPN, (), (name,)))) for name in ("HOST/MAIL", "http/mail.example")),
    *(mailbox(dn) for dn in MAILBOXES_OF),
    moved("CN=Routing,DC=example", "msExchRoutingMasterDN"),
)


def objects() -> list[str]:
    """The directory before: everything names the old server."""
    found = []
    for text in RECORDS:
        rows = text.strip("\n").replace("\n ", "").split("\n")
        found += [rows[0]] if rows[0] not in found else []
        deleted = "\n".join(rows).split("\ndelete: ")[1:]
        found += [f"{rows[0]}\t{part.splitlines()[1]}" for part in deleted]
    return found


def at(dn: str) -> str:
    """The line of an object, as the stand-in keeps it."""
    return record(dn).strip("\n").replace("\n ", "").split("\n")[0]


@dataclass
class KitNode:
    """A node with a kit, its key, and the stand-in."""

    prefix: Prefix
    batch: int = 4

    def __post_init__(self) -> None:
        drive = self.prefix.folder / "drive_c"
        self.own, self.stubs = drive / "Changeover", drive / "stubs"
        for folder in (self.own, self.stubs):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for name in ("kit", "work"):
            (self.own / name).mkdir()
        self.own.joinpath("node.key").write_text(f"id={ID}\r\nkey={KEY.reveal()}\r\n", encoding="ascii")
        place(self.stubs)
        now = datetime.now(UTC).replace(microsecond=0)
        texts = ("TOKYO", "TOK-EX1", "OLD", "NEW", "dc1.example.test", ID)
        self.manifest = Manifest(*texts, now, now + timedelta(days=14), now, "", COUNTS)
        self.write()

    def write(self, **changes: object) -> None:
        """Put the kit there, with a manifest that was changed before it was signed."""
        data, first = records_file(RECORDS, self.batch)
        self.manifest = replace(self.manifest, records_hash=first, **changes)  # type: ignore[arg-type]
        put_kit(self.own / "kit", data, self.manifest)

    @property
    def tree(self) -> list[str]:
        """The directory now."""
        return sorted((self.stubs / "tree").read_text(encoding="ascii").splitlines())

    @tree.setter
    def tree(self, lines: Sequence[str]) -> None:
        (self.stubs / "tree").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")

    def run(self, name: str = "run-1", seconds: int = 200) -> int:
        """Call the runner as START.BAT does, and give its exit code."""
        variables = {"CHO_CLUSTER": "TOKYO", "CHO_KEYFILE": r"C:\Changeover\node.key", "COMPUTERNAME": "TOK-EX1"}
        variables |= {f"CHO_{word.upper()}": rf"C:\Changeover\{word}" for word in ("work", "spool", "kit")}
        lines = [
            "@echo off",
            r'set "PATH=C:\stubs;%PATH%"',
            *(f'set "{key}={value}"' for key, value in variables.items()),
        ]
        lines += [rf"cscript //nologo //B C:\Changeover\kit\KIT.VBS {name} {seconds}", "exit %ERRORLEVEL%"]
        (self.stubs / "runner.bat").write_bytes("".join(f"{line}\r\n" for line in lines).encode("ascii"))
        return self.prefix.wine("cmd", "/c", r"C:\stubs\runner.bat")

    def said(self, name: str = "run-1") -> str:
        """What it left of itself in the work folder."""
        return (self.own / "work" / f"{name}.kit.txt").read_text(encoding="ascii")

    def spool(self, name: str = "run-1") -> tuple[Spool, list[int]]:
        """The spool, proved, and the numbers of its conflicts."""
        folder = self.own / "spool" / name
        spool, found = verify_spool((folder / "spool.txt").read_bytes(), (folder / "conflicts.ldf").read_bytes(), KEY)
        assert (spool.run, spool.kit_hash, spool.records) == (name, self.manifest.records_hash, len(RECORDS))
        return spool, [conflict.number for conflict in found]

    def calls(self) -> list[str]:
        """How `ldifde` was called."""
        path = self.stubs / "calls"
        return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def place(stubs: Path) -> None:
    """The stand-in with the directory before."""
    (stubs / "LDIFDE.BAT").write_bytes(BATCH_FILE.replace("\n", "\r\n").encode("ascii"))
    (stubs / "LDIFDE.VBS").write_bytes(PROGRAM.replace("\n", "\r\n").encode("ascii"))
    (stubs / "tree").write_text("".join(f"{line}\n" for line in objects()), encoding="ascii")


def put_kit(folder: Path, data: bytes, manifest: Manifest) -> None:
    """The three files that lie on a node."""
    (folder / "kit.ldf").write_bytes(data)
    (folder / "kit.txt").write_bytes(signed(manifest, KEY).replace(b"\n", b"\r\n"))
    (folder / "KIT.VBS").write_bytes(kit_runner())


@pytest.fixture
def here(prefix: Prefix) -> KitNode:
    """A node whose directory names the other server."""
    return KitNode(prefix)


def reference(lines: Sequence[str]) -> tuple[list[str], Applied]:
    """What the runner of reference makes of a directory, and how far it comes."""
    tree = Tree(lines)
    done = apply_records(tuple(split("".join(RECORDS))), tree)
    return sorted(tree.lines), done


def holds(here: KitNode, before: Sequence[str], name: str = "run-1") -> None:
    """Directory and conflicts are those of the runner of reference."""
    wanted, done = reference(before)
    spool, conflicts = here.spool(name)
    assert here.tree == wanted
    assert conflicts == [conflict.number for conflict in done.conflicts]
    assert (spool.conflicts, spool.untried) == (len(done.conflicts), 0)


def test_a_whole_kit_is_applied_batch_by_batch_on_the_controller_that_it_is_for(here: KitNode) -> None:
    assert here.run() == KIT_CODES.applied
    holds(here, objects())
    assert here.spool()[1] == []
    assert len(here.calls()) == -(-len(RECORDS) // here.batch)
    assert all(call.startswith("ldifde -i -v -s dc1.example.test -f ") for call in here.calls())
    assert "run=run-1" in here.said()


@pytest.mark.parametrize("mute", [False, True], ids=["told-how-far", "not-told"])
def test_a_record_that_is_refused_is_kept_and_holds_up_no_other(here: KitNode, mute: bool) -> None:
    gone, other = at(MAILBOXES_OF[0]), at(MAILBOXES_OF[1])
    before = [line for line in objects() if not line.startswith(gone)]
    before = [line.replace("homeMDB CN=OLD", "homeMDB CN=ELSE") if line.startswith(other) else line for line in before]
    here.tree = before
    (here.stubs / "mute").touch() if mute else None
    assert here.run() == KIT_CODES.applied
    wanted, done = reference(before)
    assert here.tree == wanted
    assert {7, 8} <= set(here.spool()[1])
    assert mute or [conflict.number for conflict in done.conflicts] == here.spool()[1] == [7, 8]


def test_applied_twice_the_names_are_found_right_and_it_stops_when_nobody_names_the_other_server(here: KitNode) -> None:
    here.tree = after = reference(objects())[0]
    assert here.run() == KIT_CODES.applied
    assert here.tree == after
    spool, conflicts = here.spool()
    assert conflicts == list(range(COUNTS[FLAGS] + 1, COUNTS[FLAGS] + COUNTS[NAMES] + 6))
    assert spool.untried == len(RECORDS) - conflicts[-1]


def test_mailboxes_that_are_right_already_keep_none_from_those_that_are_not(here: KitNode) -> None:
    half = Tree(objects())
    apply_records(tuple(split("".join(RECORDS)))[: COUNTS[FLAGS] + COUNTS[NAMES] + 6], half)
    here.tree = half.lines
    assert here.run() == KIT_CODES.applied
    holds(here, half.lines)


def test_a_name_that_somebody_else_has_is_not_right_and_the_rest_is_done_all_the_same(here: KitNode) -> None:
    gone = [line for line in objects() if "\tservicePrincipalName: HOST/MAIL" not in line]
    before = [line for line in gone if line != at(NEW)] + [
        "dn: CN=THIEF",
        "dn: CN=THIEF\tservicePrincipalName: HOST/MAIL",
    ]
    here.tree = before
    assert here.run() == KIT_CODES.not_right
    holds(here, before)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("kit.txt", b"node=TOK-EX1", b"node=TOK-EX2"), ("kit.txt", b"mac=", b"mac=0"), ("kit.ldf", b"CN=Abe", b"CN=Abd")],
)
def test_a_kit_that_was_changed_is_not_used(here: KitNode, name: str, old: bytes, new: bytes) -> None:
    path = here.own / "kit" / name
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    code = here.run()
    if name == "kit.txt":
        assert (code, here.calls(), here.tree) == (KIT_CODES.refused, [], sorted(objects()))
        assert "not signed" in here.said()
    else:  # the section before was proved and stands; nothing of the one that was changed is handed over
        spool, conflicts = here.spool()
        assert (len(here.calls()), conflicts, spool.untried) == (1, [], len(RECORDS) - here.batch)
        assert code == KIT_CODES.not_right


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"node": "TOK-EX2"}, "another node"),
        ({"cluster": "OSAKA"}, "another cluster"),
        ({"until": datetime(2020, 1, 1, tzinfo=UTC)}, "too old"),
    ],
)
def test_a_kit_for_somebody_else_or_of_long_ago_is_not_used(
    here: KitNode, changes: dict[str, object], says: str
) -> None:
    here.write(**changes)
    assert here.run() == KIT_CODES.refused
    assert says in here.said()
    assert here.calls() == []


def test_when_the_time_is_over_what_is_left_is_counted_as_untried(here: KitNode) -> None:
    assert here.run(seconds=0) == KIT_CODES.not_right
    spool, conflicts = here.spool()
    assert (spool.untried, conflicts, here.calls(), here.tree) == (len(RECORDS), [], [], sorted(objects()))


def test_without_ldifde_it_says_so_and_nothing_is_changed(here: KitNode) -> None:
    (here.stubs / "LDIFDE.BAT").unlink()
    assert here.run() == KIT_CODES.program
    assert here.tree == sorted(objects())
    assert here.spool()[0].untried == len(RECORDS)


def test_the_script_that_starts_exchange_comes_up_with_its_kit_when_the_console_is_silent(
    node: Callable[..., Node],
) -> None:
    started = node(url="http://127.0.0.1:9", key=(ID, KEY), silence="fail", start_timeout=600, stop_timeout=300)
    place(started.stubs)
    kit = started.own / "kit"
    kit.mkdir()
    now = datetime.now(UTC).replace(microsecond=0)
    data, first = records_file(RECORDS)
    texts = ("TOKYO", "TOK-EX1", "OLD", "NEW", "dc1.example.test", ID)
    put_kit(kit, data, Manifest(*texts, now, now + timedelta(days=14), now, first, COUNTS))
    ran = started.run("START.BAT", CLP_EVENT="FAILOVER")
    assert (ran.code, started.running()) == (CODES.done, set(started.names))
    (folder,) = [path for path in (started.own / "spool").iterdir() if path.is_dir()]
    spool, _ = verify_spool((folder / "spool.txt").read_bytes(), (folder / "conflicts.ldf").read_bytes(), KEY)
    assert (spool.run, spool.applied) == (folder.name, len(RECORDS))
