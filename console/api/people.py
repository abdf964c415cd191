"""Accounts, groups and their roles, by who administers. Passwords and second factors are for pages alone."""

from collections.abc import Iterable
from typing import Annotated, Any

from django.contrib.auth.models import Group, User
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from console.api.acting import Body, MaybeWhyIn, WhyIn, act
from console.api.auth import token_of
from console.api.channels import administering
from console.api.clusters import the_cluster
from console.api.fields import PRINTABLE, Key, Limit, Line, Number
from console.api.named import named
from console.api.pages import link_next
from console.domain.rights import ROLES
from console.models import ApiToken, Grant, Site
from console.services import accounts, audit_reads, grants, sign_in_failures, tokens
from console.services.audit import Actor
from console.services.audit_reads import SensitivePage
from console.services.grants import EVERYTHING, Holder, Scope

A_ROLE = "^(|" + "|".join(ROLES) + ")$"
AfterAccount = Annotated[
    str, Query(max_length=150, pattern=PRINTABLE, description="Only those after this name; `next` of a page.")
]
GRANTS = Prefetch("grants", Grant.objects.select_related("site", "cluster").order_by("pk"))

router = Router(tags=["people"])


class PersonIn(Body):
    """An account that is to be; nobody can sign in as it until it is given a password on its page."""

    name: Line = Field(min_length=1, examples=["olga"])
    role: str = Field("", pattern=A_ROLE, description="on everything; empty: none", examples=["operator"])


class SwitchIn(WhyIn):
    """Whether somebody may act."""

    active: bool


class GroupIn(Body):
    """A group that is to be, without anybody in it."""

    name: Line = Field(min_length=1, examples=["night shift"])


class MembersIn(Body):
    """All who are to be in a group."""

    members: list[Line] = Field(max_length=1000, description="names of accounts", examples=[["olga"]])


class RolesIn(WhyIn):
    """All the roles that somebody is to have on a cluster, on a site, or, with neither, on everything."""

    cluster: Line = Field("", examples=["TOKYO"])
    site: Line = ""
    roles: dict[Line, list[Line]] = Field(
        max_length=len(ROLES),
        description="each with the kinds of operation that it is limited to; none of them: all kinds",
        examples=[{"operator": ["failover", "failback"]}],
    )


class GrantOut(Schema):
    """A role."""

    role: str
    kinds: list[str] = Field(description="empty: all kinds")
    cluster: str
    site: str = Field(description="with neither: on everything")


class GroupOut(Schema):
    """A group, with what it gives."""

    id: int
    name: str
    members: list[str]
    roles: list[GrantOut]


class PersonOut(Schema):
    """An account, with what was given to it itself."""

    id: int
    name: str
    active: bool
    groups: list[str] = Field(description="through which it has more")
    roles: list[GrantOut]


class People(Schema):
    """A page of accounts, by name."""

    items: list[PersonOut]
    next: str | None = Field(description="for `after`; null on the last page")


class Groups(Schema):
    """Every group, by name."""

    items: list[GroupOut]


@router.get("/people", response=People, operation_id="list_people", summary="Who has an account")
def index(request: HttpRequest, response: HttpResponse, limit: Limit = 50, after: AfterAccount = "") -> People:
    """That it was read is on record."""
    _note(administering(request), request)
    found = User.objects.filter(username__gt=after).order_by("username").prefetch_related(GRANTS, "groups")
    rows = list(found[: limit + 1])
    following = rows[limit - 1].username if len(rows) > limit else None
    link_next(request, response, "after", following)
    return People(items=[_person(row) for row in rows[:limit]], next=following)


@router.get("/groups", response=Groups, operation_id="list_groups", summary="Which groups there are")
def groups(request: HttpRequest) -> Groups:
    """With who is in them. That it was read is on record."""
    _note(administering(request), request)
    rows = Group.objects.order_by("name").prefetch_related(GRANTS, "user_set")
    return Groups(items=[_group(row) for row in rows])


@router.post("/people", response={201: PersonOut}, operation_id="add_person", summary="Add an account")
def add(request: HttpRequest, body: PersonIn, key: Key) -> Status[PersonOut]:
    """Without a password."""
    token = administering(request)
    made = act(token, key, "add person", "", body, lambda actor: accounts.add_account(body.name, body.role, actor))
    return Status(201, _person(made))


@router.post("/people/{number}/switch", response=PersonOut, operation_id="switch_person", summary="Switch an account")
def switch(request: HttpRequest, number: Number, body: SwitchIn, key: Key) -> PersonOut:
    """Off, nobody acts as it, and its tokens are worth nothing."""
    token, row = administering(request), _of(User, number)

    def do(actor: Actor) -> User:
        accounts.set_active(row, body.active, actor, body.reason)
        return row

    act(token, key, "switch person", number, body, do)
    return _person(_of(User, number))


