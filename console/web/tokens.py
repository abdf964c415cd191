"""API tokens: made and shown once, listed with their last use, revoked."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables

from console.domain.secrets import Secret
from console.models import ApiToken
from console.services import tokens
from console.services.access import NotAllowed
from console.services.audit_reads import SensitivePage
from console.services.clock import database_now
from console.web.access import actor_of, methods, needs
from console.web.forms.tokens import TokenForm
from console.web.fresh import needs_fresh
from console.web.reading import recorded


@methods("GET")
@needs("view")
@recorded(SensitivePage.TOKENS)
def index(request: HttpRequest) -> HttpResponseBase:
    """The tokens that this person may see, and the form to make one."""
    return _page(request, TokenForm(_person(request)))


@methods("POST")
@needs("view")
@needs_fresh()
def make(request: HttpRequest) -> HttpResponseBase:
    """Make a token for this person; the answer shows it once."""
    form = TokenForm(_person(request), request.POST)
    if form.is_valid():
        try:
            row, text = form.make(actor_of(request))
        except tokens.TokenRefused as error:
            form.add_error(None, error.told)
        else:
            return _shown_once(request, row, text)
    messages.error(request, "No token was made: the form below says why.")
    return _page(request, form, status=422)


@methods("POST")
@needs("view")
def revoke(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let a token be worth nothing from now on."""
    row = tokens.shown_to(_person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such token. The page API tokens lists those that you may revoke.")
    try:
        tokens.revoke(row, actor_of(request), request.POST.get("reason", "")[:1000])
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    messages.success(request, f"The token {row.name} of {row.owner.username} is worth nothing any more.")
    return redirect("tokens")


@sensitive_variables("text")
def _shown_once(request: HttpRequest, row: ApiToken, text: Secret) -> HttpResponseBase:
    """The one answer that holds the token; neither a cache nor the browser's history keeps it."""
    response = render(request, "tokens/shown.html", {"section": "account", "token": row, "text": text.reveal()})
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, form: TokenForm, status: int = 200) -> HttpResponseBase:
    rows = tokens.shown_to(_person(request))
    context = {
        "section": "account",
        "form": form,
        "now": database_now(),
        "tokens": rows.filter(revoked_at=None),
        "revoked": rows.exclude(revoked_at=None).order_by("-revoked_at")[:20],
    }
    return render(request, "tokens/list.html", context, status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
