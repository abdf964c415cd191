"""API tokens: made and shown once, kept as a digest, bound to clusters, kinds and a day; every decision audited."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from console.domain.errors import ChangeoverError
from console.domain.rights import OF_KINDS, RIGHTS
from console.domain.secrets import Secret
from console.logs import mask_from_now_on
from console.models import ApiToken, AuditRecord, Cluster
from console.models.operations import KINDS as EVERY_KIND
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.hooks import refusals

KINDS = tuple(kind for kind in EVERY_KIND if kind != "start")
"""The kinds of operation that a program can begin; a start answers a node, and nobody else begins one."""
PREFIX = "cho_"
SHOWN = len(PREFIX) + 6
"""How many characters of a token are kept in clear, so that people can tell it from others: 36 of its 256 bits."""
FAILURES = 30
"""Failures of one address within a minute after which it is told to wait. A good token is never made to wait."""
LONGEST_DAYS = 366
LONGEST_NAME = 40
MINUTE = timedelta(minutes=1)


class TokenRefused(ChangeoverError):
    """A token that cannot be made, changed or used like that."""

    remedy = "Make a new token on the page API tokens, or with: manage.py token make NAME"


def make(
    owner: User,
    actor: audit.Actor,
    name: str,
    *,
    right: str = ApiToken.Right.VIEW,
    clusters: Collection[Cluster] | None = None,
    kinds: Collection[str] = (),
    days: int = 90,
    reason: str = "",
) -> tuple[ApiToken, Secret]:
    """Give `owner` a token and return its row with its text, which is never shown again.

    It allows what `owner` may do at that moment and no more: `right` (one of `ApiToken.Right`), on `clusters`
    (None: every one that `owner` may see), and of operations only `kinds` (empty: all). It is worth nothing after
    `days`. Raises `NotAllowed` when `actor` is neither `owner` nor an administrator, and `TokenRefused` with every
    reason.
    """
    _require_owner(owner, actor)
    name, kinds = name.strip(), sorted(set(kinds))
    _check(owner, name, right, clusters, kinds, days)
    text = Secret(PREFIX + secrets.token_urlsafe(32))
    mask_from_now_on(text)
    now = database_now()
    with transaction.atomic():
        row = ApiToken.objects.create(
            owner=owner,
            name=name,
            prefix=text.reveal()[:SHOWN],
            digest=digest_of(text.reveal()),
            right=right,
            everywhere=clusters is None,
            kinds=kinds,
            created_at=now,
            created_by_name=actor.name,
            expires_at=now + timedelta(days=days),
        )
        row.clusters.set(clusters or ())
        _note(Action.TOKEN_MADE, row, actor, reason, after=scope_of(row))
    return row, text


def revoke(row: ApiToken, actor: audit.Actor, reason: str = "") -> ApiToken:
    """Let the token be worth nothing from now on; again changes nothing. Raises `NotAllowed`."""
    _require_owner(row.owner, actor)
    with transaction.atomic():
        found = ApiToken.objects.select_for_update().get(pk=row.pk)
        if found.revoked_at is None:
            found.revoked_at, found.revoked_by_name = database_now(), actor.name
            found.save(update_fields=["revoked_at", "revoked_by_name"])
            _note(Action.TOKEN_REVOKED, found, actor, reason, before=scope_of(found))
    return found


def find(text: str) -> ApiToken:
    """The token of that text, good to be used now. Raises `TokenRefused`, and says why only to who has the text.

    It is looked up by its digest: 256 random bits need no slow hash, and a digest that is compared by the database's
    index tells nothing about another one.
    """
    row = ApiToken.objects.select_related("owner").filter(digest=digest_of(text)).first()
    if row is None:
        raise TokenRefused("This is no token of this console.")
    if row.revoked_at is not None:
        raise TokenRefused(f"The token {row.name} was revoked by {row.revoked_by_name}.")
    if row.expires_at <= database_now():
        raise TokenRefused(f"The token {row.name} expired on {row.expires_at:%Y-%m-%d}.")
    if not row.owner.is_active:
        raise TokenRefused(f"The account {row.owner.username} is switched off, and its tokens with it.", remedy="")
    return row


def count_failure(source: str) -> int:
    """Count a request from `source` without a good token; the seconds that it has to wait, 0 while it may go on."""
    refusals.count(source, refusals.NO_TOKEN)
    return 60 - database_now().second if refusals.this_minute(source, refusals.NO_TOKEN) > FAILURES else 0


def note_use(row: ApiToken, source: str) -> None:
    """Keep when and from where it was used last, to the minute: not every request is a write."""
    now, source = database_now(), source[:64]
    if row.last_used_at is None or now - row.last_used_at >= MINUTE or row.last_used_from != source:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now, last_used_from=source)


def why_not(row: ApiToken, right: access.Right, cluster: Cluster | None = None, kind: str = "") -> str | None:
    """Why the token does not allow that, or None: what it was made for, and what its owner may do now.

    Whether `cluster` is within its bounds is `visible_clusters`' part: beyond them there is none.
    """
    if (reason := _why_not_made_for(row, right)) is not None:
        return reason
    if row.kinds and right in OF_KINDS and kind not in (access.ANY_KIND, *row.kinds):
        allowed, what = ", ".join(row.kinds), kind or "what is no operation"
        return f"The token {row.name} is for {allowed}, not for {what}. Make one that is, if its owner may."
    return access.why_not(row.owner, right, cluster, kind)


def require(row: ApiToken, right: access.Right, cluster: Cluster | None = None, kind: str = "") -> None:
    """Raise `NotAllowed` with the reason unless the token allows that."""
    if (reason := why_not(row, right, cluster, kind)) is not None:
        raise access.NotAllowed(reason, remedy="")


def visible_clusters(row: ApiToken) -> QuerySet[Cluster]:
    """The clusters within the token's bounds that its owner may see; to it there are no others."""
    if "view" not in _rights(row):
        return Cluster.objects.none()
    seen = access.visible_clusters(row.owner)
    return seen if row.everywhere else seen.filter(pk__in=row.clusters.values("pk"))


