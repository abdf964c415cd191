"""What is stored encrypted is put under a new key: all of it, in one go, and again as often as one likes."""

import io
import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from console.domain.secrets import Secret
from console.models import AuditRecord, Credential, NodeKey, OsAccount
from console.services import audit, stored_secrets
from console.services.access import NotAllowed, os_user
from console.services.credentials import decrypt, encrypt, secret_of
from console.services.hooks.keys import find, issue_key
from console.services.inventory import save_credential
from console.services.stored_secrets import Found, look, rotate
from tests import factories, personas
from tests.services import making

pytestmark = pytest.mark.django_db
PASSWORD, SEED = "gr3at s3cret", "JBSWY3DPEHPK3PXP"


@pytest.fixture
def held() -> tuple[str, Secret]:
    """A stored password, a key of a node and a second factor; the key's id and the key."""
    spec = factories.credential_spec(name="kept", source="stored", reference="")
    save_credential(spec, audit.SYSTEM, password=Secret(PASSWORD))
    node = making.cluster().nodes.get(role="primary")
    data = {"secret": encrypt(Secret(SEED))}
    Authenticator.objects.create(user=personas.olga(), type=Authenticator.Type.TOTP, data=data)
    return issue_key(node, audit.SYSTEM)


def renew(settings: Settings) -> None:
    """Put a new key before those that there are."""
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIAL_KEYS]


def readable(held: tuple[str, Secret]) -> bool:
    factor = Authenticator.objects.get()
    seed = decrypt(factor.data["secret"], "the seed", "set it up").reveal()
    return (secret_of(Credential.objects.get(name="kept")), find(held[0])[1], seed) == (Secret(PASSWORD), held[1], SEED)


def test_everything_is_put_under_the_first_key_and_the_old_one_can_go(
    settings: Settings, held: tuple[str, Secret]
) -> None:
    renew(settings)
    assert look() == Found(0, 3)
    assert rotate(personas.at_page(personas.ada()), "once a year") == Found(0, 3)
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    assert look() == Found(3, 0)
    assert readable(held)
    record = AuditRecord.objects.get(action="secrets:key:rotated")
    assert (record.reason, record.after) == ("once a year", {"moved": 3, "fitted before": 0, "unreadable": 0})


def test_again_it_does_what_is_left(settings: Settings, held: tuple[str, Secret]) -> None:
    ada = personas.at_page(personas.ada())
    renew(settings)
    rotate(ada)
    kept = [*Credential.objects.values_list("ciphertext"), *NodeKey.objects.values_list("ciphertext")]
    assert rotate(ada) == Found(3, 0)
    assert kept == [*Credential.objects.values_list("ciphertext"), *NodeKey.objects.values_list("ciphertext")]


def test_broken_off_it_has_changed_nothing(
    settings: Settings, held: tuple[str, Secret], monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went")

    renew(settings)
    with monkeypatch.context() as patch:
        patch.setattr(stored_secrets.audit, "record", torn)
        with pytest.raises(RuntimeError):
            rotate(personas.at_page(personas.ada()))
    assert look() == Found(0, 3)
    assert rotate(personas.at_page(personas.ada())) == Found(0, 3)


def test_what_no_key_fits_is_named_and_the_rest_is_moved(settings: Settings, held: tuple[str, Secret]) -> None:
    Credential.objects.filter(name="kept").update(ciphertext=Fernet(Fernet.generate_key()).encrypt(b"x").decode())
    renew(settings)
    found = rotate(personas.at_page(personas.ada()))
    assert (found.first, found.older, len(found.unreadable)) == (0, 2, 1)
    assert "credential kept cannot be decrypted" in found.unreadable[0]
    assert not look().whole


def test_only_an_administrator_rotates(held: tuple[str, Secret]) -> None:
    with pytest.raises(NotAllowed):
        rotate(personas.at_page(personas.olga()))


def command(*words: str) -> tuple[int, dict[str, Any]]:
    out, code = io.StringIO(), 0
    try:
        call_command("secrets", *words, "--json", stdout=out)
    except SystemExit as end:
        code = int(str(end.code))
    return code, json.loads(out.getvalue())


def test_the_command_says_whether_the_old_keys_are_needed(settings: Settings, held: tuple[str, Secret]) -> None:
    OsAccount.objects.create(os_user=os_user(), user=personas.ada())
    assert command("check")[0] == 0
    renew(settings)
    code, told = command("check")
    assert (code, told["older"], told["whole"]) == (1, 3, False)
    assert command("rotate", "--reason", "a new key")[0] == 0
    assert command("check") == (0, {"result": "check", "first": 3, "older": 0, "unreadable": [], "whole": True})
