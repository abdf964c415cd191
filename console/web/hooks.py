"""The webhook over HTTP: no session, no form token; every answer is ASCII lines, and only the node's own are signed."""

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from console.domain.hooks.lines import LONGEST_BODY
from console.services.hooks import exchange
from console.services.hooks.exchange import RawRequest, Reply
from console.web.access import anyone
from console.web.hook_bodies import VERDICT

CONTENT_TYPE = "text/plain; charset=us-ascii"
STATUS = {"too-large": 413, "too-slow": 408}

log = structlog.get_logger(__name__)


@csrf_exempt
@anyone
def events(request: HttpRequest) -> HttpResponse:
    """A node tells what its script does."""
    return _answered(request, "POST", exchange.event)


@csrf_exempt
@anyone
def runs(request: HttpRequest, run_id: str) -> HttpResponse:
    """A node asks what a run of its script is to do."""
    return _answered(request, "GET", lambda raw: exchange.run(raw, run_id))


@csrf_exempt
@anyone
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Any other address looks the same as a wrong signature."""
    return _answered(request, request.method or "", lambda raw: exchange.refused(raw.source, "malformed"))


def _answered(request: HttpRequest, method: str, ask: Callable[[RawRequest], Reply]) -> HttpResponse:
    """What `ask` answers. A fault of ours gives an unsigned 503, which a node takes for silence, as it should."""
    try:
        reply = _reply(request, method, ask)
    except Exception:
        log.exception("webhook fault", path=request.path)
        reply = Reply(503)
    response = HttpResponse(reply.body, CONTENT_TYPE, reply.status, headers=reply.headers)
    response["Cache-Control"] = "no-store"
    if reply.status in STATUS.values():
        response["Connection"] = "close"
    if reply.status == 405:
        response["Allow"] = method
    return response


def _reply(request: HttpRequest, method: str, ask: Callable[[RawRequest], Reply]) -> Reply:
    source = str(request.META.get("REMOTE_ADDR", ""))
    if verdict := _unread(request):
        return exchange.refused(source, verdict, STATUS[verdict])
    if request.method != method:
        return exchange.refused(source, "wrong-method", 405)
    return ask(RawRequest(method, _target(request), request.headers, request.body, source))


def _unread(request: HttpRequest) -> str:
    """Why the body is not read: what `BoundedBodies` found, or, where that does not stand before us, its length."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    too_large = not length.isdecimal() or int(length) > LONGEST_BODY
    return str(_scope(request).get(VERDICT) or ("too-large" if too_large else ""))


def _target(request: HttpRequest) -> str:
    """Path and query as they stand in the request line, since that is what was signed."""
    raw: bytes | None = _scope(request).get("raw_path")
    path = raw.decode("latin-1") if raw else request.get_full_path().partition("?")[0]
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _scope(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = getattr(request, "scope", {})
    return found
