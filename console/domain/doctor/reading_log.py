"""Reads the set-up log of a node, as a whole or only its telling lines, and weighs it against how the node is now."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from console.domain import setup_log
from console.domain.doctor import questions as ask
from console.domain.doctor.facts import NodeFacts
from console.domain.doctor.readings import read_instances
from console.domain.errors import ChangeoverError, Garbled
from console.domain.findings import Finding, Unread
from console.domain.ports import NodeSession
from console.domain.setup_log.sniff import NotASetupLog

LARGEST = 1_900_000
"""Bytes of a log that is read as a whole over the wire: a session keeps two million characters of an answer."""
WITHIN = 300.0
STATE = ("cluster-files", "binaries", "registration", "resource-types", "resources", "event-sources", "provider")
"""The areas that tell how things are now, whatever a log says of then."""
SINCE: dict[str, tuple[str, ...]] = {
    "setup-log.cluster-not-registered": ("registration",),
    "setup-log.com-not-registered": ("registration",),
    "setup-log.type-not-created": ("resource-types",),
    "setup-log.provider-not-bound": ("provider",),
    "setup-log.source-not-written": ("event-sources",),
    "setup-log.file-not-copied": ("cluster-files", "binaries"),
    "setup-log.active-role": ("cluster-files",),
    "setup-log.resources-not-created": ("resources",),
    "setup-log.stopped": STATE,
    "setup-log.script-missing": STATE,
    "setup-log.exit-not-told": STATE,
}
"""What a log tells of, to the areas that show whether it has been mended since; what is not here stays."""
ON_THE_COMMAND_LINE = "Find the log, copy it here and read it with manage.py diagnose --log FILE, or upload it."


def read_log(session: NodeSession, facts: NodeFacts, places: Sequence[str]) -> None:
    """Fill in what the node's set-up log says. Never raises for the node."""
    if not facts.windows or not facts.installed:
        return
    drive = facts.windows[:2]
    paths = [place.format(drive=drive, cluster=facts.cluster_folder) for place in places]
    try:
        _read(session, facts, paths)
    except ChangeoverError as error:
        remedy = ON_THE_COMMAND_LINE if isinstance(error, Garbled | NotASetupLog) else error.remedy
        facts.could_not(f"the set-up log {facts.log_path}".strip(), error.message, remedy)


def _read(session: NodeSession, facts: NodeFacts, paths: Sequence[str]) -> None:
    (listed,) = session.batch([ask.named(paths)], within=WITHIN)
    told = {block.get("Name", "").casefold(): block.get("FileSize", "") for block in read_instances(listed)}
    sizes = {name: int(size) for name, size in told.items() if size.isdecimal()}
    there = next((path for path in paths if path.casefold() in sizes), "")
    if not there:
        raise Garbled(f"There is none at {' or '.join(paths)}.")
    facts.log_path = there
    whole = sizes[there.casefold()] <= LARGEST
    (read,) = session.batch([ask.content(there) if whole else ask.telling_lines(there)], within=WITHIN)
    if not read.ok:
        raise Garbled(f"{read.argv[0]} cannot read it (exit code {read.exit_code}).")
    report = setup_log.read([read.stdout.encode("utf-8", "replace")], encoding="utf-8")
    facts.log_findings = tuple(replace(finding, node=facts.node) for finding in report.findings)
    if not whole:
        what = f"all of the set-up log {there}"
        why = f"It has {sizes[there.casefold()]} bytes: only the lines that tell how it went were searched for."
        facts.could_not(what, why, ON_THE_COMMAND_LINE)


def still(found: Iterable[Finding], now: Sequence[Finding], unread: Sequence[Unread]) -> tuple[list[Finding], int]:
    """Of what a log tells, what has not been mended since, and how much has.

    Where one of the things that would show it could not be looked at, it counts as not mended.
    """
    left, mended = list[Finding](), 0
    for finding in found:
        areas = _areas(finding)
        open_now = any(one.area in areas and one.node in ("", finding.node) for one in now)
        unknown = any(one.node in ("", finding.node) for one in unread)
        if areas and not open_now and not unknown:
            mended += 1
        else:
            left.append(finding)
    return left, mended


def _areas(finding: Finding) -> tuple[str, ...]:
    """Where to see whether it has been mended; a stop in the last script leaves out only what comes in and after it."""
    if finding.code == "setup-log.stopped" and finding.data.get("stage", "").startswith("CLUSTER_SHARED"):
        return ("event-sources", "resources")
    return SINCE.get(finding.code, ())
