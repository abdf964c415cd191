"""How mail is on a cluster by its last observation, in the words that pages and metrics share."""

from collections.abc import Mapping
from typing import Any

UP, DOWN, UNKNOWN, NOT_YET = "up", "down", "unknown", "not yet"
STATES = (UP, DOWN, UNKNOWN, NOT_YET)


def mail_state(status: Mapping[str, Any], *, ever_up: bool, in_setup: bool) -> str:
    """`up`, `down` or `unknown`; `not yet` where none was ever up and the pair is still to be set up.

    That is told by nodes without Exchange, or by a set-up that is under way. Whose mail was up once is down.
    """
    mail = str(status.get("mail", UNKNOWN))
    return NOT_YET if mail == DOWN and not ever_up and (status.get("bare") or in_setup) else mail
