"""The record of one operation as a page for people, made from its data alone: the verifier makes it anew and compares.

Python 3.8 or later and nothing else; every text is escaped here, and the file is pure ASCII.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Data = dict[str, Any]

BEGIN, END = '<pre id="changeover-record" hidden>', "</pre>"
"""What the data stand between, as canonical JSON, escaped for HTML."""
STYLES = ("ae8979e5e6a4d56a85ccb880285338a6ff5163e38222c583960a9a595e3c21ea",)
"""The SHA-256 of every style sheet that a release has put into records, the present one last."""
HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""
ENDINGS = ("done", "already", "skipped", "said", "accepted", "failed")
WORDS = {
    "done": "done and proved",
    "already": "was so already",
    "skipped": "left out",
    "said": "done, by a person's word",
    "accepted": "not proved, accepted",
    "failed": "failed",
    "": "not reached",
}
_BREAKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


_NAME = re.compile(r"(?<![\w<&;/=\"-])(?=[\w-]{3,20}(?![\w-]))[A-Z0-9]\w*(?:-\w+)+")
"""A name of at most 20 letters with a hyphen in it, such as a node's: no line ends within it."""


def page(data: Data, style: str) -> str:
    """The whole file: what people read, with the data beside it that a verifier reads."""
    title = f"Record of operation {data['operation']['id']}"
    inside = html.escape(json.dumps(data, sort_keys=True, separators=(",", ":")), quote=False)
    head = f"{HEAD}<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
    text = f"{head}<main>\n{body(data)}</main>\n{BEGIN}{inside}{END}\n"
    return (text + "</body>\n</html>\n").encode("ascii", "xmlcharrefreplace").decode("ascii")


def style_of(text: str) -> str | None:
    """The style sheet of a file; None when it is none that a release has written."""
    _, begun, rest = text.partition("<style>\n")
    style, ended, _ = rest.partition("</style>")
    seal = hashlib.sha256(style.encode("utf-8", "surrogatepass")).hexdigest()
    return style if begun and ended and seal in STYLES else None


def body(data: Data) -> str:
    """What people read, as HTML without anything that acts or loads."""
    parts = (
        _head(data),
        _section("What was asked for", _facts(data)),
        _section("Approval", _approval(data)),
        _section("Checks when it was confirmed", _checks(data)),
        _section("What happened, step by step", _happened(data)),
        _section("The plan, with every change", _plan(data)),
        _section("Mailboxes", _mailboxes(data)),
        _section("Undo receipt", _receipts(data)),
        _section("Journal", _journal(data)),
        _section("In the audit", _audit(data)),
    )
    return '<article class="record-sheet">\n' + "".join(parts) + "</article>\n"


def _text(value: object) -> str:
    told = "" if value is None else value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return html.escape(_BREAKS.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), told))


def _told(value: object) -> str:
    """What a person reads as a sentence or a name, with the names in it kept whole."""
    return _NAME.sub(r'<span class="whole">\g<0></span>', _text(value))


def _when(at: str | None) -> str:
    """A time to the second; it is in UTC."""
    return _text((at or "")[:19].replace("T", " "))


def _section(title: str, inside: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{inside}</section>\n" if inside else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], name: str = "") -> str:
    """A table of cells that are HTML already; nothing without rows."""
    lines = []
    for row in rows:
        cells = (f'<td data-label="{title}">{cell}</td>' for title, cell in zip_longest(head, row))
        lines.append(f"<tr>{''.join(cells)}</tr>\n")
    heads = "".join(f'<th scope="col">{title}</th>' for title in head)
    kind = f' class="{name}"' if name else ""
    return (
        f"<table{kind}>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{''.join(lines)}</tbody>\n</table>\n"
        if lines
        else ""
    )


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in rows if value]
    return f"<dl>\n{''.join(lines)}</dl>\n"


def _head(data: Data) -> str:
    asked, ending = data["operation"], data["ending"]
    status = ending["status"]
    summary = ending["summary"] or f"It had not ended when this record was made: {status}."
    cluster = asked["cluster"] or next((each["cluster"] for each in _bodies(data, "operation:")), "")
    way = f"{_told(asked['source'])} to {_told(asked['target'])}"
    return (
        f'<header>\n<p class="kind">Record of operation {_text(asked["id"])}. All times are UTC.</p>\n'
        f"<h1>{_text(asked['kind'])} of {_told(cluster)} <small>{way}</small></h1>\n"
        f'<p class="ending"><strong class="status-{_text(status)}">{_text(status)}</strong> {_told(summary)}</p>\n'
        f"</header>\n"
    )


