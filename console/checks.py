"""System checks that refuse settings which are unsafe beyond the operator's own desk."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from console.domain.outbound import AllowList, Unreadable, literal
from console.domain.rights import ROLES
from console.services.audit_keys import NoKey, private_key

TAG = "changeover"
SHORTEST_KEY = 50
LOCAL_NAMES = {"localhost", ""}
Apps = Sequence[AppConfig] | None
Found = Iterator[CheckMessage]


def refuse_unsafe_settings() -> None:
    """Raise `ImproperlyConfigured` with every error of the settings checks and its remedy."""
    errors: list[CheckMessage] = [m for m in run_checks(tags=[TAG]) if m.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(f"{m.id}: {m.msg} {m.hint}" for m in errors))


def is_loopback(host: str | None) -> bool:
    """Whether `host` leads to this machine only."""
    name = (host or "").strip("[]").casefold()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name in LOCAL_NAMES or name.endswith(".localhost")


def _beyond_loopback() -> bool:
    return any(not is_loopback(host) for host in settings.ALLOWED_HOSTS)


def _error(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"changeover.E{number:03d}")


@register(TAG)
def debug_is_off(app_configs: Apps, **_: Any) -> Found:
    """Debug pages show settings and source to whoever makes an error."""
    if settings.DEBUG and (settings.PRODUCTION or _beyond_loopback()):
        yield _error(1, "Debug pages are on for hosts beyond this machine.", "Unset CHANGEOVER_DEBUG.")


@register(TAG)
def hosts_are_named(app_configs: Apps, **_: Any) -> Found:
    """Only hosts that are named may stand in links, and only production serves beyond loopback."""
    if any("*" in host or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        yield _error(2, "Any host name is accepted.", "List in CHANGEOVER_HOSTS the names that people type.")
    if not settings.ALLOWED_HOSTS:
        yield _error(8, "No host is accepted.", "Set CHANGEOVER_HOSTS to the name that people type in the browser.")
    if _beyond_loopback() and not settings.PRODUCTION:
        hint = "Set CHANGEOVER_MODE=production and the secrets that it asks for."
        yield _error(7, "The embedded installation would serve hosts beyond this machine.", hint)


@register(TAG)
def origins_are_named(app_configs: Apps, **_: Any) -> Found:
    """A form is taken from an origin on this list as if it were ours."""
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if "*" in origin or not (origin.startswith("https://") or is_loopback(urlsplit(origin).hostname)):
            message = f"CHANGEOVER_TRUSTED_ORIGINS takes forms from {origin}: from anybody, or over HTTP."
            yield _error(16, message, "Write whole names with https://, such as https://console.example.com.")


@register(TAG)
def secret_key_is_strong(app_configs: Apps, **_: Any) -> Found:
    """Who guesses the secret key is everybody."""
    if settings.SECRET_KEY == settings.UNSET_SECRET_KEY:
        hint = "Set CHANGEOVER_SECRET_KEY_FILE to a file with at least 50 random characters."
        yield _error(3, "There is no secret key.", hint)
    elif len(settings.SECRET_KEY) < SHORTEST_KEY or len(set(settings.SECRET_KEY)) < 10:
        hint = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        yield _error(3, "The secret key is too short or too simple.", hint)


@register(TAG)
def cookies_are_safe(app_configs: Apps, **_: Any) -> Found:
    """A session cookie over HTTP belongs to whoever listens."""
    secure = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    if not secure and (settings.PRODUCTION or _beyond_loopback()):
        hint = "Serve over HTTPS and unset CHANGEOVER_HTTPS; behind a proxy set CHANGEOVER_BEHIND_PROXY=1."
        yield _error(4, "Cookies would travel without encryption.", hint)


@register(TAG)
def credential_keys_work(app_configs: Apps, **_: Any) -> Found:
    """Stored passwords need a key, and every key has to be one."""
    make = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
    if not settings.CREDENTIAL_KEYS:
        hint = f"Set CHANGEOVER_CREDENTIAL_KEYS_FILE to a file with a key. Make one with: {make}"
        yield _error(5, "There is no key for stored passwords.", hint)
    for place, key in enumerate(settings.CREDENTIAL_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            yield _error(5, f"Key {place} for stored passwords is not a Fernet key.", f"Make one with: {make}")


@register(TAG)
def audit_key_works(app_configs: Apps, **_: Any) -> Found:
    """An audit whose end nobody signs can be rewritten by who owns the database."""
    try:
        private_key()
    except NoKey as error:
        yield _error(12, error.message, error.remedy)


@register(TAG)
def broker_is_protected(app_configs: Apps, **_: Any) -> Found:
    """Who can write to the queue can make workers busy; who can read it learns what runs."""
    try:
        url = urlsplit(settings.CELERY_BROKER_URL)
        remote = url.scheme in {"redis", "rediss"} and not is_loopback(url.hostname)
    except ValueError:
        hint = "Give it as redis://:password@host:6379/0."
        yield _error(9, "The address of the broker cannot be read.", hint)
        return
    if remote and not url.password:
        hint = "Give Redis a password and write it into CHANGEOVER_BROKER_URL_FILE: rediss://:password@host:6379/0."
        yield _error(6, f"The broker on {url.hostname} takes messages from anybody.", hint)


@register(TAG)
def outbound_is_named(app_configs: Apps, **_: Any) -> Found:
    """What may be sent to is a list that can be read; this machine and the link are on no such list."""
    try:
        entries = AllowList.read(settings.OUTBOUND).entries
    except Unreadable as error:
        yield _error(11, f"CHANGEOVER_OUTBOUND: {error.message}", error.remedy)
        return
    for entry in entries:
        if entry.leads_home():
            place = entry.name or entry.network
            yield _error(11, f"CHANGEOVER_OUTBOUND names {place}: nothing is ever sent there.", "Take it out.")


@register(TAG)
def vault_can_be_asked(app_configs: Apps, **_: Any) -> Found:
    """A vault is asked over HTTPS alone, and only where the console may send to: better told now than at night."""
    if not settings.VAULT["url"]:
        return
    try:
        url = urlsplit(settings.VAULT["url"])
        host, port = url.hostname or "", url.port or 443
        entries = AllowList.read(settings.OUTBOUND).entries
    except (ValueError, Unreadable):
        yield _error(13, "The address of the vault, or CHANGEOVER_OUTBOUND, cannot be read.", "Correct them.")
        return
    if url.scheme != "https" or not host or url.username:
        hint = "Give it as https://vault.example.com:8200, without a sign-in."
        yield _error(13, "CHANGEOVER_VAULT_URL is no https address.", hint)
    elif literal(host) is None and not any(entry.names(host, port) for entry in entries):
        hint = f"Put {host}:{port} into CHANGEOVER_OUTBOUND, and its network too when its address is a private one."
        yield _error(13, f"The vault on {host} is not among the places that the console may send to.", hint)
    if not settings.VAULT["token"] and not settings.VAULT["token_file"]:
        yield _error(13, "There is no token for the vault.", "Set CHANGEOVER_VAULT_TOKEN_FILE to a file that holds it.")


@register(TAG)
def openid_can_be_asked(app_configs: Apps, **_: Any) -> Found:
    """A provider is asked over HTTPS alone, knows the console, and is among the places that it may send to."""
    if not settings.OIDC_URL:
        return
    try:
        url, entries = urlsplit(settings.OIDC_URL), AllowList.read(settings.OUTBOUND).entries
    except Unreadable:
        return  # told above
    if url.scheme != "https" or not url.hostname:
        yield _error(14, "CHANGEOVER_OIDC_URL is no https address.", "Give the provider's issuer, https://host/path.")
    elif not any(entry.names(url.hostname, url.port or 443) for entry in entries):
        text = f"The OpenID provider on {url.hostname} is not among the places that the console may send to."
        hint = f"Put {url.hostname} into CHANGEOVER_OUTBOUND, and its network too when its address is a private one."
        yield _error(14, text, hint)
    if not settings.OIDC["client_id"] or not settings.OIDC["secret"]:
        hint = "Set CHANGEOVER_OIDC_CLIENT_ID and CHANGEOVER_OIDC_CLIENT_SECRET_FILE to what the provider gave."
        yield _error(14, "The OpenID provider would not know this console.", hint)


@register(TAG)
def public_url_leads_here(app_configs: Apps, **_: Any) -> Found:
    """Links in what is sent to people lead to this console, over HTTPS in production."""
    try:
        url = urlsplit(settings.PUBLIC_URL)
        host = url.hostname
    except ValueError:
        host, url = None, urlsplit("")
    wrong = not host or url.scheme not in ("https", "http") or url.query or url.fragment or url.username
    if settings.PUBLIC_URL and (wrong or (settings.PRODUCTION and url.scheme != "https")):
        hint = "Give it as people open this console: https://console.example.com."
        yield _error(17, "CHANGEOVER_PUBLIC_URL is no address that a link can lead to.", hint)


@register(TAG)
def roles_are_known(app_configs: Apps, **_: Any) -> Found:
    """A role that is misspelt would ask nobody for a second factor."""
    unknown = sorted(settings.SECOND_FACTOR_ROLES - set(ROLES))
    if unknown:
        hint = f"Name some of {', '.join(ROLES)}, or none."
        yield _error(15, f"CHANGEOVER_SECOND_FACTOR_ROLES names {', '.join(unknown)}, which is no role.", hint)


@register(TAG)
def state_is_private(app_configs: Apps, **_: Any) -> Found:
    """Generated keys are worth what the permissions of their files are."""
    for name in ("secret-key", "credential-key", "audit-key"):
        path = settings.STATE_DIR / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield _error(10, f"Other users of this host can read {path}.", f"Run: chmod 600 {path}")


@register(TAG)
def static_files_are_gathered(app_configs: Apps, **_: Any) -> Found:
    """Pages without styles and scripts cannot be used."""
    if settings.PRODUCTION and not (settings.STATIC_ROOT and settings.STATIC_ROOT.is_dir()):
        message = f"There are no static files in {settings.STATIC_ROOT}."
        yield checks.Warning(message, hint="Run: manage.py collectstatic", id="changeover.W002")


@register(Tags.database)
def no_lab_in_production(app_configs: Apps, databases: Sequence[str] | None = None, **_: Any) -> Found:
    """A loopback address in a production inventory is a lab that was left behind."""
    if not databases or not settings.PRODUCTION:
        return
    from console.models import Directory, Node

    try:
        places = [(f"node {n.name}", n.address) for n in Node.objects.all()]
        places += [(f"directory {d.name}", d.host) for d in Directory.objects.all()]
    except DatabaseError:
        return  # Not migrated yet: there is no inventory.
    lab = [what for what, address in places if is_loopback(address)]
    if lab:
        message = f"The inventory has lab addresses: {', '.join(lab)}."
        hint = "Remove them, or use another installation for the lab."
        yield checks.Warning(message, hint=hint, id="changeover.W001")
