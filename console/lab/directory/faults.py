"""Faults of the lab's directory, switched on and off while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

FAULTS: dict[str, str] = {
    "refuse": "connections are refused and open ones cut",
    "hang": "requests are read and never answered",
    "drop": "after=N: the connection is cut at write N+1, which is applied first when applied=True, "
    "and at the times-1 writes after it (without times: at all)",
    "wrong-password": "every password is wrong (49, data 52e)",
    "busy": "count=N: the next N writes are answered 51 (without count: all)",
    "unavailable": "count=N: the next N writes are answered 52 (without count: all)",
    "read-only": "after=N: every write from the one after N others is answered 53",
    "referral": "url=URL: every request (only=writes: every write) after N others (after=N) is answered 10",
    "object-rule": "text=TEXT: a write that gives values to an object whose name holds TEXT is answered 19 "
    "(count=N: N times)",
    "catalog": "a name's uniqueness is also judged by what the other controller holds, which may lag behind",
    "size-limit": "limit=N: a search or page gives N entries and then 4",
    "certificate": "kind=name|issuer|expired: new TLS connections show a certificate that does not fit",
    "slow": "ms=N: every request waits N milliseconds",
    "garbage": "requests are answered with bytes that are no LDAP",
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "drop": {"after": 0, "applied": False, "times": None},
    "busy": {"count": None},
    "unavailable": {"count": None},
    "read-only": {"after": 0},
    "referral": {"url": "ldap://other.example.test/", "only": "", "after": 0},
    "object-rule": {"text": "", "count": None},
    "size-limit": {"limit": 100},
    "certificate": {"kind": "name"},
    "slow": {"ms": 200},
}
CERTIFICATES = ("name", "issuer", "expired")
"""In which one way a certificate can be wrong."""
_TAKES: dict[str, Callable[[Any], bool]] = {
    "applied": lambda value: isinstance(value, bool),
    "url": lambda value: isinstance(value, str) and value.startswith("ldap"),
    "kind": lambda value: value in CERTIFICATES,
    "only": lambda value: value in ("", "writes"),
    "text": lambda value: isinstance(value, str),
} | dict.fromkeys(("after", "count", "limit", "ms", "times"), lambda value: type(value) is int and value >= 0)


class Faults:
    """The faults that are on, with their arguments. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on: dict[str, dict[str, Any]] = {}

    def switch(self, name: str, on: bool, arguments: dict[str, Any]) -> None:
        """Raises ValueError for an unknown fault or argument, or a value that it does not take, with what exists."""
        if name not in FAULTS:
            raise ValueError(f"the directory has no fault {name}; it has {', '.join(FAULTS)}")
        known = ARGUMENTS.get(name, {})
        unknown = sorted(set(arguments) - set(known))
        if unknown:
            raise ValueError(f"the fault {name} takes no {', '.join(unknown)}; {FAULTS[name]}")
        wrong = [f"{key}={value}" for key, value in arguments.items() if value is not None and not _TAKES[key](value)]
        if wrong:
            raise ValueError(f"the fault {name} does not take {', '.join(wrong)}; {FAULTS[name]}")
        with self._lock:
            if on:
                self._on[name] = {**known, **arguments}
            else:
                self._on.pop(name, None)

    def get(self, name: str) -> dict[str, Any] | None:
        """The arguments of a fault that is on, None when it is off."""
        with self._lock:
            found = self._on.get(name)
            return None if found is None else dict(found)

    def use(self, name: str) -> bool:
        """Whether the fault strikes this time; one with `after` lets so many pass, one with a count wears out."""
        with self._lock:
            found = self._on.get(name)
            if found is None:
                return False
            if found.get("after"):
                found["after"] -= 1
                return False
            if found.get("count") is not None:
                found["count"] -= 1
                if found["count"] <= 0:
                    del self._on[name]
            return True

    def strikes_write(self) -> bool | None:
        """For `drop`: None lets this write pass, otherwise the connection ends here, applied or not."""
        with self._lock:
            found = self._on.get("drop")
            if found is None:
                return None
            if found["after"] > 0:
                found["after"] -= 1
                return None
            if found["times"] is not None:
                found["times"] -= 1
                if found["times"] <= 0:
                    del self._on["drop"]
            return bool(found["applied"])

    def describe(self) -> dict[str, dict[str, Any]]:
        """The faults that are on, each with its arguments."""
        with self._lock:
            return {name: dict(arguments) for name, arguments in self._on.items()}