def _facts(data: Data) -> str:
    asked, ending, word = data["operation"], data["ending"], data["acknowledged"]
    by = f"{_text(asked['by'])}, from {_text(asked['origin'])}"
    began, ended = asked["outage_started"], asked["outage_ended"]
    outage = f"{_when(began)} to {_when(ended) or 'unknown'}{_lasted(began, ended)}" if began else "none seen"
    left = "<br>".join(f"{_told(t['what'])}: {_told(t['why'])} {_told(t['remedy'])}" for t in asked["left"])
    return _pairs(
        (
            ("Asked for by", "nobody: it began by itself" if asked["automatic"] else by),
            ("Why", _text(asked["reason"])),
            ("Ticket", _text(data["ticket"])),
            ("Confirmed", _when(asked["confirmed"])),
            ("Ran", f"{_when(asked['started'])} to {_when(asked['ended'])}" if asked["started"] else "not at all"),
            ("Mail was down", outage),
            ("What to do", _told(ending["remedy"])),
            ("Left to do", left),
            ("Acknowledged", f"{_text(word[0])}: {_text(word[1])}" if word else ""),
            ("Takes back", f"operation {_text(asked['undoes'])}" if asked["undoes"] else ""),
            ("Domain controller", _text((data["plan"] or {}).get("controller"))),
            ("Plan", f"<code>{_text(data['plan_hash'])}</code>"),
        )
    )


def _bodies(data: Data, start: str) -> list[Data]:
    found: list[Data] = [json.loads(each["body"]) for each in data["records"]]
    return [each for each in found if each["action"].startswith(start)]


def _approval(data: Data) -> str:
    rows = [
        (_when(each["at"]), _text(each["actor"]), _text(each["action"].rpartition(":")[2]), _text(each["reason"]))
        for each in _bodies(data, "approval:plan:")
    ]
    return _table(("When", "Who", "What", "Why"), rows)


def _checks(data: Data) -> str:
    accepted = [key for each in _bodies(data, "operation:") for key in (each["after"] or {}).get("accepted", [])]
    rows = []
    for check in (data["plan"] or {}).get("checks", []):
        verdict = f'<span class="verdict-{_text(check["verdict"])}">{_text(check["verdict"])}</span>'
        taken = "; accepted by who confirmed it" if check["key"] in accepted else ""
        rows.append(
            (verdict, f"{_told(check['title'])} <small>{_told(check['about'])}</small>", _told(check["reason"]) + taken)
        )
    return _table(("Verdict", "Check", "What was seen"), rows)


def _happened(data: Data) -> str:
    asked, rows = data["operation"], []
    for number, step in enumerate((data["plan"] or {}).get("steps", []), 1):
        lines = [line for line in data["journal"] if line[3] == step["key"]]
        over = [line for line in lines if line[2] in ENDINGS]
        began, ended = (lines[0][1], (over or lines)[-1][1]) if lines else (None, None)
        down = _lasted(*_overlap(began, ended, asked["outage_started"], asked["outage_ended"]), plain=True)
        how = WORDS[over[-1][2]] if over else "begun, not ended" if lines else WORDS[""]
        proof = _told(over[-1][4]) if over else ""
        rows.append(
            (str(number), _told(step["title"]), how, _when(began), _lasted(began, ended, plain=True), down, proof)
        )
    return _table(("No.", "Step", "How it ended", "Began", "Took", "Mail down", "Proof"), rows)


def _overlap(began: str | None, ended: str | None, start: str | None, end: str | None) -> tuple[str | None, str | None]:
    """The time of a step in which mail was down; times of one width compare as texts."""
    if not (began and ended and start):
        return None, None
    first, last = max(began, start), min(ended, end or ended)
    return (first, last) if first < last else (None, None)


def _lasted(began: str | None, ended: str | None, *, plain: bool = False) -> str:
    if not (began and ended):
        return ""
    form = "%Y-%m-%dT%H:%M:%S.%fZ"
    seconds = (datetime.strptime(ended, form) - datetime.strptime(began, form)).total_seconds()
    told = f"{seconds:.1f} s" if seconds < 120 else f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return told if plain else f", {told}"


