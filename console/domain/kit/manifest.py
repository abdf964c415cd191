"""What a kit is and that it is whole: lines of `key=value`, signed with the key of the node that it lies on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.domain.hooks.canonical import to_stamp
from console.domain.kit.records import PARTS
from console.domain.kit.sealed import FORM, BadKit, is_sealed, moment, number, said, seal
from console.domain.secrets import Secret

TAG = b"CHO1-KIT"
MANIFEST, RECORDS = "kit.txt", "kit.ldf"
_TEXTS = ("cluster", "node", "source", "target", "controller", "key_id", "records_hash")
_KEYS = ("kit", *_TEXTS, "made", "listed", *PARTS)


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
    """The manifest as a file, signed with `key`."""
    values = {"kit": FORM, **{name: str(getattr(manifest, name)) for name in _TEXTS}}
    values |= {"made": to_stamp(manifest.made), "listed": to_stamp(manifest.listed)}
    return seal(TAG, values | {part: str(manifest.counts.get(part, 0)) for part in PARTS}, key)


def read_manifest(data: bytes) -> Manifest:
    """What a manifest says; whether it may be believed says `verify`. Raises `BadKit`."""
    found = said(MANIFEST, data, _KEYS)
    return Manifest(
        **{name: found[name] for name in _TEXTS},
        made=moment(MANIFEST, found["made"]),
        listed=moment(MANIFEST, found["listed"]),
        counts={part: number(MANIFEST, found[part]) for part in PARTS},
    )


def verify(data: bytes, records: bytes, key: Secret) -> Manifest:
    """The manifest of a kit that is whole and signed with `key`. Raises `BadKit`."""
    manifest = read_manifest(data)
    if not is_sealed(TAG, data, key):
        raise BadKit(f"The signature of {MANIFEST} is not one of {manifest.node}'s key {manifest.key_id}.")
    if digest(records) != manifest.records_hash:
        raise BadKit(f"{RECORDS} is not the file that {MANIFEST} was signed for.")
    return manifest
