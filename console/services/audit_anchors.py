"""Signing the end of the audit on a schedule and leaving it outside: tried again until kept, loud while it is not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction

from console.adapters.anchors import FileAnchor, MailAnchor, SyslogAnchor, WebhookAnchor
from console.adapters.outbound import Outbound
from console.domain.anchors import AnchorPlace
from console.domain.errors import ChangeoverError
from console.domain.outbound import AllowList
from console.models import AnchorAttempt, SignedHead
from console.services import audit
from console.services.audit_actions import Action
from console.services.audit_keys import public_key
from console.services.audit_signing import sign_head
from console.services.clock import database_now

LOOK_EVERY = 30.0
"""Seconds between two looks for what is to be signed or sent again."""
SOONEST, LATEST = timedelta(seconds=30), timedelta(hours=1)
"""How long after a failure a place is tried again: the first time, and at most."""
AT_ONCE = 100
"""Heads that a place is sent in one sweep."""
SYSLOG_PORT = 6514

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class State:
    """How one place stands. `error` is empty when the last try was good; `waiting` counts heads that it lacks."""

    place: str
    kept_seq: int
    kept_at: datetime | None
    tried_at: datetime | None
    error: str
    waiting: int


def places() -> list[AnchorPlace]:
    """The places that the settings name. Raises `ChangeoverError` when a setting cannot be read."""
    found: list[AnchorPlace] = []
    told, out = settings.AUDIT_ANCHORS, Outbound(AllowList.read(settings.OUTBOUND))
    ca = told["ca"]
    if told["file"]:
        found.append(FileAnchor(Path(told["file"])))
    if told["syslog"]:
        parts = urlsplit(f"//{told['syslog']}")
        found.append(SyslogAnchor(out, parts.hostname or "", parts.port or SYSLOG_PORT, ca))
    if told["webhook"]:
        found.append(WebhookAnchor(out, told["webhook"], ca))
    if told["mail"]:
        found.append(MailAnchor(out, urlsplit(settings.MAIL_URL), settings.MAIL_FROM, told["mail"], ca))
    return found


def sweep() -> int:
    """Sign when it is time, and send what the places lack and are due for; how many heads were kept.

    Nothing without a key: `troubles` says so.
    """
    if not settings.AUDIT_KEY:
        return 0
    last = SignedHead.objects.first()
    if last is None or last.at + timedelta(seconds=settings.AUDIT_SIGN_EVERY) <= database_now():
        sign_head()
    return sum(catch_up(place) for place in places())


def anchor_now() -> SignedHead | None:
    """Sign the end of the audit and send it everywhere at once, whenever a place was tried last; the latest head.

    How each place took it stands in `states`. Raises `NoKey`.
    """
    sign_head()
    for place in places():
        catch_up(place, at_once=True)
    return SignedHead.objects.first()


def catch_up(place: AnchorPlace, *, at_once: bool = False) -> int:
    """Send the place what it lacks, in order, up to the first failure; how many it kept."""
    if not at_once and not _due(place.name):
        return 0
    kept = 0
    for head in _lacking(place.name)[:AT_ONCE]:
        error = _try(place, head)
        _note(place, head, error)
        if error:
            break
        kept += 1
    return kept


def signed_lines() -> list[str]:
    """Every head that was signed, as anchors, oldest first."""
    return list(SignedHead.objects.order_by("seq").values_list("line", flat=True))


def states() -> list[State]:
    """How every place that the settings name stands."""
    return [_state(place.name) for place in places()]


def troubles() -> list[str]:
    """What is wrong with signing and anchoring now, each with what to do; nothing when nothing is."""
    try:
        public_key()
        failing = [state for state in states() if state.error]
    except ChangeoverError as error:
        return [error.told]
    return [f"The audit's signed head cannot be left at {state.place}: {state.error}" for state in failing]


def _try(place: AnchorPlace, head: SignedHead) -> str:
    """What went wrong, with what to do; empty when the place has it."""
    try:
        place.keep(head.line)
    except ChangeoverError as error:
        return error.told
    return ""


def _note(place: AnchorPlace, head: SignedHead, error: str) -> None:
    """A row for the try; the audit hears of the first failure, and of the first success after it."""
    before = AnchorAttempt.objects.filter(place=place.name).first()
    failed_before = before is not None and not before.kept
    with transaction.atomic():
        AnchorAttempt.objects.create(head=head, place=place.name, at=database_now(), kept=not error, error=error)
        if bool(error) != failed_before:
            action = Action.AUDIT_NOT_ANCHORED if error else Action.AUDIT_ANCHORED_AGAIN
            after = {"seq": head.seq, "error": error}
            audit.record(action, audit.SYSTEM, audit.Subject("anchor", None, place.name), after=after)
    if error:
        log.error("audit not anchored", place=place.name, seq=head.seq, error=error)


def _lacking(place: str) -> list[SignedHead]:
    """What the place has not kept, oldest first; a new place begins with the latest."""
    kept = _kept(place)
    if kept is None:
        return list(SignedHead.objects.all()[:1])
    return list(SignedHead.objects.filter(seq__gt=kept.head.seq).order_by("seq"))


def _kept(place: str) -> AnchorAttempt | None:
    return AnchorAttempt.objects.filter(place=place, kept=True).select_related("head").order_by("-head__seq").first()


def _due(place: str) -> bool:
    """Whether the place may be tried: the more often it failed since it last kept something, the later again."""
    kept = AnchorAttempt.objects.filter(place=place, kept=True).first()
    failed = AnchorAttempt.objects.filter(place=place, kept=False, pk__gt=kept.pk if kept else 0)
    last = failed.first()
    if last is None:
        return True
    return last.at + min(SOONEST * 2 ** min(failed.count() - 1, 10), LATEST) <= database_now()


def _state(place: str) -> State:
    kept, last = _kept(place), AnchorAttempt.objects.filter(place=place).first()
    return State(
        place,
        kept.head.seq if kept else 0,
        kept.at if kept else None,
        last.at if last else None,
        last.error if last else "",
        len(_lacking(place)),
    )
