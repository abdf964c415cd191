"""What the other side said, without any part of an address that may be secret."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from console.domain.printable import one_line
from console.domain.secrets import Secret, scrub

LONGEST = 300
SHORTEST = 6
"""A shorter part of an address is an ordinary word, which would be masked wherever it stands."""


def within(text: str, secrets: list[Secret]) -> str:
    """The text on one line, short, and without any of the secrets."""
    said = one_line(scrub(" ".join(text.split()), secrets))
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def parts_of(address: Secret) -> list[Secret]:
    """Everything in an address that may be secret: it as a whole, sign-in, path and query, as written and as meant."""
    whole = address.reveal()
    parts = urlsplit(whole)
    found = {whole, parts.path, parts.query, parts.username or "", parts.password or ""}
    found |= set(parts.path.split("/")) | {value for _, value in parse_qsl(parts.query)}
    found |= {unquote(text) for text in found}
    return [Secret(text) for text in found if len(text) >= SHORTEST or text == whole]


def root_of(error: BaseException) -> str:
    """What the libraries' own innermost error says: those around it repeat the address."""
    found: BaseException = error.__cause__ or error
    while (inner := _inner(found)) is not None:
        found = inner
    text = re.sub(r"^(?:<[^>]*>|\w*Connection\([^)]*\)): ", "", str(found))
    return text or type(found).__name__


def _inner(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    return next((one for one in error.args if isinstance(one, BaseException)), None)
