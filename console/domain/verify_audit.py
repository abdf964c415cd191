"""Verifies an export of the audit by itself: this one file, Python 3.8 or later, nothing else.

    python3 verify_audit.py EXPORT.jsonl [MORE.jsonl ...] [--anchors FILE]... [--key HEX]... [--json]

The files are what `manage.py audit export` writes, archives of removed segments first, `-` for standard input. Anchors
are signed heads as they were kept outside, a key what `manage.py audit key` prints. Ends with 0 when everything holds,
with 1 when something does not, with 2 when it could not look. docs/audit.md says what each finding means.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

NOTHING_BEFORE = "0" * 64
"""What the first record of all calls the hash of the one before it."""
KIND = "changeover-audit-head"
REMOVED, RESTORED = "audit:segment:removed", "database:backup:restored"
MOST_FINDINGS = 50


def canonical(data: dict[str, Any]) -> str:
    """JSON with sorted keys, no blanks and every character as itself, so that equal data gives equal bytes.

    Raises `ValueError` for numbers that JSON lacks (NaN, infinity).
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(body: str) -> str:
    """The SHA-256 of a record, in hexadecimal."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Finding:
    """Something that does not hold. `seq` is the first record that it is about."""

    seq: int
    kind: str
    text: str


@dataclass(frozen=True)
class Anchor:
    """A signed head as it was kept outside."""

    seq: int
    hash: str
    at: str
    key: str
    signature: str
    first: int = 0
    root: str = ""  # of the hash tree over the records `first` to `seq`; none in heads from before there were trees

    def message(self) -> bytes:
        """What was signed."""
        told = {"at": self.at, "hash": self.hash, "key": self.key, "kind": KIND, "seq": self.seq}
        return canonical({**told, "first": self.first, "root": self.root} if self.root else told).encode()


@dataclass
class Report:
    """What was looked at, and what does not hold; `findings` begins with the earliest record."""

    records: int = 0
    first: int = 0
    last: int = 0
    last_hash: str = NOTHING_BEFORE
    anchors: int = 0
    anchored: int = 0
    signatures_checked: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def sentences(self) -> list[str]:
        """The report for people, the most important first."""
        holds = f"The audit holds: {self.records} records, {self.first} to {self.last}."
        wrong = ["The audit does NOT hold.", *(f"{found.kind}: {found.text}" for found in self.findings)]
        told = [*([holds] if self.holds else wrong), self._about_anchors()]
        if self.anchors and not self.signatures_checked:
            told.append("The signatures of the anchors were not checked: no key was given.")
        return told

    def _about_anchors(self) -> str:
        if not self.anchors:
            return "No anchor was given: whether records are missing at the end cannot be told."
        rest = max(self.last - self.anchored, 0)
        return f"Anchors vouch for everything up to record {self.anchored}; {rest} came after it."


class Chain:
    """Records taken in one by one, in the order in which they stand, each held against those before it."""

    def __init__(self, anchors: Sequence[Anchor] = ()) -> None:
        self.anchors = sorted(anchors, key=lambda anchor: anchor.seq)
        self.report = Report(anchors=len(self.anchors))
        self._anchored = {anchor.seq: "" for anchor in self.anchors}
        self._before: str | None = None  # the hash before the last record; None when it is not known
        self._hash: str | None = None
        self._loose: Finding | None = None  # that the last record does not follow the one before it
        self._start: tuple[int, str] | None = None
        self._old = hashlib.sha256()
        self._only_old = True
        self._gaps: list[tuple[int, int, Finding]] = []
        self._removed: list[tuple[int, str]] = []
        self._restored: list[int] = []

    def take(self, line: str, stored: str | None = None) -> dict[str, Any]:
        """The next record as it stands; `stored` is its hash as kept beside it. Returns what it says."""
        expected = self.report.last + 1
        self.report.records += 1
        body = _body(line)
        if not body:
            self.find(expected, "changed", f"What stands where record {expected} should be is not a record.")
            self.report.last, self._before, self._hash = expected, self._hash, None
            return {}
        seq = body["seq"]
        if self.report.first and seq < expected:
            self._out_of_place(seq, body, line)
            return body
        if self.report.first and seq > expected:
            self._gap(expected, seq)
        self._follow(body, line, stored)
        return body

    def find(self, seq: int, kind: str, text: str) -> Finding:
        """Add a finding."""
        found = Finding(seq, kind, text)
        if len(self.report.findings) < MOST_FINDINGS:
            self.report.findings.append(found)
        return found

    def _follow(self, body: dict[str, Any], line: str, stored: str | None) -> None:
        seq, mine = body["seq"], digest(line)
        whole = stored in (None, mine)
        if not whole:
            self.find(seq, "changed", f"Record {seq} was changed.")
        self._loose = None
        if body.get("format") == 1:
            self._take_old(seq, line)
        elif whole:
            self._link(seq, body)
        self.report.first = self.report.first or seq
        self.report.last = seq
        self._before, self._hash = self._hash, (mine if stored is None else stored)
        if seq in self._anchored:
            self._anchored[seq] = mine
        self._note(body)

    def _link(self, seq: int, body: dict[str, Any]) -> None:
        """Hold what the record says of the one before it against that one."""
        previous = str(body.get("previous"))
        if self._only_old:
            self._only_old = False
            self._begin(seq, previous)
        elif self._hash is not None and previous != self._hash:
            text = f"Record {seq - 1} was changed, or what record {seq} says of it was."
            self._loose = self.find(seq - 1, "changed", text)

    def _begin(self, seq: int, previous: str) -> None:
        """The first record with a link: after segment 0, after nothing, or after what was removed."""
        if not self.report.first:
            self._start = (seq, previous)
        elif previous != self._old.hexdigest() and not self._gaps:
            text = f"Records 1 to {seq - 1}, from before the chain, are not the ones that record {seq} closed."
            self.find(self.report.first, "segment", text)

    def _take_old(self, seq: int, line: str) -> None:
        if not self._only_old:
            self.find(seq, "inserted", f"Record {seq} is of the form from before the chain, and stands within it.")
        if not self.report.first and seq != 1:
            self.find(1, "removed", f"Records 1 to {seq - 1} are missing.")
        self._old.update((line + "\n").encode("utf-8", "surrogatepass"))

    def _gap(self, expected: int, seq: int) -> None:
        which = f"Record {expected} is" if seq == expected + 1 else f"Records {expected} to {seq - 1} are"
        self._gaps.append((expected, seq - 1, self.find(expected, "removed", f"{which} missing.")))
        self._hash = None

    def _out_of_place(self, seq: int, body: dict[str, Any], line: str) -> None:
        """A number that is over: it is from before the first, was missing and comes late, or stands here twice."""
        for number, (first, last, found) in enumerate(self._gaps):
            if first <= seq <= last:
                late = Finding(first, "reordered", f"Record {first} does not stand where it belongs.")
                self.report.findings = [late if each is found else each for each in self.report.findings]
                self._gaps[number] = (first, last, late)
                return
        if seq == self.report.last and self._loose and body.get("previous") == self._before:
            self.report.findings.remove(self._loose)  # the other one was the stranger
            self._hash, self._loose = digest(line), None
        elif seq == self.report.last:
            self._hash = None  # which of the two is the stranger, the next record cannot tell
        twice = f"There are two records {seq}: one was inserted."
        self.find(seq, "inserted", twice if seq >= self.report.first else f"Record {seq} stands after later ones.")

    def _note(self, body: dict[str, Any]) -> None:
        if body.get("action") == REMOVED:
            after = body.get("after") or {}
            self._removed.append((int(after.get("last", 0)), str(after.get("last_hash"))))
        if body.get("action") == RESTORED:
            self._restored.append(body["seq"])

    def finish(self, check: Callable[[Anchor], str | None] | None = None) -> Report:
        """Hold everything against the anchors. `check` says what is wrong with an anchor's signature, or None."""
        self._check_start()
        self.report.signatures_checked = check is not None
        for anchor in self.anchors:
            if check and (wrong := check(anchor)):
                self.find(anchor.seq, "anchor", f"The anchor of record {anchor.seq} is not to be trusted: {wrong}.")
            elif not self._vouched(anchor):
                break
        self.report.last_hash = self._hash or NOTHING_BEFORE
        self.report.findings.sort(key=lambda found: found.seq)
        return self.report

    def _check_start(self) -> None:
        if self._start is None:
            return
        seq, previous = self._start
        if seq == 1 and previous != NOTHING_BEFORE:
            self.find(1, "changed", "Record 1 does not begin the chain.")
        elif seq > 1 and (seq - 1, previous) not in self._removed:
            self.find(1, "removed", f"Records 1 to {seq - 1} are missing, and no record after them says why.")

    def _vouched(self, anchor: Anchor) -> bool:
        """Whether the anchor agrees; what does not is found once, since everything after it disagrees as well."""
        report, known = self.report, self._anchored[anchor.seq]
        if anchor.seq > report.last:
            text = f"Records {report.last + 1} to {anchor.seq} are missing at the end; {anchor.seq} was anchored at"
            after = "They were cut off, or the records were replaced by an older copy."
            self.find(report.last + 1, "cut", f"{text} {anchor.at}. {after}{self._about_restores()}")
            return False
        if known and known != anchor.hash:
            since = report.anchored + 1
            text = f"Record {anchor.seq} is not the one that was anchored at {anchor.at}: records from {since} on were"
            after = "rewritten, or replaced by an older copy that went on."
            self.find(since, "replaced", f"{text} {after}{self._about_restores()}")
            return False
        if known:
            report.anchored = anchor.seq
        return True

    def _about_restores(self) -> str:
        found = [str(seq) for seq in self._restored if seq > self.report.anchored]
        return f" Record {', '.join(found)} says that a backup was restored." if found else ""


