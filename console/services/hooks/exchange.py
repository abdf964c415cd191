"""One exchange with a node: a request is believed or refused, handed on, and answered so that only it is answered."""

from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

import structlog
from django.conf import settings

from console.domain.hooks import headers
from console.domain.hooks.canonical import canonical_reply, sign, to_stamp
from console.domain.hooks.lines import BadBody
from console.domain.hooks.messages import Answer, HookRefusal, VerifiedEvent, check_run, read_event
from console.services.clock import database_now
from console.services.hooks import refusals
from console.services.hooks.verify import RawRequest, Signed, Unsigned, check_fresh, signed_by

REFUSED = b"answer=refused\n"
"""What everybody gets whose signature is not that of a node."""

log = structlog.get_logger(__name__)


class Handler(Protocol):
    """What decides about events; `settings.HOOK_EVENTS` names the module. Both may raise `HookRefusal`."""

    def receive(self, event: VerifiedEvent) -> Answer:
        """Take a verified event; the same one a second time changes nothing."""

    def answer_for(self, run_id: str, node: str) -> Answer:
        """What the run of that node is to do now."""


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes = REFUSED
    headers: dict[str, str] = field(default_factory=dict)


def event(request: RawRequest) -> Reply:
    """Answer an event. Whatever is wrong with it, nothing has changed then but a count of refusals."""
    return _exchange(request, None)


def run(request: RawRequest, run_id: str) -> Reply:
    """Answer the question what a run is to do now."""
    return _exchange(request, run_id)


def refused(source: str, cause: str, status: int = 403) -> Reply:
    """The reply that is not signed, counted."""
    refusals.count(source, cause)
    return Reply(status)


def _exchange(request: RawRequest, run_id: str | None) -> Reply:
    try:
        signed = signed_by(request)
    except Unsigned as error:
        return refused(request.source, error.cause)
    now = database_now()
    try:
        check_fresh(signed, now)
        answer = _event(request, signed, now) if run_id is None else _run(request, signed, run_id)
        return _signed(200, answer, signed, now)
    except BadBody as error:
        return _refusal(HookRefusal("bad-body", error.told), request, signed, now)
    except HookRefusal as refusal:
        return _refusal(refusal, request, signed, now)


def _event(request: RawRequest, signed: Signed, now: datetime) -> Answer:
    body = read_event(request.body)
    node = signed.key.node
    if body.node.casefold() != node.name.casefold():
        raise HookRefusal("wrong-node", f"This key is the one of {node.name}, not of {body.node}.")
    if body.group.casefold() != node.cluster.group.casefold():
        raise HookRefusal("wrong-group", f"The Exchange group of {node.cluster.name} is {node.cluster.group}.")
    verified = VerifiedEvent(
        body=body,
        node=node.name,
        node_id=node.pk,
        cluster_id=node.cluster_id,
        at=now,
        key_id=signed.key.key_id,
        source=request.source,
    )
    return _handler().receive(verified)


def _run(request: RawRequest, signed: Signed, run_id: str) -> Answer:
    check_run(run_id)
    if request.body:
        raise BadBody("The question about a run has a body; none was expected.")
    return _handler().answer_for(run_id, signed.key.node.name)


def _handler() -> Handler:
    return cast(Handler, import_module(settings.HOOK_EVENTS))


def _refusal(refusal: HookRefusal, request: RawRequest, signed: Signed, now: datetime) -> Reply:
    refusals.count(request.source, refusal.code)
    log.warning("webhook refused", node=signed.key.node.name, cause=refusal.code, source=request.source)
    answer = Answer("refused", refusal=refusal.code, reason=refusal.reason, time=now)
    return _signed(refusal.status, answer, signed, now)


def _signed(status: int, answer: Answer, signed: Signed, now: datetime) -> Reply:
    body, at = answer.lines(), to_stamp(now)
    text = canonical_reply(status, signed.said.nonce, at, body)
    return Reply(status, body, {headers.TIME: at, headers.SIGNATURE: sign(signed.secret, text)})
