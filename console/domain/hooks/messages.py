"""What a node's script tells and asks, and what the console answers."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from console.domain.hooks.canonical import to_stamp
from console.domain.hooks.headers import RUN_ID
from console.domain.hooks.lines import BadBody, parse_lines, render_lines

EventKind = Literal["starting", "started", "stopping", "stopped", "failed", "recover"]
ClpEvent = Literal["START", "FAILOVER", "RECOVER"]
AnswerKind = Literal["wait", "go", "no", "noted", "refused"]
RefusalCode = Literal["skew", "replay", "bad-body", "wrong-node", "wrong-group", "unknown-run"]

REQUIRED = ("event", "node", "cluster", "group", "run", "clp_event")
OPTIONAL = ("clp_server", "clp_disk", "clp_priority", "detail")
_MAY_BE_EMPTY = re.compile("|[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class EventBody:
    """The body of an event, each value of the right form; whether it is true is not known yet."""

    event: EventKind
    node: str
    cluster: str
    """As the script was told when it was rendered; the cluster meant is that of the key's node."""
    group: str
    run: str
    """The id of this run of the script: all its events and all their retries carry the same."""
    clp_event: ClpEvent
    clp_server: str = ""
    """HOME or OTHER, as ExpressCluster told the script."""
    clp_disk: str = ""
    """SUCCESS or FAILURE."""
    clp_priority: str = ""
    """The rank of the node in the group's policy, from 1."""
    detail: str = ""


@dataclass(frozen=True)
class VerifiedEvent:
    """An event whose signature, age, nonce and node are all as they must be."""

    body: EventBody
    node: str
    """The node's name as the inventory spells it: the one that the key belongs to."""
    node_id: int
    cluster_id: int
    at: datetime
    """When it was verified, by the database's clock."""
    key_id: str
    source: str
    """The address that it came from."""


@dataclass(frozen=True)
class Answer:
    """What the console answers; `wait` with the seconds until it is worth asking again."""

    answer: AnswerKind
    run: str = ""
    operation: int | None = None
    reason: str = ""
    expires: datetime | None = None
    poll: int | None = None
    refusal: RefusalCode | None = None
    time: datetime | None = None
    """The console's clock, for a script whose own is off."""

    def lines(self) -> bytes:
        """The answer as it goes over the wire."""
        values = {
            "answer": self.answer,
            "refusal": self.refusal,
            "run": self.run,
            "operation": self.operation,
            "reason": self.reason,
            "expires": to_stamp(self.expires) if self.expires else None,
            "poll": self.poll,
            "time": to_stamp(self.time) if self.time else None,
        }
        return render_lines({key: str(value) for key, value in values.items() if value not in (None, "")})


class HookRefusal(Exception):
    """A request that is genuine but cannot be taken: the reply says so, signed, and nothing has changed."""

    STATUS: dict[RefusalCode, int] = {
        "skew": 403,
        "replay": 409,
        "bad-body": 400,
        "wrong-node": 403,
        "wrong-group": 403,
        "unknown-run": 404,
    }

    def __init__(self, code: RefusalCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason

    @property
    def status(self) -> int:
        """The HTTP status of the reply."""
        return self.STATUS[self.code]


def read_event(body: bytes) -> EventBody:
    """The event in a body. Raises `BadBody` with what was expected."""
    values = parse_lines(body, (*REQUIRED, *OPTIONAL))
    for key in REQUIRED:
        if not values.get(key):
            raise BadBody(f"The body lacks {key}; it needs {', '.join(REQUIRED)}.")
    for key, kinds in (("event", get_args(EventKind)), ("clp_event", get_args(ClpEvent))):
        if values[key] not in kinds:
            raise BadBody(f"The value of {key} is not known; expected one of {', '.join(kinds)}.")
    check_run(values["run"])
    for key in ("clp_server", "clp_disk", "clp_priority"):
        if _MAY_BE_EMPTY.fullmatch(values.get(key, "")) is None:
            raise BadBody(f"The value of {key} is not one word of at most 32 letters, digits, _ and -.")
    kind, clp_event = cast(EventKind, values.pop("event")), cast(ClpEvent, values.pop("clp_event"))
    return EventBody(event=kind, clp_event=clp_event, **values)


def check_run(run: str) -> None:
    """Raise `BadBody` when `run` is not the id of a run."""
    if RUN_ID.fullmatch(run) is None:
        raise BadBody("The run's id is not 16 to 64 letters, digits and hyphens.")
