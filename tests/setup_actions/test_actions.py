"""What the console does itself in a set-up, on the lab: each acts once, is proved, and finds itself done afterwards."""

import pytest

from console.domain.outcome import Status
from console.lab import equipment
from tests.setup_actions.acting import Acting, at_command

pytestmark = pytest.mark.slow

GENERATION_2007 = pytest.mark.parametrize("acting", ["2007"], indirect=True)
ROLES = r"X:\Exchsrv\TransportRoles"
QUEUE = rf"{ROLES}\data\Queue"


def changes(acting: Acting) -> int:
    """How much the lab has seen done to it, without the console's own tokens."""
    return sum(effect.kind != "fence" for effect in acting.ground.lab.world.log.since(0))


def succeeds_once(acting: Acting, key: str) -> None:
    """The step acts and is proved; carried out again it changes nothing."""
    ending = acting.perform(key)
    assert ending.status is Status.SUCCEEDED, ending.summary
    before = changes(acting)
    assert acting.perform(key).status is Status.SUCCEEDED
    assert changes(acting) == before


def test_folders_are_made_where_the_group_is_and_only_those_that_are_missing(acting: Acting):
    acting.disk().remove(r"X:\Exchsrv\vs1")
    succeeds_once(acting, "folders")
    made = [s for _, s, after in acting.ground.effects("folder") if after == "created" and s.startswith("X:")]
    assert made == [r"X:\Exchsrv\vs1", r"X:\Exchsrv\vs1\BadMail", r"X:\Exchsrv\vs1\Queue"]


@GENERATION_2007
def test_every_storage_group_of_the_directory_gets_its_folder(acting: Acting):
    acting.disk().remove(r"X:\Exchsrv\Mailbox")
    succeeds_once(acting, "folders")
    for group in ("First Storage Group", "Second Storage Group"):
        assert acting.disk().item(rf"X:\Exchsrv\Mailbox\{group}") is not None


def test_a_partition_that_is_not_there_is_said_with_what_to_do(acting: Acting):
    acting.disk().remove(r"X:\Exchsrv\vs1")
    volumes = acting.node(1).disk.volumes
    with at_command(acting.ground, "mkdir X:", lambda: volumes.pop("X")):
        ending = acting.perform("folders")
    assert ending.status is Status.WAITING
    assert r"X:\Exchsrv\vs1 could not be made on TYO-EX1" in ending.summary
    assert "its partition is X:" in ending.remedy


@GENERATION_2007
def test_the_transport_folder_is_opened_to_those_who_need_it_and_what_was_there_stays(acting: Acting):
    rights = acting.cluster.partition.rights
    rights[ROLES.casefold()] = {r"BUILTIN\Users": "R"}
    succeeds_once(acting, "folders.bullet-8")
    full = {r"BUILTIN\Administrators", r"NT AUTHORITY\SYSTEM", r"NT AUTHORITY\NETWORK SERVICE"}
    assert rights[ROLES.casefold()] == {r"BUILTIN\Users": "R", **dict.fromkeys(full, "F")}
    receipt = acting.receipts.latest("folders.bullet-8")
    assert r"BUILTIN\Users" in receipt.params["rights"][ROLES]


@pytest.mark.parametrize("acting", ["2003", "2007"], indirect=True)
def test_services_are_set_to_manual_and_none_is_stopped(acting: Acting):
    node = acting.node(2)
    store, attendant = node.service("MSExchangeIS"), node.service("MSExchangeSA")
    store.start, attendant.start, attendant.state = 2, 4, 4
    succeeds_once(acting, "standby-services")
    assert (store.start, attendant.start, attendant.state) == (3, 3, 4)
    assert acting.node(1).service("W3SVC").start == 2
    changed = {(name, after) for node, name, after in acting.ground.effects("start-type")}
    assert changed == {("MSExchangeIS", "3"), ("MSExchangeSA", "3")}
    first = acting.receipts.newest_first()
    assert {"TYO-EX2/MSExchangeIS": "AUTO", "OSA-EX2/MSExchangeIS": "AUTO"}.items() & {
        item for kept in first for item in kept.receipt.params["start_types"].items()
    }


def test_the_group_is_started_where_it_shall_be_and_found_there_afterwards(acting: Acting):
    acting.ground.lab.type("TYO-EX1", "clpgrp -t EXCHANGE")
    succeeds_once(acting, "folders.bullet-1")
    assert acting.ground.owner() == "TYO-EX1"


def test_before_the_group_is_stopped_exchange_lets_go_of_the_partition(acting: Acting):
    """A partition in use takes the whole node down with it."""
    acting.node(1).service("MSExchangeIS").state = 4
    acting.cluster.groups[0].resources[1].status = "Online"
    succeeds_once(acting, "group-stop")
    assert acting.cluster.groups[0].status == "Offline"
    assert acting.node(1).powered
    assert acting.node(1).service("MSExchangeIS").state == 1


