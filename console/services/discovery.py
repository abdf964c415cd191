"""Finding out about a cluster that is not in the inventory yet: asked for, done by a worker, kept for its page."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from console.domain import inventory_names as names
from console.domain.errors import ChangeoverError
from console.domain.inventory import ClusterSpec, NodeSpec, ServerSpec
from console.models import Cluster, Credential, Directory, Discovery, Site
from console.services import access, audit, queue
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.credentials import resolved
from console.services.discovery_look import BLANK, Asked, Looked, look, look_at_file, remedy_of, with_credential
from console.services.topology import directory_topology

RESEND_AFTER = timedelta(seconds=5)
"""One that no worker took up for so long is sent again."""
KEPT = timedelta(days=30)
WAY = ("port", "scheme", "auth", "tls_name", "ca", "codepage", "allow_clear_text")
"""The fields of a node that say how it is reached, beside its address."""

log = structlog.get_logger(__name__)


class WayRefused(ChangeoverError):
    """What was said of the way to a node cannot be used; `field` names it."""

    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


def way_to(address: str, said: Mapping[str, Any]) -> NodeSpec:
    """How a node at `address` is reached, from the fields `WAY` that `said` has. Raises `WayRefused`."""
    way = dataclasses.replace(BLANK, address=address, **{name: said[name] for name in WAY if name in said})
    for field, complaint in (("address", names.host(address)), ("port", names.port(way.port))):
        if complaint is not None:
            raise WayRefused(field, *complaint)
    if way.scheme == "http" and way.auth == "basic" and not way.allow_clear_text:
        text = "Basic over HTTP sends the password in clear text."
        raise WayRefused("auth", text, "Use NTLM or HTTPS, or allow clear text for this node.")
    return way


def ask(way: NodeSpec, credential: Credential, site: Site, actor: audit.Actor, *, other_address: str = "") -> Discovery:
    """Have a worker of the site find out about the cluster of the node there. Raises `NotAllowed`, `WayRefused`."""
    access.require(actor.user, "change-inventory")
    hold_other(other_address)
    with transaction.atomic():
        row = Discovery.objects.create(
            site=site,
            credential=credential,
            directory=Directory.objects.first() if Directory.objects.count() == 1 else None,
            address=way.address,
            other_address=other_address,
            way={name: getattr(way, name) for name in WAY},
            **_asked(actor),
        )
        _sent(row, actor)
    return row


def ask_again(
    row: Discovery, actor: audit.Actor, *, directory: Directory | None = None, other_address: str = ""
) -> None:
    """Look once more, with a directory or the other node's address where one is given now.

    Raises `NotAllowed`, `WayRefused`. One that is still being looked at stays as it is.
    """
    access.require(actor.user, "change-inventory")
    hold_other(other_address)
    with transaction.atomic():
        locked = Discovery.objects.select_for_update().get(pk=row.pk)
        if locked.open and locked.look_before > database_now():
            return
        told = {"claimed_at": None, "ended_at": None, "said": "", "remedy": "", **_asked(actor)}
        told |= {"directory": directory} if directory else {}
        told |= {"other_address": other_address} if other_address else {}
        for name, value in told.items():
            setattr(locked, name, value)
        locked.save()
        _sent(locked, actor)


def with_directory(row: Discovery, directory: Directory, actor: audit.Actor) -> None:
    """Note the directory that the cluster lives in, and look at it too, unless a file is all there is to look at.

    Raises `NotAllowed`.
    """
    if row.file:
        access.require(actor.user, "change-inventory")
        Discovery.objects.filter(pk=row.pk).update(directory=directory)
    else:
        ask_again(row, actor, directory=directory)


def hold_other(address: str) -> None:
    """Raises `WayRefused` for what is neither a host nor one with its port."""
    complaint = names.host(address) if address else None
    if complaint is not None and names.endpoint(address) is not None:
        raise WayRefused("other_address", *complaint)


def read_file(data: bytes, name: str, actor: audit.Actor) -> Discovery:
    """Keep what a cluster product's configuration file proposes. Raises `NotAllowed`, `Garbled`."""
    access.require(actor.user, "change-inventory")
    looked = look_at_file(data, name)
    with transaction.atomic():
        told = _asked(actor)
        row = Discovery.objects.create(
            file=name[-120:],
            site=Site.objects.first() if Site.objects.count() == 1 else None,
            directory=Directory.objects.first() if Directory.objects.count() == 1 else None,
            ended_at=told["asked_at"],
            **told,
            **_kept(looked),
        )
        audit.record(Action.DISCOVERY_ASKED, actor, audit.Subject("discovery", row.pk, row.file))
    return row


