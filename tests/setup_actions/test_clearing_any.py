"""The clearing step on the lab, with any files, inventory and paths in the directory: nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ldap3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.procedures.clearing import Inventory
from console.domain.procedures.partition_files import list_files
from console.domain.receipts import Receipt
from console.lab import presets
from tests.moves.ground import Ground, ReceiptBook
from tests.setup_actions.acting import Acting, paths_in

pytestmark = pytest.mark.slow

FOLDER = r"X:\Exchsrv\mdbdata"
NAMES = (
    "priv1.edb",
    "pub1.edb",
    "E00.log",
    "it's (1) & more^.log",
    "日本 ä.log",
    "100%.log",
    "a!b.stm",
    r"deep\res1.log",
)
FILES = st.dictionaries(st.sampled_from(NAMES), st.binary(min_size=1, max_size=3), max_size=5)
PLACES = st.sampled_from([rf"{FOLDER}\priv1.edb", r"x:\EXCHSRV\MDBDATA\e00.log", "X:/Exchsrv"])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("lab")
    made = Ground(folder, replace(presets.tokyo(), services_running=False), mailboxes=1)
    acting = Acting(made)
    acting.disk().mkdir(rf"{FOLDER}\deep")
    yield made
    made.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    inventoried=FILES,
    later=st.just({}) | FILES,
    gone=st.sets(st.sampled_from(NAMES), max_size=1),
    standby_over=st.sampled_from([True, True, True, False]),
    live=st.just("") | st.just("") | PLACES,
)
def test_no_live_file_is_renamed_and_every_byte_is_still_there(
    ground: Ground,
    inventoried: dict[str, bytes],
    later: dict[str, bytes],
    gone: set[str],
    standby_over: bool,
    live: str,
):
    acting = Acting(ground)
    acting.receipts = ReceiptBook()
    items = acting.cluster.partition.items
    for key in [key for key, item in items.items() if item.data is not None]:
        del items[key]
    lives(acting, standby_over=standby_over, live=live)
    put(acting, inventoried)
    with ground.open() as field:
        inventory = Inventory(r"X:\Set aside\today 17", list_files(field.session(ground.source), [FOLDER], within=9.0))
    acting.receipts.keep(Receipt("clearing", "setup.files.set-aside", "", {"inventory": inventory.to_json()}))
    for name in gone & set(inventoried):
        acting.disk().remove(rf"{FOLDER}\{name}")
    put(acting, later)
    before = acting.files()

    acting.perform("clearing")

    after = acting.files()
    assert sorted(after.values()) == sorted(before.values())
    moved = before.keys() - after.keys()
    assert not moved or (standby_over and not live and not later)
    assert all(after[inventory.place(path)] == before[path] for path in moved)
    if standby_over and not live and not later and not {"100%.log", "a!b.stm"} & (inventoried.keys() - gone):
        assert moved == before.keys()


def put(acting: Acting, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        acting.write(rf"{FOLDER}\{name}", data=data)


def lives(acting: Acting, *, standby_over: bool, live: str) -> None:
    """The standby's half over or not; of the primary nothing on the partition, but for one path that says `live`."""
    acting.lives_on(1, "C:")
    acting.lives_on(2, "X:" if standby_over else "C:")
    with acting.ground.administrator() as connection:
        found = paths_in(connection, acting.ground.backend.forest.configuration_dn)
        dn = next(dn for dn, values in list(found) if "msExchEDBFile" in values and acting.node(1).name in dn)
        path = [live or r"C:\Exchsrvr\priv1.edb"]
        assert connection.modify(dn, {"msExchEDBFile": [(ldap3.MODIFY_REPLACE, path)]}), connection.result
