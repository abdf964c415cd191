"""Commands on a lab node: right answers over every way in, few requests, shells always closed."""

import re
import string
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.adapters.clock import SystemClock
from console.adapters.winrm import Exchanged, WinrmNodes, WinrmSession
from console.domain.errors import Garbled, TimedOut, Unquotable, WrongNode
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.adapters.winrm.conftest import Open
from tests.adapters.winrm.inventory import make_node

WAYS: list[dict[str, object]] = [
    {},
    {"tls": True},
    {"auth": "basic", "tls": True, "user": "Administrator"},
    {"auth": "basic", "allow_clear_text": True, "user": "Administrator"},
]


def actions(lab: Lab) -> list[str]:
    """What TYO-EX1 was asked, once the lab has noted the last answer that it gave."""
    while True:
        seen = [served.action for served in lab.servers["TYO-EX1"].requests]
        if seen.count("Signal") == seen.count("Command"):
            return seen
        time.sleep(0.01)


def shells(lab: Lab, name: str = "TYO-EX1") -> int:
    return len(lab.servers[name].shells)


@pytest.mark.parametrize("way", WAYS)
def test_a_batch_is_answered_over_every_way_in(lab: Lab, open_session: Open, way: dict[str, object]) -> None:
    with open_session(**way) as session:
        name, version, missing = session.batch([("hostname",), ("ver",), ("sc", "query", "Nothing")], within=10)
        assert shells(lab) == 1
    assert (name.stdout, name.exit_code) == ("TYO-EX1\r\n", 0)
    assert "5.2.3790" in version.stdout
    assert missing.exit_code == 1060
    assert shells(lab) == 0


def test_a_reused_shell_costs_three_requests_a_command(lab: Lab, session: WinrmSession) -> None:
    session.batch([("hostname",)], within=10)
    before = len(actions(lab))
    session.batch([("hostname",)], within=10)
    assert actions(lab)[before:] == ["Command", "Receive", "Signal"]


def test_nothing_is_sent_before_the_first_command(lab: Lab, open_session: Open) -> None:
    with open_session():
        assert shells(lab) == 0
    assert len(lab.servers["TYO-EX1"].requests) == 0


def test_a_changing_command_gives_its_exit_code_and_output(session: WinrmSession) -> None:
    told: list[tuple[str, str]] = []
    stopped = session.run(("sc", "stop", "POP3Svc"), within=10, on_line=lambda *line: told.append(line))
    assert stopped.ok
    assert ("stdout", "SERVICE_NAME: POP3Svc") in told
    again = session.run(("sc", "start", "Nothing"), within=10)
    assert again.exit_code == 1060


def test_another_machine_is_noticed_before_the_first_write(lab: Lab, session: WinrmSession) -> None:
    lab.fault("TYO-EX1", "other-name", computer="STRANGER")
    before = len(lab.world.log.since(0))
    with pytest.raises(WrongNode, match="calls itself STRANGER, not TYO-EX1") as caught:
        session.run(("sc", "stop", "POP3Svc"), within=10)
    assert "inventory" in caught.value.remedy
    with pytest.raises(WrongNode):
        session.launch("co-1-move", ("clpgrp", "-m", "EXCHANGE", "-a", "TYO-EX2"), within=10)
    assert len(lab.world.log.since(0)) == before


def test_no_fact_of_another_machine_is_taken_for_the_nodes(lab: Lab, session: WinrmSession) -> None:
    session.launch("co-1-log", ("clplogcmd", "-m", "x", "-l", "INFO"), within=10)
    lab.fault("TYO-EX1", "other-name", computer="STRANGER")
    with pytest.raises(WrongNode):
        session.launched("co-1-log", within=10)
    with pytest.raises(WrongNode):
        session.batch([("sc", "query", "MSExchangeIS")], within=10)


def test_the_name_is_compared_without_regard_to_case(lab: Lab, session: WinrmSession) -> None:
    lab.fault("TYO-EX1", "other-name", computer="tyo-ex1")
    assert session.run(("sc", "stop", "POP3Svc"), within=10).ok


def test_identity_is_asked_once_for_a_shell(lab: Lab, session: WinrmSession) -> None:
    session.run(("sc", "stop", "POP3Svc"), within=10)
    before = len(actions(lab))
    session.run(("sc", "start", "POP3Svc"), within=10)
    assert len(actions(lab)) - before == 3


def test_a_command_over_several_receives_ends_well(lab: Lab, session: WinrmSession) -> None:
    told: list[str] = []
    result = session.run(("ping", "-n", "4", "127.0.0.1"), within=30, on_line=lambda _, text: told.append(text))
    assert result.ok
    assert "\n".join(told).strip() == result.stdout.replace("\r", "").strip()
    receives = [served for served in lab.servers["TYO-EX1"].requests if served.action == "Receive"]
    assert len(receives) > 2


def test_a_deadline_ends_the_wait_and_says_that_it_may_have_run(lab: Lab, session: WinrmSession) -> None:
    with pytest.raises(TimedOut) as caught:
        session.run(("ping", "-n", "60", "127.0.0.1"), within=2)
    assert caught.value.may_have_run
    assert session.batch([("hostname",)], within=10)[0].ok
    assert shells(lab) == 1


def test_a_megabyte_comes_whole(lab: Lab, session: WinrmSession) -> None:
    node = lab.world.node("TYO-EX1")
    line = b"0123456789" * 9 + b"01234567\r\n"
    node.disk.write("C:\\big.txt", line * 10486)
    (result,) = session.batch([("type", "C:\\big.txt")], within=30)
    assert result.ok
    assert result.stdout.encode() == line * 10486