def _body(line: str) -> dict[str, Any]:
    """What a line says; empty when no record was ever written so."""
    try:
        told = json.loads(line)
        known = isinstance(told, dict) and type(told.get("seq")) is int and told["seq"] > 0 and canonical(told) == line
    except (ValueError, RecursionError):
        return {}
    return told if known else {}


def read_anchors(lines: Iterable[str]) -> Iterator[Anchor]:
    """The anchors among `lines`; what stands before one, such as the head of a syslog line, is passed over."""
    for line in lines:
        start = line.find('{"at"')
        if start < 0 or KIND not in line:
            continue
        try:
            told, _ = json.JSONDecoder().raw_decode(line[start:])
            seal, at, key, sign = (str(told[name]) for name in ("hash", "at", "key", "signature"))
            yield Anchor(int(told["seq"]), seal, at, key, sign, int(told.get("first", 0)), str(told.get("root", "")))
        except (ValueError, KeyError, TypeError):
            continue


def key_id(public: bytes) -> str:
    """The short name of a public key, which its anchors carry."""
    return hashlib.sha256(public).hexdigest()[:16]


def checker(keys: Iterable[bytes]) -> Callable[[Anchor], str | None]:
    """What says of an anchor why its signature is not one of `keys`, raw Ed25519 public keys; None when it is."""
    known = {key_id(key): key for key in keys}

    def check(anchor: Anchor) -> str | None:
        if anchor.key not in known:
            return f"it is signed with a key that was not given ({anchor.key})"
        try:
            signature = bytes.fromhex(anchor.signature)
        except ValueError:
            return "its signature is damaged"
        return None if ed25519(known[anchor.key], anchor.message(), signature) else "its signature is wrong"

    return check