@router.post(
    "/people/{number}/unlock", response=PersonOut, operation_id="unlock_person", summary="Let somebody try to sign in"
)
def unlock(request: HttpRequest, number: Number, body: MaybeWhyIn, key: Key) -> PersonOut:
    """Again, after too many failures."""
    token, row = administering(request), _of(User, number)

    def do(actor: Actor) -> User:
        sign_in_failures.unlock(sign_in_failures.Kind.ACCOUNT, row.username, actor, body.reason)
        return row

    return _person(act(token, key, "unlock person", number, body, do))


@router.post("/groups", response={201: GroupOut}, operation_id="add_group", summary="Add a group")
def add_group(request: HttpRequest, body: GroupIn, key: Key) -> Status[GroupOut]:
    """Without anybody in it."""
    token = administering(request)
    return Status(201, _group(act(token, key, "add group", "", body, lambda a: accounts.add_group(body.name, a))))


@router.post("/groups/{number}/members", response=GroupOut, operation_id="set_members", summary="Say who is in a group")
def members(request: HttpRequest, number: Number, body: MembersIn, key: Key) -> GroupOut:
    """Just those, and nobody else."""
    token, row = administering(request), _of(Group, number)
    found = [named(User, one, "username").pk for one in body.members]

    def do(actor: Actor) -> Group:
        accounts.set_members(row, User.objects.filter(pk__in=found), actor)
        return row

    return _group(act(token, key, "members", number, body, do))


@router.post("/groups/{number}/remove", response=Groups, operation_id="remove_group", summary="Take a group away")
def remove_group(request: HttpRequest, number: Number, key: Key) -> Groups:
    """With the roles that it gave. The answer is what is left."""
    token = administering(request)

    def do(actor: Actor) -> ApiToken:
        accounts.remove_group(_of(Group, number), actor)
        return token

    act(token, key, "remove group", number, None, do)
    return groups(request)


@router.post("/people/{number}/roles", response=PersonOut, operation_id="set_roles", summary="Give and take roles")
def roles_of_person(request: HttpRequest, number: Number, body: RolesIn, key: Key) -> PersonOut:
    """What is named is all that the account has there itself; on something wider or narrower it stays."""
    return _person(_give(request, User, number, body, key))


@router.post(
    "/groups/{number}/roles", response=GroupOut, operation_id="set_group_roles", summary="Give and take a group's roles"
)
def roles_of_group(request: HttpRequest, number: Number, body: RolesIn, key: Key) -> GroupOut:
    """The same for a group."""
    return _group(_give(request, Group, number, body, key))


def _give(request: HttpRequest, kind: Any, number: int, body: RolesIn, key: str) -> Any:
    token = token_of(request)
    scope = _scope(token, body)
    holder: Holder = _of(kind, number)

    def do(actor: Actor) -> Any:
        grants.set_roles(holder, scope, body.roles, actor, body.reason)
        return holder

    act(token, key, "roles", [kind.__name__, number], body, do)
    return _of(kind, number)


def _scope(token: ApiToken, body: RolesIn) -> Scope:
    """What roles are to be given on, which the token administers."""
    if body.cluster:
        cluster = the_cluster(token, body.cluster)
        tokens.require(token, "administer", cluster)
        return Scope(cluster=cluster)
    if not body.site:
        tokens.require_everywhere(token, "administer")
        return EVERYTHING
    tokens.require_unbounded(token, "administer")
    return Scope(site=named(Site, body.site))


def _of(kind: Any, number: int) -> Any:
    found = kind.objects.filter(pk=number).first()
    if found is None:
        raise Http404("There is no such account or group.")
    return found


def _note(token: ApiToken, request: HttpRequest) -> None:
    audit_reads.note(SensitivePage.PEOPLE, tokens.actor_of(token), {"address": request.path})


def _person(row: User) -> PersonOut:
    names = sorted(group.name for group in row.groups.all())
    return PersonOut(id=row.pk, name=row.username, active=row.is_active, groups=names, roles=_roles(row.grants.all()))


def _group(row: Group) -> GroupOut:
    names = sorted(user.username for user in row.user_set.all())
    return GroupOut(id=row.pk, name=row.name, members=names, roles=_roles(row.grants.all()))


def _roles(rows: Iterable[Grant]) -> list[GrantOut]:
    return [
        GrantOut(
            role=row.role,
            kinds=row.kinds,
            cluster=row.cluster.name if row.cluster else "",
            site=row.site.name if row.site else "",
        )
        for row in rows
    ]
