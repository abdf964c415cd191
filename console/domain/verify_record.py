"""Verifies the record of one operation by itself: Python 3.8 or later, nothing else.

    python3 verify_record.pyz RECORD.html [--key HEX]... [--anchors FILE]... [--json]
    python3 -m console.domain.verify_record ...        the same, in the folder of a release

The file is what `manage.py record` or the operation's page gives. A key is what `manage.py audit key` prints, anchors
are signed heads as they were kept outside. Ends with 0 when everything holds, with 1 when something does not, with 2
when it could not look. docs/records.md says what each finding means.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from console.domain.record_page import BEGIN, END, page, style_of
from console.domain.verify_audit import Anchor, canonical, checker, digest, lines_of, read_anchors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Row = list[Any]
    Body = dict[str, Any]

FORMAT = 1
KIND = "changeover-record"
PARTS = {
    *("kind", "format", "operation", "ending", "acknowledged", "ticket", "plan", "plan_hash", "mailboxes"),
    *("journal", "receipts", "approval", "records", "heads"),
}
ENDED = ("succeeded", "failed", "stopped", "uncertain")


def fingerprint(rows: Iterable[Row | Body]) -> dict[str, Any]:
    """How many rows there are, and the SHA-256 of them as canonical JSON, one a line."""
    seal, count = hashlib.sha256(), 0
    for row in rows:
        count += 1
        seal.update((json.dumps(row, sort_keys=True, separators=(",", ":")) + "\n").encode())
    return {"count": count, "digest": seal.hexdigest()}


def root_of(leaf: str, index: int, size: int, path: Sequence[str]) -> str:
    """The root to which a path leads from the record at `index` of `size`; empty where it leads nowhere."""
    rest = list(path)
    try:
        node = hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest()
        while size > 1:
            if index ^ 1 < size:
                other = bytes.fromhex(rest.pop(0))
                node = hashlib.sha256(b"\1" + (other + node if index & 1 else node + other)).digest()
            index, size = index >> 1, (size + 1) // 2
    except (ValueError, IndexError, TypeError):
        return ""
    return "" if rest or index else node.hex()


@dataclass
class Report:
    """What does not hold, by the part of the record that it is about; and what cannot be told."""

    operation: str = ""
    findings: list[dict[str, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def find(self, part: str, text: str) -> None:
        """Add a finding."""
        self.findings.append({"part": part, "text": text})

    def sentences(self) -> list[str]:
        """The report for people, the most important first."""
        told = [f"The record {self.operation} {'holds' if self.holds else 'does NOT hold'}.".replace("  ", " ")]
        told += [f"{found['part']}: {found['text']}" for found in self.findings]
        return told + [f"Cannot be told: {text}" for text in self.open]


class Check:
    """One record, held against what its audit records, and the signed heads over them, vouch for."""

    def __init__(self, data: Body, keys: Sequence[bytes] = (), anchors: Iterable[Anchor] = ()) -> None:
        self.data = data
        self.report = Report(f"of operation {data['operation']['id']}")
        self.keys = keys
        self.outside = {anchor.seq: anchor for anchor in anchors}
        self.bodies: list[Body] = [json.loads(each["body"]) for each in data["records"]]
        me = str(data["operation"]["id"])
        self.mine = [b for b in self.bodies if b["subject_type"] == "operation" and b["subject_id"] == me]

    def run(self) -> Report:
        """Everything that can be found."""
        self._heads()
        self._records()
        self._plan()
        self._vouched()
        self._ending()
        self._request()
        self._approval()
        self._later_words()
        return self.report

    def _heads(self) -> None:
        check = checker(self.keys) if self.keys else None
        self.heads: dict[int, Anchor] = {}
        for line in self.data["heads"]:
            head = next(iter(read_anchors([line])), None)
            if head is None or not head.root:
                self.report.find("head", "A signed head of the audit is damaged.")
                continue
            self.heads[head.seq] = head
            if check and (wrong := check(head)):
                self.report.find("head", f"The head of record {head.seq} is not to be trusted: {wrong}.")
            kept = self.outside.get(head.seq)
            if kept and (kept.hash, kept.root) != (head.hash, head.root):
                self.report.find("head", f"The head of record {head.seq} is not the one that was kept outside.")
        if not self.keys:
            self.report.open.append("whether the heads are signed by the console: no key was given.")

    def _records(self) -> None:
        before, before_hash, unsigned = 0, "", []
        for number, body in enumerate(self.bodies):
            each = self.data["records"][number]
            seq, mine = body["seq"], digest(each["body"])
            if canonical(body) != each["body"] or seq <= before:
                self.report.find("audit", f"Record {seq} is not one that the console writes, or not in its place.")
            if before and seq == before + 1 and body.get("previous") not in (None, before_hash):
                self.report.find("audit", f"Record {before} is not the one that record {seq} follows.")
            if each["head"] is None:
                unsigned.append(str(seq))
            elif not self._signed(seq, mine, each):
                self.report.find("audit", f"Record {seq} is not what was signed with record {each['head']}.")
            before, before_hash = seq, mine
        if unsigned:
            which = ", ".join(unsigned)
            self.report.open.append(f"whether record {which} of the audit was changed: no head with a tree covers it.")

    def _signed(self, seq: int, mine: str, each: Body) -> bool:
        head = self.heads.get(each["head"])
        if head is None or not head.first <= seq <= head.seq:
            return False
        return root_of(mine, seq - head.first, head.seq - head.first + 1, each["path"]) == head.root

    def _plan(self) -> None:
        plan, told = self.data["plan"], self.data["plan_hash"]
        seal = hashlib.sha256(canonical(plan).encode("utf-8", "surrogatepass")).hexdigest() if plan else ""
        if seal != told:
            self.report.find("plan", "The plan is not the one that its hash belongs to.")
        for body in self.mine:
            said = (body["before"] or {}).get("plan") or (body["after"] or {}).get("plan")
            if said and said != told:
                self.report.find("plan", f"The plan is not the one that record {body['seq']} names by its hash.")

    def _vouched(self) -> None:
        """The parts of which the audit keeps fingerprints: each time it ended, and when it was looked into."""
        vouching = [
            (body["seq"], body["after"]["evidence"]) for body in self.mine if "evidence" in (body["after"] or {})
        ]
        for seq, told in vouching:
            self._grown("journal", "The journal", seq, told)
            self._grown("receipts", "What was found before it was changed", seq, told)
            for missing in sorted(set(told["records"]) - {body["seq"] for body in self.bodies}):
                self.report.find("audit", f"Record {missing}, of which record {seq} tells, is missing.")
        if vouching and not self._under_way():
            seq, told = vouching[-1]
            for part, what in (
                ("operation", "What was asked for, and when it ran,"),
                ("mailboxes", "The mailbox list"),
            ):
                rows = [self.data["operation"]] if part == "operation" else self.data["mailboxes"]
                if fingerprint(rows) != told[part]:
                    self.report.find(part, f"{what} is not what record {seq} vouches for.")
        self._beyond(vouching[-1][1] if vouching else None)

    def _grown(self, part: str, what: str, seq: int, told: Body) -> None:
        rows = self.data[part]
        if fingerprint(rows[: told[part]["count"]]) != told[part]:
            self.report.find(part, f"{what} is not what record {seq} vouches for ({told[part]['count']} entries).")

    def _beyond(self, last: Body | None) -> None:
        """What was written after the last record that vouches for it: nothing, once the operation has ended."""
        for part in ("journal", "receipts"):
            known, there = last[part]["count"] if last else 0, len(self.data[part])
            if there <= known:
                continue
            text = f"entries {known + 1} to {there} of the {part}"
            if last and not self._under_way():
                self.report.find(part, f"No record vouches for {text}: they were added after the operation had ended.")
            else:
                self.report.open.append(f"whether {text} were changed: no record of the audit vouches for them yet.")

    def _under_way(self) -> bool:
        """Whether the audit says that it has not ended, or goes on after that."""
        acts = [body["action"] for body in self.mine]
        ends = [at for at, body in enumerate(self.mine) if _ends(body)]
        return not ends or any(act.startswith("operation:continue:") for act in acts[ends[-1] :])

    def _ending(self) -> None:
        found, ending = [body for body in self.mine if _ends(body)], self.data["ending"]
        if self._under_way():
            if ending["status"] in ENDED:
                self.report.find("ending", f"It says {ending['status']}, and no record of the audit says so.")
            self.report.open.append("how it ended: it had not when this record was made.")
            return
        told = found[-1]["after"]
        for name in ("status", "summary", "step", "remedy"):
            if ending[name] != told[name]:
                self.report.find("ending", f"Its {name} is not what record {found[-1]['seq']} says.")

    def _request(self) -> None:
        asked, told = self.data["operation"], [body for body in self.mine if body["action"].endswith(":confirmed")]
        if not told:
            if not asked["automatic"] and asked["kind"] != "diagnose":
                self.report.find("request", "No record of the audit says who confirmed it.")
            return
        body = told[0]
        said = (body["actor"], body["origin"], body["reason"], body["after"].get("source"), body["after"].get("target"))
        if said != (asked["by"], asked["origin"], asked["reason"], asked["source"], asked["target"]):
            self.report.find("request", f"What was confirmed, by whom and why is not what record {body['seq']} says.")

    def _approval(self) -> None:
        """Who asked for the approval, who gave it with what words, and what became of it."""
        row, about = self.data["approval"], [b for b in self.bodies if b["action"].startswith("approval:plan:")]
        gone = [b for b in self.mine if b["action"] == "approval:plan:overridden"]
        by = [b["after"]["approved by"] for b in self.mine if "approved by" in (b["after"] or {})]
        if row is None:
            if by:
                self.report.find("approval", "It was approved, says the audit, and the record holds no approval.")
            return
        asks = [at for at, b in enumerate(about) if b["action"] == "approval:plan:asked"]
        since = about[asks[-1] :] if asks else []
        given = sorted([b["actor"], b["reason"]] for b in since if b["action"] == "approval:plan:approved")
        state = "overridden" if gone else "used" if by else (since[-1]["after"] or {}).get("state") if since else ""
        first = since[0] if since else gone[0] if gone else None
        asked = (first["actor"], first["reason"], first["after"].get("plan")) if first else ("", "", "")
        if asked != (row["by"], row["reason"], row["plan_hash"]):
            self.report.find("approval", "Who asked for the approval, of what and why, is not what the audit says.")
        if given != sorted(row["votes"]):
            self.report.find("approval", "Who approved it, with what words, is not what the audit says.")
        if row["state"] != state or (gone and row["decision"] != gone[0]["reason"]):
            self.report.find("approval", "What became of the approval is not what the audit says.")

    def _later_words(self) -> None:
        """The acknowledgement and the ticket, which may come after the end."""
        said: list[str] | None = None
        for body in self.mine:
            if body["action"].startswith("operation:continue:"):
                said = None
            elif body["action"] == "operation:ending:acknowledged":
                said = [body["actor"], body["reason"]]
        if self.data["acknowledged"] != said:
            self.report.find("acknowledgement", "Who acknowledged it, with what words, is not what the audit says.")
        tickets = [b["after"]["ticket"] for b in self.mine if "ticket" in (b["after"] or {})]
        if self.data["ticket"] != (tickets[-1] if tickets else ""):
            self.report.find("ticket", "The ticket is not the one that the audit says.")


def _ends(body: Body) -> bool:
    after = body["after"] or {}
    return "summary" in after and after.get("status") in ENDED


def verify_data(data: Body, keys: Sequence[bytes] = (), anchors: Iterable[Anchor] = ()) -> Report:
    """What does not hold of the data of a record; `keys` are raw public keys, `anchors` heads kept outside."""
    try:
        if set(data) != PARTS or (data["kind"], data["format"]) != (KIND, FORMAT):
            raise ValueError("not a record of this form")
        return Check(data, keys, anchors).run()
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        report = Report()
        report.find("file", f"What it holds is no record of an operation, or was damaged ({type(error).__name__}).")
        return report


def verify_file(text: str, keys: Sequence[bytes] = (), anchors: Iterable[Anchor] = ()) -> Report:
    """What does not hold of a record as a file: its data, and what it shows beside them."""
    _, begun, rest = text.partition(BEGIN)
    inside, ended, _ = rest.partition(END)
    try:
        if not begun or not ended:
            raise ValueError("nothing in it is the data of a record")
        data = json.loads(html.unescape(inside))
    except (ValueError, RecursionError) as error:
        report = Report()
        report.find("file", f"Its data cannot be read: {error}. It is no record of an operation, or was damaged.")
        return report
    report = verify_data(data, keys, anchors)
    if report.operation:
        _readable(data, text, report)
    return report


def _readable(data: Body, text: str, report: Report) -> None:
    """Hold what people read against the data: the page is made anew and has to be the same, character by character."""
    style = style_of(text)
    if style is None:
        report.find("page", "Its style is none that a release of the console writes: it may hide what it shows.")
        return
    try:
        mine = page(data, style)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        report.find("page", f"What it shows cannot be made from its data ({type(error).__name__}).")
        return
    if mine != text:
        want, there = mine.split("\n"), text.split("\n")
        line = next((at for at, each in enumerate(want, 1) if there[at - 1 : at] != [each]), len(want))
        report.find("page", f"What line {line} of the file shows is not what its data say.")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything holds, 1 when something does not, 2 when it could not look."""
    parser = argparse.ArgumentParser(description="Verify the record of one operation.")
    parser.add_argument("record", help="the HTML file")
    parser.add_argument("--anchors", action="append", default=[], metavar="FILE", help="signed heads kept outside")
    parser.add_argument("--key", action="append", default=[], metavar="HEX", help="public key of the console")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args(arguments)
    try:
        keys = [bytes.fromhex(key) for key in chosen.key]
        anchors = [anchor for name in chosen.anchors for anchor in read_anchors(lines_of(name))]
        with open(chosen.record, encoding="ascii", errors="surrogateescape", newline="") as file:
            report = verify_file(file.read(), keys, anchors)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Could not look: {error}. Give the file of manage.py record, and keys of audit key.\n")
        return 2
    told = json.dumps({**asdict(report), "holds": report.holds}) if chosen.json else "\n".join(report.sentences())
    sys.stdout.write(told + "\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
