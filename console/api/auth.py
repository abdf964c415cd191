"""The door of the API: a token in the Authorization header; failures are counted and throttled by address."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from console.api.problems import TooLarge, TooMany
from console.models import ApiToken
from console.services import body_bounds, tokens


class TokenAuth(HttpBearer):
    """Hands the token's row on as `request.auth`. Raises `TokenRefused`, `TooMany` or `TooLarge`."""

    def __call__(self, request: HttpRequest) -> ApiToken | None:
        """The token's row; None when there is no such header."""
        found: ApiToken | None = super().__call__(request)
        if found is None:
            _count(_source(request))
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The row of this token."""
        source = _source(request)
        try:
            row = tokens.find(token)
        except tokens.TokenRefused:
            _count(source)
            raise
        length = request.META.get("CONTENT_LENGTH") or "0"
        bound = body_bounds.largest(request.path)  # in front of Django it cuts off what is sent unmeasured
        if not str(length).isdecimal() or int(length) > bound:
            raise TooLarge(bound)
        tokens.note_use(row, source)
        return row


def token_of(request: HttpRequest) -> ApiToken:
    """The token that came with a request which passed the door."""
    row: ApiToken = request.auth  # type: ignore[attr-defined]
    return row


def _source(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _count(source: str) -> None:
    if seconds := tokens.count_failure(source):
        raise TooMany(seconds)
