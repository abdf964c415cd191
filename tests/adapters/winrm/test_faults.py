"""Every fault of the wire becomes the right error, with a remedy, and says whether something may have run."""

import time
from contextlib import ExitStack
from dataclasses import replace

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes, WinrmSession, channel
from console.domain.errors import (
    AccessDenied,
    ConnectionLost,
    ProtocolFault,
    ReachError,
    TimedOut,
    TrustFailed,
    Unavailable,
    Unreachable,
    WrongNode,
)
from console.domain.secrets import Secret
from console.domain.topology import Credential
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from console.lab.wsman.shells import MAX_SHELLS
from tests.adapters.winrm.conftest import Open
from tests.adapters.winrm.inventory import make_node

READ = [("hostname",)]
CHANGE = ("sc", "stop", "POP3Svc")


def told(error: ReachError) -> None:
    """What every error owes the person who reads it."""
    assert error.remedy
    assert "TYO-EX1" in error.message
    assert PASSWORD not in error.message + error.remedy + repr(error) + str(error.__cause__)


def test_a_port_that_refuses_is_unreachable(lab: Lab, session: WinrmSession) -> None:
    lab.fault("TYO-EX1", "refuse")
    with pytest.raises(Unreachable, match="Connection refused") as caught:
        session.run(CHANGE, within=10)
    assert not caught.value.may_have_run
    told(caught.value)


def test_a_dead_address_costs_a_few_seconds_at_most(open_session: Open) -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable), open_session(address="nowhere.invalid") as session:
        session.batch(READ, within=30)
    assert time.monotonic() - began < 8


def test_a_node_that_hangs_times_out_within_the_deadline(lab: Lab, session: WinrmSession) -> None:
    lab.fault("TYO-EX1", "hang")
    began = time.monotonic()
    with pytest.raises(TimedOut) as caught:
        session.run(CHANGE, within=2)
    assert time.monotonic() - began < 9
    assert not caught.value.may_have_run
    told(caught.value)
    lab.fault("TYO-EX1", "hang", on=False)


@pytest.mark.parametrize(("action", "may_have_run"), [("Create", False), ("Command", True), ("Receive", True)])
def test_a_hang_at_one_action_says_whether_it_may_have_run(
    lab: Lab, session: WinrmSession, action: str, may_have_run: bool
) -> None:
    if action != "Create":
        session.run(("clplogcmd", "-m", "before", "-l", "INFO"), within=5)
    lab.fault("TYO-EX1", "hang", action=action)
    with pytest.raises(TimedOut) as caught:
        session.run(CHANGE, within=1.5)
    assert caught.value.may_have_run is may_have_run
    lab.fault("TYO-EX1", "hang", on=False)


@pytest.mark.parametrize(("action", "may_have_run"), [("Create", False), ("Command", True), ("Receive", True)])
def test_a_drop_in_the_middle_of_an_answer_is_a_lost_connection(
    lab: Lab, session: WinrmSession, action: str, may_have_run: bool
) -> None:
    if action != "Create":
        session.run(("clplogcmd", "-m", "before", "-l", "INFO"), within=5)
    lab.fault("TYO-EX1", "drop", action=action)
    with pytest.raises(ConnectionLost) as caught:
        session.run(CHANGE, within=5)
    assert caught.value.may_have_run is may_have_run
    told(caught.value)
    lab.fault("TYO-EX1", "drop", on=False)


def test_a_change_whose_answer_was_dropped_is_not_sent_again(lab: Lab, session: WinrmSession) -> None:
    session.run(("clplogcmd", "-m", "before", "-l", "INFO"), within=5)
    lab.fault("TYO-EX1", "drop", action="Command")
    with pytest.raises(ConnectionLost):
        session.run(("clplogcmd", "-m", "single", "-l", "INFO"), within=5)
    lab.fault("TYO-EX1", "drop", on=False)
    time.sleep(0.2)
    log = lab.world.node("TYO-EX1").disk.read(r"C:\Program Files\EXPRESSCLUSTER\log\userlog.00.log").decode("cp932")
    assert log.count("[1] single") <= 1


def test_a_wrong_password_is_tried_once_and_never_again(lab: Lab, open_session: Open) -> None:
    wrong = Credential("lab", "LAB\\svc-changeover", Secret("not-the-password"))
    with open_session(credential=wrong) as session:
        for _ in range(3):
            with pytest.raises(AccessDenied, match="refused the credential") as caught:
                session.batch(READ, within=10)
        told(caught.value)
        assert "not-the-password" not in str(caught.value)
    assert lab.servers["TYO-EX1"].requests.maxlen
    assert len(lab.servers["TYO-EX1"].shells) == 0


@pytest.mark.parametrize("tls", [False, True])
def test_a_sign_in_that_is_refused_is_access_denied(lab: Lab, open_session: Open, tls: bool) -> None:
    lab.fault("TYO-EX1", "wrong-password")
    with open_session(tls=tls) as session, pytest.raises(AccessDenied):
        session.batch(READ, within=10)


