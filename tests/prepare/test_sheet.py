"""The sheet for a new node: the right package, port, account and rules for each Windows, and nothing that could act."""

from dataclasses import replace

import pytest

from console.domain.errors import Unquotable
from console.domain.prepare import Item, Machine, sheet
from console.domain.secrets import Secret
from console.domain.topology import Credential, Node

PASSWORD = "it must never be printed"
NODE = Node("EX1", "10.0.0.1", 5985, "http", "ntlm", Credential("nodes", "CORP\\changeover", Secret(PASSWORD)))
OLD, NEW = Machine("2003", 2, "x86"), Machine("2008", 2, "x64")
FOLDER = r"C:\Program Files\EXPRESSCLUSTER"


def items(node: Node = NODE, machine: Machine = NEW, *consoles: str) -> dict[str, Item]:
    return {item.key: item for item in sheet(node, machine, folder=FOLDER, consoles=consoles)}


def test_it_goes_from_the_package_to_the_tools() -> None:
    wanted = ["package", "service", "listener", "clear-text", "quotas", "account", "firewall", "clock", "tools"]
    assert list(items()) == wanted


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (OLD, ("KB968930", "KB936059", "x86", "Service Pack 2")),
        (NEW, ("KB968930", "built in", "x64")),
        (Machine("2008r2", 0, "x64"), ("Nothing to install", "2008 R2", "built in")),
    ],
)
def test_the_package_is_that_of_the_windows(machine: Machine, words: tuple[str, ...]) -> None:
    text = items(machine=machine)["package"].text
    assert [word for word in words if word not in text] == []


def test_clear_text_is_turned_off_and_basic_left_on_only_where_it_is_used() -> None:
    assert 'winrm set winrm/config/service @{AllowUnencrypted="false"}' in items()["clear-text"].lines
    assert 'winrm set winrm/config/service/auth @{Basic="false"}' in items()["clear-text"].lines
    basic = replace(NODE, auth="basic", scheme="https", port=5986)
    assert 'winrm set winrm/config/service/auth @{Basic="true"}' in items(basic)["clear-text"].lines


def test_the_firewall_lets_the_console_alone_through_by_the_words_of_each_windows() -> None:
    assert items(NODE, OLD, "10.9.0.1", "10.9.0.2")["firewall"].lines == (
        "netsh firewall set portopening protocol=TCP port=5985 name=Changeover mode=ENABLE scope=CUSTOM "
        "addresses=10.9.0.1,10.9.0.2",
    )
    assert items(NODE, NEW, "10.9.0.1")["firewall"].lines == (
        "netsh advfirewall firewall add rule name=Changeover dir=in action=allow protocol=TCP localport=5985 "
        "remoteip=10.9.0.1",
    )


@pytest.mark.parametrize(
    ("account", "line"),
    [
        ("CORP\\changeover", "net localgroup Administrators CORP\\changeover /add"),
        ("changeover@corp.test", "net localgroup Administrators corp.test\\changeover /add"),
        ("CORP\\change over", 'net localgroup Administrators "CORP\\change over" /add'),
    ],
)
def test_the_account_becomes_a_local_administrator(account: str, line: str) -> None:
    node = replace(NODE, credential=replace(NODE.credential, username=account))
    assert items(node)["account"].lines == (line,)


@pytest.mark.parametrize("account", ["CORP\\a%PATH%", 'CORP\\a" & shutdown', "CORP\\a!x!"])
def test_an_account_that_cmd_would_act_on_is_refused(account: str) -> None:
    with pytest.raises(Unquotable):
        items(replace(NODE, credential=replace(NODE.credential, username=account)))


@pytest.mark.parametrize("hop", ["none", "credssp", "kerberos"])
def test_a_second_hop_is_prepared_only_where_the_inventory_wants_one(hop: str) -> None:
    found = items(replace(NODE, second_hop=hop))  # type: ignore[arg-type]
    assert ("second-hop" in found) == (hop != "none")
    if hop == "credssp":
        assert found["second-hop"].lines == ('winrm set winrm/config/service/auth @{CredSSP="true"}',)


def test_no_password_is_on_it() -> None:
    assert PASSWORD not in repr(sheet(NODE, NEW, folder=FOLDER))
