"""The clearing step on the lab: renamed between the halves, refused at any other time, untouched on a live cluster."""

import ldap3
import pytest

from console.domain.outcome import Status
from console.lab import equipment
from tests.domain.stage import People
from tests.setup_actions.acting import PATHS, Acting, at_command, paths_in

pytestmark = pytest.mark.slow

FOLDER = r"X:\Exchsrv\mdbdata"
FILES = (rf"{FOLDER}\priv1.edb", rf"{FOLDER}\E00.log", rf"{FOLDER}\deep\res1.log")


@pytest.fixture
def halfway(acting: Acting) -> Acting:
    """The standby's half is over, with its files on the partition; the group is on the standby."""
    acting.lives_on(1, "C:")
    acting.lives_on(2, "C:")
    assert acting.perform("to-standby").status is Status.SUCCEEDED
    acting.lives_on(2, "X:")
    acting.disk().mkdir(rf"{FOLDER}\deep")
    acting.write(*FILES)
    return acting


@pytest.fixture
def moved(halfway: Acting) -> Acting:
    """The console has moved the group to the primary, and taken stock before."""
    assert halfway.perform("to-primary").status is Status.SUCCEEDED
    assert "3 files were inventoried" in halfway.texts("note")
    return halfway


def test_every_file_is_renamed_into_a_dated_folder_and_none_is_lost(moved: Acting):
    before = moved.files()
    ending = moved.perform("clearing")
    assert ending.status is Status.SUCCEEDED, ending.summary
    after = moved.files()
    assert sorted(after.values()) == sorted(before.values())
    day = moved.ground.open().clock.now().date().isoformat()
    assert set(after) == {rf"X:\Set aside\{day} 17{path[2:]}" for path in FILES}


def test_it_is_over_while_the_primarys_stores_move_in_and_again_when_they_are_there(moved: Acting):
    moved.perform("clearing")
    moved.write(*FILES[:2], data=b"the primary's own")
    assert moved.reopened("clearing") == {}
    assert moved.perform("clearing").status is Status.SUCCEEDED
    moved.lives_on(1, "X:")
    before = moved.files()
    assert moved.perform("clearing").status is Status.SUCCEEDED
    assert moved.files() == before


def test_on_a_live_cluster_another_set_up_touches_not_one_file(moved: Acting):
    moved.perform("clearing")
    moved.lives_on(1, "X:")
    moved.write(*FILES[:2])
    again = Acting(moved.ground)
    before, seen = moved.files(), len(moved.ground.lab.world.log.since(0))
    assert again.perform("clearing", operation="18").status is Status.SUCCEEDED
    assert (moved.files(), len(moved.ground.lab.world.log.since(0))) == (before, seen)


def test_it_stays_over_when_a_person_deletes_what_was_set_aside_and_when_a_file_had_gone_before(moved: Acting):
    moved.disk().remove(FILES[1])
    assert moved.perform("clearing").status is Status.SUCCEEDED
    moved.disk().remove(r"X:\Set aside")
    moved.write(*FILES[:2], data=b"the primary's own")
    before = moved.files()
    assert moved.reopened("clearing") == {}
    assert moved.perform("clearing").status is Status.SUCCEEDED
    assert moved.files() == before


def test_it_rests_without_an_inventory_of_its_own_operation(moved: Acting):
    again, before = Acting(moved.ground), moved.files()
    ending = again.perform("clearing", operation="18")
    assert (ending.status, moved.files()) == (Status.WAITING, before)
    assert "has no inventory" in ending.summary
    assert "Move the group back to the standby node" in ending.summary


@pytest.mark.parametrize(
    ("path", "says"),
    [(rf"{FOLDER}\stranger.txt", "came after the standby's half"), (FILES[0], "have changed since the standby's half")],
)
def test_it_rests_and_names_what_is_new_or_changed(moved: Acting, path: str, says: str):
    moved.write(path, data=b"mail, and more of it")
    before = moved.files()
    ending = moved.perform("clearing")
    assert (ending.status, moved.files()) == (Status.WAITING, before)
    assert says in ending.summary
    assert path in ending.summary
    assert ending.remedy


