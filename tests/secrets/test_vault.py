"""Passwords from a vault, over TLS from a server that answers as Vault's published API says: never a real one."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from console.adapters.outbound import Outbound
from console.adapters.vault import Vault, VaultSaysNo
from console.domain.errors import ChangeoverError, ReachError, TrustFailed, Unreachable
from console.domain.inventory_names import vault_reference
from console.domain.outbound import AllowList, OutboundRefused
from console.domain.secrets import Secret
from console.lab.certificates import Authority
from console.models import Credential
from console.services import audit, secret_stores
from console.services.credentials import CredentialUnavailable, secret_of
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import export_inventory
from console.services.secret_stores import FRESH, KEPT, StoreSilent, VaultStore
from tests.secrets.vault_server import TOKEN, VaultServer, serving

HOST = "vault.example.com"
PASSWORD = "gr3at s3cret from afar"
REFERENCE = "secret/exchange/nodes#password"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def server(authority: Authority) -> Iterator[VaultServer]:
    """A vault that holds one secret."""
    with serving(authority.issue("vault", [HOST]).context()) as made:
        made.secrets["secret/exchange/nodes"] = {"password": PASSWORD, "number": 7}
        yield made


def out(server: VaultServer, *allowed: str) -> Outbound:
    """The way out, whose network leads the vault's public address to the server here."""
    return Outbound(
        AllowList.read(allowed or [HOST]),
        resolve=lambda host, port: ["9.9.9.9"],
        dial=lambda place, within: socket.create_connection(("127.0.0.1", server.port), within),
    )


def vault(server: VaultServer, authority: Authority, token: str = TOKEN, namespace: str = "") -> Vault:
    return Vault(out(server), f"https://{HOST}", Secret(token), namespace=namespace, ca=str(authority.certificate_path))


def test_a_field_of_a_secret_is_read(server: VaultServer, authority: Authority) -> None:
    assert vault(server, authority, namespace="it/mail").read(REFERENCE) == Secret(PASSWORD)
    path, headers = server.asked[0]
    assert path == "/v1/secret/data/exchange/nodes"
    assert headers["x-vault-namespace"] == "it/mail"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reference": "secret/exchange/other#password"}, "answers 404"),
        ({"reference": "secret/exchange/nodes#pin"}, "no field pin"),
        ({"reference": "secret/exchange/nodes#number"}, "no field number that is a text"),
        ({"reference": "secret/../sys#seal"}, "does not say where in the vault"),
        ({"token": "hvs.another"}, "answers 403: permission denied"),
        ({"token": ""}, "empty or malformed"),
        ({"token": "two\r\nX-Header: lines"}, "empty or malformed"),
        ({"deleted": True}, "newest version of that secret was deleted"),
    ],
)
def test_what_the_vault_does_not_give_says_why_and_what_to_do(
    server: VaultServer, authority: Authority, change: dict[str, str], said: str
) -> None:
    if change.get("deleted"):
        server.secrets["secret/exchange/nodes"] = None
    with pytest.raises(VaultSaysNo, match=said) as error:
        vault(server, authority, change.get("token", TOKEN)).read(change.get("reference", REFERENCE))
    assert error.value.remedy
    assert PASSWORD not in error.value.message
    assert TOKEN not in error.value.message + error.value.remedy


def test_a_sealed_vault_and_what_is_no_vault_are_told_apart(server: VaultServer, authority: Authority) -> None:
    server.sealed = True
    with pytest.raises(ChangeoverError, match="503: Vault is sealed"):
        vault(server, authority).read(REFERENCE)
    server.sealed, server.raw = False, b"<html>" + PASSWORD.encode()
    with pytest.raises(ChangeoverError, match="is no vault") as error:
        vault(server, authority).read(REFERENCE)
    assert PASSWORD not in error.value.message


def test_only_a_vault_that_is_allowed_and_trusted_gets_the_token(
    server: VaultServer, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path)
    with pytest.raises(OutboundRefused):
        Vault(out(server, "elsewhere.example.com"), f"https://{HOST}", Secret(TOKEN)).read(REFERENCE)
    with pytest.raises(TrustFailed):
        Vault(out(server), f"https://{HOST}", Secret(TOKEN), ca=str(other.certificate_path)).read(REFERENCE)
    with pytest.raises(OutboundRefused):
        Vault(out(server), f"http://{HOST}", Secret(TOKEN)).read(REFERENCE)
    assert server.asked == []