@pytest.mark.parametrize("tls", [False, True])
def test_garbage_is_a_protocol_fault(lab: Lab, open_session: Open, tls: bool) -> None:
    lab.fault("TYO-EX1", "garbage")
    with open_session(tls=tls) as session, pytest.raises(ProtocolFault) as caught:
        session.batch(READ, within=10)
    told(caught.value)


def test_a_slow_node_is_waited_for(lab: Lab, session: WinrmSession) -> None:
    lab.fault("TYO-EX1", "slow", ms="200")
    assert session.batch(READ, within=20)[0].ok


def test_a_certificate_for_another_name_is_not_trusted(open_session: Open) -> None:
    with open_session(tls=True, tls_name="other.example") as session, pytest.raises(TrustFailed) as caught:
        session.batch(READ, within=10)
    told(caught.value)


def test_a_certificate_of_an_unknown_authority_is_not_trusted(open_session: Open) -> None:
    with open_session(tls=True, ca_file="") as session, pytest.raises(TrustFailed) as caught:
        session.batch(READ, within=10)
    assert "CA" in caught.value.remedy


def test_a_ca_file_that_is_not_there_is_told(open_session: Open) -> None:
    with open_session(tls=True, ca_file="/nowhere/ca.pem") as session, pytest.raises(TrustFailed, match="CA"):
        session.batch(READ, within=10)


def test_a_port_without_tls_is_a_protocol_fault(lab: Lab, open_session: Open) -> None:
    plain = make_node(lab, "TYO-EX1", PASSWORD)
    with open_session(tls=True, port=plain.port) as session, pytest.raises(ProtocolFault, match="TLS"):
        session.batch(READ, within=10)


def test_a_password_is_never_sent_in_clear_without_leave(lab: Lab) -> None:
    node = replace(make_node(lab, "TYO-EX1", PASSWORD), auth="basic")
    with pytest.raises(TrustFailed, match="clear text") as caught, WinrmNodes(SystemClock()).open(node):
        pass
    assert "allow clear text" in caught.value.remedy


def test_no_proxy_of_the_environment_is_used(open_session: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for way in ({}, {"tls": True}):
        with open_session(**way) as session:
            assert session.batch(READ, within=10)[0].ok


def test_a_shell_that_the_node_forgot_is_made_anew(lab: Lab, session: WinrmSession) -> None:
    session.run(("clplogcmd", "-m", "before", "-l", "INFO"), within=5)
    lab.servers["TYO-EX1"].shells.clear()
    assert session.run(CHANGE, within=10).ok
    assert session._channel.shells_opened == 2


def test_shells_of_processes_that_were_killed_do_not_use_up_the_quota(lab: Lab, open_session: Open) -> None:
    """Nobody closes their shells; the node does away with them soon, since every shell of ours asks for that."""
    shells = lab.servers["TYO-EX1"].shells
    with ExitStack() as never_closed:
        for _ in range(MAX_SHELLS):
            never_closed.enter_context(open_session()).batch(READ, within=10)
        with open_session() as late:
            with pytest.raises(Unavailable):
                late.batch(READ, within=10)
            shells.let_pass(channel.SHELL_IDLE + 1)
            assert late.batch(READ, within=10)[0].ok
        assert len(shells) == 0


def test_a_new_shell_proves_the_name_again(lab: Lab, session: WinrmSession) -> None:
    session.run(("clplogcmd", "-m", "before", "-l", "INFO"), within=5)
    lab.servers["TYO-EX1"].shells.clear()
    lab.fault("TYO-EX1", "other-name", computer="STRANGER")
    before = lab.world.node("TYO-EX1").services["pop3svc"].state
    with pytest.raises(WrongNode):
        session.run(CHANGE, within=10)
    assert lab.world.node("TYO-EX1").services["pop3svc"].state == before


def test_a_stale_connection_is_replaced_after_idling(
    lab: Lab, open_session: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session() as session:
        session.batch(READ, within=10)
        lab.servers["TYO-EX1"].http.stop()
        lab.reconcile()
        monkeypatch.setattr(channel, "IDLE_LIMIT", -1.0)
        assert session.batch(READ, within=10)[0].ok


def test_a_connection_that_broke_unnoticed_is_replaced(lab: Lab, session: WinrmSession) -> None:
    session.batch(READ, within=10)
    lab.servers["TYO-EX1"].http.stop()
    lab.servers["TYO-EX1"].http.start()
    assert session.batch(READ, within=10)[0].ok
    assert session.run(CHANGE, within=10).ok


def test_an_old_shell_and_a_busy_one_are_recycled(
    lab: Lab, session: WinrmSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.batch(READ, within=10)
    monkeypatch.setattr(channel, "SHELL_COMMANDS", 1)
    session.batch(READ, within=10)
    assert session._channel.shells_opened == 2
    assert len(lab.servers["TYO-EX1"].shells) == 1


def test_a_shell_is_closed_after_an_error_in_between(lab: Lab, open_session: Open) -> None:
    def work() -> None:
        with open_session() as session:
            session.batch(READ, within=10)
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        work()
    assert len(lab.servers["TYO-EX1"].shells) == 0
