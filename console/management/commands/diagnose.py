"""`manage.py diagnose`: what is wrong on a cluster's nodes; or what a log says, which needs no database and no node."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandParser

from console.domain import setup_log
from console.domain.checks import Refusal
from console.domain.findings import Severity
from console.management.base import FAILED, SUCCEEDED, Refused
from console.management.diagnosing import diagnose_cluster
from console.management.setup_log_text import report_lines
from console.management.speaking import OperatorCommand
from console.services.findings import counts, kind_of

CHUNK = 1 << 18
INPUT = "-"


class Command(OperatorCommand):
    """Has a worker look at a cluster; or reads a log here, once from front to back, whatever its size."""

    help = "Tell what Exchange's cluster set-up left wrong on a cluster, or what its log says, and what to do about it."

    def arguments(self, parser: CommandParser) -> None:
        """CLUSTER, or --log FILE [--encoding NAME]; [--fail-on SEVERITY]."""
        parser.add_argument("cluster", metavar="CLUSTER", nargs="?", default="", help="a cluster of the inventory")
        parser.add_argument(
            "--log",
            metavar="FILE",
            help="a set-up log of Exchange 2003 or 2007, or - for standard input",
        )
        help_text = "with --log: also list each interpreted line and started process with its exit"
        parser.add_argument("--lines", action="store_true", help=help_text)
        parser.add_argument("--encoding", metavar="NAME", help="of the log, such as cp932; found out by default")
        parser.add_argument(
            "--fail-on",
            choices=[str(severity) for severity in Severity],
            metavar="SEVERITY",
            help="end with 1 when there is a finding as bad as this, or worse: error, warning or note",
        )

    def act(self, options: dict[str, Any]) -> int:
        """Look or read, and tell: 0 whatever was found, or 1 by `--fail-on`; 2 for what cannot be looked at or read."""
        if bool(options["cluster"]) == bool(options["log"]):
            remedy = "Run: manage.py diagnose CLUSTER, or: manage.py diagnose --log FILE."
            raise Refusal.of("Name either a cluster or, by --log, a set-up log.", remedy, key="usage")
        return diagnose_cluster(self, options) if options["cluster"] else self._log(options)

    def _log(self, options: dict[str, Any]) -> int:
        name = options["log"]
        shown = "Standard input" if name == INPUT else name
        try:
            with _opened(name) as file:
                report = setup_log.read(iter(lambda: file.read(CHUNK), b""), encoding=options["encoding"])
        except (setup_log.NotASetupLog, setup_log.WrongEncoding) as error:
            text = f"{shown} cannot be read as a set-up log. {error.message}"
            file_name = "FILE" if name == INPUT else shlex.quote(name)
            raise _refused(text, error.remedy.replace("FILE", file_name), options) from None
        except OSError as error:
            raise _refused(f"{shown} cannot be read: {_why(error)}.", _remedy(error), options) from None
        codes = sorted({finding.code for run in report.runs for finding in run.findings})
        kinds = {code: _kind(code) for code in codes}
        data = {"result": report.verdict, "log": name, **report.to_json(), "kinds": kinds}
        self.answer(options, "\n".join(report_lines(shown, report, interpreted=options["lines"])), data)
        return FAILED if _fails(report, options["fail_on"]) else SUCCEEDED


def _refused(message: str, remedy: str, options: dict[str, Any]) -> Refused:
    """The refusal; its remedy stands in the text, or by itself in the JSON."""
    return Refused(message if options["json"] else f"{message}\n{remedy}", remedy=remedy)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == INPUT:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


def _why(error: OSError) -> str:
    reasons = {
        FileNotFoundError: "there is no such file",
        IsADirectoryError: "it is a folder",
        PermissionError: "you may not read it",
    }
    return reasons.get(type(error), (error.strerror or str(error)).rstrip("."))


def _remedy(error: OSError) -> str:
    remedies = {
        FileNotFoundError: "Check the path.",
        IsADirectoryError: "Name the log within it: ExchangeSetup.log, or Exchange Server Setup Progress.log.",
        PermissionError: "Copy it to where you may, or run this as somebody who may.",
    }
    return f"{remedies.get(type(error), 'Copy it again.')} {setup_log.EXPECTED}"


def _kind(code: str) -> dict[str, str]:
    kind = kind_of(code)
    told = {"title": kind.title, "explains": kind.explains, "consequence": kind.consequence, "remedy": kind.remedy}
    return {"severity": str(kind.severity), **told}


def _fails(report: setup_log.Report, severity: str | None) -> bool:
    """Whether a finding is as bad as `severity` or worse, among those that count."""
    if severity is None:
        return False
    many = counts(report.findings)
    worst = list(Severity)
    return any(many[one] for one in worst[: worst.index(Severity(severity)) + 1])
