"""All settings of the site, each read from the environment, with defaults that are safe on one loopback host.

Nothing set at all is the embedded installation: loopback only, SQLite and generated keys under `var/`.
`CHANGEOVER_MODE=production` asks for every secret by name; `console/checks.py` refuses what is unsafe there.
A variable that holds a secret may be given as `NAME_FILE`, the path of a file that holds it.
"""

import base64
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """The variable's text without blanks around it, or `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool) -> bool:
    """True for 1, true, yes, on; false for 0, false, no, off; anything else is refused."""
    text = env(name).casefold()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is neither yes nor no. Set it to 1 or 0.")


def env_int(name: str, default: int) -> int:
    """A whole number of zero or more."""
    text = env(name, str(default))
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} is not a whole number. Set it to one, such as {default}.")
    return int(text)


def env_list(name: str, default: Sequence[str] = ()) -> list[str]:
    """The parts between commas, blanks removed."""
    parts = [part.strip() for part in env(name).split(",")]
    return [part for part in parts if part] or list(default)


def env_choice(name: str, choices: Sequence[str]) -> str:
    """One of `choices`; the first is the default."""
    text = env(name, choices[0])
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is not one of {', '.join(choices)}. Set it to one of them.")
    return text


def env_parts(name: str, choices: Sequence[str]) -> list[str]:
    """Some of `choices`, in their order; all of them when none is named."""
    named = env_list(name, choices)
    if not set(named) <= set(choices):
        raise ImproperlyConfigured(f"{name} names something else than {', '.join(choices)}. Set it to some of them.")
    return [choice for choice in choices if choice in named]


def env_secret(name: str) -> str:
    """The secret in the variable, or in the file that `NAME_FILE` names; empty when neither is set."""
    path = env(f"{name}_FILE")
    if not path:
        return env(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read ({type(error).__name__}). "
            "Correct the path, or let the console's account read the file."
        ) from error


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret kept in `path`, made and stored readable by its owner alone when there is none yet.

    Several processes may start at once: the first to link its file wins and all read that one.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} can be neither read nor made ({error.strerror}). Let the console's account write "
            f"to {path.parent}, or set CHANGEOVER_STATE_DIR to a folder that it may write to."
        ) from error


def sqlite_database(path: Path) -> dict[str, Any]:
    """The embedded database: writers queue from their first statement instead of failing half-way.

    `synchronous=FULL` because a journal line that is lost with the power could let a step run twice.
    """
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}


def database_from_url(url: str) -> dict[str, Any]:
    """A `postgresql://user:password@host:port/name?sslmode=…` address as Django's settings.

    Raises `ImproperlyConfigured` without repeating the address, which holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured("CHANGEOVER_DATABASE_URL cannot be read. Check its host and port.") from error
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "CHANGEOVER_DATABASE_URL is not of the form postgresql://user:password@host:5432/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_HEALTH_CHECKS": True,
    }


# --- Where and how this installation runs

MODE = env_choice("CHANGEOVER_MODE", ["embedded", "production"])
PRODUCTION = MODE == "production"
DEBUG = env_bool("CHANGEOVER_DEBUG", False)
STATE_DIR = BASE_DIR / env("CHANGEOVER_STATE_DIR", "var")
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env_list("CHANGEOVER_HOSTS", [] if PRODUCTION else LOOPBACK_HOSTS)
CSRF_TRUSTED_ORIGINS = env_list("CHANGEOVER_TRUSTED_ORIGINS")
OUTBOUND = env_list("CHANGEOVER_OUTBOUND")
"""Hosts and networks that the console may send to of its own accord: `console.domain.outbound`."""

# --- Secrets: production names each one, the embedded installation makes its own once


def _credential_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")


def _secret(name: str, file_name: str, make: Callable[[], str]) -> str:
    given = env_secret(name)
    return given if given or PRODUCTION else kept_secret(STATE_DIR / file_name, make)


