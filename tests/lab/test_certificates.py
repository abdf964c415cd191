"""The lab's authority: one for nodes and directory, kept in the lab's folder, and wrong in one way at a time."""

import socket
import ssl
from pathlib import Path

import pytest

from console.lab.assemble import assemble
from console.lab.certificates import Authority
from console.lab.directory.server import DirectoryServer
from console.lab.presets import fast_definition, tokyo

CONTROLLER = "dc1.lab.example"


def lab_directory(folder: Path) -> DirectoryServer:
    """The directory of an assembled lab, not yet listening."""
    definition = fast_definition(tokyo())
    definition.directory = {"mailboxes": 1}
    directory = assemble(definition, folder).directory
    assert isinstance(directory, DirectoryServer)
    return directory


def shake_hands(directory: DirectoryServer, authority: Path) -> None:
    """A TLS handshake by the controller's name that trusts `authority` alone. Raises `SSLError`."""
    context = ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection((directory.address.host, directory.address.tls_port), 10) as link,
        context.wrap_socket(link, server_hostname=CONTROLLER),
    ):
        pass


def test_one_authority_is_kept_from_start_to_start(tmp_path: Path) -> None:
    first = Authority(tmp_path).certificate_path.read_bytes()
    assert Authority(tmp_path).certificate_path.read_bytes() == first
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600


def test_a_lab_made_again_is_still_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "certificates").certificate_path
    with lab_directory(tmp_path) as directory:
        assert directory.authority == authority
        shake_hands(directory, authority)


@pytest.mark.parametrize(
    ("kind", "says"),
    [("name", "Hostname mismatch"), ("issuer", "unable to get local issuer"), ("expired", "certificate has expired")],
)
def test_a_wrong_certificate_of_the_lab_is_wrong_in_one_way(tmp_path: Path, kind: str, says: str) -> None:
    with lab_directory(tmp_path) as directory:
        directory.fault("certificate", kind=kind)
        with pytest.raises(ssl.SSLCertVerificationError, match=says):
            shake_hands(directory, directory.authority)
        directory.fault("certificate", on=False)
        shake_hands(directory, directory.authority)
