"""Accounts and groups: who there is, added, switched off and on, and put into groups."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from console.domain.errors import ChangeoverError
from console.models import Grant
from console.services import accounts, passwords, second_factor, sessions, sign_in_failures
from console.services.access import why_not
from console.services.audit_reads import SensitivePage
from console.services.explaining import described
from console.web.access import actor_of, methods, needs
from console.web.forms.accounts import GivenPasswordForm
from console.web.forms.rights import AccountForm, MembersForm
from console.web.fresh import needs_fresh
from console.web.reading import recorded

PAGE = 50


@methods("GET")
@needs("administer")
@recorded(SensitivePage.PEOPLE)
def index(request: HttpRequest) -> HttpResponseBase:
    """Every account with what it may do, and every group."""
    return _page(request, AccountForm())


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def add(request: HttpRequest) -> HttpResponseBase:
    """Add an account."""
    form = AccountForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            user = accounts.add_account(said["name"], said["role"], actor_of(request), form.secret())
        except ChangeoverError as error:
            form.add_error(None, error.told)
        else:
            messages.success(request, f"The account {user.username} is added.")
            return redirect("people")
    return _page(request, form, status=422)


@methods("GET")
@needs("administer", "everything")
@recorded(SensitivePage.PEOPLE)
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One account: what it has, whether it is locked, and what can be done for who cannot sign in."""
    return _person(request, _user(pk), GivenPasswordForm())


@methods("POST")
@needs("administer", "everything")
@sensitive_post_parameters("password")
@needs_fresh()
def give_password(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give somebody a password, which they change at their next sign-in."""
    user, form = _user(pk), GivenPasswordForm(request.POST)
    if form.is_valid():
        try:
            until = passwords.give(user, form.secret(), actor_of(request), form.cleaned_data["reason"])
        except ChangeoverError as error:
            form.add_error(None, error.told)
        else:
            last = timezone.localtime(until).strftime("%F %H:%M %Z")
            told = f"{user.username} can sign in with it until {last}, and then chooses another one."
            messages.success(request, told)
            return redirect("person", pk)
    return _person(request, user, form, status=422)


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def unlock(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let somebody try to sign in again who failed too often."""
    name, reason = _user(pk).username, request.POST.get("reason", "")[:1000]
    done = sign_in_failures.unlock(sign_in_failures.Kind.ACCOUNT, name, actor_of(request), reason)
    messages.success(request, f"{name} may sign in again." if done else f"{name} was not locked.")
    return redirect("person", pk)


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def switch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Switch an account off or on."""
    user = _user(pk)
    active = request.POST.get("active") == "yes"
    told = f"The account {user.username} is switched {'on' if active else 'off'}."
    reason = request.POST.get("reason", "")[:1000]
    return _do(request, lambda: accounts.set_active(user, active, actor_of(request), reason), told, "person", pk)


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def add_group(request: HttpRequest) -> HttpResponseBase:
    """Add a group without people."""
    name = request.POST.get("name", "")
    return _do(request, lambda: accounts.add_group(name, actor_of(request)), f"The group {name.strip()} is added.")


@methods("GET", "POST")
@needs("administer", "everything")
@needs_fresh()
@recorded(SensitivePage.PEOPLE)
def group(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is in a group."""
    row = _group(pk)
    form = MembersForm(request.POST or None, initial={"members": row.user_set.all()})
    if request.method == "POST" and form.is_valid():
        members = form.cleaned_data["members"]
        return _do(request, lambda: accounts.set_members(row, members, actor_of(request)), f"{row.name} is changed.")
    status = 422 if request.method == "POST" else 200
    return render(request, "people/group.html", {"section": "rights", "group": row, "form": form}, status=status)


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def remove_group(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a group away, and what it gave."""
    row = _group(pk)
    return _do(request, lambda: accounts.remove_group(row, actor_of(request)), f"The group {row.name} is removed.")


def _user(pk: int) -> User:
    found = User.objects.select_related("directory_account").filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no account {pk}. The page of people lists those there are.")
    return found


def _person(request: HttpRequest, user: User, form: GivenPasswordForm, status: int = 200) -> HttpResponseBase:
    own = user == request.user
    context = {
        "section": "rights",
        "person": user,
        "roles": accounts.roles_told(user),
        "groups": user.groups.order_by("name"),
        "sessions": sessions.of(user),
        "factors": second_factor.names_of(user),
        "locked": sign_in_failures.lock_of(user.username),
        "given": getattr(user, "temporary_password", None),
        "no_password": "Change your own password on your account's page." if own else passwords.why_none(user),
        "own": own,
        "form": form,
    }
    return render(request, "people/person.html", context, status=status)


def _group(pk: int) -> Group:
    found = Group.objects.filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no group {pk}. The page of people lists those there are.")
    return found


def _do(
    request: HttpRequest, act: Callable[[], object], told: str, then: str = "people", *args: int
) -> HttpResponseBase:
    try:
        act()
    except ChangeoverError as error:
        messages.error(request, error.told)
    else:
        messages.success(request, told)
    return redirect(then, *args)


def _page(request: HttpRequest, form: AccountForm, status: int = 200) -> HttpResponseBase:
    own = Prefetch("grants", Grant.objects.select_related("site", "cluster", "group"))
    wanted = request.GET.get("q", "")[:150]
    found = User.objects.filter(username__icontains=wanted).order_by("username").prefetch_related(own, "groups")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    whole = why_not(request.user, "administer") is None
    context = {
        "section": "rights",
        "form": form,
        "page": page,
        "q": wanted,
        "may_change": whole,
        "people": [(one, [described(row) for row in one.grants.all()] if whole else ()) for one in page.object_list],
        "groups": Group.objects.order_by("name").prefetch_related("user_set"),
    }
    return render(request, "people/list.html", context, status=status)
