"""What a person sees at a node's own screen: what a typed command writes, and what lies on the disks."""

import pytest

from console.lab import control
from console.lab.server import Lab
from console.lab.state import STOPPED


def test_a_typed_command_shows_what_it_writes_and_how_it_ended(own_lab: Lab) -> None:
    client = control.Lab(own_lab.state)
    assert client.type("tyo-ex2", "hostname", wait=10) == {"output": "TYO-EX2\n", "ended": True, "code": 0}
    wrong = client.type("TYO-EX1", r"type C:\nowhere.txt", wait=10)
    assert (wrong["ended"], wrong["code"]) == (True, 1)
    assert "cannot find the file" in wrong["output"]


def test_a_command_that_takes_longer_goes_on_by_itself(own_lab: Lab) -> None:
    for service in own_lab.world.node("TYO-EX1").services.values():
        service.state = STOPPED
    typed = own_lab.type("TYO-EX1", "clpgrp -m EXCHANGE")
    assert not typed.told(0)["ended"]
    assert typed.told(20) == {"output": "Command succeeded.\n", "ended": True, "code": 0}
    owner = own_lab.world.clusters[0].groups[0].owner
    assert owner is not None
    assert owner.name == "TYO-EX2"


def test_a_command_goes_down_with_its_node(own_lab: Lab) -> None:
    typed = own_lab.type("TYO-EX1", "ping -n 60 127.0.0.1")
    assert not typed.told(0.2)["ended"]
    own_lab.fault("TYO-EX1", "powered-off")
    told = typed.told(10)
    assert (told["ended"], told["code"]) == (True, None)


@pytest.mark.parametrize(("fault", "says"), [("powered-off", "has no power"), ("paused", "stands still")])
def test_nobody_types_on_a_node_that_does_not_run(own_lab: Lab, fault: str, says: str) -> None:
    own_lab.fault("TYO-EX1", fault)
    with pytest.raises(control.LabRefused, match=f"TYO-EX1 {says}"):
        control.Lab(own_lab.state).type("TYO-EX1", "hostname")


def test_the_disks_of_a_node_are_seen_even_when_it_is_off(own_lab: Lab) -> None:
    client = control.Lab(own_lab.state)
    client.type("TYO-EX1", r"echo kept>C:\note.txt", wait=10)
    assert "Exchsrv\\" in client.file("TYO-EX1", "X:\\")["names"]
    own_lab.fault("TYO-EX1", "powered-off")
    assert client.file("TYO-EX1", "c:/note.txt") == {"path": r"C:\note.txt", "text": "kept\n"}
    assert "scripts\\" in client.file("TYO-EX1", r"C:\Program Files\EXPRESSCLUSTER")["names"]
    with pytest.raises(control.LabRefused, match=r"TYO-EX1 has no X:\\Exchsrv now"):
        client.file("TYO-EX1", r"X:\Exchsrv")


@pytest.mark.parametrize("path", [r"C:\nowhere.txt", r"Q:\x", "Q:\\"])
def test_what_is_not_there_is_said_so(own_lab: Lab, path: str) -> None:
    with pytest.raises(control.LabRefused, match="TYO-EX1"):
        control.Lab(own_lab.state).file("TYO-EX1", path)


def test_a_file_in_the_products_own_code_page_can_be_read(own_lab: Lab) -> None:
    own_lab.world.node("TYO-EX1").disk.write(r"C:\jp.txt", "起動".encode("cp932"))
    assert own_lab.look("TYO-EX1", r"C:\jp.txt")["text"] == "起動"
