"""Failed sign-ins, counted by account's name and by address for all web processes together, and the locks they make.

An attempt is counted before the password is looked at and taken back when it fits: many attempts at once find no gap.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from console.models import AuditRecord, SignInFailures
from console.services import audit, totals
from console.services.audit_actions import Action
from console.services.clock import database_now

NOBODY = audit.Actor(None, "", AuditRecord.Origin.PAGE)
Kind = SignInFailures.Kind
LOCKED = (
    "There were too many failed sign-ins with this name or from this address. "
    "Wait until {until:%H:%M} UTC, or ask an administrator to unlock it."
)
"""The same for names that exist and for those that do not."""


def signed_in_name(name: str) -> str:
    """Under what is counted who guesses from a session of `name`: strangers at the sign-in cannot lock that."""
    return f"{name} (signed in)"


def attempt(name: str, address: str) -> str | None:
    """Count an attempt to sign in as `name` from `address`; why it is not looked at, or None where it may go on."""
    now = database_now()
    with transaction.atomic():
        rows = [_row(kind, key, now) for kind, key in _keys(name, address)]
        until = max((row.locked_until for row in rows if row.locked_until is not None), default=None)
        if until is not None:
            return LOCKED.format(until=until)
        for row in rows:
            row.failures += 1
            if row.failures >= settings.SIGN_IN_FAILURES[row.kind]:
                row.locked_until = now + timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)
            row.save()
    return None


def succeeded(name: str, address: str) -> None:
    """The attempt was none to guess: forget those with this name, and take this one back from the address."""
    (_, name_key), (_, address_key) = _keys(name, address)
    with transaction.atomic():
        SignInFailures.objects.filter(kind=Kind.ACCOUNT, key=name_key).delete()
        SignInFailures.objects.filter(kind=Kind.ADDRESS, key=address_key, failures__gt=0).update(
            failures=F("failures") - 1, locked_until=None
        )


def failed(name: str, address: str, why: str) -> None:
    """Write a failure into the audit, and the lock that it made, if it made one. There is none while a lock lasts."""
    with transaction.atomic():
        rows = list(SignInFailures.objects.filter(kind=Kind.ACCOUNT, key=_keys(name, address)[0][1]))
        rows += SignInFailures.objects.filter(kind=Kind.ADDRESS, key=_keys(name, address)[1][1])
        counts = {row.kind: row.failures for row in rows}
        totals.count(totals.SIGN_INS_REFUSED)
        after = {"address": address, "why": why, "failures": counts}
        audit.record(Action.SIGN_IN_REFUSED, NOBODY, audit.Subject("account", name=name[:150]), after=after)
        for row in rows:
            if row.locked_until is not None:
                totals.count(totals.SIGN_INS_LOCKED, row.kind)
                locked = {"until": row.locked_until, "failures": row.failures}
                subject = audit.Subject(row.kind, row.key, row.key)
                audit.record(Action.SIGN_IN_LOCKED, NOBODY, subject, after=locked)


def locked() -> list[SignInFailures]:
    """The names and addresses that are locked now."""
    return list(SignInFailures.objects.filter(locked_until__gt=database_now()))


def lock_of(name: str) -> SignInFailures | None:
    """The lock of an account's name, if it is locked now."""
    now = database_now()
    return SignInFailures.objects.filter(kind=Kind.ACCOUNT, key=name.casefold()[:255], locked_until__gt=now).first()


def unlock(kind: str, key: str, actor: audit.Actor, reason: str = "") -> bool:
    """Forget the failures of a name or an address; whether there were any."""
    with transaction.atomic():
        row = SignInFailures.objects.select_for_update().filter(kind=kind, key=key.casefold()).first()
        if row is None:
            return False
        before = {"failures": row.failures, "locked_until": row.locked_until}
        row.delete()
        subject = audit.Subject(kind, key, key)
        audit.record(Action.SIGN_IN_UNLOCKED, actor, subject, reason=reason, before=before)
    return True


def forget_old() -> int:
    """Remove the counts that no longer matter; how many that were."""
    old = database_now() - timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)
    return SignInFailures.objects.filter(since__lt=old).exclude(locked_until__gt=database_now()).delete()[0]


def _keys(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (Kind.ACCOUNT, name.casefold()[:255]), (Kind.ADDRESS, address[:255])


def _row(kind: str, key: str, now: datetime) -> SignInFailures:
    """The count, begun anew where the last failures lie too far back. Held until the transaction ends."""
    SignInFailures.objects.bulk_create([SignInFailures(kind=kind, key=key, since=now)], ignore_conflicts=True)
    row = SignInFailures.objects.select_for_update().get(kind=kind, key=key)
    window = timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)
    over = row.locked_until <= now if row.locked_until is not None else now - row.since > window
    if over:
        row.failures, row.since, row.locked_until = 0, now, None
    return row
