"""Who is signed in where: the sessions of people, seen and ended."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction

from console.services import audit, sign_in_failures
from console.services.audit_actions import Action
from console.services.clock import database_now


def of(user: User) -> list[UserSession]:
    """The sessions of `user` that last, the latest used first; what is over is forgotten."""
    rows = UserSession.objects.purge_and_list(user)
    return sorted(rows, key=lambda row: row.last_seen_at, reverse=True)


def everybody() -> list[UserSession]:
    """The sessions of all people that last, the latest used first."""
    rows = UserSession.objects.select_related("user").order_by("-last_seen_at")
    return [row for row in rows if not row.purge()]


def lasts(session_key: str) -> bool:
    """Whether a session was neither ended nor is over."""
    return Session.objects.filter(session_key=session_key, expire_date__gt=database_now()).exists()


def seen(session_key: str) -> None:
    """The session was used just now."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=database_now())


def end(row: UserSession, actor: audit.Actor) -> None:
    """End a session at once: the next page asks for a sign-in."""
    with transaction.atomic():
        before = {"address": row.ip, "browser": row.user_agent, "begun": row.created_at}
        row.end()
        subject = audit.Subject("account", row.user_id, row.user.get_username())
        audit.record(Action.SESSION_ENDED, actor, subject, before=before)


def end_all(user: User, actor: audit.Actor, but: str = "") -> int:
    """End every session of `user` but the one with that key; how many that were."""
    rows = [row for row in of(user) if row.session_key != but]
    for row in rows:
        end(row, actor)
    return len(rows)


def tidy() -> None:
    """Forget sessions that are over, and failed sign-ins that no longer matter."""
    now = database_now()
    Session.objects.filter(expire_date__lt=now).delete()
    # Whoever is signing in this moment has a session of which this transaction may not know yet.
    old = UserSession.objects.filter(last_seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    old.exclude(session_key__in=Session.objects.values("session_key")).delete()
    sign_in_failures.forget_old()
