"""Every unsafe setting has a check with an id and a hint, and safe ones pass all of them."""

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from console.checks import TAG, is_loopback, refuse_unsafe_settings
from tests import factories

SAFE: dict[str, Any] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["console.example.com"],
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRST",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "CREDENTIAL_KEYS": ["nG0pTzZYxV4v3oW8yq8s4m0d1l2k3j4h5g6f7d8s9a0="],
    "AUDIT_KEY": "nG0pTzZYxV4v3oW8yq8s4m0d1l2k3j4h5g6f7d8s9a0=",
    "CELERY_BROKER_URL": "rediss://:secret@redis.example.com:6379/0",
    "SECOND_FACTOR_ROLES": {"administrator", "approver"},
    "CSRF_TRUSTED_ORIGINS": ["https://console.example.com"],
    "PUBLIC_URL": "https://console.example.com",
    "OUTBOUND": ["siem.example.com:6514", "10.1.0.0/16", "::/0"],
}

VAULT = {"url": "https://vault.example.com:8200", "token": "hvs.x", "token_file": "", "namespace": "", "ca": ""}
OPENID = {"OIDC_URL": "https://idp.example.com/realm", "OIDC": {"client_id": "changeover", "secret": "s"}}
UNSAFE: list[tuple[dict[str, Any], str]] = [
    ({"DEBUG": True}, "E001"),
    ({"DEBUG": True, "PRODUCTION": False}, "E001"),
    ({"ALLOWED_HOSTS": ["*"]}, "E002"),
    ({"ALLOWED_HOSTS": [".example.com"]}, "E002"),
    ({"SECRET_KEY": "unset"}, "E003"),
    ({"SECRET_KEY": "short"}, "E003"),
    ({"SECRET_KEY": "ab" * 40}, "E003"),
    ({"SESSION_COOKIE_SECURE": False}, "E004"),
    ({"CSRF_COOKIE_SECURE": False, "PRODUCTION": False}, "E004"),
    ({"CREDENTIAL_KEYS": []}, "E005"),
    ({"CREDENTIAL_KEYS": ["not a key"]}, "E005"),
    ({"AUDIT_KEY": ""}, "E012"),
    ({"AUDIT_KEY": "bm8ga2V5"}, "E012"),
    ({"CELERY_BROKER_URL": "redis://redis.example.com:6379/0"}, "E006"),
    ({"CELERY_BROKER_URL": "redis://user@10.0.0.5/0"}, "E006"),
    ({"PRODUCTION": False}, "E007"),
    ({"ALLOWED_HOSTS": []}, "E008"),
    ({"CELERY_BROKER_URL": "redis://[::1/0"}, "E009"),
    (OPENID, "E014"),
    (OPENID | {"OUTBOUND": ["idp.example.com"], "OIDC_URL": "http://idp.example.com"}, "E014"),
    (OPENID | {"OUTBOUND": ["idp.example.com"], "OIDC": {"client_id": "changeover", "secret": ""}}, "E014"),
    ({"SECOND_FACTOR_ROLES": {"administrators"}}, "E015"),
    ({"CSRF_TRUSTED_ORIGINS": ["https://*.example.com"]}, "E016"),
    ({"CSRF_TRUSTED_ORIGINS": ["http://console.example.com"]}, "E016"),
    ({"PUBLIC_URL": "http://console.example.com"}, "E017"),
    ({"PUBLIC_URL": "console.example.com"}, "E017"),
    ({"PUBLIC_URL": "https://console.example.com/?next=x", "PRODUCTION": False}, "E017"),
    ({"OUTBOUND": ["*.example.com"]}, "E011"),
    ({"OUTBOUND": ["siem.example.com", "localhost:25"]}, "E011"),
    ({"OUTBOUND": ["169.254.169.254"]}, "E011"),
    ({"OUTBOUND": ["127.0.0.0/8"]}, "E011"),
    ({"VAULT": VAULT | {"url": "http://vault.example.com"}, "OUTBOUND": ["vault.example.com"]}, "E013"),
    ({"VAULT": VAULT | {"url": "https://[::1/"}}, "E013"),
    ({"VAULT": VAULT}, "E013"),
    ({"VAULT": VAULT | {"token": ""}, "OUTBOUND": ["vault.example.com:8200"]}, "E013"),
]


def found(settings: Settings, state: Path, **changes: Any) -> list[CheckMessage]:
    """What our checks say about safe settings with these changes."""
    settings.STATE_DIR = state
    settings.STATIC_ROOT = state
    for name, value in {**SAFE, **changes}.items():
        setattr(settings, name, value)
    return run_checks(tags=[TAG])


def test_safe_settings_pass(settings: Settings, tmp_path: Path) -> None:
    assert found(settings, tmp_path) == []
    assert found(settings, tmp_path, VAULT=VAULT, OUTBOUND=["vault.example.com:8200"]) == []
    assert found(settings, tmp_path, **OPENID, VAULT={"url": ""}, OUTBOUND=["idp.example.com"]) == []
    refuse_unsafe_settings()


@pytest.mark.parametrize(("changes", "number"), UNSAFE)
def test_an_unsafe_setting_is_refused_with_a_hint(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], number: str
) -> None:
    messages = found(settings, tmp_path, **changes)

    assert f"changeover.{number}" in {message.id for message in messages}
    assert all(message.hint and message.hint.endswith((".", "'", "0")) for message in messages)
    with pytest.raises(ImproperlyConfigured, match=number):
        refuse_unsafe_settings()


def test_keys_that_others_can_read_are_refused(settings: Settings, tmp_path: Path) -> None:
    key = tmp_path / "secret-key"
    key.write_text("x")
    key.chmod(0o644)
    (message,) = found(settings, tmp_path)
    assert message.id == "changeover.E010"
    assert str(key) in str(message.hint)

    key.chmod(0o600)
    assert found(settings, tmp_path) == []


def test_missing_static_files_are_warned_of(settings: Settings, tmp_path: Path) -> None:
    found(settings, tmp_path)
    settings.STATIC_ROOT = tmp_path / "static"
    (message,) = run_checks(tags=[TAG])

    assert message.id == "changeover.W002"
    assert "collectstatic" in str(message.hint)
    refuse_unsafe_settings()


def test_a_broker_on_this_machine_needs_no_password(settings: Settings, tmp_path: Path) -> None:
    for url in ("redis://127.0.0.1:6379/0", "redis://localhost/1", "redis+socket:///run/redis.sock"):
        assert found(settings, tmp_path, CELERY_BROKER_URL=url) == []


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("[::1]", True), ("localhost", True), ("lab.localhost", True),
     ("10.0.0.1", False), ("console.example.com", False), ("localhost.example.com", False)],
)  # fmt: skip
def test_loopback_is_known(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.django_db
def test_a_lab_left_in_a_production_inventory_is_warned_of(settings: Settings) -> None:
    nodes = (factories.node_spec(address="127.0.0.1"), factories.node_spec("standby", 2))
    factories.cluster(nodes=nodes)
    assert not [m for m in run_checks(tags=["database"], databases=["default"]) if m.id == "changeover.W001"]
    settings.PRODUCTION = True

    (warning,) = [m for m in run_checks(tags=["database"], databases=["default"]) if m.id == "changeover.W001"]

    assert "SERVER1" in warning.msg
    assert "SERVER2" not in warning.msg
    assert warning.hint
