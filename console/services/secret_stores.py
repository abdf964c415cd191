"""Where passwords lie outside of the database: the environment, a file, a vault; each behind one port."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Protocol

import structlog
from django.conf import settings

from console.adapters.vault import Vault, VaultSaysNo
from console.domain.errors import ChangeoverError
from console.domain.secrets import Secret
from console.services.outbound import outbound

LARGEST_FILE = 4096
FRESH = 60.0
"""Seconds for which a password from the vault is not asked for again."""
KEPT = 3600.0
"""Seconds for which this process uses the last one while the vault does not answer: a failover does not wait for it."""

log = structlog.get_logger(__name__)


class StoreSilent(ChangeoverError):
    """A store does not give the password. `message` goes on from "takes its password from"."""


class SecretStore(Protocol):
    """A place outside of the database that keeps passwords."""

    def read(self, reference: str) -> Secret:
        """What lies at `reference`, written in the store's own way. Raises `StoreSilent` with what to do."""


class EnvironmentStore:
    """Variables of this process; `reference` is a variable's name."""

    def read(self, reference: str) -> Secret:
        """The variable's value."""
        try:
            return Secret(os.environ[reference])
        except KeyError:
            raise StoreSilent(
                f"the environment variable {reference}, which is not set here.",
                remedy="Set it for the web process and for every worker, then start them again.",
            ) from None


class FileStore:
    """Files that hold a password alone; `reference` is a path."""

    def read(self, reference: str) -> Secret:
        """The file's text without its line end."""
        try:
            with Path(reference).open(encoding="utf-8") as file:
                text = file.read(LARGEST_FILE + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise StoreSilent(
                f"{reference}, which cannot be read ({type(error).__name__}).",
                remedy="Correct the path, or let the console's account read the file (UTF-8, one line).",
            ) from None
        if len(text) > LARGEST_FILE:
            remedy = "Name a file that holds the password alone."
            raise StoreSilent(f"{reference}, which is too long for a password.", remedy=remedy)
        return Secret(text.rstrip("\r\n"))


class VaultStore:
    """HashiCorp Vault's KV secrets engine, version 2; `reference` is `MOUNT/PATH#FIELD`.

    `clock` counts seconds. What was read is kept in this process alone: for a minute, and for an hour while the vault
    cannot be reached. What the vault refuses is refused here at once.
    """

    def __init__(self, opened: Callable[[], Vault], clock: Callable[[], float] = time.monotonic) -> None:
        self._opened = opened
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[str, tuple[float, Secret]] = {}

    def read(self, reference: str) -> Secret:
        """What the field holds."""
        with self._lock:
            at, last = self._kept.get(reference, (0.0, None))
        age = self._clock() - at
        if last is not None and age < FRESH:
            return last
        try:
            found = self._opened().read(reference)
        except VaultSaysNo as error:
            with self._lock:
                self._kept.pop(reference, None)
            raise StoreSilent(f"{reference} in the vault. {error.message}", remedy=error.remedy) from None
        except ChangeoverError as error:
            if last is not None and age < KEPT:
                log.warning("the vault does not answer; the last password is used", reference=reference, age=int(age))
                return last
            raise StoreSilent(f"{reference} in the vault. {error.message}", remedy=error.remedy) from None
        with self._lock:
            self._kept[reference] = (self._clock(), found)
        return found


def open_vault() -> Vault:
    """The vault of the settings; its token is read each time, since an agent beside the console renews it.

    Raises `VaultSaysNo` where none is set.
    """
    where: Mapping[str, str] = settings.VAULT
    if not where["url"]:
        remedy = "Set CHANGEOVER_VAULT_URL and CHANGEOVER_VAULT_TOKEN_FILE, or take the password from elsewhere."
        raise VaultSaysNo("This console knows no vault.", remedy=remedy)
    return Vault(outbound(), where["url"], _token(where), namespace=where["namespace"], ca=where["ca"])


def _token(where: Mapping[str, str]) -> Secret:
    if not where["token_file"]:
        return Secret(where["token"])
    try:
        return FileStore().read(where["token_file"])
    except StoreSilent as error:
        raise VaultSaysNo(f"Its token comes from {error.message}", remedy=error.remedy) from None


STORES: Mapping[str, SecretStore] = {
    "env": EnvironmentStore(),
    "file": FileStore(),
    "vault": VaultStore(open_vault),
}
"""The store of each source that a credential may name; `stored` is the database itself."""
