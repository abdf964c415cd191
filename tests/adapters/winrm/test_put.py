"""Files that are written on a node through standard input: byte for byte, whatever its length, never in a command."""

import time

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import Exchanged, WinrmNodes, WinrmSession
from console.domain.errors import Unavailable, Unquotable
from console.domain.quoting import receiving_line
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.adapters.winrm.conftest import Open
from tests.adapters.winrm.inventory import make_node

PATH = r"C:\WINDOWS\Temp\a file.txt"


def held(lab: Lab) -> bytes:
    return lab.world.node("TYO-EX1").disk.read(PATH)


@pytest.mark.parametrize(
    "data",
    [b"one\r\n", b'%PATH% "quoted" & | > ^ !x!\r\n\r\n\tend\r\n', b"".join(b"line %d\r\n" % n for n in range(20_000))],
    ids=["short", "special", "long"],
)
def test_what_is_put_is_there_byte_for_byte(lab: Lab, session: WinrmSession, data: bytes) -> None:
    session.put(PATH, data, within=20)
    assert held(lab) == data
    session.put(PATH, b"less\r\n", within=20)
    assert held(lab) == b"less\r\n"


def test_the_shell_serves_on_after_it(lab: Lab, session: WinrmSession) -> None:
    session.put(PATH, b"one\r\n", within=20)
    assert session.batch([("type", PATH)], within=10)[0].stdout == "one\r\n"


def test_it_goes_over_a_channel_that_is_tls_too(lab: Lab, open_session: Open) -> None:
    with open_session(tls=True) as session:
        session.put(PATH, b"one\r\n", within=20)
    assert held(lab) == b"one\r\n"


def test_what_is_put_stands_in_no_trace(lab: Lab) -> None:
    seen: list[Exchanged] = []
    nodes = WinrmNodes(SystemClock(), on_trace=seen.append)
    with nodes.open(make_node(lab, "TYO-EX1", PASSWORD)) as session:
        session.put(PATH, b"the secret\r\n", within=20)
    assert PATH in seen[-1].line
    assert not [one for one in seen if "the secret" in f"{one.line} {one.answer}"]


def test_a_folder_that_is_not_there_is_said(session: WinrmSession) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"could not write .*cannot find the path"):
        session.put(r"C:\nowhere\file.txt", b"one\r\n", within=20)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("data", [b"", b"no end", b"unix\n", b"nul\0\r\n", b"x" * 9000 + b"\r\n"])
def test_data_that_could_not_come_through_whole_is_refused(data: bytes) -> None:
    with pytest.raises(Unquotable, match=r"line by line"):
        receiving_line(PATH, data)


@pytest.mark.parametrize("path", ['C:\\a"b', r"C:\%TEMP%\x", "C:\\a\nb"])
def test_a_path_that_cmd_would_act_on_is_refused(path: str) -> None:
    with pytest.raises(Unquotable):
        receiving_line(path, b"one\r\n")


def test_a_command_is_answered_by_what_it_is_given_to_read(session: WinrmSession) -> None:
    result = session.run(("find", "two"), within=20, stdin=b"one\r\ntwo\r\nthree\r\n")
    assert (result.exit_code, result.stdout) == (0, "two\r\n")
