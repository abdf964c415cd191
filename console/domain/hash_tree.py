"""A hash tree over records of the audit: its root is signed with a head, a path of it shows that a record lies below.

As in RFC 6962, section 2.1, leaf and node are told apart by the byte before what is hashed; a node without a neighbour
goes up a level as it is.
"""

import hashlib
from collections.abc import Sequence

MOST_LEAVES = 65_536
"""Over how many records, the last ones, a root is made at most."""


def root(hashes: Sequence[str]) -> str:
    """The root over the records with these hashes (hexadecimal), in their order. Raises `ValueError` without any."""
    level = _leaves(hashes)
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def path(hashes: Sequence[str], index: int) -> list[str]:
    """What leads from the record at `index` to the root: the neighbour on each level that has one, from below."""
    level, found = _leaves(hashes), []
    while len(level) > 1:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1].hex())
        level, index = _above(level), index >> 1
    return found


def _leaves(hashes: Sequence[str]) -> list[bytes]:
    if not hashes:
        raise ValueError("there is no tree over nothing")
    return [hashlib.sha256(b"\0" + bytes.fromhex(each)).digest() for each in hashes]


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [hashlib.sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]
