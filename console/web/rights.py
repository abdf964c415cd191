"""The grid of rights, the roles behind one of its cells, and the answer to why somebody may or may not."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from console.models import Cluster, Site
from console.services import grants, rights_grid
from console.services.access import NotAllowed, visible_clusters, why_not_in_site, why_nowhere
from console.services.audit_reads import SensitivePage
from console.services.explaining import explain
from console.services.grants import GrantRefused, Holder, Scope
from console.web.access import actor_of, methods, needs, signed_in
from console.web.forms.rights import RolesForm, WhyForm
from console.web.fresh import needs_fresh
from console.web.reading import recorded

PAGE = 50
MANY = 12
"""Columns from which on the grid shows one site at a time, and a list where even those are more."""


@methods("GET")
@needs("administer")
@recorded(SensitivePage.RIGHTS)
def grid(request: HttpRequest) -> HttpResponseBase:
    """People and groups against what roles are given on."""
    scopes = rights_grid.columns(request.user)
    sites = {one.pk: one for one in map(_site_of, scopes) if one is not None}
    site = next((one for one in sites.values() if str(one.pk) == request.GET.get("site")), None)
    if site is not None:
        scopes = rights_grid.columns(request.user, site)
    elif len(scopes) > MANY:
        scopes = tuple(scope for scope in scopes if scope.cluster is None) or scopes[:MANY]
    name = request.GET.get("q", "")[:150]
    people = User.objects.filter(username__icontains=name).order_by("username").prefetch_related("groups")
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "rights",
        "scopes": scopes,
        "rows": [
            (row, [(cell, cell_address(row.kind, row.holder.pk, cell.scope)) for cell in row.cells])
            for row in rights_grid.rows(page.object_list, scopes)
        ],
        "page": page,
        "sites": sorted(sites.values(), key=str),
        "site": site,
        "q": name,
        "many": len(scopes) > MANY,
    }
    return render(request, "rights/grid.html", context)


@methods("GET", "POST")
@needs("administer", "cluster")
@needs_fresh()
@recorded(SensitivePage.RIGHTS)
def roles(request: HttpRequest, holder: str, pk: int) -> HttpResponseBase:
    """The roles of one holder on one scope, which the query names; nothing in it means everything."""
    scope = _scope(request, request.GET)
    who = _holder(holder, pk)
    form = RolesForm(request.POST or None, roles=grants.roles_of(who, scope))
    if request.method == "POST" and form.is_valid():
        try:
            grants.set_roles(who, scope, form.roles(), actor_of(request), form.cleaned_data["reason"])
        except GrantRefused as error:
            messages.error(request, error.told)
        except NotAllowed as error:
            raise PermissionDenied(error.message) from error
        else:
            messages.success(request, f"The roles of {who} on {scope} are kept.")
            return redirect("rights")
    context = {"section": "rights", "holder": who, "kind": holder, "scope": scope, "form": form}
    return render(request, "rights/roles.html", context, status=422 if request.method == "POST" else 200)


@signed_in
@methods("GET")
def why(request: HttpRequest) -> HttpResponseBase:
    """Why can I, why can't I: asked about oneself, and by who administers anything about anybody."""
    assert isinstance(request.user, User)
    own = why_nowhere(request.user, "administer") is not None
    people = User.objects.filter(pk=request.user.pk) if own else User.objects.order_by("username")
    asked = bool(request.GET)
    start = {"person": request.user.username, "act": "operate", "kind": "failover"}
    clusters = visible_clusters(request.user).order_by("name")
    form = WhyForm(request.GET if asked else None, initial=start, people=people, clusters=clusters)
    answer = None
    if asked and form.is_valid():
        said = form.cleaned_data
        answer = explain(said["person"], said["act"], said["cluster"], said["kind"], request.user)
    context = {"section": "rights", "form": form, "answer": answer}
    return render(request, "rights/why.html", context, status=422 if asked and answer is None else 200)


def cell_address(holder: str, pk: int, scope: Scope) -> str:
    """Where the roles of a holder on a scope are edited."""
    address = reverse("rights-roles", args=[holder, pk])
    if scope.cluster is not None:
        return f"{address}?cluster={scope.cluster.pk}"
    return f"{address}?site={scope.site.pk}" if scope.site is not None else address


def _site_of(scope: Scope) -> Site | None:
    return scope.cluster.site if scope.cluster is not None else scope.site


def _holder(kind: str, pk: int) -> Holder:
    found: Holder | None = None
    if kind == "account":
        found = User.objects.filter(pk=pk).first()
    elif kind == "group":
        found = Group.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such account or group. The page of rights lists those there are.")
    return found


def _scope(request: HttpRequest, query: Mapping[str, str]) -> Scope:
    """The scope that the address names, on which this person may give roles.

    Raises `Http404` for what is not there or may not be seen, and `PermissionDenied`.
    """
    site, cluster = query.get("site", ""), query.get("cluster", "")
    scope = Scope()
    if cluster:
        number = int(cluster) if cluster.isdecimal() and len(cluster) < 16 else 0
        row: Cluster | None = visible_clusters(request.user).filter(pk=number).first()
        scope = Scope(cluster=row)
    elif site:
        number = int(site) if site.isdecimal() and len(site) < 16 else 0
        place = Site.objects.filter(pk=number).first()
        seen = place is not None and visible_clusters(request.user).filter(site=place).exists()
        whole = place is not None and why_not_in_site(request.user, "administer", place) is None
        scope = Scope(site=place if seen or whole else None)
    if (site or cluster) and scope == Scope():
        raise Http404("There is nothing like that to give roles on. The page of rights lists what there is.")
    if (reason := scope.why_not(request.user)) is not None:
        raise PermissionDenied(reason)
    return scope