def require_everywhere(row: ApiToken, right: access.Right) -> None:
    """Raise `NotAllowed` unless the token allows that in the console as a whole, and so is for every cluster."""
    if (reason := _why_bounded(row)) is not None:
        raise access.NotAllowed(reason, remedy="")
    require(row, right)


def require_unbounded(row: ApiToken, right: access.Right) -> None:
    """Raise `NotAllowed` unless the token allows that wherever its owner holds the right, which is somewhere."""
    reason = _why_not_made_for(row, right) or access.why_nowhere(row.owner, right) or _why_bounded(row)
    if reason is not None:
        raise access.NotAllowed(reason, remedy="")


def require_seeing(row: ApiToken) -> None:
    """Raise `NotAllowed` unless the token sees anything at all."""
    if (reason := _why_not_made_for(row, "view") or access.why_nowhere(row.owner, "view")) is not None:
        raise access.NotAllowed(reason, remedy="")


def require_emergency(row: ApiToken) -> None:
    """Raise `NotAllowed` unless the token was made for everything: no other one goes without a second person."""
    if row.right != ApiToken.Right.ALL:
        text = f"The token {row.name} declares no emergency. Do it on the plan's page, or make a token for everything."
        raise access.NotAllowed(text, remedy="")


def require_revoking(row: ApiToken, other: ApiToken) -> None:
    """Raise `NotAllowed` unless the token is to revoke itself, or was made for everything."""
    if row.pk != other.pk and row.right != ApiToken.Right.ALL:
        text = f"The token {row.name} revokes none but itself. Do it on the page API tokens."
        raise access.NotAllowed(text, remedy="")


def why_no_metrics(row: ApiToken) -> str | None:
    """Why the metrics of the whole console are not for this token, or None. Any right will do, on every cluster."""
    if not row.everywhere:
        return f"The token {row.name} is for some clusters, and metrics tell of all. Make one for every cluster."
    return access.why_not(row.owner, "view")


