"""Where a password comes from, what is said when it does not come, and that it never shows."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytest_django.fixtures import Settings

from console.domain.secrets import Secret
from console.models import Credential
from console.services import audit
from console.services.credentials import CredentialUnavailable, secret_of
from console.services.inventory import save_credential
from console.services.topology import topology
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "gr3at s3cret"


def credential(**fields: Any) -> Credential:
    return Credential(name="nodes", username="operator", **fields)


def stored() -> Credential:
    spec = factories.credential_spec(source="stored", reference="")
    return save_credential(spec, audit.SYSTEM, password=Secret(PASSWORD))


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODES_PASSWORD", PASSWORD)

    assert secret_of(credential(source="env", reference="NODES_PASSWORD")) == Secret(PASSWORD)


def test_a_password_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\r\n")

    assert secret_of(credential(source="file", reference=str(path))) == Secret(PASSWORD)


def test_a_stored_password_is_encrypted_and_comes_back() -> None:
    row = stored()

    assert PASSWORD not in row.ciphertext
    assert secret_of(Credential.objects.get()) == Secret(PASSWORD)


def test_a_stored_password_outlives_the_change_of_the_key(settings: Settings) -> None:
    old = settings.CREDENTIAL_KEYS
    stored()
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *old]
    assert secret_of(Credential.objects.get()) == Secret(PASSWORD)

    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    with pytest.raises(CredentialUnavailable, match="cannot be decrypted"):
        secret_of(Credential.objects.get())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"source": "env", "reference": "NO_SUCH_VARIABLE"}, "not set here"),
        ({"source": "env", "reference": "EMPTY_VARIABLE"}, "is empty"),
        ({"source": "file", "reference": "/no/such/file"}, "cannot be read"),
        ({"source": "file", "reference": "/dev/zero"}, "too long"),
        ({"source": "file", "reference": "/"}, "cannot be read"),
        ({"source": "stored"}, "No password is stored"),
        ({"source": "stored", "ciphertext": "garbage"}, "cannot be decrypted"),
    ],
)
def test_a_password_that_cannot_be_had_says_why_and_what_to_do(
    fields: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMPTY_VARIABLE", "")
    with pytest.raises(CredentialUnavailable, match=words) as error:
        secret_of(credential(**fields))

    assert error.value.remedy


def test_an_unusable_key_says_what_to_do(settings: Settings) -> None:
    stored()
    for keys in ([], ["short"]):
        settings.CREDENTIAL_KEYS = keys
        with pytest.raises(CredentialUnavailable) as error:
            secret_of(Credential.objects.get())
        assert "CHANGEOVER_CREDENTIAL_KEYS" in f"{error.value.message} {error.value.remedy}"


def test_a_cluster_becomes_a_topology_that_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setenv("NODES_PASSWORD", PASSWORD)
    settings.STATE_DIR = tmp_path
    row = factories.cluster(timing=(("move_group", 90.0),), greetings=("smtp:25", "imap:143"))
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    row.directory.ca = pem
    cluster = topology(row)

    assert cluster.primary.credential.password.reveal() == PASSWORD
    assert (cluster.primary.name, cluster.standby.name) == ("SERVER1", "SERVER2")
    assert (cluster.primary_server, cluster.standby_server) == ("SERVER1", "SERVER2")
    assert [(at.protocol, at.port) for at in cluster.greetings] == [("smtp", 25), ("imap", 143)]
    assert (cluster.timing.move_group, cluster.timing.stop_service) == (90.0, 600.0)
    assert Path(cluster.directory.ca_file).read_text() == pem + "\n"
    assert topology(row).directory.ca_file == cluster.directory.ca_file
    assert PASSWORD not in repr(cluster)


def test_a_topology_without_a_password_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODES_PASSWORD", raising=False)
    row = factories.cluster()

    with pytest.raises(CredentialUnavailable, match="NODES_PASSWORD"):
        topology(row)
