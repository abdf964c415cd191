"""Finding out about a cluster from one of its nodes, or from its configuration, before it is in the inventory."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.fields import Key, Line, LongText, Number
from console.api.named import named
from console.api.sending import FileName, octets, sent_file
from console.domain.inventory import AUTH_CHOICES, SCHEME_CHOICES
from console.models import ApiToken, Credential, Directory, Discovery, Site
from console.services import body_bounds, discovery, tokens
from console.services.audit import Actor
from console.services.inventory_export import plain

LISTED = 50

router = Router(tags=["discoveries"])


class DiscoveryIn(Body):
    """Which node is asked, as whom, and how it is reached."""

    address: Line = Field(min_length=1, description="of one node, not the floating IP address", examples=["192.0.2.11"])
    credential: Line = Field(min_length=1, description="one of the inventory", examples=["contoso"])
    site: Line = Field(min_length=1, description="its workers ask the node", examples=["Tokyo"])
    other_address: Line = Field("", description="of the other node; empty: the cluster's configuration tells it")
    port: int = Field(5985, ge=1, le=65535)
    scheme: str = Field("http", pattern="^(" + "|".join(key for key, _ in SCHEME_CHOICES) + ")$")
    auth: str = Field("ntlm", pattern="^(" + "|".join(key for key, _ in AUTH_CHOICES) + ")$")
    tls_name: Line = Field("", description="the name in the certificate, if it is not the address")
    ca: LongText = ""
    codepage: int = Field(65001, ge=1, le=65535)
    allow_clear_text: bool = False


class AgainIn(Body):
    """What is known by now."""

    directory: Line = Field("", description="one of the inventory, to be looked at too", examples=["contoso"])
    other_address: Line = Field("", examples=["192.0.2.12"])


class DiscoveryOut(Schema):
    """What was asked, and what came of it."""

    id: int
    file: str = Field(description="its name, where a file was read and no node asked")
    address: str
    other_address: str
    site: str
    credential: str
    directory: str
    asked_at: datetime
    asked_by: str
    open: bool = Field(description="whether a worker still has to look, or looks")
    ended_at: datetime | None
    said: str = Field(description="why no cluster was found; empty where one was")
    remedy: str
    facts: list[dict[str, Any]] = Field(description="each with what it is about, its value, verdict and source")
    cluster: dict[str, Any] | None = Field(description="the cluster as the inventory's file would have it")
    saved_as: str = Field(description="the cluster that was made of it; empty: none yet")


class Discoveries(Schema):
    """The latest ones, the last one first."""

    items: list[DiscoveryOut]


@router.get("/discoveries", response=Discoveries, operation_id="list_discoveries", summary="What was found lately")
def index(request: HttpRequest) -> Discoveries:
    """The last fifty; each is forgotten after thirty days. Takes the right to change the whole inventory."""
    _admitted(request)
    return Discoveries(items=[_out(row) for row in _rows()[:LISTED]])


@router.post(
    "/discoveries/files",
    response={201: DiscoveryOut},
    operation_id="read_configuration",
    summary="Read a cluster's configuration",
    openapi_extra=octets("the file as it is, such as clp.conf", body_bounds.CONFIGURATION),
)
def read(request: HttpRequest, key: Key, name: FileName = "clp.conf") -> Status[DiscoveryOut]:
    """No node is asked. Up to 1 MiB."""
    token = _admitted(request)
    with sent_file(request) as file:

        def do(actor: Actor) -> Discovery:
            return discovery.read_file(file.read(), name, actor)

        made = act(token, key, "read configuration", [name, file.sha256], None, do)
    return Status(201, _out(_row(made.pk)))


@router.get(
    "/discoveries/{number}", response=DiscoveryOut, operation_id="get_discovery", summary="What was found of a cluster"
)
def detail(request: HttpRequest, number: Number) -> DiscoveryOut:
    """Ask again until it is no longer `open`; what it proposes is saved by `PUT clusters/NAME/inventory`."""
    _admitted(request)
    return _out(_row(number))


@router.post(
    "/discoveries",
    response={202: DiscoveryOut},
    operation_id="ask_node",
    summary="Have a node asked what cluster it is part of",
)
def ask(request: HttpRequest, body: DiscoveryIn, key: Key) -> Status[DiscoveryOut]:
    """Nothing is changed, neither on the nodes nor in the inventory."""
    token = _admitted(request)
    credential, site = named(Credential, body.credential), named(Site, body.site)
    way = discovery.way_to(body.address, body.model_dump())

    def do(actor: Actor) -> Discovery:
        return discovery.ask(way, credential, site, actor, other_address=body.other_address)

    return Status(202, _out(_row(act(token, key, "discover", "", body, do).pk)))


@router.post(
    "/discoveries/{number}/again",
    response={202: DiscoveryOut},
    operation_id="ask_node_again",
    summary="Have it looked at once more",
)
def again(request: HttpRequest, number: Number, body: AgainIn, key: Key) -> Status[DiscoveryOut]:
    """With what is known by now; one that is being looked at stays as it is."""
    token, row = _admitted(request), _row(number)
    directory = named(Directory, body.directory) if body.directory else None

    def do(actor: Actor) -> Discovery:
        if row.file and directory is not None:
            discovery.with_directory(row, directory, actor)
        elif not row.file:
            discovery.ask_again(row, actor, directory=directory, other_address=body.other_address)
        return row

    act(token, key, "discover again", number, body, do)
    return Status(202, _out(_row(number)))


def _admitted(request: HttpRequest) -> ApiToken:
    token = token_of(request)
    tokens.require_everywhere(token, "change-inventory")
    return token


def _rows() -> Any:
    return Discovery.objects.select_related("site", "credential", "directory", "saved_as").order_by("-pk")


def _row(number: int) -> Discovery:
    found: Discovery | None = _rows().filter(pk=number).first()
    if found is None:
        raise Http404("That is not kept, or no longer.")
    return found


def _out(row: Discovery) -> DiscoveryOut:
    spec = discovery.spec_of(row)
    told = ("file", "address", "other_address", "asked_at", "open", "ended_at", "said", "remedy", "facts")
    return DiscoveryOut(
        id=row.pk,
        asked_by=row.asked_by_name,
        cluster=plain(spec) if spec else None,
        site=str(row.site or ""),
        credential=str(row.credential or ""),
        directory=str(row.directory or ""),
        saved_as=str(row.saved_as or ""),
        **{field: getattr(row, field) for field in told},
    )