# Django stops by itself on an empty SECRET_KEY, without a word about which variable to set.
UNSET_SECRET_KEY = "unset"
SECRET_KEY = _secret("CHANGEOVER_SECRET_KEY", "secret-key", lambda: secrets.token_urlsafe(64)) or UNSET_SECRET_KEY
CREDENTIAL_KEYS = [
    key.strip()
    for key in _secret("CHANGEOVER_CREDENTIAL_KEYS", "credential-key", _credential_key).split(",")
    if key.strip()
]
"""Fernet keys for stored credentials: the first encrypts, all decrypt (so that a key can be replaced)."""

AUDIT_KEY = _secret("CHANGEOVER_AUDIT_KEY", "audit-key", _credential_key)
"""The key that signs the end of the audit: 32 bytes in base64."""
MAIL_URL = env_secret("CHANGEOVER_MAIL_URL")
MAIL_FROM = env("CHANGEOVER_MAIL_FROM", "changeover@localhost")

VAULT = {
    "url": env("CHANGEOVER_VAULT_URL"),
    "token": env("CHANGEOVER_VAULT_TOKEN"),
    "token_file": env("CHANGEOVER_VAULT_TOKEN_FILE"),
    "namespace": env("CHANGEOVER_VAULT_NAMESPACE"),
    "ca": env("CHANGEOVER_VAULT_CA"),
}
"""HashiCorp Vault, for credentials whose password lies there; its host has to be in `CHANGEOVER_OUTBOUND` too."""

# --- Applications and the way of a request

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "console.apps.ConsoleConfig",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "console.web.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.web.headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "console.web.fetch_site.FetchSiteMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "console.web.session_limits.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "console.urls"
ASGI_APPLICATION = "console.asgi.application"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database

_database_url = env_secret("CHANGEOVER_DATABASE_URL")
DATABASES = {
    "default": database_from_url(_database_url) if _database_url else sqlite_database(STATE_DIR / "changeover.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- What a browser is told

HTTPS = env_bool("CHANGEOVER_HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # A browser takes a cookie of this name only over HTTPS, for this host and no neighbour's (RFC 6265bis, 4.1.3).
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env_int("CHANGEOVER_SESSION_SECONDS", 12 * 3600)
IDLE_SECONDS = env_int("CHANGEOVER_IDLE_SECONDS", 3600)
"""A session in which nobody opened a page or sent a form for this long is over."""
SECURE_SSL_REDIRECT = HTTPS
# Old Windows speaks no TLS that is still safe: what nodes tell and are told is signed instead.
SECURE_REDIRECT_EXEMPT = [r"^hooks/"]
SECURE_HSTS_SECONDS = env_int("CHANGEOVER_HSTS_SECONDS", 31536000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Browsers' preload lists are for public domains; a console is not one.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("CHANGEOVER_BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

# --- Accounts

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]

# --- Signing in

_DEMANDING = ["administrator", "approver", "operator"]
SECOND_FACTOR_ROLES = set(env_list("CHANGEOVER_SECOND_FACTOR_ROLES", _DEMANDING if PRODUCTION else ["none"])) - {"none"}
"""Whoever has one of these roles anywhere sets up a second factor before anything else."""
FRESH_SECONDS = env_int("CHANGEOVER_FRESH_SECONDS", 600)
"""How long after a sign-in a dangerous act asks for no further one."""
SIGN_IN_FAILURES = {
    "account": env_int("CHANGEOVER_SIGN_IN_FAILURES", 10),
    "address": env_int("CHANGEOVER_SIGN_IN_FAILURES_ADDRESS", 50),
}
SIGN_IN_LOCK_SECONDS = env_int("CHANGEOVER_SIGN_IN_LOCK_SECONDS", 900)
"""That many failures within this time lock an account's name, or an address, for as long."""
OIDC_GROUPS_CLAIM = env("CHANGEOVER_OIDC_GROUPS_CLAIM", "groups")
OIDC_IS_SECOND_FACTOR = env_bool("CHANGEOVER_OIDC_IS_SECOND_FACTOR", False)
"""The OpenID provider asks for a second factor itself, so the console does not."""
OIDC = {
    "provider_id": "oidc",
    "name": env("CHANGEOVER_OIDC_NAME", "single sign-on"),
    "client_id": env("CHANGEOVER_OIDC_CLIENT_ID"),
    "secret": env_secret("CHANGEOVER_OIDC_CLIENT_SECRET"),
    "settings": {"server_url": env("CHANGEOVER_OIDC_URL"), "oauth_pkce_enabled": True},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC] if env("CHANGEOVER_OIDC_URL") else []}}
SOCIALACCOUNT_ADAPTER = "console.web.sign_in_adapters.OpenIdAdapter"
ACCOUNT_ADAPTER = "console.web.sign_in_adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # failures are counted in the database, for all web processes together
MFA_ADAPTER = "console.web.sign_in_adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Changeover"
MFA_TOTP_TOLERANCE = 1  # a clock may be wrong by half a minute; a code is taken once all the same
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "console.web.forms.second_factor.AuthenticateForm",
    "reauthenticate": "console.web.forms.second_factor.ReauthenticateForm",
}

