"""The clearing step: for any files and any directory no file of a live store is renamed, and none is lost."""

import ntpath
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.procedures.clearing import (
    NO_INVENTORY,
    Circumstances,
    Decision,
    Inventory,
    aside_folder,
    decide,
    folders_about,
    ready_for_inventory,
)
from console.domain.procedures.partition_files import FileSeen
from console.domain.procedures.reading import ServerSetup, StoragePaths

FOLDER = r"X:\Exchsrv\mdbdata"
ASIDE = aside_folder("X:", "2008-10-15", "17")
EARLY, LATE = "2008-10-15T01:00:00.000000+00:00", "2008-10-15T03:00:00.000000+00:00"


def server(name: str, database: str, logs: str) -> ServerSetup:
    group = StoragePaths("First Storage Group", "First Storage Group", {"msExchESEParamLogFilePath": logs})
    store = StoragePaths("Mailbox Store", "First Storage Group", {"msExchEDBFile": database})
    return ServerSetup(name, "", (group,), (store,))


BETWEEN = Circumstances(
    partition="X:",
    primary=server("NODE1", r"C:\Exchsrvr\mdbdata\priv1.edb", r"C:\Exchsrvr\mdbdata"),
    standby=server("NODE2", rf"{FOLDER}\priv1.edb", FOLDER),
    owner="NODE1",
    primary_node="NODE1",
    running=(),
)
PRIV, LOG = FileSeen(rf"{FOLDER}\priv1.edb", 8192, EARLY), FileSeen(rf"{FOLDER}\E00.log", 5120, EARLY)
INVENTORY = Inventory(ASIDE, (PRIV, LOG))


def decided(now: Circumstances = BETWEEN, inventory: Inventory | None = INVENTORY, *present: FileSeen) -> Decision:
    return decide(now, inventory, [FOLDER], present or (PRIV, LOG), ())


def test_between_the_halves_just_what_was_inventoried_moves():
    assert decided() == Decision((PRIV, LOG), ())
    assert INVENTORY.place(PRIV.path) == r"X:\Set aside\2008-10-15 17\Exchsrv\mdbdata\priv1.edb"


def test_an_inventory_comes_back_from_its_json_as_it_was():
    assert Inventory.from_json(INVENTORY.to_json()) == INVENTORY


def primary(database: str, logs: str = r"C:\logs") -> Circumstances:
    return replace(BETWEEN, primary=server("NODE1", database, logs))


NOBODY = replace(BETWEEN.primary, stores=())


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (primary(rf"{FOLDER}\priv1.edb"), "lies on X: already"),
        (primary(r"x:\elsewhere\priv1.edb"), "lies on X: already"),
        (primary(r"C:\priv1.edb", FOLDER), "lies on X: already"),
        (primary("X:/Exchsrv/mdbdata/priv1.edb"), "cannot be told"),
        (primary(r"\\?\X:\Exchsrv\mdbdata\priv1.edb"), "cannot be told"),
        (primary(r"\\NODE1\x$\priv1.edb"), "cannot be told"),
        (primary("X:priv1.edb"), "cannot be told"),
        (primary(""), "cannot be told"),
        (replace(BETWEEN, primary=NOBODY), "does not name the stores of both servers"),
        (replace(BETWEEN, standby=BETWEEN.primary), "does not lie on X: yet"),
        (replace(BETWEEN, owner="NODE2"), "on NODE2, not on NODE1"),
        (replace(BETWEEN, owner=None), "no known node"),
        (replace(BETWEEN, running=("MSExchangeIS on NODE1 is RUNNING.",)), "MSExchangeIS on NODE1 is RUNNING"),
        (replace(BETWEEN, live_queue=(r"X:\Exchsrv\TransportRoles\data\Queue",)), "transport queue of NODE1"),
    ],
)
def test_nothing_moves_at_any_other_time(now: Circumstances, says: str):
    decision = decided(now)
    assert decision.moves == ()
    assert says in " ".join(decision.against)


def test_nothing_moves_without_an_inventory_of_this_very_operation():
    assert decided(BETWEEN, None) == Decision((), (NO_INVENTORY,))


@pytest.mark.parametrize(
    ("stranger", "says"),
    [
        (FileSeen(rf"{FOLDER}\pub1.edb", 1, EARLY), r"came after the standby's half: X:\Exchsrv\mdbdata\pub1.edb"),
        (replace(PRIV, size=8193), r"have changed since the standby's half: X:\Exchsrv\mdbdata\priv1.edb"),
        (replace(PRIV, modified=LATE), r"have changed since the standby's half: X:\Exchsrv\mdbdata\priv1.edb"),
    ],
)
def test_what_is_new_or_changed_is_named_and_stops_it_all(stranger: FileSeen, says: str):
    decision = decided(BETWEEN, INVENTORY, stranger, LOG)
    assert decision.moves == ()
    assert says in " ".join(decision.against)


def test_what_lies_aside_already_is_never_replaced():
    decision = decide(BETWEEN, INVENTORY, [FOLDER], [PRIV], [INVENTORY.place(PRIV.path).upper()])
    assert decision.moves == ()
    assert "would be replaced" in decision.against[0]


def test_one_that_was_interrupted_goes_on_with_what_is_left():
    assert decide(BETWEEN, INVENTORY, [FOLDER], [LOG], [INVENTORY.place(PRIV.path)]).moves == (LOG,)