def test_a_stranger_on_the_partition_is_named_and_the_group_stays(acting: Acting):
    acting.ground.lab.open_handle("TYO-EX1", "notepad.exe", r"X:\Exchsrv\notes.txt")
    for server in (1, 2):
        acting.lives_on(server, "C:")
    ending = acting.perform("to-standby")
    assert (ending.status, acting.ground.owner()) == (Status.WAITING, "TYO-EX1")
    assert "notepad.exe" in ending.summary
    assert acting.node(1).powered


@pytest.mark.parametrize(("key", "after"), [("to-standby", "TYO-EX2"), ("group-stop", "")])
def test_without_a_list_of_who_uses_the_partition_a_person_takes_that_on_first(acting: Acting, key: str, after: str):
    for server in (1, 2):
        acting.lives_on(server, "C:")
    acting.cluster.groups[0].resources[1].status = "Online"
    acting.ground.lab.fault("TYO-EX1", "handle-missing")
    ending = acting.perform(key)
    assert (ending.waits_for, ending.in_doubt, acting.ground.owner()) == ("risk", False, "TYO-EX1")
    assert "handle.exe" in ending.summary
    assert "accept that it cannot be told" in ending.remedy
    assert acting.perform(key, taken_on={key: "olga"}).status is Status.SUCCEEDED, acting.texts("failed")
    assert "olga took that on." in acting.texts("warning")
    assert acting.cluster.groups[0].status == ("Online" if after else "Offline")


def test_what_is_seen_on_the_partition_stops_a_move_whatever_was_taken_on(acting: Acting):
    for server in (1, 2):
        acting.lives_on(server, "C:")
    acting.ground.lab.fault("TYO-EX1", "handle-missing")
    acting.node(1).open_files.append(("CORP\\ann", r"X:\Exchsrv\notes.txt"))
    ending = acting.perform("to-standby", taken_on={"to-standby": "olga"})
    assert (ending.waits_for, acting.ground.owner()) == ("mend", "TYO-EX1")
    assert "notes.txt" in ending.summary


def test_a_move_that_the_product_refuses_is_said_in_its_words_and_may_be_tried_again(acting: Acting):
    for server in (1, 2):
        acting.lives_on(server, "C:")
    acting.node(2).engine = False
    ending = acting.perform("to-standby")
    assert ending.status is Status.WAITING
    assert "ended with" in ending.summary
    acting.node(2).engine = True
    assert acting.perform("to-standby").status is Status.SUCCEEDED
    assert acting.ground.owner() == "TYO-EX2"


@GENERATION_2007
def test_the_queue_is_put_on_the_partition_with_a_copy_of_the_file_as_it_was(acting: Acting):
    node = acting.node(2)
    equipment.write_transport(node, equipment.LOCAL_QUEUE)
    before = node.disk.read(equipment.CONFIG)
    node.service("MSExchangeADTopology").state = node.service("MSExchangeTransport").state = 4
    succeeds_once(acting, "standby-queue")
    assert node.disk.read(equipment.CONFIG) == before.replace(equipment.LOCAL_QUEUE.encode(), QUEUE.encode())
    receipt = acting.receipts.latest("standby-queue")
    assert node.disk.read(receipt.params["backup"]) == before
    assert receipt.params["backup"].startswith(equipment.CONFIG + ".2")
    states = [after for _, name, after in acting.ground.effects("service") if name == "MSExchangeTransport"]
    assert states == ["STOP_PENDING", "STOPPED", "START_PENDING", "RUNNING"]
    assert acting.node(1).disk.item(receipt.params["backup"]) is None


@GENERATION_2007
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda data: data.replace(b"QueueDatabasePath", b"Else"), "does not have the key QueueDatabasePath"),
        (lambda data: data.replace(b"MaxConnections", "MaxConnectiöns".encode("cp1252")), "holds characters that code"),
        (lambda data: data.replace(b"\r\n", b"\n"), "ended by CRLF"),
    ],
)
def test_a_file_that_cannot_be_edited_stays_as_it_is_with_nothing_beside_it(acting: Acting, spoil, says: str):
    node = acting.node(2)
    equipment.write_transport(node, equipment.LOCAL_QUEUE)
    node.service("MSExchangeADTopology").state = node.service("MSExchangeTransport").state = 4
    spoilt = spoil(node.disk.read(equipment.CONFIG))
    node.disk.write(equipment.CONFIG, spoilt)
    ending = acting.perform("standby-queue")
    assert ending.status is Status.WAITING
    assert says in f"{ending.summary} {ending.remedy}"
    assert node.disk.read(equipment.CONFIG) == spoilt
    assert len(node.disk.listing(equipment.CONFIG.rpartition("\\")[0])) == 1
    assert node.service("MSExchangeTransport").state == 4


@GENERATION_2007
def test_the_features_that_are_missing_are_installed_on_both_nodes(acting: Acting):
    for node in acting.cluster.nodes:
        node.components.features.difference_update({"Web-Metabase", "RSAT-ADDS"})
    succeeds_once(acting, "prerequisites.3")
    installed = sorted((node, name) for node, name, _ in acting.ground.effects("feature"))
    assert installed == [(f"OSA-EX{n}", name) for n in (1, 2) for name in ("RSAT-ADDS", "Web-Metabase")]