def test_it_rests_with_only_one_path_of_the_primary_on_the_partition(moved: Acting):
    before = moved.files()
    moved.lives_on(1, "X:")
    with moved.ground.administrator() as connection:
        dn = next(
            dn
            for dn, values in paths_in(connection, moved.ground.backend.forest.configuration_dn)
            if PATHS[0] in values and moved.node(1).name in dn
        )
        assert connection.modify(dn, {PATHS[0]: [(ldap3.MODIFY_REPLACE, [r"C:\priv1.edb"])]})
    ending = moved.perform("clearing")
    assert (ending.status, moved.files()) == (Status.WAITING, before)
    assert "lies on X: already" in ending.summary


def test_a_file_that_comes_while_exchange_is_being_stopped_still_counts(moved: Acting):
    """Decided once more when everything has stopped: what the last moments wrote is not renamed."""
    moved.node(1).service("msexchangeis").state = 4
    late = rf"{FOLDER}\late.log"
    with at_command(moved.ground, "sc stop MSExchangeIS", lambda: moved.write(late)):
        ending = moved.perform("clearing")
    assert ending.status is Status.WAITING
    assert late in ending.summary
    assert set(moved.files()) == {*FILES, late}
    assert moved.node(1).service("msexchangeis").state == 4


def test_exchange_is_stopped_on_both_nodes_meanwhile_and_started_where_it_ran(moved: Acting):
    for number in (1, 2):
        moved.node(number).service("msexchangemgmt").state = 4
    seen: list[tuple[int, int]] = []

    def look() -> None:
        seen.append(tuple(moved.node(number).service("msexchangemgmt").state for number in (1, 2)))

    with at_command(moved.ground, "move ", look):
        assert moved.perform("clearing").status is Status.SUCCEEDED
    assert seen == [(1, 1)]
    assert [moved.node(number).service("msexchangemgmt").state for number in (1, 2)] == [4, 1]


def test_killed_in_the_middle_it_goes_on_with_what_is_left(moved: Acting):
    class Killed(BaseException):
        """The worker dies."""

    def die(step: str) -> None:
        if "deep" in moved.texts("note").rpartition("\n")[2]:
            raise Killed

    before, service = moved.files(), moved.node(1).service("MSExchangeMGMT")
    service.state = 4
    with pytest.raises(Killed):
        moved.perform("clearing", people=People(on_beat=die))
    assert any(path.startswith(FOLDER) for path in moved.files())
    assert any(path.startswith("X:\\Set aside") for path in moved.files())
    assert service.state == 1
    assert moved.perform("clearing").status is Status.SUCCEEDED
    assert service.state == 4, "what the dead worker had stopped runs again"
    assert not any(path.startswith(FOLDER) for path in moved.files())
    assert sorted(moved.files().values()) == sorted(before.values())


def test_no_inventory_is_taken_of_a_cluster_that_is_live(acting: Acting):
    acting.lives_on(2, "C:")
    acting.write(*FILES[:2])
    acting.perform("to-standby")
    acting.lives_on(1, "C:")
    acting.perform("to-primary")
    assert "is not inventoried" in acting.texts("warning")
    assert acting.receipts.latest("clearing") is None


@pytest.mark.parametrize("acting", ["2007"], indirect=True)
def test_in_2007_every_storage_groups_folder_and_the_queue_are_cleared(acting: Acting):
    queue, second = r"X:\Exchsrv\TransportRoles\data\Queue\Mail.que", r"X:\Exchsrv\Mailbox\Second Storage Group\E01.log"
    acting.lives_on(1, "C:")
    acting.lives_on(2, "C:")
    equipment.write_transport(acting.node(1), equipment.LOCAL_QUEUE)
    assert acting.perform("to-standby").status is Status.SUCCEEDED
    acting.lives_on(2, "X:")
    acting.write(queue, second)
    assert acting.perform("to-primary").status is Status.SUCCEEDED
    ending = acting.perform("clearing", "clearing.bullet-2")
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert [path.rpartition("Exchsrv")[2] for path in sorted(acting.files())] == [
        second.rpartition("Exchsrv")[2],
        queue.rpartition("Exchsrv")[2],
    ]
    assert all(path.startswith("X:\\Set aside\\") for path in acting.files())
