"""Trying a credential where it is used: asked for by a click, done by a worker of the site, kept for the page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from console.adapters.clock import SystemClock
from console.adapters.ldap import LdapDirectories
from console.adapters.winrm import WinrmNodes
from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.models import Credential, CredentialTrial, Directory, Node, Site
from console.services import access, audit, queue
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.topology import directory_topology, node_topology

WITHIN = 30.0
"""Seconds for one command on a node."""
RESEND_AFTER = timedelta(seconds=5)
"""A trial that nobody took up for so long is sent again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """Where a credential can be tried, and the site whose workers reach it."""

    place: str
    name: str
    site: Site


def places(credential: Credential) -> list[Place]:
    """The nodes and directories that use the credential.

    A directory that no cluster uses yet is tried from the first site; without any site from nowhere.
    """
    nodes = Node.objects.filter(credential=credential).select_related("cluster__site").order_by("name")
    found = [Place(CredentialTrial.Place.NODE, node.name, node.cluster.site) for node in nodes]
    for directory in Directory.objects.filter(credential=credential).order_by("name"):
        site = Site.objects.filter(clusters__directory=directory).order_by("name").first() or Site.objects.first()
        found += [Place(CredentialTrial.Place.DIRECTORY, directory.name, site)] if site else []
    return found


def ask(credential: Credential, place: str, name: str, actor: audit.Actor) -> CredentialTrial:
    """Have the credential tried there; one that is being tried there already is that one.

    Raises `NotAllowed`, and `Refusal` for a place that does not use it.
    """
    access.require(actor.user, "change-inventory")
    where = next((one for one in places(credential) if (one.place, one.name) == (place, name)), None)
    if where is None:
        text = f"The credential {credential.name} is not used by the {place or 'place'} {name!r}."
        raise Refusal.of(text, "Choose one of those that use it.", key="trial.place")
    now = database_now()
    asked = {
        "site": where.site,
        "asked_at": now,
        "asked_by_name": actor.name,
        "try_before": now + timedelta(seconds=settings.PLAN_WITHIN),
        "claimed_at": None,
        "ended_at": None,
        "good": None,
        "said": "",
        "remedy": "",
    }
    with transaction.atomic():
        rows = CredentialTrial.objects.select_for_update()
        row = rows.filter(credential=credential, place=place, name=name).first()
        if row is not None and row.open and row.try_before > now:
            return row
        row, _ = CredentialTrial.objects.update_or_create(credential=credential, place=place, name=name, defaults=asked)
        queue.send_after_commit(queue.TRY_CREDENTIAL, row.pk, queue.observation_queue(where.site.name))
        subject = audit.Subject("credential", credential.pk, credential.name)
        audit.record(Action.CREDENTIAL_TESTED, actor, subject, after={"place": place, "name": name})
    return row


SignIn = Callable[[CredentialTrial], str]


def try_asked(pk: int, sign_in: SignIn | None = None) -> None:
    """Try it and keep what was said. A second delivery of the same id finds it taken and does nothing."""
    now = database_now()
    waiting = CredentialTrial.objects.filter(pk=pk, claimed_at__isnull=True, ended_at__isnull=True)
    if waiting.filter(try_before__gt=now).update(claimed_at=now) != 1:
        return
    row = CredentialTrial.objects.select_related("credential").get(pk=pk)
    try:
        _end(row, True, (sign_in or signed_in)(row), "")
    except ChangeoverError as error:
        _end(row, False, error.message, error.remedy)
    except Exception as error:
        log.exception("a credential could not be tried", credential=row.credential.name, place=row.name)
        text = f"It could not be tried: an unexpected {type(error).__name__}."
        _end(row, False, text, "Try once more, then report it with the worker's log.")


def signed_in(row: CredentialTrial) -> str:
    """Sign in there and say as whom. Raises `ChangeoverError` with what the other side said."""
    clock = SystemClock()
    if row.place == CredentialTrial.Place.DIRECTORY:
        directory = directory_topology(Directory.objects.select_related("credential").get(name=row.name))
        with LdapDirectories(clock).open(directory) as session:
            account, _ = session.bound_as()
        return f"{directory.host} took it; signed in as {account}."
    node = node_topology(Node.objects.select_related("credential").get(name=row.name))
    with WinrmNodes(clock).open(node) as session:
        session.batch([("hostname",)], within=WITHIN)
    return f"{node.name} took it, and ran a command for {node.credential.username}."


def sweep() -> None:
    """Send again what no worker took up, and give up what nobody finished in time."""
    now = database_now()
    waiting = CredentialTrial.objects.filter(ended_at__isnull=True)
    for row in waiting.filter(try_before__lt=now).select_related("site"):
        if row.claimed_at is None:
            _end(row, None, f"No worker of the site {row.site.name} took it up.", "Start one, then try it again.")
        else:
            _end(row, None, "The worker that tried it did not finish in time.", "Look at its log, then try it again.")
    lost = waiting.filter(claimed_at__isnull=True, asked_at__lt=now - RESEND_AFTER)
    for pk, site in lost.values_list("pk", "site__name"):
        queue.send(queue.TRY_CREDENTIAL, pk, queue.observation_queue(site))


def _end(row: CredentialTrial, good: bool | None, said: str, remedy: str) -> None:
    """End this very round, once; a later one is left alone."""
    same = CredentialTrial.objects.filter(pk=row.pk, asked_at=row.asked_at, ended_at__isnull=True)
    same.update(ended_at=database_now(), good=good, said=said, remedy=remedy)