def test_what_is_beyond_the_cap_is_cut_with_a_note(lab: Lab, session: WinrmSession) -> None:
    lab.world.node("TYO-EX1").disk.write("C:\\huge.txt", b"x" * 99 + b"\n" + b"y" * 2_200_000)
    result = session.run(("type", "C:\\huge.txt"), within=60)
    assert len(result.stdout) == 2_000_000
    assert "stdout was cut: 2000000 of" in result.stderr


def test_a_batch_that_is_cut_is_garbled_and_says_which_command(lab: Lab, session: WinrmSession) -> None:
    lab.world.node("TYO-EX1").disk.write("C:\\huge.txt", b"y" * 2_200_000)
    with pytest.raises(Garbled, match=r"'hostname' \(3 of 3\) did not come whole|huge"):
        session.batch([("type", "C:\\huge.txt"), ("hostname",)], within=60)


def test_a_japanese_code_page_is_read(lab: Lab, open_session: Open) -> None:
    lab.world.node("TYO-EX1").disk.write("C:\\memo.txt", "メール\r\n".encode("cp932"))
    lab.world.node("TYO-EX1").definition.code_page = 932
    with open_session(codepage=932) as session:
        (result,) = session.batch([("type", "C:\\memo.txt")], within=10)
    assert result.stdout == "メール\r\n"


def test_bytes_of_another_code_page_are_replaced_and_noted(lab: Lab, session: WinrmSession) -> None:
    lab.world.node("TYO-EX1").disk.write("C:\\memo.txt", "メール\r\n".encode("cp932"))
    lab.world.node("TYO-EX1").definition.code_page = 932
    result = session.run(("type", "C:\\memo.txt"), within=10)
    assert "\ufffd" in result.stdout
    assert "code page 65001" in result.stderr


def test_what_cannot_be_quoted_is_never_sent(lab: Lab, session: WinrmSession) -> None:
    for bad in ('a"b', "%PATH%", "a!b", "a\nb"):
        with pytest.raises(Unquotable):
            session.run(("clpgrp", "-m", bad), within=10)
        with pytest.raises(Unquotable):
            session.batch([("type", bad)], within=10)
    assert len(lab.servers["TYO-EX1"].requests) == 0


@pytest.mark.parametrize("text", ["a b", "a&b", "a|b", "a^b", "(a)", "a<b>c", "a^&b c", "x=y,z;", "~'`@#$", "tail\\"])
def test_arguments_arrive_as_they_were_meant(lab: Lab, session: WinrmSession, text: str) -> None:
    sent = f"said {text} end" if not text.endswith("\\") else text
    assert session.run(("clplogcmd", "-m", sent, "-l", "INFO"), within=10).ok
    log = lab.world.node("TYO-EX1").disk.read(r"C:\Program Files\EXPRESSCLUSTER\log\userlog.00.log").decode("cp932")
    assert re.search(re.escape(f"[1] {sent}"), log)


def test_any_printable_argument_arrives_or_is_refused(lab: Lab, session: WinrmSession) -> None:
    disk = lab.world.node("TYO-EX1").disk

    @settings(max_examples=80, deadline=None)
    @given(st.text(alphabet=string.ascii_letters + string.punctuation + " ", min_size=1, max_size=30))
    def check(text: str) -> None:
        path = r"C:\Program Files\EXPRESSCLUSTER\log\userlog.00.log"
        before = len(disk.read(path))
        try:
            result = session.run(("clplogcmd", "-m", f"<{text}>", "-l", "INFO"), within=10)
        except Unquotable:
            assert len(disk.read(path)) == before
            return
        assert result.ok
        assert f"[1] <{text}>\r\n".encode() in disk.read(path)[before:]

    check()


@pytest.mark.parametrize("text", ["a b", "a&b", "a^b", "(a)", "c d & e"])
def test_a_batch_finds_files_whatever_their_names(lab: Lab, session: WinrmSession, text: str) -> None:
    lab.world.node("TYO-EX1").disk.write(f"C:\\{text}.txt", text.encode())
    found, name = session.batch([("type", f"C:\\{text}.txt"), ("hostname",)], within=10)
    assert (found.stdout, name.stdout) == (text, "TYO-EX1\r\n")


def test_no_password_shows_in_any_error(lab: Lab, open_session: Open) -> None:
    with open_session() as session:
        assert PASSWORD not in repr(session.node)
        assert PASSWORD not in repr(session)


def test_whoever_traces_is_told_every_line_and_its_answer(lab: Lab) -> None:
    seen: list[Exchanged] = []
    with WinrmNodes(SystemClock(), seen.append).open(make_node(lab, "TYO-EX1", PASSWORD)) as session:
        session.run(("sc", "query", "POP3Svc"), within=10)
    (exchanged,) = seen
    assert (exchanged.node, exchanged.line) == ("TYO-EX1", "sc query POP3Svc")
    assert "RUNNING" in exchanged.answer.stdout


def test_what_a_command_says_on_standard_error_stays_with_it(session: WinrmSession) -> None:
    first, second = session.batch([("nosuch",), ("type", "C:\\nosuch.txt")], within=10)
    assert "'nosuch' is not recognized" in first.stdout
    assert first.exit_code == 9009
    assert "cannot find the file" in second.stdout
    assert "nosuch' is not" not in second.stdout


def test_threads_on_one_session_take_turns(lab: Lab, session: WinrmSession) -> None:
    def ask(number: int) -> str:
        (result,) = session.batch([("type", f"C:\\{number}.txt")], within=20)
        return result.stdout

    for number in range(20):
        lab.world.node("TYO-EX1").disk.write(f"C:\\{number}.txt", str(number).encode())
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(ask, range(20))) == [str(number) for number in range(20)]
    assert shells(lab) == 1
