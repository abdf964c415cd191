"""The two servers' settings compared on the lab's directory: each difference, and which side is likely right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.server_settings import RIGHT, Difference, Side, compare, count, read_settings
from console.lab import presets
from tests.moves.ground import Ground

pytestmark = pytest.mark.slow

PRESETS = {"2003": presets.tokyo, "2007": presets.osaka}


@pytest.fixture(params=PRESETS)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path / "lab", PRESETS[request.param]())
    yield made
    made.close()


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path / "lab", presets.tokyo())
    yield made
    made.close()


def differences(ground: Ground, active: str | None = None) -> tuple[tuple[Difference, ...], int]:
    with ground.open() as field:
        session, view, wanted = field.directory(), field.read_directory(), field.generation.server_settings
        sides = [
            Side(node.name, server.name, read_settings(session, server.dn, wanted))
            for node, server in zip(field.cluster.nodes, (view.primary, view.standby), strict=True)
        ]
        active = ground.source if active is None else active
        found = compare(sides[0], sides[1], wanted, partition=field.cluster.partition, active=active)
        return found, count(sides[0], wanted)


def change(ground: Ground, node: str, below: str, attribute: str, value: str) -> None:
    """Set an attribute of the server's object `below` (an RDN path, empty for the server) as an administrator does."""
    with ground.open() as field:
        view = field.read_directory()
        server = view.primary if field.cluster.primary.name == node else view.standby
    dn = f"{below},{server.dn}" if below else server.dn
    with ground.administrator() as connection:
        assert connection.modify(dn, {attribute: [("MODIFY_REPLACE", [value])]}), connection.result


GROUP = "CN=First Storage Group,CN=InformationStore"
STORE = f"CN=Mailbox Store,{GROUP}"


def test_two_servers_set_up_alike_have_no_difference(either: Ground) -> None:
    found, looked_at = differences(either)
    assert found == ()
    assert looked_at > 10


def test_a_move_makes_no_difference(tokyo: Ground) -> None:
    tokyo.move("failover")
    assert differences(tokyo, tokyo.target)[0] == ()


@pytest.mark.parametrize(
    ("node", "below", "attribute", "value", "right"),
    [
        ("target", "", "serialNumber", "Version 6.5 (Build 7226.6: Service Pack 1)", "source"),
        ("source", "", "serialNumber", "Version 6.5 (Build 7226.6: Service Pack 1)", "target"),
        ("target", GROUP, "msExchESEParamLogFilePath", r"C:\Logs", "source"),
        ("source", GROUP, "msExchESEParamLogFilePath", r"C:\Logs", "target"),
        ("source", GROUP, "msExchESEParamLogFilePath", r"X:\Elsewhere", "source"),
        ("target", GROUP, "msExchESEParamCircularLog", "1", "source"),
        ("source", STORE, "msExchEDBFile", r"D:\priv.edb", "target"),
        ("target", STORE, "msExchEDBOffline", "TRUE", "source"),
        ("target", "CN=Microsoft MTA", "transRetryMins", "9", "source"),
    ],
)
def test_each_difference_is_listed_with_both_sides_and_the_one_that_is_likely_right(
    tokyo: Ground, node: str, below: str, attribute: str, value: str, right: str
) -> None:
    change(tokyo, getattr(tokyo, node), below, attribute, value)
    (only,) = differences(tokyo)[0]
    assert only.attribute == attribute
    assert value == (only.primary if node == "source" else only.standby)
    assert only.right == getattr(tokyo, right)
    wrong = tokyo.target if right == "source" else tokyo.source
    assert wrong in only.remedy


def test_neither_side_is_preferred_while_nobody_knows_which_node_operates(tokyo: Ground) -> None:
    change(tokyo, tokyo.target, GROUP, "msExchESEParamCircularLog", "1")
    (only,) = differences(tokyo, "")[0]
    assert only.right == ""
    assert "Find out" in only.remedy


def test_a_recovery_storage_group_is_nobodys_setting(tokyo: Ground) -> None:
    change(tokyo, tokyo.target, "CN=Recovery Storage Group,CN=InformationStore", "msExchESEParamCircularLog", "1")
    assert differences(tokyo)[0] == ()


def test_a_store_that_only_one_server_has_is_a_difference(tokyo: Ground) -> None:
    with tokyo.open() as field:
        dn = f"CN=Public Folder Store,{GROUP},{field.read_directory().standby.dn}"
    with tokyo.administrator() as connection:
        assert connection.delete(dn), connection.result
    (only,) = differences(tokyo)[0]
    told = (only.where, only.primary, only.standby)
    assert told == ("First Storage Group, Public Folder Store", "is there", "is not there")


def test_every_rule_of_the_catalog_is_known(either: Ground) -> None:
    with either.open() as field:
        assert {setting.right for setting in field.generation.server_settings} == RIGHT.keys()
