"""The demo's folder: its secrets and sockets, kept from one start to the next, used by one demo at a time."""

import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Self

from console.domain.errors import ChangeoverError

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes; Redis opens a temporary name beside it


class InUse(ChangeoverError):
    """Another demo runs in the same folder."""

    remedy = "End the other demo with Ctrl-C in its terminal, or give this one a folder of its own: --state DIR."


class State:
    """The folder of one demo, open to its owner alone and locked while the demo runs.

    Raises InUse when another demo holds it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self._sockets: Path | None = None
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise InUse(f"A demo is running in {self.folder} already.") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)

    def socket(self, name: str) -> Path:
        """A path for a Unix socket: in the folder, or in a short temporary one when the folder's path is too long."""
        path = self.folder / name
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
            self._sockets = self._sockets or Path(tempfile.mkdtemp(prefix="changeover-"))
            return self._sockets / name
        return self.fresh(name)  # a Redis that was killed leaves its socket behind

    @property
    def password(self) -> Path:
        """The file with the demo login's password, there once `keep_password` has been called."""
        return self.folder / "password"

    @property
    def lab(self) -> Path:
        """The folder of the lab."""
        return self.folder / "lab"

    def new_password(self) -> Path:
        """A file with a random password to make the login with."""
        return self.private("password.new", secrets.token_urlsafe(12) + "\n")

    def keep_password(self, draft: Path) -> None:
        """The login exists now: its password is the one to show from here on."""
        draft.rename(self.password)

    def private(self, name: str, text: str) -> Path:
        """A file of the folder that is readable by its owner alone; it is there with all of `text`, or not at all."""
        draft = self.fresh(f".{name}.draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        return draft.replace(self.folder / name)

    def fresh(self, name: str) -> Path:
        """A path in the folder at which nothing lies."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        return path