def test_many_files_are_named_in_part():
    many = [FileSeen(rf"{FOLDER}\{number}.log", 1, EARLY) for number in range(8)]
    assert "and 3 more" in decide(BETWEEN, Inventory(ASIDE, ()), [FOLDER], many, ()).against[0]


def test_an_inventory_is_taken_only_with_the_standbys_half_over_and_its_exchange_stopped():
    assert ready_for_inventory(replace(BETWEEN, owner="NODE2")) == ()
    for now in (replace(BETWEEN, standby=BETWEEN.primary), primary(rf"{FOLDER}\priv1.edb")):
        assert ready_for_inventory(now)
    assert ready_for_inventory(replace(BETWEEN, running=("SMTPSVC on NODE2 is RUNNING.",)))


def test_the_folders_are_on_the_clusters_own_partition_one_for_each_storage_group_of_either_server():
    about = [r"X:\Exchsrv\Mailbox\{storage group}", r"X:\Exchsrv\Queue"]
    second = replace(BETWEEN.standby, groups=(StoragePaths("Second", "Second", {}),))
    assert folders_about("R:", about, (BETWEEN.primary, second)) == (
        r"R:\Exchsrv\Mailbox\First Storage Group",
        r"R:\Exchsrv\Mailbox\Second",
        r"R:\Exchsrv\Queue",
    )


NAMES = st.sampled_from(["priv1.edb", "PRIV1.EDB", "priv1.stm", "pub1.edb", "E00.log", "E00.chk", r"sub\E00.log"])
FOLDERS = st.sampled_from(
    [FOLDER, FOLDER, FOLDER, r"x:\exchsrv\MDBDATA", r"X:\Exchsrv\mdbdata2", r"X:\Exchsrv\vs1", r"X:\Exchsrv"]
)
ON_X = st.builds(lambda folder, name: rf"{folder}\{name}", FOLDERS, NAMES)
PATHS = st.one_of(
    ON_X,
    st.sampled_from(
        ["", r"C:\Exchsrvr\priv1.edb", r"\\?\X:\Exchsrv\mdbdata\priv1.edb", "X:/Exchsrv/mdbdata/priv1.edb"]
    ),
    st.text("XxC:\\/Exchsrvmdbat.1? ", max_size=24),
)
FILES = st.lists(
    st.builds(FileSeen, ON_X, st.integers(0, 3), st.sampled_from([EARLY, LATE])), max_size=6, unique_by=lambda f: f.key
)
SERVERS = st.builds(server, st.sampled_from(["NODE1", "NODE2"]), PATHS, PATHS)
ODD = st.builds(
    Circumstances,
    partition=st.just("X:"),
    primary=st.just(BETWEEN.primary) | SERVERS,
    standby=st.just(BETWEEN.standby) | SERVERS,
    owner=st.sampled_from(["NODE1", "node1", "NODE2", None]),
    primary_node=st.just("NODE1"),
    running=st.sampled_from([(), ("MSExchangeIS on NODE1 is RUNNING.",)]),
    live_queue=st.just(()) | st.lists(PATHS, max_size=1).map(tuple),
)
WORLDS = st.just(BETWEEN) | st.builds(lambda primary: replace(BETWEEN, primary=primary), SERVERS) | ODD
"""A third of them are what lies between the halves, where files do move; another but for the primary's paths."""
SCENES = FILES.flatmap(
    lambda files: st.tuples(st.just(files) | st.none() | FILES, st.just(files) | FILES, st.just([]) | FILES)
)
"""What was inventoried, what lies on the partition (often the same), and what lies aside already."""


def plain(path: str) -> str:
    r"""The file that a path means to Windows, in any of its spellings."""
    return ntpath.normpath(re.sub(r"^(\\\\|//)[?.](\\|/)", "", path)).casefold()


@settings(max_examples=400)
@given(WORLDS, SCENES)
def test_no_file_of_a_live_store_ever_moves_and_none_is_lost(now, scene):
    inventoried, on_partition, lying_aside = scene
    inventory = None if inventoried is None else Inventory(ASIDE, tuple(inventoried))
    present = [file for file in on_partition if file.key.startswith(FOLDER.casefold() + "\\")]
    aside = [f"{ASIDE}\\{file.path[3:]}" for file in lying_aside]
    decision = decide(now, inventory, [FOLDER], present, aside)

    live = {plain(path) for thing in (*now.primary.groups, *now.primary.stores) for path in thing.paths.values()}
    for file in decision.moves:
        assert not any(plain(file.path) == path or plain(file.path).startswith(path + "\\") for path in live)
        assert inventory is not None
        assert file in [replace(f, path=file.path) for f in inventory.files if f.key == file.key]
    disk = {file.key for file in on_partition} | {path.casefold() for path in aside}
    before = len(disk)
    for file in decision.moves:
        assert inventory is not None
        assert file.key in disk
        assert inventory.place(file.path).casefold() not in disk
        disk.remove(file.key)
        disk.add(inventory.place(file.path).casefold())
    assert len(disk) == before
    assert not decision.moves or not decision.against
    assert not decision.moves or ((now.owner or "").casefold() == "node1" and not now.running)


@given(WORLDS, FILES, FILES)
def test_on_a_live_cluster_not_one_file_moves(now, inventoried, present):
    live = replace(now, primary=server("NODE1", rf"{FOLDER}\priv1.edb", FOLDER))
    assert decide(live, Inventory(ASIDE, tuple(inventoried)), [FOLDER], present, ()).moves == ()
