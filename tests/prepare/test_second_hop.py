"""Commands that sign in to a further machine: refused with the reason, or sent by CredSSP to a lab that asks for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes
from console.adapters.winrm.nodes import for_second_hop
from console.domain.errors import AccessDenied, SecondHopRefused
from console.domain.ports import Argv
from console.domain.prepare import Machine, Surroundings, check_node
from console.domain.second_hop import needs
from console.lab import presets
from console.lab.remoting import Remoting
from tests.moves.ground import Ground

SHARE: Argv = ("dir", "/b", r"\\dc1.example.test\NETLOGON")
CMDLET: Argv = ("powershell", "-Command", "Add-PSSnapin Microsoft.Exchange.Management.PowerShell.Admin; Get-Queue")
ZONE: Argv = ("dnscmd", "DC1", "/ZoneInfo", "example.test")


@pytest.mark.parametrize(
    ("argv", "needed"),
    [
        (SHARE, True),
        (CMDLET, True),
        (ZONE, True),
        ((r"C:\WINDOWS\system32\DNSCMD.EXE", "DC1"), True),
        (("dir", "/b", r"X:\Exchsrv"), False),
        (("powershell", "-Command", "Get-Date"), False),
        (("nslookup", "ex1", "10.0.0.53"), False),
        (("clpgrp", "-m", "EXCHANGE"), False),
    ],
)
def test_which_commands_sign_in_further(argv: Argv, needed: bool) -> None:
    assert needs(argv) is needed


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp("lab"), presets.osaka(), mailboxes=2)
    made.lab.world.clusters[0].nodes[0].remoting = Remoting(service={"auth_credssp": 1})
    yield made
    made.close()


def opened(ground: Ground, hop: str = "none", node: int = 0, **changes: Any) -> Any:
    chosen = ground.cluster().nodes[node]
    return WinrmNodes(SystemClock()).open(replace(chosen, second_hop=hop, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("argv", [SHARE, CMDLET, ZONE])
def test_without_a_second_hop_it_is_refused_before_anything_is_sent(ground: Ground, argv: Argv) -> None:
    served = len(ground.lab.servers[ground.source].requests)
    with opened(ground) as session:
        for ask in (lambda: session.run(argv, within=5), lambda: session.batch([("hostname",), argv], within=5)):
            with pytest.raises(SecondHopRefused) as refused:
                ask()
            assert "second_hop" in refused.value.remedy
            assert ground.source in refused.value.message
    assert len(ground.lab.servers[ground.source].requests) == served


def test_by_credssp_the_command_is_somebody_on_the_next_machine(ground: Ground) -> None:
    with opened(ground, "credssp") as session:
        (answer,) = session.batch([SHARE], within=10)
    assert (answer.exit_code, answer.stdout.split()) == (0, ["scripts"])


def test_what_needs_no_second_hop_stays_with_the_usual_sign_in_and_the_answers_keep_their_order(ground: Ground) -> None:
    with opened(ground, "credssp") as session:
        first, second, third = session.batch([("ver",), SHARE, ("hostname",)], within=10)
    assert ("Windows" in first.stdout, second.stdout.strip(), third.stdout.strip()) == (True, "scripts", ground.source)


def test_a_node_that_takes_no_credentials_on_says_so(ground: Ground) -> None:
    with opened(ground, "credssp", node=1) as session, pytest.raises(AccessDenied):
        session.batch([SHARE], within=10)


def test_a_wrong_password_is_refused_by_credssp_too(ground: Ground) -> None:
    credential = ground.cluster().primary.credential
    wrong = replace(credential, password=type(credential.password)("wrong"))
    with opened(ground, "credssp", credential=wrong) as session, pytest.raises(AccessDenied):
        session.batch([SHARE], within=10)


def test_kerberos_without_its_package_is_refused_with_what_to_install(ground: Ground) -> None:
    node = replace(ground.cluster().primary, second_hop="kerberos")
    with pytest.raises(SecondHopRefused) as refused:
        for_second_hop(node)
    assert "pywinrm[kerberos]" in refused.value.remedy


@pytest.mark.parametrize(("node", "verdict"), [(0, "pass"), (1, "fail")])
def test_preparing_a_node_proves_the_second_hop_that_the_inventory_wants(
    ground: Ground, node: int, verdict: str
) -> None:
    with opened(ground, "credssp", node=node) as session:
        surroundings = Surroundings((), "dc1.example.test")
        found = check_node(session, Machine("2008", 2, "x64"), surroundings, SystemClock(), within=20)
    (check,) = (check for check in found if check.key == "prepare.second-hop")
    assert check.verdict == verdict
    assert bool(check.remedy) == (verdict == "fail")
