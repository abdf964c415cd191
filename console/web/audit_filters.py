"""Filters of the audit under a name: saved from the list, renamed, shared, removed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.forms import ChoiceField, Field
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from console.models import SavedFilter
from console.services import audit_filters
from console.services.access import NotAllowed
from console.services.audit_filters import FilterRefused
from console.web.access import actor_of, methods, needs
from console.web.forms.audit import AuditFilterForm, SavedFilterForm


@methods("GET")
@needs("read-audit")
def index(request: HttpRequest) -> HttpResponseBase:
    """The filters that this person may use, and may change."""
    user = _person(request)
    share = audit_filters.may_share(user)
    rows = [
        (row, audit_filters.may_change(row, user), _form(row), address_of(row.fields), in_words(row.fields))
        for row in audit_filters.shown_to(user)
    ]
    return render(request, "audit/filters.html", {"section": "audit", "rows": rows, "may_share": share})


@methods("POST")
@needs("read-audit")
def save(request: HttpRequest) -> HttpResponseBase:
    """Keep the filter that the list showed."""
    query = QueryDict(request.POST.get("query", "")[:4000].removeprefix("?"))
    fields = AuditFilterForm(query).filled_in()
    name, shared = _said(request)

    def act() -> None:
        audit_filters.save(actor_of(request), name, fields, shared=shared)

    return _do(request, act, f"The filter {name} is kept.", address_of(fields))


@methods("POST")
@needs("read-audit")
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rename a filter, or share it or no longer."""
    row = _found(request, pk)
    name, shared = _said(request)

    def act() -> None:
        audit_filters.change(row, actor_of(request), name, shared=shared)

    return _do(request, act, "The filter is changed.", reverse("audit-filters"))


@methods("POST")
@needs("read-audit")
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a filter away."""
    row = _found(request, pk)
    told = f"The filter {row.name} is removed."
    return _do(request, lambda: audit_filters.remove(row, actor_of(request)), told, reverse("audit-filters"))


def address_of(fields: dict[str, str]) -> str:
    """The list with the filter filled in."""
    query = QueryDict(mutable=True)
    query.update(fields)
    return f"{reverse('audit')}?{query.urlencode()}"


def in_words(fields: dict[str, str]) -> list[tuple[str, str]]:
    """Each field that the filter fills in, as the form calls it and the choice that was made."""
    form = AuditFilterForm()
    return [(str(form[name].label), _chosen(form.fields[name], value)) for name, value in fields.items()]


def _chosen(field: Field, value: str) -> str:
    if not isinstance(field, ChoiceField):
        return value
    offered: Any = field.choices
    options = [one for key, words in offered for one in (words if isinstance(words, list | tuple) else [(key, words)])]
    return next((str(words) for key, words in options if str(key) == value), value)


def _do(request: HttpRequest, act: Callable[[], None], told: str, back: str) -> HttpResponseBase:
    try:
        act()
    except FilterRefused as error:
        messages.error(request, error.told)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    else:
        messages.success(request, told)
    return redirect(back)


def _said(request: HttpRequest) -> tuple[str, bool]:
    return request.POST.get("name", "")[:200], request.POST.get("shared") == "on"


def _form(row: SavedFilter) -> SavedFilterForm:
    return SavedFilterForm(initial={"name": row.name, "shared": row.shared}, auto_id=f"filter-{row.pk}-%s")


def _found(request: HttpRequest, pk: int) -> SavedFilter:
    row = audit_filters.shown_to(_person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such filter. The page of saved filters lists those that you may use.")
    return row


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