def saved(row: Discovery, cluster: Cluster) -> None:
    """Note which cluster was made of it."""
    Discovery.objects.filter(pk=row.pk).update(saved_as=cluster)


def spec_of(row: Discovery) -> ClusterSpec | None:
    """The proposal, with what is known by now of site, directory and credential."""
    if not row.proposal:
        return None
    plain = dict(row.proposal)
    nodes = tuple(NodeSpec(**{**node, "server": ServerSpec(**node["server"])}) for node in plain.pop("nodes"))
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    fields |= {"site": row.site.name if row.site else "", "directory": row.directory.name if row.directory else ""}
    spec = ClusterSpec(**{**fields, "nodes": nodes})
    return with_credential(spec, row.credential.name) if row.credential else spec


def look_asked(pk: int) -> None:
    """Look, and keep what was found. A second delivery of the same id finds it taken and does nothing."""
    now = database_now()
    waiting = Discovery.objects.filter(pk=pk, claimed_at__isnull=True, ended_at__isnull=True)
    if waiting.filter(look_before__gt=now).update(claimed_at=now) != 1:
        return
    row = Discovery.objects.select_related("site", "credential", "directory__credential").get(pk=pk)
    try:
        _end(row, look(_told(row)))
    except ChangeoverError as error:
        _end(row, Looked((), None, error.message, remedy_of(error)))
    except Exception as error:
        log.exception("a node could not be looked at", discovery=row.pk)
        text = f"It could not be looked at: an unexpected {type(error).__name__}."
        _end(row, Looked((), None, text, "Look once more, then report it with the worker's log."))


def sweep() -> None:
    """Send again what no worker took up, give up what nobody finished in time, and forget what is old."""
    now = database_now()
    waiting = Discovery.objects.filter(ended_at__isnull=True).select_related("site")
    for row in waiting.filter(look_before__lt=now):
        if row.claimed_at is None:
            site = row.site.name if row.site else ""
            _end(row, Looked((), None, f"No worker of the site {site} took it up.", "Start one, then look again."))
        else:
            remedy = "Look at its log, then look again."
            _end(row, Looked((), None, "The worker that looked did not finish in time.", remedy))
    lost = waiting.filter(claimed_at__isnull=True, asked_at__lt=now - RESEND_AFTER, site__isnull=False)
    for pk, site in lost.values_list("pk", "site__name"):
        queue.send(queue.DISCOVER, pk, queue.observation_queue(site))
    Discovery.objects.filter(ended_at__lt=now - KEPT).delete()


def _told(row: Discovery) -> Asked:
    """What is to be looked at. Raises `CredentialUnavailable`."""
    assert row.credential is not None, "only a file has no credential, and it is never looked at"
    return Asked(
        way=dataclasses.replace(BLANK, address=row.address, **row.way),
        account=resolved(row.credential),
        site=row.site.name if row.site else "",
        directory=directory_topology(row.directory) if row.directory else None,
        other_address=row.other_address,
    )


def _asked(actor: audit.Actor) -> dict[str, Any]:
    now = database_now()
    before = now + timedelta(seconds=settings.PLAN_WITHIN)
    return {"asked_at": now, "asked_by_name": actor.name, "look_before": before}


def _sent(row: Discovery, actor: audit.Actor) -> None:
    assert row.site is not None, "only a file has no site, and it is never sent"
    assert row.credential is not None, "only a file has no credential, and it is never sent"
    queue.send_after_commit(queue.DISCOVER, row.pk, queue.observation_queue(row.site.name))
    told = {"credential": row.credential.name, "directory": row.directory.name if row.directory else ""}
    audit.record(Action.DISCOVERY_ASKED, actor, audit.Subject("discovery", row.pk, row.address), after=told)


def _kept(looked: Looked) -> dict[str, Any]:
    return {
        "said": looked.said,
        "remedy": looked.remedy,
        "facts": [fact.to_json() for fact in looked.facts],
        "proposal": dataclasses.asdict(looked.spec) if looked.spec else {},
    }


def _end(row: Discovery, looked: Looked) -> None:
    """End this very round, once; a later one is left alone."""
    same = Discovery.objects.filter(pk=row.pk, asked_at=row.asked_at, ended_at__isnull=True)
    same.update(ended_at=database_now(), **_kept(looked))