def _plan(data: Data) -> str:
    items = []
    for step in (data["plan"] or {}).get("steps", []):
        marks = ["may be stopped before it"] if step["safe_point"] else []
        marks += [f"cannot be taken back: {_text(step['no_return'])}"] if step["no_return"] else []
        marks += [f"taken back by: {_text(step['undo'])}"] if step["undo"] else []
        told = f"<h3>{_told(step['title'])} <small>{_text(step['phase'])}</small></h3>\n"
        told += f"<p>{'; '.join(marks)}</p>\n" if marks else ""
        told += _table(
            ("Node", "Command"), [(_told(c["node"]), f"<code>{_text(c['line'])}</code>") for c in step["commands"]]
        )
        items.append(f"<li>{told}{_changes((c['dn'], c['changes']) for c in step['changes'])}</li>\n")
    notes = "".join(f"<p>{_text(note)}</p>\n" for note in (data["plan"] or {}).get("notes", []))
    return f"{notes}<ol>\n{''.join(items)}</ol>\n" if items else notes


def _changes(entries: Iterable[tuple[str, Sequence[Any]]]) -> str:
    """Changes of the directory: each object, and each attribute's values before and after."""
    rows = []
    for dn, changes in entries:
        for change in changes:
            each = change if isinstance(change, list) else [change["attribute"], change["before"], change["after"]]
            rows.append((_text(dn), _text(each[0]), _values(each[1]), _values(each[2])))
    return _table(("Object", "Attribute", "Before", "After"), rows, "changes")


def _values(values: object) -> str:
    return "<br>".join(_text(value) for value in values) if isinstance(values, list) else _text(values)


def _mailboxes(data: Data) -> str:
    count = len(data["mailboxes"])
    rule = _text(((data["plan"] or {}).get("membership") or {}).get("rule"))
    return (
        f"<p>{count:,} by the rule: {rule}</p>\n" + _changes((row[1], row[2]) for row in data["mailboxes"])
        if count
        else ""
    )


def _receipts(data: Data) -> str:
    told = []
    for row in data["receipts"]:
        changes = _changes((dn, parts) for dn, _, parts in row[6])
        told.append(f"<li><p>{_when(row[3])} {_text(row[1])}: {_told(row[4])}</p>\n{changes}</li>\n")
    kept = "<p>What each step found before it changed something, the means to take it back:</p>\n<ol>\n"
    found = f"{kept}{''.join(told)}</ol>\n" if told else "<p>It changed nothing: there is nothing to take back.</p>\n"
    others = [each for each in _bodies(data, "operation:") if each["subject_id"] != str(data["operation"]["id"])]
    rows = [
        (
            _when(each["at"]),
            _text(each["subject_id"]),
            _text(each["action"]),
            _text(each["actor"]),
            _text(each["reason"]),
        )
        for each in others
        if each["subject_type"] == "operation"
    ]
    return found + _table(("When", "Taken back by operation", "What", "Who", "Why"), rows)


def _journal(data: Data) -> str:
    rows = [(str(row[0]), _when(row[1]), _text(row[2]), _text(row[3]), _told(row[4])) for row in data["journal"]]
    return _table(("Line", "When", "Kind", "Step", "What"), rows, "journal")


def _audit(data: Data) -> str:
    rows = []
    for each in data["records"]:
        told = json.loads(each["body"])
        seal = hashlib.sha256(each["body"].encode("utf-8", "surrogatepass")).hexdigest()
        by = _text(each["head"]) if each["head"] else "not yet"
        rows.append(
            (
                _text(told["seq"]),
                _when(told["at"]),
                _text(told["actor"]),
                _text(told["action"]),
                _text(told["reason"]),
                by,
                f"<code>{seal}</code>",
            )
        )
    heads = "".join(f"<p><code>{_text(line)}</code></p>\n" for line in data["heads"])
    bodies = "".join(f"<p><code>{_text(each['body'])}</code></p>\n" for each in data["records"])
    return (
        "<p>This file verifies by itself: python3 verify_record.pyz FILE --key KEY, with the console's public key, "
        "which is kept apart from it.</p>\n"
        + _table(("Record", "When", "Who", "What", "Why", "Signed with", "SHA-256"), rows, "audit")
        + f"<h3>Signed heads</h3>\n{heads}<h3>The records, byte for byte</h3>\n{bodies}"
    )
