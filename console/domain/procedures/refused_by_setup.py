"""Recognises why Exchange's set-up would not go on, in its log or in what a person copied from its window.

The guide names three refusals of a service pack's prerequisite check (Chapter 2, Installation Procedure for
Exchange2007 Service Pack, 2 and 4), one for each role; all mean that the logon is older than the membership.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.ports import Argv

SETUP_LOG = r"C:\ExchangeSetupLogs\ExchangeSetup.log"
"""Where Exchange 2007's set-up writes, newest last."""
LIMIT = 2_000_000
"""Characters of a text that are looked at, from its end."""

_ASKED = re.compile(
    r"You must be a member of the Exchange Organization Administrators group to upgrade the first (?P<role>[A-Za-z ]+?)"
    r"(?: server)? role"
)
BEGINS = "Starting Microsoft Exchange"
"""Stands in the log where a run of the set-up begins; what earlier runs said is over."""
REFUSES = "You must be a member of"
_BLANKS = re.compile(r"\s+")
GROUP = "Exchange Organization Administrators"


@dataclass(frozen=True)
class SetupRefusal:
    """One refusal that the set-up gave, with what to do."""

    key: str
    title: str
    remedy: str
    said: str
    """The sentence itself."""


def questions() -> tuple[Argv, ...]:
    """Whether a node has a log, and the lines of it that count: a log may be too long to be read whole."""
    return (
        ("dir", "/b", SETUP_LOG),
        ("findstr", f"/c:{BEGINS}", f"/c:{REFUSES}", SETUP_LOG),
    )


def recognise(text: str, node: str) -> tuple[SetupRefusal, ...]:
    """Each refusal of the latest run in the text, once, in its order; none when it holds none that is known.

    Lines may be broken anywhere, as windows and logs do.
    """
    latest = text[-LIMIT:].rpartition(BEGINS)[2]
    flowing = _BLANKS.sub(" ", latest)
    found = {match["role"].strip().casefold(): match for match in _ASKED.finditer(flowing)}
    return tuple(_membership(match, node) for match in found.values())


def _membership(match: re.Match[str], node: str) -> SetupRefusal:
    role = match["role"].strip()
    return SetupRefusal(
        key=f"membership.{role.casefold().replace(' ', '-')}",
        title=f"The set-up does not see that it is run by a member of {GROUP} ({role} role)",
        remedy=(
            f"Log off from {node}, log on again and start the set-up anew: a membership counts from the next logon. If "
            f"it says so again, put the account into {GROUP} first."
        ),
        said=match.group().strip(),
    )


def summary(found: Iterable[SetupRefusal]) -> str:
    """One sentence about what was recognised."""
    titles = [one.title for one in found]
    return "; ".join(titles) + "." if titles else "Nothing in it is one of the refusals that the guide names."
