"""What nslookup prints is read for its addresses; what it does not tell is unknown, never an absent record."""

import pytest

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.procedures.proofs.dns import answered

SERVER = "Server:  dc1.corp.example\r\nAddress:  192.0.2.53\r\n\r\n"


def read(stdout: str, stderr: str = "") -> set[str]:
    return answered(CommandResult(("nslookup", "-type=A", "EX1"), 0, stdout, stderr), "EX1")


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        (f"{SERVER}Name:    ex1.corp.example\r\nAddress:  192.0.2.10\r\n\r\n", {"192.0.2.10"}),
        (f"{SERVER}Name:    ex1\r\nAddresses:  192.0.2.10\r\n          192.0.2.11\r\n", {"192.0.2.10", "192.0.2.11"}),
        (f"{SERVER}Nom :    ex1\r\nAddresses:  192.0.2.10, 192.0.2.11\r\n", {"192.0.2.10", "192.0.2.11"}),
        (
            f"*** Can't find server name for address 192.0.2.53: No response\r\n{SERVER}Address:  192.0.2.10",
            {"192.0.2.10"},
        ),
        (f"{SERVER}*** dc1.corp.example can't find EX1: Non-existent domain\r\n", set()),
    ],
)
def test_the_addresses_of_the_answer_are_told_from_the_servers(printed: str, found: set[str]) -> None:
    assert read(printed) == found


@pytest.mark.parametrize(
    "printed",
    [
        "",
        SERVER,
        "DNS request timed out.\r\n    timeout was 2 seconds.\r\n*** Request to dc1.corp.example timed-out\r\n",
        f"{SERVER}*** dc1.corp.example can't find EX1: Server failed\r\n",
        f"{SERVER}*** dc1.corp.example can't find OTHER: Non-existent domain\r\n",
    ],
)
def test_what_is_not_told_is_unknown(printed: str) -> None:
    with pytest.raises(Garbled, match="does not tell where EX1 leads"):
        read(printed)


def test_what_is_said_on_the_other_stream_counts_as_well() -> None:
    assert read(SERVER, "*** dc1.corp.example can't find EX1: Non-existent domain\r\n") == set()
