"""What goes wrong, as `application/problem+json` (RFC 9457): what, and what to do about it, each reason by itself."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from console.api import remedies
from console.api.conditions import NotConditional, NotTheSame
from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError, Garbled
from console.domain.node_scripts.bounds import TooShort
from console.domain.node_scripts.settings import Unrenderable
from console.domain.setup_log import NotASetupLog, WrongEncoding
from console.services.access import NotAllowed
from console.services.accounts import AccountRefused
from console.services.body_bounds import in_words
from console.services.discovery import WayRefused
from console.services.grants import GrantRefused
from console.services.inventory import ClusterBusy, InventoryRefused
from console.services.tokens import TokenRefused
from console.services.yaml_reading import Mistake

CONTENT_TYPE = "application/problem+json"
NO_TOKEN = "No token came with this."
CHANGED = "It is not what was read: somebody has changed it."
UNCONDITIONAL = "Nothing says what this was made from."
WRONG = "The inventory would be wrong; nothing was changed."
UNFIT = (AccountRefused, GrantRefused, WayRefused, Unrenderable, TooShort, Garbled, NotASetupLog, WrongEncoding)
"""What is said by a service of something that was sent."""
SHOWN = 20
"""How many mistakes of one request are told."""

log = structlog.get_logger(__name__)


class TooMany(Exception):
    """Too many requests without a good token came from one address."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TooLarge(Exception):
    """A body that is longer than the address takes."""

    def __init__(self, bound: int) -> None:
        super().__init__(bound)
        self.bound = bound


class FileRefused(Exception):
    """A file of the inventory with mistakes."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


def problem(status: int, detail: str, remedy: str, reasons: Sequence[Reason] = (), **headers: str) -> HttpResponse:
    """The answer that says what is wrong and what to do, as a whole and about each reason."""
    title = HTTPStatus(status).phrase
    whole = remedy or " ".join(dict.fromkeys(filter(None, (reason.remedy for reason in reasons)))) or remedies.OTHERWISE
    told = [(r.text, remedies.of_reason(r.remedy, r.key, whole), r.key, r.about) for r in reasons]
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "remedy": whole,
        "reasons": [dict(zip(("text", "remedy", "key", "about"), one, strict=True)) for one in told],
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=named)


def not_found(detail: str = "There is nothing at this address.") -> HttpResponse:
    """404, the same whether there is none or it is beyond the token's bounds."""
    return problem(404, detail, "GET /api/v1/clusters and /api/v1/operations list what this token may see.")


def unauthorised(detail: str, remedy: str) -> HttpResponse:
    """401, with the scheme that is expected."""
    return problem(401, detail, remedy, WWW_Authenticate='Bearer realm="Changeover"')


def of_refusal(refusal: Refusal) -> HttpResponse:
    """409 with every reason: the request is sound, and how things stand forbids it."""
    return problem(409, refusal.headline, "", refusal.reasons)


def of_file(refused: FileRefused) -> HttpResponse:
    """The same of a file: each mistake with its line."""
    reasons = [Reason(f"line {one.line}: {one.message}", one.remedy, "inventory") for one in refused.mistakes]
    return problem(422, WRONG, "Correct what is named above.", reasons)


def of_inventory(refused: InventoryRefused) -> HttpResponse:
    """422 with every mistake: what, where and what to do."""
    reasons = [
        Reason(f"{one.kind} {one.subject}: {one.message}", one.remedy, "inventory", ".".join(map(str, one.path)))
        for one in refused.problems
    ]
    return problem(422, WRONG, refused.remedy, reasons)


def install(api: NinjaAPI) -> None:
    """Have every error of `api` answered as a problem."""

    def handle(error: type[Exception], answer: Any) -> None:
        api.add_exception_handler(error, lambda request, exc: answer(exc))

    remedy = "Send the header: Authorization: Bearer cho_… A token is made on the page API tokens."
    unread = "Send valid JSON, as /api/v1/openapi.json describes it."
    handle(Refusal, of_refusal)
    handle(NotAllowed, lambda e: problem(403, e.message, e.remedy or remedies.RIGHT))
    handle(TokenRefused, lambda e: unauthorised(e.message, e.remedy))
    handle(AuthenticationError, lambda e: unauthorised(NO_TOKEN, remedy))
    handle(ValidationError, _mistakes)
    handle(Http404, lambda e: not_found(str(e)))
    handle(TooLarge, lambda e: problem(413, "The body is too long.", f"Send no more than {in_words(e.bound)}."))
    handle(TooMany, _wait)
    handle(InventoryRefused, of_inventory)
    handle(FileRefused, of_file)
    handle(ClusterBusy, lambda e: problem(409, e.message, e.remedy))
    handle(NotTheSame, lambda e: problem(412, CHANGED, "Read it again, look at what is different, and send it anew."))
    handle(NotConditional, lambda e: problem(428, UNCONDITIONAL, "Read it, then send its ETag in the header If-Match."))
    handle(HttpError, lambda e: problem(e.status_code, str(e), unread))
    for unfit in UNFIT:
        handle(unfit, lambda e: problem(422, e.message, e.remedy or "Correct it, and send it again."))
    handle(ChangeoverError, lambda e: problem(503, e.message, e.remedy))
    api.add_exception_handler(Exception, _fault)


def _wait(error: TooMany) -> HttpResponse:
    text = "Too many requests without a good token came from this address."
    remedy = f"Wait {error.seconds} s; a request with a good token is answered at any time."
    return problem(429, text, remedy, Retry_After=str(error.seconds))


def _mistakes(error: ValidationError) -> HttpResponse:
    """422 with each mistake: where it is and what is expected, never what was sent."""
    reasons = []
    for one in error.errors[:SHOWN]:
        where = ".".join(str(part) for part in one.get("loc", ())).replace("body.body", "body", 1)
        text = f"{where}: {one.get('msg', 'is not as described')}"
        what_to_do = remedies.of_mistake(str(one.get("type", "")), one.get("ctx") or {})
        reasons.append(Reason(text, what_to_do, "request.invalid", where))
    remedy = "Correct what is named; /api/v1/openapi.json describes each field."
    return problem(422, "The request is not as it is described.", remedy, reasons)


def _fault(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    log.exception("fault in the API", path=request.path, exc_info=error)
    return problem(500, "The console made a mistake.", "Try once more, then report it with the web log of this minute.")
