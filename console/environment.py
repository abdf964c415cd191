"""Reading the environment: texts, numbers, choices, secrets and addresses, each refused with what to do."""

import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str = "") -> str:
    """The variable's text without blanks around it, or `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool) -> bool:
    """True for 1, true, yes, on; false for 0, false, no, off; anything else is refused."""
    text = env(name).casefold()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is neither yes nor no. Set it to 1 or 0.")


def env_int(name: str, default: int) -> int:
    """A whole number of zero or more."""
    text = env(name, str(default))
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} is not a whole number. Set it to one, such as {default}.")
    return int(text)


def env_list(name: str, default: Sequence[str] = ()) -> list[str]:
    """The parts between commas, blanks removed."""
    parts = [part.strip() for part in env(name).split(",")]
    return [part for part in parts if part] or list(default)


def env_choice(name: str, choices: Sequence[str]) -> str:
    """One of `choices`; the first is the default."""
    text = env(name, choices[0])
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is not one of {', '.join(choices)}. Set it to one of them.")
    return text


def env_parts(name: str, choices: Sequence[str]) -> list[str]:
    """Some of `choices`, in their order; all of them when none is named."""
    named = env_list(name, choices)
    if not set(named) <= set(choices):
        raise ImproperlyConfigured(f"{name} names something else than {', '.join(choices)}. Set it to some of them.")
    return [choice for choice in choices if choice in named]


def env_secret(name: str) -> str:
    """The secret in the variable, or in the file that `NAME_FILE` names; empty when neither is set."""
    path = env(f"{name}_FILE")
    if not path:
        return env(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read ({type(error).__name__}). "
            "Correct the path, or let the console's account read the file."
        ) from error


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret kept in `path`, made and stored readable by its owner alone when there is none yet.

    Several processes may start at once: the first to link its file wins and all read that one.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} can be neither read nor made ({error.strerror}). Let the console's account write "
            f"to {path.parent}, or set CHANGEOVER_STATE_DIR to a folder that it may write to."
        ) from error


def sqlite_database(path: Path) -> dict[str, Any]:
    """The embedded database: writers queue from their first statement instead of failing half-way.

    `synchronous=FULL` because a journal line that is lost with the power could let a step run twice.
    """
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}


def database_from_url(url: str) -> dict[str, Any]:
    """A `postgresql://user:password@host:port/name?sslmode=…` address as Django's settings.

    Raises `ImproperlyConfigured` without repeating the address, which holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured("CHANGEOVER_DATABASE_URL cannot be read. Check its host and port.") from error
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "CHANGEOVER_DATABASE_URL is not of the form postgresql://user:password@host:5432/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_HEALTH_CHECKS": True,
    }


def origin_of(url: str) -> list[str]:
    """Scheme, host and port of `url` as a list of one; empty for an empty one. Raises `ImproperlyConfigured`."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{url} is no address. Write it as https://host/path.") from error
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
