"""Everything that can be wrong with a directory gives one error that says what, where and what to do."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.domain.errors import (
    AccessDenied,
    ChangeoverError,
    ConnectionLost,
    ProtocolFault,
    TimedOut,
    TrustFailed,
    Unavailable,
    Unreachable,
)
from console.domain.secrets import Secret
from console.domain.topology import Credential
from tests.adapters.ldap.site import SteppingClock, directory_of, server
from tests.adapters.ldap.test_session import USERS, user
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import FOREST

PASSWORD = "not-the-right-one-81723"


@pytest.fixture
def lab() -> Iterator[Backend]:
    """The lab's directory, whose faults can be switched."""
    with lab_backend(FOREST) as backend:
        yield backend


def opening(directories: LdapDirectories, lab: Backend, **changes: Any) -> ChangeoverError:
    """The error that opening ends with."""
    with pytest.raises(ChangeoverError) as raised, directories.open(directory_of(lab, **changes)):
        pass
    assert raised.value.remedy
    assert "example.test" in raised.value.message
    return raised.value


@pytest.mark.parametrize(
    ("kind", "said"), [("name", "not for dc1.example.test"), ("issuer", "not trusted"), ("expired", "expired")]
)
def test_a_certificate_that_does_not_fit_is_refused(
    lab: Backend, directories: LdapDirectories, kind: str, said: str
) -> None:
    server(lab).fault("certificate", kind=kind)
    error = opening(directories, lab)
    assert isinstance(error, TrustFailed)
    assert said in error.message


def test_a_name_that_the_certificate_does_not_carry_is_refused_on_both(
    backend: Backend, directories: LdapDirectories
) -> None:
    error = opening(directories, backend, tls_name="dc2.example.test")
    assert isinstance(error, TrustFailed)
    assert "dc2.example.test" in error.message


def test_a_ca_file_that_cannot_be_read_is_named(lab: Backend, directories: LdapDirectories, tmp_path: Path) -> None:
    error = opening(directories, lab, ca_file=str(tmp_path / "none.pem"))
    assert isinstance(error, TrustFailed)
    assert "none.pem" in error.message


def test_clear_text_is_refused_unless_it_is_allowed(lab: Backend, directories: LdapDirectories) -> None:
    error = opening(directories, lab, security="clear", port=lab.address.port)
    assert isinstance(error, TrustFailed)
    error = opening(directories, lab, security="clear", port=lab.address.port, allow_clear_text=True)
    assert isinstance(error, AccessDenied)
    assert "LDAPS" in error.remedy


def test_a_wrong_password_is_said_in_words_and_never_shown(backend: Backend, directories: LdapDirectories) -> None:
    credential = Credential("c", "svc-changeover@example.test", Secret(PASSWORD))
    error = opening(directories, backend, credential=credential)
    assert isinstance(error, AccessDenied)
    assert "the password or the account name is wrong" in error.message
    assert PASSWORD not in f"{error!r}{error.message}{error.__context__!r}"


def test_an_empty_password_is_no_anonymous_sign_in(lab: Backend, directories: LdapDirectories) -> None:
    error = opening(directories, lab, credential=Credential("c", "svc-changeover", Secret("")))
    assert isinstance(error, AccessDenied)


def test_nobody_at_the_address(lab: Backend, directories: LdapDirectories) -> None:
    server(lab).fault("refuse")
    assert isinstance(opening(directories, lab), Unreachable)
    assert isinstance(opening(directories, lab, host="no-such-host.invalid"), Unreachable)


def test_a_port_that_speaks_no_tls(lab: Backend, directories: LdapDirectories) -> None:
    assert isinstance(opening(directories, lab, port=lab.address.port), ProtocolFault | Unreachable | ConnectionLost)


def test_garbage_is_not_ldap(lab: Backend, directories: LdapDirectories) -> None:
    server(lab).fault("garbage")
    assert isinstance(opening(directories, lab), ProtocolFault)


