"""All settings of the site, each read from the environment, with defaults that are safe on one loopback host.

Nothing set at all is the embedded installation: loopback only, SQLite and generated keys under `var/`.
`CHANGEOVER_MODE=production` asks for every secret by name; `console/checks.py` refuses what is unsafe there.
A variable that holds a secret may be given as `NAME_FILE`, the path of a file that holds it.
"""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from console.environment import (
    database_from_url,
    env,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_parts,
    env_secret,
    kept_secret,
    origin_of,
    sqlite_database,
)

BASE_DIR = Path(__file__).resolve().parent.parent


# --- Where and how this installation runs

MODE = env_choice("CHANGEOVER_MODE", ["embedded", "production"])
PRODUCTION = MODE == "production"
DEBUG = env_bool("CHANGEOVER_DEBUG", False)
STATE_DIR = BASE_DIR / env("CHANGEOVER_STATE_DIR", "var")
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env_list("CHANGEOVER_HOSTS", [] if PRODUCTION else LOOPBACK_HOSTS)
PUBLIC_URL = env("CHANGEOVER_PUBLIC_URL").rstrip("/")
"""Where people open this console, for links in what is sent to them; without it nothing that is sent has a link."""
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
    "console.web.probe_host.ProbeHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.web.headers.SecurityHeadersMiddleware",
    "console.web.choices.ChoicesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "console.web.signed_out.SignedOutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "console.web.fetch_site.FetchSiteMiddleware",
    "console.web.refusals.RefusalMiddleware",
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

OIDC_URL = env("CHANGEOVER_OIDC_URL")
"""The OpenID provider's issuer; without one nobody signs in by it."""


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
# What probes a process at its own address follows no redirect; nobody's token is taken there without TLS.
SECURE_REDIRECT_EXEMPT = [r"^hooks/", r"^(healthz|readyz|metrics)$"]
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
        # A browser holds this against where a form leads in the end, and that of the sign-in leads to the provider.
        " ".join(["form-action 'self'", *origin_of(OIDC_URL)]),
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
OIDC_CA = env("CHANGEOVER_OIDC_CA")
OIDC_GROUPS_CLAIM = env("CHANGEOVER_OIDC_GROUPS_CLAIM", "groups")
OIDC_IS_SECOND_FACTOR = env_bool("CHANGEOVER_OIDC_IS_SECOND_FACTOR", False)
"""The OpenID provider asks for a second factor itself, so the console does not."""
OIDC = {
    "provider_id": "oidc",
    "name": env("CHANGEOVER_OIDC_NAME", "single sign-on"),
    "client_id": env("CHANGEOVER_OIDC_CLIENT_ID"),
    "secret": env_secret("CHANGEOVER_OIDC_CLIENT_SECRET"),
    "settings": {"server_url": OIDC_URL, "oauth_pkce_enabled": True},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC] if OIDC_URL else []}}
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
    "add_webauthn": "console.web.forms.second_factor.AddKeyForm",
    "authenticate_webauthn": "console.web.forms.second_factor.KeyForm",
    "reauthenticate_webauthn": "console.web.forms.second_factor.KeyAgainForm",
}

# --- Files, language, time

STATIC_URL = "static/"
# Production serves what `manage.py collectstatic` gathered, the embedded installation the files where they lie.
STATIC_ROOT = Path(env("CHANGEOVER_STATIC_ROOT", str(STATE_DIR / "static"))) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
"""Each by its own name. What is added here needs its catalog under `LOCALE_PATHS`."""
LOCALE_PATHS = [BASE_DIR / "console" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
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
    "file": env("CHANGEOVER_AUDIT_ANCHOR_PATH"),
    "syslog": env("CHANGEOVER_AUDIT_ANCHOR_SYSLOG"),
    "webhook": env_secret("CHANGEOVER_AUDIT_ANCHOR_URL"),
    "mail": env("CHANGEOVER_AUDIT_ANCHOR_MAIL"),
    "ca": env("CHANGEOVER_AUDIT_ANCHOR_CA"),
}
"""Where signed heads are left outside of the database: any set; `ca` is whom to believe for all of them."""

# --- Notifications

NOTIFY_HOURS = env_int("CHANGEOVER_NOTIFY_HOURS", 24)
"""For how long a notice that does not get through is tried again."""

# --- Webhook

HOOK_EVENTS = "console.services.events"
"""The module that decides what a verified event means: `console.services.hooks.exchange.Handler`."""

# --- Log

LOGGING_CONFIG = "console.logs.configure"
LOGGING = {
    "level": env("CHANGEOVER_LOG_LEVEL", "INFO").upper(),
    "format": env_choice("CHANGEOVER_LOG_FORMAT", ["json", "text"] if PRODUCTION else ["text", "json"]),
}
