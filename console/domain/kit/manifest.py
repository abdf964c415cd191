"""What a kit is and that it is whole: lines of `key=value`, signed with the key of the node that it lies on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.domain.errors import ChangeoverError
from console.domain.hooks.canonical import from_stamp, matches, sign, to_stamp
from console.domain.hooks.lines import BadBody, parse_lines, render_lines
from console.domain.kit.records import PARTS
from console.domain.secrets import Secret

TAG = b"CHO1-KIT\n"
MANIFEST, RECORDS = "kit.txt", "kit.ldf"
FORM = "1"
_TEXTS = ("cluster", "node", "source", "target", "controller", "key_id", "records_hash")
_KEYS = ("kit", *_TEXTS, "made", "listed", *PARTS, "mac")


class BadKit(ChangeoverError):
    """A kit that must not be used; the message says what is wrong with it."""

    remedy = "Make it anew: manage.py kit make CLUSTER --node NODE --output DIR"


@dataclass(frozen=True)
class Manifest:
    """What a kit holds, for which node, and as of when."""

    cluster: str
    node: str
    """Whose Exchange server the records point the directory at."""
    source: str
    target: str
    """Names of the two server objects: from which to which."""
    controller: str
    """The domain controller that the records are for."""
    key_id: str
    made: datetime
    listed: datetime
    """When the mailboxes were read."""
    records_hash: str
    """Of the file of records, in hex."""
    counts: Mapping[str, int]
    """How many records each part has."""


def digest(records: bytes) -> str:
    """The hash of a file of records, as the manifest holds it."""
    return hashlib.sha256(records).hexdigest()


def signed(manifest: Manifest, key: Secret) -> bytes:
    """The manifest as a file: its lines, then `mac` with HMAC-SHA256 (RFC 2104) over the tag and those lines."""
    values = {"kit": FORM, **{name: str(getattr(manifest, name)) for name in _TEXTS}}
    values |= {"made": to_stamp(manifest.made), "listed": to_stamp(manifest.listed)}
    body = render_lines(values | {part: str(manifest.counts.get(part, 0)) for part in PARTS})
    return body + render_lines({"mac": sign(key, TAG + body)})


def read_manifest(data: bytes) -> Manifest:
    """What a manifest says; whether it may be believed says `verify`. Raises `BadKit`."""
    try:
        found = parse_lines(data, _KEYS)
    except BadBody as error:
        raise BadKit(f"{MANIFEST} cannot be read. {error.message}") from None
    missing = [key for key in _KEYS if not found.get(key)]
    if missing:
        raise BadKit(f"{MANIFEST} lacks {', '.join(missing)}.")
    if found["kit"] != FORM:
        raise BadKit(f"{MANIFEST} has the form {found['kit']}; this release reads the form {FORM}.")
    made, listed = from_stamp(found["made"]), from_stamp(found["listed"])
    if made is None or listed is None or not all(found[part].isdecimal() for part in PARTS):
        raise BadKit(f"{MANIFEST} holds a time or a count that is none.")
    texts = {name: found[name] for name in _TEXTS}
    return Manifest(made=made, listed=listed, counts={part: int(found[part]) for part in PARTS}, **texts)


def verify(data: bytes, records: bytes, key: Secret) -> Manifest:
    """The manifest of a kit that is whole and signed with `key`. Raises `BadKit`."""
    manifest = read_manifest(data)
    body, _, mac = data.replace(b"\r\n", b"\n").rpartition(b"mac=")
    if not matches(key, TAG + body, mac.decode("ascii").strip()):
        raise BadKit(f"The signature of {MANIFEST} is not one of {manifest.node}'s key {manifest.key_id}.")
    if digest(records) != manifest.records_hash:
        raise BadKit(f"{RECORDS} is not the file that {MANIFEST} was signed for.")
    return manifest