def actor_of(row: ApiToken) -> audit.Actor:
    """Who decides when a program comes with the token: its owner, by that token."""
    return audit.Actor(row.owner, f"{row.owner.username[:100]} by token {row.name}", AuditRecord.Origin.API)


def shown_to(user: User) -> QuerySet[ApiToken]:
    """The tokens that `user` may see and revoke: their own, and everybody's for an administrator."""
    every = access.why_not(user, "administer") is None
    rows = ApiToken.objects.select_related("owner").prefetch_related("clusters")
    return rows.filter(Q() if every else Q(owner=user))


def scope_of(row: ApiToken) -> dict[str, object]:
    """What the token is for, as the audit and the command line tell it."""
    return {
        "name": row.name,
        "prefix": row.prefix,
        "owner": row.owner.username,
        "right": row.right,
        "clusters": ["all"] if row.everywhere else sorted(row.clusters.values_list("name", flat=True)),
        "kinds": row.kinds or ["all"],
        "expires_at": audit.timestamp(row.expires_at),
    }


def digest_of(text: str) -> str:
    """What is kept of a token: the hex SHA-256 of its text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _why_bounded(row: ApiToken) -> str | None:
    if row.everywhere:
        return None
    return f"The token {row.name} is for some clusters, and this is about all of them. Make one for every cluster."


def _why_not_made_for(row: ApiToken, right: access.Right) -> str | None:
    if right in _rights(row):
        return None
    return f"The token {row.name} may not {access.WHAT[right]}. Make one that may, if its owner may."


def _rights(row: ApiToken) -> tuple[access.Right, ...]:
    rights: dict[str, tuple[access.Right, ...]] = {
        ApiToken.Right.VIEW: ("view",),
        ApiToken.Right.OPERATE: ("view", "operate"),
        ApiToken.Right.APPROVE: ("view", "approve"),
        ApiToken.Right.AUDIT: ("view", "read-audit"),
        ApiToken.Right.INVENTORY: ("view", "change-inventory"),
        ApiToken.Right.ADMINISTER: ("view", "administer"),
        ApiToken.Right.ALL: tuple(right for right in RIGHTS if right != "administer"),
    }
    return rights.get(row.right, ())


def _require_owner(owner: User, actor: audit.Actor) -> None:
    if actor.user is None or actor.user.pk != owner.pk:
        access.require(actor.user, "administer")


def _check(
    owner: User, name: str, right: str, clusters: Collection[Cluster] | None, kinds: Sequence[str], days: int
) -> None:
    found = []
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        found.append(f"A token needs a name of 1 to {LONGEST_NAME} printable characters.")
    elif ApiToken.objects.filter(owner=owner, name=name, revoked_at__isnull=True).exists():
        found.append(f"{owner.username} has a token called {name} already; revoke it, or choose another name.")
    if right not in ApiToken.Right.values:
        found.append(f"A token is for one of: {', '.join(ApiToken.Right.values)}.")
    if clusters is not None and not clusters:
        found.append("A token is for some clusters, or for all that its owner may see; name one at least.")
    if hidden := set(clusters or ()) - set(access.visible_clusters(owner)):
        found.append(f"{owner.username} sees no cluster {', '.join(sorted(c.name for c in hidden))}.")
    if wrong := sorted(set(kinds) - set(KINDS)):
        found.append(f"No program starts {', '.join(wrong)}; kinds are {', '.join(KINDS)}.")
    if not 1 <= days <= LONGEST_DAYS:
        found.append(f"A token lasts 1 to {LONGEST_DAYS} days.")
    if found:
        raise TokenRefused(" ".join(found), remedy="Correct what is named, then make it again.")


def _note(
    action: Action,
    row: ApiToken,
    actor: audit.Actor,
    reason: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    subject = audit.Subject("token", row.pk, row.name)
    audit.record(action, actor, subject, reason=reason.strip(), before=before, after=after)