# Ed25519 as in RFC 8032, section 5.1: the curve -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo P.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


class Point(NamedTuple):
    """A point of the curve: x is `x`/`z`, y is `y`/`z`, and their product `t`/`z`."""

    x: int
    y: int
    z: int
    t: int


def _add(p: Point, q: Point) -> Point:
    a, b = (p.y - p.x) * (q.y - q.x) % P, (p.y + p.x) * (q.y + q.x) % P
    c, d = 2 * p.t * q.t * D % P, 2 * p.z * q.z % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return Point(e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, p: Point) -> Point:
    total = Point(0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, p)
        p, number = _add(p, p), number >> 1
    return total


def _point(data: bytes) -> Point | None:
    """The point that 32 bytes stand for, None when they stand for none (section 5.1.3)."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return Point(x, y, 1, x * y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` was made with the key behind `public` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if key is None or r is None or base is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _times(s, base), _add(r, _times(k, key))
    return (left.x * right.z - right.x * left.z) % P == 0 == (left.y * right.z - right.y * left.z) % P


def lines_of(name: str) -> Iterator[str]:
    """The lines of a file, or of standard input, without their ends. Only a line feed ends one."""
    if name == "-":
        yield from (line.rstrip("\n") for line in sys.stdin)
        return
    with open(name, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything holds, 1 when something does not, 2 when it could not look."""
    parser = argparse.ArgumentParser(description="Verify an export of the audit.")
    parser.add_argument("export", nargs="+", help="JSON Lines, archives first; - for standard input")
    parser.add_argument("--anchors", action="append", default=[], metavar="FILE", help="signed heads kept outside")
    parser.add_argument("--key", action="append", default=[], metavar="HEX", help="public key of the console")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args(arguments)
    try:
        keys = [bytes.fromhex(key) for key in chosen.key]
        chain = Chain([anchor for name in chosen.anchors for anchor in read_anchors(lines_of(name))])
        for name in chosen.export:
            for line in lines_of(name):
                chain.take(line)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Could not look: {error}. Give files of manage.py audit export, and keys of audit key.\n")
        return 2
    report = chain.finish(checker(keys) if keys else None)
    told = json.dumps({**asdict(report), "holds": report.holds}) if chosen.json else "\n".join(report.sentences())
    sys.stdout.write(told + "\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
