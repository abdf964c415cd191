"""The effect log: everything that really changed in the lab, numbered, for tests to bear witness."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Effect:
    """One change: `subject` (of `kind`, on `node`) went from `before` to `after`, caused `by` a command or rule."""

    seq: int
    at: str
    node: str
    kind: str
    subject: str
    before: str
    after: str
    by: str


class EffectLog:
    """Numbered effects in memory and, when a path is given, as JSON lines in a file.

    It has a lock of its own, so that a directory server may record while the world waits for it.
    """

    def __init__(self, timestamp: Callable[[], str], path: Path | None = None) -> None:
        self._timestamp = timestamp
        self._lock = threading.Lock()
        self._effects: list[Effect] = []
        self._file = path.open("a", encoding="utf-8") if path else None

    def record(
        self, kind: str, subject: str, before: str = "", after: str = "", *, node: str = "", by: str = ""
    ) -> Effect:
        """Append one effect and return it with its number."""
        with self._lock:
            effect = Effect(len(self._effects) + 1, self._timestamp(), node, kind, subject, str(before), str(after), by)
            self._effects.append(effect)
            if self._file:
                self._file.write(json.dumps(asdict(effect), ensure_ascii=False) + "\n")
                self._file.flush()
            return effect

    def since(self, seq: int = 0) -> list[Effect]:
        """All effects numbered above `seq`."""
        with self._lock:
            return self._effects[seq:]

    def close(self) -> None:
        """Close the file; recording goes on in memory."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None