class Away:
    """A vault that answers, or is away."""

    def __init__(self) -> None:
        self.error: ChangeoverError | None = None
        self.calls = 0

    def read(self, reference: str) -> Secret:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return Secret(f"{reference} {self.calls}")


def test_a_failover_does_not_wait_for_a_vault_that_is_away() -> None:
    now, away = [1000.0], Away()
    store = VaultStore(lambda: away, lambda: now[0])  # type: ignore[arg-type, return-value]
    first = store.read(REFERENCE)
    assert store.read(REFERENCE) == first
    assert away.calls == 1
    away.error = Unreachable("gone")
    now[0] += FRESH + 1
    assert store.read(REFERENCE) == first
    now[0] += KEPT
    with pytest.raises(StoreSilent, match="gone"):
        store.read(REFERENCE)


def test_what_the_vault_takes_back_is_not_used_any_longer() -> None:
    now, away = [1000.0], Away()
    store = VaultStore(lambda: away, lambda: now[0])  # type: ignore[arg-type, return-value]
    store.read(REFERENCE)
    now[0] += FRESH + 1
    away.error = VaultSaysNo("revoked")
    with pytest.raises(StoreSilent, match="revoked"):
        store.read(REFERENCE)
    away.error = ReachError("gone")
    with pytest.raises(StoreSilent, match="gone"):
        store.read(REFERENCE)


@pytest.mark.parametrize("text", ["secret/nodes#password", "kv-2/a/b.c/d_e#f", "a/b@c+d#e"])
def test_a_reference_names_mount_path_and_field(text: str) -> None:
    assert vault_reference(text) is None


@pytest.mark.parametrize(
    "text", ["", "secret#p", "secret/a", "/secret/a#b", "secret//a#b", "s/../a#b", "s/a?x#b", "s/ü#b"]
)
def test_any_other_reference_is_refused_with_an_example(text: str) -> None:
    complaint = vault_reference(text)
    assert complaint is not None
    assert "secret/exchange/nodes#password" in complaint[1]


def test_a_credential_takes_its_password_from_the_vault_of_the_settings(
    server: VaultServer, authority: Authority, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("hvs.too-old\n")
    where = {"url": f"https://{HOST}", "token": "", "token_file": str(token), "namespace": "", "ca": ""}
    settings.VAULT = where | {"ca": str(authority.certificate_path)}
    monkeypatch.setattr(secret_stores, "outbound", lambda: out(server))
    credential = Credential(name="nodes", username="svc", source="vault", reference=REFERENCE)
    with pytest.raises(CredentialUnavailable, match=r"The credential nodes takes its password from .* 403"):
        secret_of(credential)
    token.write_text(f"{TOKEN}\n")  # as an agent beside the console renews it
    assert secret_of(credential) == Secret(PASSWORD)
    settings.VAULT = where | {"url": ""}
    credential.reference = "secret/other#password"
    with pytest.raises(CredentialUnavailable, match="knows no vault") as error:
        secret_of(credential)
    assert "CHANGEOVER_VAULT_URL" in error.value.remedy


@pytest.mark.django_db
def test_an_inventory_file_names_a_field_of_the_vault() -> None:
    text = f"credentials:\n  - name: nodes\n    username: EXAMPLE\\operator\n    vault: {REFERENCE}\n"
    assert apply_inventory(text, audit.SYSTEM).mistakes == []
    row = Credential.objects.get()
    assert (row.source, row.reference) == ("vault", REFERENCE)
    assert f"vault: {REFERENCE}" in export_inventory()
    wrong = apply_inventory(text.replace("#", "/"), audit.SYSTEM)
    assert [mistake.line for mistake in wrong.mistakes] == [4]
    both = apply_inventory(text + "    env: NODES_PASSWORD\n", audit.SYSTEM)
    assert "exactly one of env, file, vault or stored" in both.mistakes[0].remedy
