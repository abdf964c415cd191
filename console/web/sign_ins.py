"""For administrators: who is signed in, who is locked out, and from where people may sign in."""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.models import Directory, GroupMapping, SignInDirectory
from console.services import second_factor, sessions, sign_in_failures, sign_in_sources
from console.services.audit_reads import SensitivePage
from console.services.sign_in_sources import SourceRefused
from console.web.access import actor_of, methods, needs
from console.web.fresh import needs_fresh
from console.web.reading import recorded

Row = TypeVar("Row")


@needs("administer", "everything")
@methods("GET")
@recorded(SensitivePage.SIGN_INS)
def index(request: HttpRequest) -> HttpResponseBase:
    """Everything about signing in."""
    context = {
        "sessions": sessions.everybody(),
        "this_session": request.session.session_key,
        "locked": sign_in_failures.locked(),
        "domains": SignInDirectory.objects.select_related("directory"),
        "mappings": GroupMapping.objects.select_related("domain", "group"),
        "directories": Directory.objects.filter(sign_in=None).exclude(security="clear"),
        "groups": Group.objects.order_by("name"),
        "openid": settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"],
        "demanding": sorted(settings.SECOND_FACTOR_ROLES),
        "section": "rights",
    }
    return render(request, "registration/sign_ins.html", context)


def _act(act: Callable[..., str]) -> Callable[..., HttpResponseBase]:
    """A form of the page: what it came to, and back to the page. Only for administrators who have just signed in."""

    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            messages.success(request, act(request, **named))
        except SourceRefused as refused:
            messages.error(request, refused.told)
        return redirect("sign-ins")

    view.__name__ = act.__name__
    return needs("administer", "everything")(methods("POST")(needs_fresh()(view)))


@_act
def end_session(request: HttpRequest, pk: int) -> str:
    """End anybody's session."""
    row = _found(UserSession.objects.select_related("user").filter(pk=pk).first(), "That session is over already.")
    sessions.end(row, actor_of(request))
    return f"The session of {row.user} has ended."


@_act
def unlock(request: HttpRequest) -> str:
    """Let a name or an address try again."""
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
    done = sign_in_failures.unlock(kind, key, actor_of(request), request.POST.get("reason", "")[:1000])
    return f"{key} may sign in again." if done else f"{key} was not locked."


@_act
def reset_factors(request: HttpRequest) -> str:
    """Take the second factors of somebody away who lost them."""
    name = request.POST.get("name", "").strip()
    user = _found(User.objects.filter(username__iexact=name).first(), f"There is no account called {name}.")
    reason = request.POST.get("reason", "").strip()[:1000]
    if not reason:
        raise SourceRefused("Say why.", remedy="The reason stands in the audit.")
    taken = second_factor.take_away(user, actor_of(request), reason)
    return f"Taken away from {user}: {', '.join(taken)}." if taken else f"{user} has no second factor."


@_act
def add_directory(request: HttpRequest) -> str:
    """Let a directory's people sign in."""
    row = sign_in_sources.add_directory(
        request.POST.get("directory", ""), request.POST.get("domain", ""), actor_of(request)
    )
    return f"People of {row.domain} may sign in, once a group of theirs means something here."


@_act
def remove_directory(request: HttpRequest, pk: int) -> str:
    """Let them sign in no longer."""
    row = _found(SignInDirectory.objects.filter(pk=pk).first(), "That directory is gone already.")
    sign_in_sources.remove_directory(row, actor_of(request))
    return f"People of {row.domain} may no longer sign in."


@_act
def add_mapping(request: HttpRequest) -> str:
    """Let a group outside stand for one here."""
    source = request.POST.get("source", "")
    domain = None if source == "openid" else SignInDirectory.objects.filter(domain=source).first()
    if domain is None and source != "openid":
        raise SourceRefused("That source is not there.", remedy="Choose a domain, or the OpenID provider.")
    group = Group.objects.filter(name=request.POST.get("group", "")).first()
    if group is None:
        raise SourceRefused("That group is not there.", remedy="Choose one of the list.")
    row = sign_in_sources.add_mapping(domain, request.POST.get("outside", ""), group, actor_of(request))
    return f"{row}."


@_act
def remove_mapping(request: HttpRequest, pk: int) -> str:
    """Forget what a group outside means."""
    row = _found(GroupMapping.objects.filter(pk=pk).first(), "That group is gone already.")
    sign_in_sources.remove_mapping(row, actor_of(request))
    return f"{row.outside} means nothing here any more."


def _found(row: Row | None, text: str) -> Row:
    if row is None:
        raise Http404(f"{text} The sign-in page for administrators lists what there is.")
    return row
