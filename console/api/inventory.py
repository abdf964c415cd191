"""The inventory: sites and clusters one by one, or all of it as the file that pages and commands take."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from console.api.acting import Body
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.conditions import IfMatch, IfNoneMatch, etag_of, require_match
from console.api.entries import ClusterEntry, entry_of, spec_from
from console.api.fields import ClusterName, SiteName
from console.api.problems import FileRefused
from console.domain.inventory import ClusterSpec, Problem, SiteSpec
from console.models import ApiToken, Cluster, Site
from console.services import access, audit, inventory, inventory_seen, tokens
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import export_inventory
from console.services.inventory_rows import spec_of

LONGEST = 2_000_000
"""Characters of an inventory that is sent here, as many as its page takes."""

router = Router(tags=["inventory"])


class SiteOut(Schema):
    """A site, which is a name alone."""

    name: str
    clusters: int = Field(description="how many of those that the token sees are there")


class Sites(Schema):
    """The sites, by name."""

    items: list[SiteOut]


class InventoryText(Schema):
    """The inventory as a file."""

    text: str = Field(description="YAML, without any password")


class InventoryIn(Body):
    """An inventory that is to be."""

    text: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="YAML, or JSON, which is YAML",
        examples=["sites:\n  - name: Tokyo\n"],
    )
    prune: bool = Field(False, description="whether what the text does not name is removed")
    dry_run: bool = Field(False, description="whether it is only told what would be done")


class AppliedOut(Schema):
    """What was done, or would be."""

    result: str = Field(description="applied or unchanged")
    dry_run: bool
    changes: list[dict[str, Any]] = Field(description="each: kind, name, done")


@router.get("/sites", response=Sites, operation_id="list_sites", summary="Which sites there are")
def sites(request: HttpRequest) -> Sites:
    """Those of the clusters that the token may see; all of them for who sees everything."""
    token = token_of(request)
    names = list(tokens.visible_clusters(token).values_list("site__name", flat=True))
    rows = _seen(token).sites.order_by("name")
    return Sites(items=[SiteOut(name=row.name, clusters=names.count(row.name)) for row in rows])


@router.put("/sites/{name}", response=SiteOut, operation_id="put_site", summary="Have a site")
def put_site(request: HttpRequest, name: SiteName) -> SiteOut:
    """Added when there is none of that name. Takes the right to change the whole inventory."""
    token = token_of(request)
    tokens.require_everywhere(token, "change-inventory")
    with transaction.atomic():
        audit.lock()
        row = Site.objects.filter(name__iexact=name).first()
        row = row or inventory.save_site(SiteSpec(name), tokens.actor_of(token))
    return SiteOut(name=row.name, clusters=row.clusters.count())


@router.get("/inventory", response=InventoryText, operation_id="get_inventory", summary="The inventory as a file")
def whole(request: HttpRequest, response: HttpResponse) -> InventoryText:
    """As far as the token sees it; `ETag` is for `If-Match` when it is sent back."""
    token = token_of(request)
    tokens.require_seeing(token)
    text = export_inventory(_seen(token))
    response["ETag"] = etag_of(text)
    return InventoryText(text=text)


@router.put(
    "/inventory", response=AppliedOut, operation_id="put_inventory", summary="Make the inventory what a file says"
)
def apply(request: HttpRequest, body: InventoryIn, if_match: IfMatch) -> AppliedOut:
    """Everything or nothing; each mistake is told with its line. Takes the right to change the whole inventory."""
    token = token_of(request)
    tokens.require_everywhere(token, "change-inventory")
    with transaction.atomic():
        audit.lock()
        require_match(if_match, etag_of(export_inventory(_seen(token))))
        done = apply_inventory(body.text, tokens.actor_of(token), prune=body.prune, dry_run=body.dry_run)
    if done.mistakes:
        raise FileRefused(done.mistakes)
    told = done.as_json()
    return AppliedOut(result=told["result"], dry_run=done.dry_run, changes=told["changes"])


@router.get(
    "/clusters/{name}/inventory",
    response=ClusterEntry,
    operation_id="get_cluster_entry",
    summary="A cluster as the inventory has it",
)
def entry(request: HttpRequest, response: HttpResponse, name: ClusterName) -> ClusterEntry:
    """Every field; `ETag` is for `If-Match` when it is sent back."""
    spec = _spec(the_cluster(token_of(request), name))
    response["ETag"] = _etag(spec)
    return entry_of(spec)


@router.put(
    "/clusters/{name}/inventory",
    response=ClusterEntry,
    operation_id="put_cluster_entry",
    summary="Add or change a cluster",
)
def put_entry(
    request: HttpRequest,
    response: HttpResponse,
    name: ClusterName,
    body: ClusterEntry,
    if_match: IfMatch = "",
    if_none_match: IfNoneMatch = "",
) -> ClusterEntry:
    """By the rules of the inventory: every mistake is told. `If-Match` to change, `If-None-Match: *` to add.

    A field that is left out gets its default. Changed is by who may change it; added by who may change everything.
    """
    token = token_of(request)
    spec = spec_from(body)
    with transaction.atomic():
        audit.lock()
        row = tokens.visible_clusters(token).filter(name__iexact=name).first()
        if row is None:
            _require_new(token, name, spec, if_none_match)
        else:
            tokens.require(token, "change-inventory", row)
            require_match(if_match, _etag(_spec(row)), unwanted=if_none_match)
        _require_known(token, spec)
        saved = inventory.save_cluster(spec, tokens.actor_of(token), row)
    found = _spec(Cluster.objects.get(pk=saved.pk))
    response["ETag"] = _etag(found)
    return entry_of(found)


def _require_new(token: ApiToken, name: str, spec: ClusterSpec, if_none_match: str) -> None:
    """Who may not add one is told no more than that there is none of that name."""
    if tokens.why_not(token, "change-inventory") is not None or not token.everywhere:
        raise Http404("There is no such cluster.")
    if if_none_match != "*":
        raise Http404("There is no such cluster. To add it, send the header If-None-Match: *")
    if spec.name != name:
        text = "The name in the body is not the one in the address."
        raise inventory.InventoryRefused([Problem("cluster", spec.name, ("name",), text, f"Send {name} in both.")])


def _require_known(token: ApiToken, spec: ClusterSpec) -> None:
    """Who may change some clusters names of the rest what those use: an own node is sent nobody else's password."""
    if token.everywhere and access.sees_all(token.owner, "change-inventory"):
        return
    ours = access.clusters_with(token.owner, "change-inventory").filter(
        pk__in=tokens.visible_clusters(token).values("pk")
    )
    seen = inventory_seen.used_by(ours)
    named: list[tuple[QuerySet[Any], str, tuple[str, ...]]] = [
        (seen.sites, spec.site, ("site",)),
        (seen.directories, spec.directory, ("directory",)),
    ]
    named += [(seen.credentials, node.credential, ("nodes", node.role, "credential")) for node in spec.nodes]
    found = [
        Problem("cluster", spec.name, path, *inventory.NOT_HERE)
        for rows, name, path in named
        if not rows.filter(name__iexact=name).exists()
    ]
    if found:
        raise inventory.InventoryRefused(found)


def _seen(token: ApiToken) -> inventory_seen.Seen:
    if token.everywhere:
        return inventory_seen.seen_by(token.owner)
    return inventory_seen.used_by(tokens.visible_clusters(token))


def _spec(row: Cluster) -> ClusterSpec:
    found = spec_of(row)
    assert isinstance(found, ClusterSpec)
    return found


def _etag(spec: ClusterSpec) -> str:
    return etag_of(repr(spec))