# --- Files, language, time

STATIC_URL = "static/"
# Production serves what `manage.py collectstatic` gathered, the embedded installation the files where they lie.
STATIC_ROOT = Path(env("CHANGEOVER_STATIC_ROOT", str(STATE_DIR / "static"))) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
LANGUAGE_CODE = "en"
TIME_ZONE = env("CHANGEOVER_TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

# --- Queue: a message is a hint that carries an id, so it is never delivered late a second time

CELERY_BROKER_URL = env_secret("CHANGEOVER_BROKER_URL") or "redis://127.0.0.1:6379/0"
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True  # what a busy worker holds, no free one can take
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}

# --- Operations; all in seconds

CLAIM_WITHIN = env_int("CHANGEOVER_CLAIM_WITHIN", 300)
"""An operation that no worker has claimed this long after its confirmation expires and never starts."""
LEASE_SECONDS = env_int("CHANGEOVER_LEASE_SECONDS", 6)
"""A worker that has not been heard of for this long is taken for dead, and another carries its operation on."""
PLAN_WITHIN = env_int("CHANGEOVER_PLAN_WITHIN", 180)
"""A plan still being prepared after this has failed."""
OBSERVE_EVERY = env_int("CHANGEOVER_OBSERVE_EVERY", 30)
SWEEP_EVERY = env_int("CHANGEOVER_SWEEP_EVERY", 2)
SITES = env_list("CHANGEOVER_SITES")
"""The sites whose nodes this host's workers reach; none named: every site of the inventory."""
DUTIES = env_parts("CHANGEOVER_DUTIES", ["operations", "observation"])
"""What a worker is there for: operations and nodes' questions, observations and plans, or both."""

# --- Audit

AUDIT_SIGN_EVERY = env_int("CHANGEOVER_AUDIT_SIGN_EVERY", 600)
"""Seconds between two signatures under the end of the audit, when there is something new."""
AUDIT_KEEP_DAYS = env_int("CHANGEOVER_AUDIT_KEEP_DAYS", 365)
"""Records younger than this are never removed, archived or not."""
AUDIT_ANCHORS = {
    "file": env("CHANGEOVER_AUDIT_ANCHOR_FILE"),
    "syslog": env("CHANGEOVER_AUDIT_ANCHOR_SYSLOG"),
    "webhook": env_secret("CHANGEOVER_AUDIT_ANCHOR_URL"),
    "mail": env("CHANGEOVER_AUDIT_ANCHOR_MAIL"),
    "ca": env("CHANGEOVER_AUDIT_ANCHOR_CA"),
}
"""Where signed heads are left outside of the database: any set; `ca` is whom to believe for all of them."""

# --- Webhook

HOOK_EVENTS = "console.services.events"
"""The module that decides what a verified event means: `console.services.hooks.exchange.Handler`."""

# --- Log

LOGGING_CONFIG = "console.logs.configure"
LOGGING = {
    "level": env("CHANGEOVER_LOG_LEVEL", "INFO").upper(),
    "format": env_choice("CHANGEOVER_LOG_FORMAT", ["json", "console"] if PRODUCTION else ["console", "json"]),
}
