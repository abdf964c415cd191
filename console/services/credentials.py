"""Passwords: from a variable, a file, or encrypted in the database; handed out as `Secret` and never shown."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from console.domain import topology
from console.domain.errors import ChangeoverError
from console.domain.secrets import Secret
from console.logs import mask_from_now_on
from console.models import Credential

LARGEST_FILE = 4096


class CredentialUnavailable(ChangeoverError):
    """The password of a credential cannot be had."""

    remedy = "Open the credential in the inventory and say where its password is."


def secret_of(credential: Credential) -> Secret:
    """The password. Raises `CredentialUnavailable` with what to do; no log line will show it from now on."""
    read = {"env": _from_env, "file": _from_file, "stored": _from_database}[credential.source]
    secret = Secret(read(credential))
    if not secret.reveal():
        raise CredentialUnavailable(f"The password of the credential {credential.name} is empty.")
    mask_from_now_on(secret)
    return secret


def resolved(credential: Credential) -> topology.Credential:
    """The credential as the adapters take it. Raises `CredentialUnavailable`."""
    return topology.Credential(credential.name, credential.username, secret_of(credential))


def why_unavailable(credential: Credential) -> str | None:
    """Why the password cannot be had, with the remedy, or None if it can."""
    try:
        secret_of(credential)
    except CredentialUnavailable as error:
        return f"{error.message} {error.remedy}"
    return None


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


def _from_env(credential: Credential) -> str:
    try:
        return os.environ[credential.reference]
    except KeyError:
        raise CredentialUnavailable(
            f"The credential {credential.name} takes its password from the environment variable "
            f"{credential.reference}, which is not set here.",
            remedy="Set it for the web process and for every worker, then start them again.",
        ) from None


def _from_file(credential: Credential) -> str:
    try:
        with Path(credential.reference).open(encoding="utf-8") as file:
            text = file.read(LARGEST_FILE + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialUnavailable(
            f"The credential {credential.name} takes its password from {credential.reference}, "
            f"which cannot be read ({type(error).__name__}).",
            remedy="Correct the path, or let the console's account read the file (UTF-8, one line).",
        ) from None
    if len(text) > LARGEST_FILE:
        raise CredentialUnavailable(
            f"The file {credential.reference} of the credential {credential.name} is too long for a password.",
            remedy="Name a file that holds the password alone.",
        )
    return text.rstrip("\r\n")


def _from_database(credential: Credential) -> str:
    if not credential.ciphertext:
        raise CredentialUnavailable(
            f"No password is stored for the credential {credential.name}.",
            remedy=f"Enter it on the credential's page, or run: manage.py inventory password {credential.name!r}",
        )
    return decrypt(
        credential.ciphertext, f"The stored password of the credential {credential.name}", "enter it again"
    ).reveal()


def _fernet() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
    except ValueError:
        raise CredentialUnavailable(
            "There is no usable key for stored passwords.",
            remedy="Set CHANGEOVER_CREDENTIAL_KEYS (or …_FILE) to a Fernet key: 32 random bytes in URL-safe base64.",
        ) from None
