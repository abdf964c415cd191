"""Passwords: from a store outside or encrypted in the database; handed out as `Secret` and never shown."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from console.domain import topology
from console.domain.errors import ChangeoverError
from console.domain.secrets import Secret
from console.logs import mask_from_now_on
from console.models import Credential
from console.services.secret_stores import STORES, StoreSilent


class CredentialUnavailable(ChangeoverError):
    """The password of a credential cannot be had."""

    remedy = "Open the credential in the inventory and say where its password is."


def secret_of(credential: Credential) -> Secret:
    """The password. Raises `CredentialUnavailable` with what to do; no log line will show it from now on."""
    secret = _from_database(credential) if credential.source == "stored" else _from_outside(credential)
    if not secret.reveal():
        raise CredentialUnavailable(f"The password of the credential {credential.name} is empty.")
    mask_from_now_on(secret)
    return secret


def resolved(credential: Credential) -> topology.Credential:
    """The credential as the adapters take it. Raises `CredentialUnavailable`."""
    return topology.Credential(credential.name, credential.username, secret_of(credential))


def encrypt(password: Secret) -> str:
    """What to keep in `Credential.ciphertext`. Raises `CredentialUnavailable` when there is no usable key."""
    return _fernet().encrypt(password.reveal().encode()).decode("ascii")


def decrypt(ciphertext: str, what: str, again: str) -> Secret:
    """What `encrypt` made a ciphertext of; no log line will show it from now on.

    `what` names it and `again` says how to have it anew, for the `CredentialUnavailable` that is raised otherwise.
    """
    try:
        secret = Secret(_fernet().decrypt(ciphertext.encode("ascii")).decode())
    except InvalidToken:
        raise CredentialUnavailable(
            f"{what} cannot be decrypted with the present keys.",
            remedy=f"Put the key that it was stored under back into CHANGEOVER_CREDENTIAL_KEYS, or {again}.",
        ) from None
    mask_from_now_on(secret)
    return secret


def under_first_key(ciphertext: str) -> bool:
    """Whether the first of the keys has encrypted this."""
    try:
        Fernet(settings.CREDENTIAL_KEYS[0]).decrypt(ciphertext.encode("ascii"))
    except (InvalidToken, ValueError, IndexError):
        return False
    return True


def encrypt_anew(ciphertext: str) -> str | None:
    """The same under the first key, or None when none of the keys has encrypted it. Raises `CredentialUnavailable`."""
    try:
        return _fernet().rotate(ciphertext.encode("ascii")).decode("ascii")
    except (InvalidToken, ValueError):
        return None


def _from_outside(credential: Credential) -> Secret:
    try:
        return STORES[credential.source].read(credential.reference)
    except StoreSilent as error:
        text = f"The credential {credential.name} takes its password from {error.message}"
        raise CredentialUnavailable(text, remedy=error.remedy) from None


def _from_database(credential: Credential) -> Secret:
    if not credential.ciphertext:
        raise CredentialUnavailable(
            f"No password is stored for the credential {credential.name}.",
            remedy=f"Enter it on the credential's page, or run: manage.py inventory password {credential.name!r}",
        )
    return decrypt(credential.ciphertext, f"The stored password of the credential {credential.name}", "enter it again")


def _fernet() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
    except ValueError:
        raise CredentialUnavailable(
            "There is no usable key for stored passwords.",
            remedy="Set CHANGEOVER_CREDENTIAL_KEYS (or …_FILE) to a Fernet key: 32 random bytes in URL-safe base64.",
        ) from None
