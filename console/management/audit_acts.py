"""What `manage.py audit` does beside the export: verify, sign and anchor, seal, archive and remove."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import transaction

from console.domain.verify_audit import Anchor, Report, lines_of, read_anchors
from console.management.base import FAILED, SUCCEEDED, Refused, add_json
from console.services import audit, audit_anchors, audit_segments
from console.services.access import Right
from console.services.audit_actions import Action
from console.services.audit_keys import public_key
from console.services.audit_verify import verify

Answer = tuple[int, str, dict[str, Any]]
"""Exit code, text for people, the object of `--json`."""


def add(commands: Any) -> None:
    """The subcommands' parsers."""
    check = commands.add_parser("verify", help="say whether every record is what was written, and none is missing")
    check.add_argument("--anchors", action="append", default=[], metavar="FILE", help="signed heads kept outside")
    check.add_argument("--key", action="append", default=[], metavar="HEX", help="a public key from before this one")
    key = commands.add_parser("key", help="print the public key that checks the console's signatures")
    anchor = commands.add_parser("anchor", help="sign the end of the audit now and send it to every place")
    anchors = commands.add_parser("anchors", help="say how every place stands; 1 when one does not take signed heads")
    anchors.add_argument("--output", metavar="FILE", help="also write the heads that were signed, as anchors")
    seal = commands.add_parser("seal", help="close a segment, so that it can be archived and removed")
    seal.add_argument("--to", type=int, required=True, metavar="RECORD", help="the last record of the segment")
    archive = commands.add_parser("archive", help="write a sealed segment to a file")
    remove = commands.add_parser("remove", help="remove a segment whose archive is at hand")
    for parser in (archive, remove):
        parser.add_argument("number", type=int, help="the segment's number")
        parser.add_argument("file", type=Path)
    for parser in (seal, remove):
        parser.add_argument("--reason", default="", help="why, for the audit")
    for parser in (check, key, anchor, anchors, seal, archive, remove):
        add_json(parser)


def do_verify(options: dict[str, Any], actor: audit.Actor) -> Answer:
    """Hold everything together; that somebody did is recorded."""
    try:
        keys = [bytes.fromhex(key) for key in options["key"]]
        anchors = [anchor for name in options["anchors"] for anchor in _read(name)]
    except ValueError as error:
        raise Refused(f"A key is not in hexadecimal: {error}. Give what manage.py audit key prints.") from None
    report = verify(anchors, keys)
    with transaction.atomic():
        after = {"holds": report.holds, "last": report.last, "anchored": report.anchored}
        audit.record(Action.AUDIT_VERIFIED, actor, audit.Subject("audit"), after=after)
    return SUCCEEDED if report.holds else FAILED, "\n".join(report.sentences()), told(report)


def told(report: Report) -> dict[str, Any]:
    """The report as the object of `--json`."""
    return {"result": "holds" if report.holds else "broken", **asdict(report)}


def do_key(_options: dict[str, Any], _actor: audit.Actor) -> Answer:
    """The public key."""
    key = public_key().hex()
    return SUCCEEDED, key, {"result": "key", "key": key}


def do_anchor(options: dict[str, Any], actor: audit.Actor) -> Answer:
    """Sign and send now."""
    audit_anchors.anchor_now()
    return do_anchors({**options, "output": None}, actor)


def do_anchors(options: dict[str, Any], _actor: audit.Actor) -> Answer:
    """How the places stand."""
    if options["output"]:
        _write(Path(options["output"]), audit_anchors.signed_lines())
    states, troubles = audit_anchors.states(), audit_anchors.troubles()
    lines = [_line(state) for state in states] or ["No place outside of the database is named: see docs/audit.md."]
    data = {"result": "anchors", "places": [asdict(state) for state in states], "troubles": troubles}
    return FAILED if troubles else SUCCEEDED, "\n".join([*lines, *troubles]), data


def do_seal(options: dict[str, Any], actor: audit.Actor) -> Answer:
    """Seal a segment."""
    segment = audit_segments.seal(options["to"], actor, options["reason"])
    text = f"Sealed {segment}. SHA-256 {segment.digest}"
    return SUCCEEDED, text, {"result": "sealed", "segment": segment.number, "digest": segment.digest}


def do_archive(options: dict[str, Any], _actor: audit.Actor) -> Answer:
    """Archive a segment."""
    segment = audit_segments.archive(options["number"], options["file"])
    text = f"Wrote {segment} to {options['file']}. SHA-256 {segment.digest}"
    return SUCCEEDED, text, {"result": "archived", "file": str(options["file"]), "digest": segment.digest}


def do_remove(options: dict[str, Any], actor: audit.Actor) -> Answer:
    """Remove a segment."""
    if not options["reason"].strip():
        raise Refused("Removing records needs a reason. Give it with --reason.")
    segment = audit_segments.remove(options["number"], options["file"], actor, options["reason"])
    return SUCCEEDED, f"Removed {segment}. Keep {options['file']}.", {"result": "removed", "segment": segment.number}


def _line(state: audit_anchors.State) -> str:
    if state.error:
        return f"{state.place}: FAILS since record {state.kept_seq}, {state.waiting} waiting"
    return f"{state.place}: has record {state.kept_seq}" if state.kept_at else f"{state.place}: nothing sent yet"


def _read(name: str) -> list[Anchor]:
    try:
        found = list(read_anchors(lines_of(name)))
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}. Name a file with anchors.") from None
    if not found:
        raise Refused(f"There is no anchor in {name}. Name a file with signed heads, as a place outside keeps them.")
    return found


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}. Check the folder.") from None


ACTS: dict[str, tuple[Right, Callable[[dict[str, Any], audit.Actor], Answer]]] = {
    "verify": ("read-audit", do_verify),
    "key": ("read-audit", do_key),
    "anchor": ("administer", do_anchor),
    "anchors": ("read-audit", do_anchors),
    "seal": ("administer", do_seal),
    "archive": ("read-audit", do_archive),
    "remove": ("administer", do_remove),
}
"""For each subcommand the right that it needs, and what it does."""
