"""What a node kept of applying its kit: how far it came, signed, and every record that was refused."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from console.domain.directory import AttributeChange, EntryChange
from console.domain.hooks.canonical import to_stamp
from console.domain.kit.manifest import digest
from console.domain.kit.runner import Applied, Conflict
from console.domain.kit.sealed import FORM, BadKit, is_sealed, moment, number, said, seal
from console.domain.secrets import Secret

TAG = b"CHO1-SPL"
SPOOL, CONFLICTS = "spool.txt", "conflicts.ldf"
REMEDY = "Fetch both files from the node again; if they are the same there, look at the directory with a plan."
_TEXTS = ("cluster", "node", "key_id", "run", "kit_hash", "conflicts_hash")
_COUNTS = ("records", "conflicts", "untried")
_KEYS = ("spool", *_TEXTS, "begun", "ended", *_COUNTS)
_HEAD = re.compile(r"# record (\d{1,9}) refused (\d{1,9})")


@dataclass(frozen=True)
class Spool:
    """What one run of a node's script did with the kit."""

    cluster: str
    node: str
    key_id: str
    run: str
    """The id of the script's run."""
    kit_hash: str
    """`records_hash` of the kit that was applied."""
    conflicts_hash: str
    begun: datetime
    ended: datetime
    records: int
    conflicts: int
    untried: int

    @property
    def applied(self) -> int:
        """How many records were carried out."""
        return self.records - self.conflicts - self.untried


def conflicts_file(applied: Applied) -> bytes:
    """The refused records as LDIF with CRLF, each behind a comment with its place in the kit and its code."""
    parts = (f"# record {c.number} refused {c.code}\n{c.record}" for c in applied.conflicts)
    return "\n".join(parts).replace("\n", "\r\n").encode("ascii")


def signed_spool(spool: Spool, key: Secret) -> bytes:
    """The spool as a file, signed with `key`."""
    values = {"spool": FORM, **{name: str(getattr(spool, name)) for name in _TEXTS}}
    values |= {"begun": to_stamp(spool.begun), "ended": to_stamp(spool.ended)}
    return seal(TAG, values | {name: str(getattr(spool, name)) for name in _COUNTS}, key)


def read_spool(data: bytes) -> Spool:
    """What a spool says; whether it may be believed says `verify_spool`. Raises `BadKit`."""
    found = said(SPOOL, data, _KEYS)
    times = {name: moment(SPOOL, found[name]) for name in ("begun", "ended")}
    counts = {name: number(SPOOL, found[name]) for name in _COUNTS}
    spool = Spool(**{name: found[name] for name in _TEXTS}, **times, **counts)  # type: ignore[arg-type]
    if spool.applied < 0:
        raise BadKit(f"{SPOOL} counts more conflicts than records.", remedy=REMEDY)
    return spool


def verify_spool(data: bytes, conflicts: bytes, key: Secret) -> tuple[Spool, tuple[Conflict, ...]]:
    """A spool that is whole and signed with `key`, and its conflicts. Raises `BadKit`."""
    spool = read_spool(data)
    if not is_sealed(TAG, data, key):
        text = f"The signature of {SPOOL} is not one of {spool.node}'s key {spool.key_id}."
        raise BadKit(text, remedy=REMEDY)
    if digest(conflicts) != spool.conflicts_hash:
        raise BadKit(f"{CONFLICTS} is not the file that {SPOOL} was signed for.", remedy=REMEDY)
    found = tuple(_conflicts(conflicts.decode("ascii")))
    if len(found) != spool.conflicts:
        raise BadKit(f"{CONFLICTS} has {len(found)} records and {SPOOL} says {spool.conflicts}.", remedy=REMEDY)
    return spool, found


def _conflicts(text: str) -> Iterator[Conflict]:
    head: re.Match[str] | None = None
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        if match := _HEAD.fullmatch(line):
            head = match
        elif line and head:
            lines.append(line)
        elif head and lines:
            yield Conflict(int(head[1]), int(head[2]), "\n".join(lines) + "\n")
            head, lines = None, []


def change_of(record: str) -> EntryChange:
    """What a record of a kit changes. Raises `BadKit` for one that no kit holds."""
    pairs = [_pair(line) for line in record.replace("\n ", "").split("\n") if line not in ("-", "")]
    if len(pairs) < 3 or pairs[0][0] != "dn" or pairs[1] != ("changetype", "modify"):
        raise BadKit(f"A record of {CONFLICTS} is not one of a kit.", remedy=REMEDY)
    gone: dict[str, list[str]] = {}
    come: dict[str, list[str]] = {}
    where: list[str] = []
    for name, value in pairs[2:]:
        if name in ("delete", "add", "replace"):
            gone.setdefault(value, [])
            where = (gone if name == "delete" else come).setdefault(value, [])
        else:
            where.append(value)
    changes = (AttributeChange(name, tuple(before), tuple(come.get(name, ()))) for name, before in gone.items())
    return EntryChange(pairs[0][1], "", tuple(changes))


def _pair(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise BadKit(f"A record of {CONFLICTS} has a line without a colon.", remedy=REMEDY)
    if value.startswith(":"):
        try:
            return name, base64.b64decode(value[1:].strip(), validate=True).decode()
        except ValueError:
            raise BadKit(f"A record of {CONFLICTS} has a value that cannot be read.", remedy=REMEDY) from None
    return name, value.removeprefix(" ")