def test_a_controller_that_hangs_is_not_waited_for_for_ever(lab: Backend) -> None:
    server(lab).fault("hang")
    directories = LdapDirectories(SteppingClock(), Limits(connect=0.3, answer=0.3))
    assert isinstance(opening(directories, lab), TimedOut)


def test_a_referral_is_never_followed(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(lab)) as session:
        change = user(session)
        server(lab).fault("referral", url="ldap://127.0.0.1:1/")
        for attempt in (lambda: list(session.search(FOREST.base_dn, USERS, ())), lambda: session.modify(change)):
            with pytest.raises(ProtocolFault) as raised:
                attempt()
            assert "ldap://127.0.0.1:1/" in raised.value.message
            assert "domain controller" in raised.value.remedy


def test_a_cut_answer_is_not_taken_for_a_whole_one(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(lab)) as session:
        server(lab).fault("size-limit", limit=5)
        with pytest.raises(ProtocolFault, match="size limit"):
            list(session.search(FOREST.base_dn, USERS, ()))


def test_a_read_only_controller_stops_the_switch_before_anything(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(lab)) as session:
        change = user(session)
        server(lab).fault("read-only")
        with pytest.raises(AccessDenied) as raised:
            session.modify(change)
        assert "writable" in raised.value.remedy
        assert not raised.value.may_have_run
    assert server(lab).counters.writes_applied == 0


@pytest.mark.parametrize("fault", ["busy", "unavailable"])
def test_a_busy_controller_is_asked_again_after_a_pause(
    lab: Backend, directories: LdapDirectories, clock: SteppingClock, fault: str
) -> None:
    with directories.open(directory_of(lab)) as session:
        change = user(session)
        server(lab).fault(fault, count=3)
        assert session.modify(change).outcome == "applied"
    assert len(clock.sleeps) == 3
    assert clock.sleeps == sorted(clock.sleeps)


@pytest.mark.parametrize("fault", ["busy", "unavailable"])
def test_one_that_stays_busy_is_given_up(lab: Backend, directories: LdapDirectories, fault: str) -> None:
    with directories.open(directory_of(lab)) as session:
        change = user(session)
        server(lab).fault(fault)
        with pytest.raises(Unavailable) as raised:
            session.modify(change)
        assert not raised.value.may_have_run


def test_a_read_is_tried_again_on_a_new_connection(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(lab)) as session:
        first = session.controller()
        server(lab).stop()
        server(lab).start()
        assert session.read(first.default_context, ["dc"]) is not None


def test_a_search_that_loses_its_place_says_so(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(lab)) as session:
        found = session.search(FOREST.base_dn, USERS, ())
        next(found)
        server(lab).stop()
        server(lab).start()
        with pytest.raises(ConnectionLost):
            list(found)


def test_a_write_that_is_never_answered_may_have_been_done(lab: Backend) -> None:
    directories = LdapDirectories(SteppingClock(), Limits(connect=0.1, answer=0.2, tries=2))
    with directories.open(directory_of(lab)) as session:
        change = user(session)
        server(lab).fault("hang")
        with pytest.raises(TimedOut) as raised:
            session.modify(change)
    assert raised.value.may_have_run


def test_old_tls_is_refused_unless_it_is_allowed_for_that_directory(lab: Backend, directories: LdapDirectories) -> None:
    with _old_server(lab) as port:
        error = opening(directories, lab, port=port)
        assert isinstance(error, TrustFailed)
        assert "allow old TLS" in error.remedy
        assert isinstance(opening(directories, lab, port=port, allow_old_tls=True), ConnectionLost)
        wrong = opening(directories, lab, port=port, allow_old_tls=True, tls_name="dc9.example.test")
        assert isinstance(wrong, TrustFailed)
        assert "dc9.example.test" in wrong.message


@contextmanager
def _old_server(lab: Backend) -> Iterator[int]:
    """A server that knows nothing newer than TLS 1.1 and hangs up after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
    context.load_cert_chain(server(lab).files.certificate, server(lab).files.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_greet_and_leave, args=(listener, context), daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def _greet_and_leave(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer, contextlib.suppress(OSError), context.wrap_socket(peer, server_side=True) as encrypted:
            encrypted.recv(1024)
