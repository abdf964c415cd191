"""A plan: frozen, ordered steps with before and after, hashed, with an expiry; what is confirmed is what runs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from console.domain.checks import Check
from console.domain.directory import AttributeChange, EntryChange

FORMAT = 1


@dataclass(frozen=True)
class PlannedCommand:
    """A command line as it will be sent, and the node that runs it."""

    node: str
    line: str
    detached: bool = False


@dataclass(frozen=True)
class Step:
    """One thing to do: looked at first, then done, then proved.

    `kind` chooses the behaviour; `params` are its arguments (JSON values); `commands` and `changes` say exactly
    what it may do. `within` is the proof's deadline in seconds. `undo` says how it is taken back, or why not.
    """

    key: str
    kind: str
    title: str
    phase: str
    """What the step belongs to, for people: `recheck`, `hand-over`, `directory`, `bring-up`, `proof`."""
    params: Mapping[str, Any] = field(default_factory=dict)
    commands: tuple[PlannedCommand, ...] = ()
    changes: tuple[EntryChange, ...] = ()
    within: float = 60.0
    repeatable: bool = True
    undo: str = ""
    no_return: str = ""
    """Why this step cannot be taken back; empty when it can."""
    safe_point: bool = False
    """Whether the operation may be stopped right before this step."""


@dataclass(frozen=True)
class Membership:
    """The rule that chooses the mailboxes, and the list it gave when the plan was made (kept beside the plan)."""

    rule: str
    count: int
    changing: int
    """How many of them change."""
    digest: str
    """SHA-256 over the sorted objectGUIDs, one a line."""
    per_store: Mapping[str, int] = field(default_factory=dict)
    tolerance: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything that an operation will do, and everything that it relies on."""

    kind: str
    cluster: str
    cluster_id: int
    source: str
    """The node that has the group now."""
    target: str
    """The node that shall have it."""
    created: datetime
    expires: datetime
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    membership: Membership
    structural: Mapping[str, Any]
    """What must be the same when the plan runs, by name; see `domain.drift`."""
    controller: str
    """The domain controller that is read and written."""
    notes: tuple[str, ...] = ()
    """What a person should know before saying yes: consequences and advice."""
    format: int = FORMAT

    @property
    def hash(self) -> str:
        """SHA-256 of the plan's canonical JSON: two plans with one hash do the same."""
        return hashlib.sha256(canonical(self.to_json())).hexdigest()

    @property
    def unknowns(self) -> tuple[Check, ...]:
        """The checks that could not be told and that a person must accept by a typed confirmation."""
        return tuple(check for check in self.checks if check.verdict == "unknown")

    @property
    def typed_confirmation(self) -> bool:
        """Whether the cluster's name must be typed: an accepted unknown, a move nobody planned, force, a go undone."""
        return bool(self.unknowns) or self.kind == "takeover" or self.past_no_return or self.by_force

    @property
    def past_no_return(self) -> bool:
        """Whether it takes back what lies beyond a line of no return: Exchange may run there, and is stopped."""
        return any(step.params.get("past_no_return") for step in self.steps)

    @property
    def by_force(self) -> bool:
        """Whether a group that does not serve mail is brought up by force, though its node may live."""
        return any(step.params.get("by_force") for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, complete."""
        raw = asdict(self)
        raw["created"], raw["expires"] = self.created.isoformat(), self.expires.isoformat()
        raw["checks"] = [check.to_json() for check in self.checks]
        plain: dict[str, Any] = json.loads(json.dumps(raw, default=_plain))
        return plain

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Plan":
        """From what `to_json` gave. Raises `ValueError` for another format."""
        if raw.get("format") != FORMAT:
            raise ValueError(f"plan format {raw.get('format')!r} is not {FORMAT}, the one this version writes")
        values = dict(raw)
        values["created"] = datetime.fromisoformat(raw["created"])
        values["expires"] = datetime.fromisoformat(raw["expires"])
        values["steps"] = tuple(_step(step) for step in raw["steps"])
        values["checks"] = tuple(Check.from_json(check) for check in raw["checks"])
        values["membership"] = Membership(**raw["membership"])
        values["notes"] = tuple(raw["notes"])
        return cls(**values)

    def step(self, key: str) -> Step:
        """The step with that key. Raises `KeyError`."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)


def canonical(value: object) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def change_from_json(raw: Mapping[str, Any]) -> EntryChange:
    """An `EntryChange` from its plain JSON values."""
    changes = tuple(AttributeChange(c["attribute"], tuple(c["before"]), tuple(c["after"])) for c in raw["changes"])
    return EntryChange(raw["dn"], raw["guid"], changes)


def _step(raw: Mapping[str, Any]) -> Step:
    values = dict(raw)
    values["commands"] = tuple(PlannedCommand(**command) for command in raw["commands"])
    values["changes"] = tuple(change_from_json(change) for change in raw["changes"])
    return Step(**values)


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")
