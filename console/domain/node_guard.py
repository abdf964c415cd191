"""The text of cmd before a changing command by which the node itself refuses what comes too late.

A command may be sent long after its sender checked its lease: the process was stopped in between, or the network held
the message back. So the highest token that a node has seen for a cluster is remembered there, as the name of a folder
(`mkdir` is atomic), and a lower one is refused; and a command says until when, by the node's own clock, it may begin.

What is relied on: Windows 2003 and later, cmd's extensions, no delayed expansion, no language. Every text that is
compared has a letter before its digits and a fixed length, so that cmd compares texts: it takes bare digits for
numbers, those that begin with 0 for octal ones. On a command line an unknown `%name%` stays as it is. `exit` ends the
interpreter from inside a loop. `ver` ends well and thereby clears the error level before the command itself.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from console.domain.lease import Fence
from console.domain.quoting import bounded

FENCE_FOLDER = r"C:\changeover\fence"
"""Where a node keeps the tokens it has seen, in a folder for each cluster."""
MARK = "changeover-fence:"
"""How the one line begins that is printed in place of a refused command."""
NOT_RUN = 185
"""The exit code of a refused line; it counts only together with the mark."""
CLOCK_FORMAT = "%Y%m%d%H%M%S.%f"
"""WMI's date (CIM_DATETIME) without its zone."""

_TOKEN_DIGITS = 12
TOKENS = 10**_TOKEN_DIGITS
"""No node is sent a token as high as this."""
_KEPT = "changeover_kept"
_CLOCK = "wmic os get LocalDateTime /value"
_CLOCK_TOLD = re.compile(r"(?<!\d)\d{14}\.\d{6}(?!\d)")
_TOLD = re.compile(rf"^{MARK} (?P<why>token|late|unkept) ?(?P<seen>\S*)", re.MULTILINE)


@dataclass(frozen=True)
class NotRun:
    """Why a node did not run a line: a `token` it has seen, the `late` time it had, or that it keeps no token."""

    why: str
    seen: str = ""

    @property
    def token(self) -> str:
        """The higher token that the node has seen, as a number; the folder's name when that is none of ours."""
        digits = self.seen.removeprefix("t")
        return str(int(digits)) if digits.isascii() and digits.isdecimal() else repr(self.seen)


def token_name(token: int) -> str:
    """The folder of a token: as texts the names are in the order of the tokens. Raises `ValueError` for a wild one."""
    if not 0 <= token < TOKENS:
        raise ValueError(f"{token} is no fencing token.")
    return f"t{token:0{_TOKEN_DIGITS}d}"


def clock_line() -> str:
    """Asks the node for its time. Nothing is read from input: in a remote shell wmic would wait for it."""
    return f"{_CLOCK} <nul"


def guarded(line: str, fence: Fence, not_after: datetime | None) -> str:
    """`line` so that a node runs it only while no higher token was seen and its own clock is not past `not_after`.

    `not_after` is the node's local time; None leaves the test of the time out. Folders of lower tokens go. Raises
    `Unquotable` when the whole is longer than cmd.exe takes.
    """
    tests = [*_token_tests(rf"{FENCE_FOLDER}\{fence.cluster:d}", token_name(fence.token))]
    if not_after is not None:
        tests.append(_time_test(not_after))
    return bounded("&".join([*tests, "ver>nul", line]))


def read_not_run(exit_code: int, stdout: str) -> NotRun | None:
    """Why a guarded line was not run; None when it was."""
    told = _TOLD.search(stdout) if exit_code == NOT_RUN else None
    return NotRun(told["why"], told["seen"]) if told else None


def read_clock(told: str) -> datetime | None:
    """The node's local time, from wmic's list or from the time in a refusal; None when none can be read."""
    found = _CLOCK_TOLD.search(told)
    try:
        return datetime.strptime(found.group(), CLOCK_FORMAT) if found else None
    except ValueError:
        return None


def _token_tests(folder: str, own: str) -> tuple[str, ...]:
    """Leave the own token first, then look once for it and for others: of two at once, at least one sees the other."""
    higher = _refused_if(f"%t gtr {own}", "token %t")
    lower = rf"(if %t lss {own} rd {folder}\%t 2>nul)"
    itself = f"(if %t equ {own} set {_KEPT}=1)"
    return (
        rf"mkdir {folder}\{own} 2>nul",
        rf"(for /f %t in ('dir /b /ad {folder}\t* 2^>nul') do {higher}&{lower}&{itself})",
        _refused_if(f"not defined {_KEPT}", "unkept"),
    )


def _time_test(not_after: datetime) -> str:
    """Of `LocalDateTime=20081015120000.000000+540` the second part; wmic's line ends with one return too many."""
    late = _refused_if(f"t%n gtr t{not_after.strftime(CLOCK_FORMAT)}", "late %n")
    return f"""(for /f "tokens=2 delims==+-" %n in ('{_CLOCK} ^<nul 2^>nul') do {late})"""


def _refused_if(condition: str, why: str) -> str:
    """Print why and leave. Two ifs with one command each: not every cmd.exe takes a block inside these parentheses."""
    return f"(if {condition} echo {MARK} {why})&(if {condition} exit {NOT_RUN})"
