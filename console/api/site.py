"""The API as one: its routers under /api/v1/, its description, and the door before every address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from console.api import (
    approval_rules,
    approvals,
    asking,
    attention,
    audit,
    channels,
    clusters,
    discoveries,
    doing,
    drills,
    findings,
    handing_in,
    inventory,
    locks,
    maintenance,
    notice_rules,
    observing,
    operations,
    own_tokens,
    people,
    plans,
    problems,
    procedures,
    reports,
    scripts,
    trials,
)
from console.api.auth import TokenAuth
from console.api.conditions import unless_known
from console.api.shapes import Problem

ABOUT = """Changeover's programming interface. Every request carries a token; a token is made on the page *API tokens*
and allows what its owner may do, within the clusters and kinds that it is for. What is wrong is answered as
`application/problem+json` with what to do. Nothing changes by a GET."""
ERRORS = {
    400: "the body is no JSON",
    401: "no good token",
    403: "the right is missing",
    404: "not there, or beyond what the token may see",
    405: "this method is not taken here",
    408: "the body came in too slowly",
    409: "how things stand forbids it",
    413: "the body is too long",
    422: "not as described",
    429: "too many requests without a good token from this address",
}
KNOWN = "the same as when this ETag was given"
CONDITIONAL = {412: "it was changed since it was read", 428: "If-Match is missing"}
View = Callable[..., HttpResponse]

api = NinjaAPI(
    title="Changeover",
    version="1",
    description=ABOUT,
    auth=TokenAuth(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
)
problems.install(api)
PARTS = (
    *(clusters, observing, inventory, trials, discoveries, scripts, plans, asking, approvals, approval_rules),
    *(operations, doing, procedures, findings, handing_in, drills, reports, attention, maintenance),
    *(channels, notice_rules, people, locks, audit, own_tokens),
)
for part in PARTS:
    api.add_router("", part.router)


def description() -> dict[str, Any]:
    """The API in OpenAPI's words, with every way in which it says no."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    schema["components"]["schemas"]["Problem"] = Problem.model_json_schema(
        ref_template="#/components/schemas/Problem/$defs/{model}"
    )
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = (ERRORS | CONDITIONAL).items()
    schema["components"]["responses"] = {str(status): {"description": t, "content": content} for status, t in every}
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            told = {str(status): answer for status, answer in operation["responses"].items()}
            refused = ERRORS | CONDITIONAL if method == "put" else ERRORS
            operation["responses"] = {str(status): {"$ref": f"#/components/responses/{status}"} for status in refused}
            operation["responses"] |= told | ({"304": {"description": KNOWN}} if method == "get" else {})
    return schema


@api.get("/openapi.json", include_in_schema=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """The API described, for who has a token."""
    return JsonResponse(description())


def door(view: View) -> View:
    """No session and no form token, only the token of the API; every answer is JSON that no cache keeps."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.method
        if asked == "HEAD":  # answered as a GET; the server leaves the body out
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = problems.not_found()
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            text = f"This address takes {allowed}, not {asked}."
            response = problems.problem(405, text, "Nothing was done. See /api/v1/openapi.json.", Allow=allowed)
        response = unless_known(request, response)
        request.method = asked
        response["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(login_not_required(guarded))


def elsewhere(request: HttpRequest) -> HttpResponse:
    """Any other address."""
    return problems.not_found()


def _urls() -> list[URLPattern | URLResolver]:
    patterns, app, namespace = api.urls
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        pattern.callback = door(pattern.callback)
    return [path("api/v1/", (patterns, app, namespace)), re_path("^api/", door(elsewhere))]


urlpatterns = _urls()
