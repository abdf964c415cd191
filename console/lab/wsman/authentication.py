"""Who a connection is: Basic, NTLM, Negotiate and CredSSP, per TCP connection as WinRM has it."""

import atexit
import base64
import binascii
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import spnego
from spnego.exceptions import SpnegoError

from console.lab.definition import Account

_CHALLENGES = ("Negotiate", "NTLM")


class NtlmFile:
    """The file in which pyspnego looks accounts up. Its path is a process-wide setting: one file for all labs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], str] = {}
        self._path: Path | None = None

    def add(self, accounts: Iterable[tuple[str, Account]]) -> None:
        """Make accounts known under (domain, account)."""
        with self._lock:
            for domain, account in accounts:
                self._entries[(domain, account.name)] = account.password
            if self._path is None:
                folder = Path(tempfile.mkdtemp(prefix="lab-ntlm-"))
                atexit.register(shutil.rmtree, folder, ignore_errors=True)
                self._path = folder / "accounts"
                self._path.touch(mode=0o600)
            lines = [f"{domain}:{name}:{password}\n" for (domain, name), password in self._entries.items()]
            self._path.write_text("".join(lines), encoding="utf-8")
            os.environ["NTLM_USER_FILE"] = str(self._path)


NTLM_FILE = NtlmFile()


class Directory:
    """The accounts that may sign in to one node."""

    def __init__(self, node: str, accounts: list[Account]) -> None:
        self._accounts = {(domain.casefold(), a.name.casefold()): a for domain, a in spellings(node, accounts)}
        NTLM_FILE.add(spellings(node, accounts))

    def find(self, user: str) -> Account | None:
        """The account of a name as clients write it: plain, DOMAIN\\name or name@domain."""
        domain, _, name = user.rpartition("\\")
        if not domain and "@" in name:
            name, _, domain = name.partition("@")
            domain = domain.partition(".")[0]
        return self._accounts.get((domain.casefold(), name.casefold()))

    def check(self, user: str, password: str) -> Account | None:
        """The account if the password is right."""
        account = self.find(user)
        return account if account and account.password == password else None


def spellings(node: str, accounts: list[Account]) -> list[tuple[str, Account]]:
    """Every domain part under which an account may come."""
    return [(domain, account) for account in accounts for domain in ("", account.domain or node)]


@dataclass
class SignIn:
    """The state of signing in on one connection."""

    directory: Directory
    basic: bool
    credssp: bool = False
    account: Account | None = None
    context: spnego.ContextProxy | None = None
    scheme: str = ""

    def take(self, header: str) -> tuple[bool, list[str]]:
        """Use an Authorization header (may be empty): whether the connection is signed in, and the challenges."""
        scheme, _, value = header.partition(" ")
        if not scheme:
            return self.account is not None and self.scheme != "basic", self.challenges()
        try:
            token = base64.b64decode(value.strip(), validate=True)
        except binascii.Error:
            return False, self.challenges()
        if scheme.casefold() == "basic" and self.basic:
            return self._take_basic(token), self.challenges()
        if scheme.casefold() in ("ntlm", "negotiate") or (scheme.casefold() == "credssp" and self.credssp):
            return self._take_token(scheme, token)
        return False, self.challenges()

    def challenges(self) -> list[str]:
        """What a client that has not signed in is offered."""
        offered = [*_CHALLENGES, *(['Basic realm="WSMAN"'] if self.basic else [])]
        return [*offered, *(["CredSSP"] if self.credssp else [])]

    def _take_basic(self, token: bytes) -> bool:
        user, _, password = token.decode("utf-8", "replace").partition(":")
        self.account = self.directory.check(user, password)
        self.scheme = "basic"
        return self.account is not None

    def _take_token(self, scheme: str, token: bytes) -> tuple[bool, list[str]]:
        try:
            if self.context is None or self.context.complete:
                self.account = None
                self.context = spnego.server(protocol=_protocol(scheme, token))
            answer = self.context.step(token)
        except (SpnegoError, ValueError, KeyError):
            self.context = None
            return False, self.challenges()
        if self.context.complete:
            self.scheme = "credssp" if scheme.casefold() == "credssp" else "ntlm"
            found = self.directory.find(self.context.client_principal or "")
            self.account = replace(found, delegated=True) if found and self.scheme == "credssp" else found
        challenge = f"{scheme} {base64.b64encode(answer).decode()}" if answer else scheme
        return self.account is not None, [challenge]


def _protocol(scheme: str, token: bytes) -> str:
    """What pyspnego calls the mechanism that the token is of."""
    if scheme.casefold() == "credssp":
        return "credssp"
    return "ntlm" if token.startswith(b"NTLMSSP\0") else "negotiate"
