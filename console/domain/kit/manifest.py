"""What a kit is and that it is whole: lines of `key=value`, signed with the key of the node that it lies on."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.domain.hooks.canonical import to_stamp
from console.domain.kit.records import PARTS
from console.domain.kit.runner import BATCH
from console.domain.kit.sealed import FORM, BadKit, is_sealed, moment, number, said, seal
from console.domain.secrets import Secret

TAG = b"CHO1-KIT"
MANIFEST, RECORDS = "kit.txt", "kit.ldf"
VALID = timedelta(days=14)
"""How long after it was made a node may use a kit: what a directory held longer ago is no base for changing it."""
_TEXTS = ("cluster", "node", "source", "target", "controller", "key_id", "records_hash")
_TIMES = ("made", "until", "listed")
_KEYS = ("kit", *_TEXTS, *_TIMES, *PARTS)
_NEXT = re.compile(rb"^# next ([0-9a-f]{64})\r\n", re.MULTILINE)


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
    until: datetime
    """When the node stops using it."""
    listed: datetime
    """When the mailboxes were read."""
    records_hash: str
    """Of the first section of the file of records, in hex; each section holds that of the next."""
    counts: Mapping[str, int]
    """How many records each part has."""


def digest(data: bytes) -> str:
    """SHA-256 (FIPS 180-4) in hex."""
    return hashlib.sha256(data).hexdigest()


def records_file(records: Sequence[str], batch: int = BATCH) -> tuple[bytes, str]:
    """The records, each after an empty line, as a file with CRLF, and the hash of its first section.

    A section is as long as a batch and ends with the hash of the next one in a comment. So a node, which hashes
    slowly, proves each right before it hands it over, and begins with what matters most without reading the rest.
    """
    sections: list[bytes] = []
    following = ""
    for start in reversed(range(0, max(len(records), 1), batch)):
        text = "".join(["version: 1\n" if start == 0 else "", *records[start : start + batch]])
        if following:
            text += f"\n# next {following}\n"
        sections.append(text.replace("\n", "\r\n").encode("ascii"))
        following = digest(sections[-1])
    return b"".join(reversed(sections)), following


def is_signed_for(records: bytes, first: str) -> bool:
    """Whether a file of records is the one whose first section has the hash `first`, whole."""
    at, wanted = 0, first
    for found in _NEXT.finditer(records):
        if digest(records[at : found.end()]) != wanted:
            return False
        at, wanted = found.end(), found[1].decode()
    return digest(records[at:]) == wanted


def signed(manifest: Manifest, key: Secret) -> bytes:
    """The manifest as a file, signed with `key`."""
    values = {"kit": FORM, **{name: str(getattr(manifest, name)) for name in _TEXTS}}
    values |= {name: to_stamp(getattr(manifest, name)) for name in _TIMES}
    return seal(TAG, values | {part: str(manifest.counts.get(part, 0)) for part in PARTS}, key)


def read_manifest(data: bytes) -> Manifest:
    """What a manifest says; whether it may be believed says `verify`. Raises `BadKit`."""
    found = said(MANIFEST, data, _KEYS)
    return Manifest(
        **{name: found[name] for name in _TEXTS},  # type: ignore[arg-type]
        **{name: moment(MANIFEST, found[name]) for name in _TIMES},  # type: ignore[arg-type]
        counts={part: number(MANIFEST, found[part]) for part in PARTS},
    )


def verify(data: bytes, records: bytes, key: Secret) -> Manifest:
    """The manifest of a kit that is whole and signed with `key`. Raises `BadKit`."""
    manifest = read_manifest(data)
    if not is_sealed(TAG, data, key):
        raise BadKit(f"The signature of {MANIFEST} is not one of {manifest.node}'s key {manifest.key_id}.")
    if not is_signed_for(records, manifest.records_hash):
        raise BadKit(f"{RECORDS} is not the file that {MANIFEST} was signed for.")
    return manifest
