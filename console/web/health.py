"""What machines ask of the console: does it live, is it ready, how is it. For people there are pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from console.services import health, tokens
from console.services.health import Finding, Health
from console.services.metrics import page
from console.web.access import anyone, methods
from console.web.addresses import address_of

PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via")
"""What proxies add. With any of them a request is somebody else's, whatever address it comes from."""
LOOPBACK = ("127.0.0.1", "::1")

ready_now = health.Kept()


@methods("GET", "HEAD")
@anyone
def alive(request: HttpRequest) -> HttpResponseBase:
    """This process answers; nothing behind it is looked at, so that nobody restarts it for what is not its fault."""
    return HttpResponse("ok\n", "text/plain; charset=utf-8")


@methods("GET", "HEAD")
@anyone
def ready(request: HttpRequest) -> HttpResponseBase:
    """Whether this process can serve pages: 200 or 503. With `?strict` also 503 while anything is degraded.

    Who has a token for metrics, or asks on this host itself, is told every finding; a stranger only ready or not.
    """
    report = ready_now.report()
    wanted = (Health.READY,) if "strict" in request.GET else (Health.READY, Health.DEGRADED)
    status = 200 if report.health in wanted else 503
    if not (is_local(request) or (report.health is not Health.NOT_READY and _has_token(request))):
        told = {"status": str(Health.READY if status == 200 else Health.NOT_READY)}
        return JsonResponse(told, status=status)
    findings = [_told(finding) for finding in report.findings]
    return JsonResponse({"status": str(report.health), "findings": findings}, status=status)


@methods("GET")
@anyone
def metrics(request: HttpRequest) -> HttpResponseBase:
    """Every metric in the text format of Prometheus, for who has a token or asks on this host itself."""
    refusal = None if is_local(request) else _why_not(request)
    if refusal is not None:
        return refusal
    return HttpResponse(page.render(), page.CONTENT_TYPE)


def is_local(request: HttpRequest) -> bool:
    """Whether it was asked on this host, and by no proxy that stands here."""
    passed_on = any(name in request.headers for name in PASSED_ON)
    return address_of(request) in LOOPBACK and not passed_on


def _has_token(request: HttpRequest) -> bool:
    """Whether a good token came with it; without one nothing is counted, since everybody may ask."""
    return "Authorization" in request.headers and _why_not(request) is None


def _why_not(request: HttpRequest) -> HttpResponse | None:
    """The answer to who has no good token; None to who has one. Failures are counted like those of the API."""
    if settings.HTTPS and not request.is_secure():
        return _plain(403, "A token is not taken without TLS. Ask by https.")
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    source = address_of(request)
    try:
        if scheme.casefold() != "bearer":
            raise tokens.TokenRefused("No token came with this.")
        row = tokens.find(text.strip())
    except tokens.TokenRefused as error:
        wait = tokens.count_failure(source)
        said = error.told
        if wait:
            return _plain(429, f"{said} Wait {wait} s.", {"Retry-After": str(wait)})
        return _plain(401, said, {"WWW-Authenticate": 'Bearer realm="Changeover"'})
    tokens.note_use(row, source)
    reason = tokens.why_no_metrics(row)
    return None if reason is None else _plain(403, reason)


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{text.strip()}\n", "text/plain; charset=utf-8", status, headers=headers)


def _told(finding: Finding) -> dict[str, str]:
    return {"key": finding.key, "health": str(finding.health), "text": finding.text, "remedy": finding.remedy}
