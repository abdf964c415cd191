"""Signing in by the OpenID Connect provider of the settings: django-allauth's two pages behind our doors."""

from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from console.domain.errors import ChangeoverError
from console.web.access import anyone, methods
from console.web.sign_in_adapters import not_let_in

PROVIDER = str(settings.OIDC["provider_id"])


@anyone
@methods("POST")
def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider."""
    return _known(views.login, request, provider_id)


@anyone
@methods("GET")
def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the provider with its word."""
    return _known(views.callback, request, provider_id)


def _known(view: object, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    if not settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] or provider_id != PROVIDER:
        raise Http404("There is no such way to sign in. The sign-in page shows those that there are.")
    try:
        response: HttpResponseBase = view(request, provider_id)  # type: ignore[operator]
    except (ChangeoverError, OSError, LookupError, ValueError) as error:
        # The library reads the provider's description outside of its own error handling; requests' errors are OSErrors.
        return not_let_in(request, f"{type(error).__name__}: {error}")
    return response


openid_urls: list[URLPattern] = [
    path("<str:provider_id>/", begin, name="openid_connect_login"),
    path("<str:provider_id>/back/", come_back, name="openid_connect_callback"),
]
