"""Settings from the environment, read in a process of their own as every program reads them."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ASK = "import json, console.settings as s; print(json.dumps({n: getattr(s, n) for n in %r}, default=str))"
KEY = "nG0pTzZYxV4v3oW8yq8s4m0d1l2k3j4h5g6f7d8s9a0="
PRODUCTION = {
    "CHANGEOVER_MODE": "production",
    "CHANGEOVER_HOSTS": "console.example.com",
    "CHANGEOVER_SECRET_KEY": "k3Y-" * 4 + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV",
    "CHANGEOVER_CREDENTIAL_KEYS": KEY,
    "CHANGEOVER_AUDIT_KEY": KEY,
}


def python(code: list[str], state: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout with only these of our variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHANGEOVER_", "DJANGO_"))}
    env = kept | {"CHANGEOVER_STATE_DIR": str(state)} | variables
    return subprocess.run([sys.executable, *code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def settings(state: Path, *names: str, **variables: str) -> dict[str, object]:
    """The values of these settings."""
    ran = python(["-c", ASK % (names,)], state, **variables)
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def test_without_any_variable_the_console_keeps_to_this_machine(tmp_path: Path) -> None:
    found = settings(tmp_path, "DEBUG", "ALLOWED_HOSTS", "PRODUCTION", "DATABASES", "CELERY_BROKER_URL")

    assert (found["DEBUG"], found["PRODUCTION"]) == (False, False)
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert str(tmp_path / "changeover.sqlite3") in str(found["DATABASES"])
    assert found["CELERY_BROKER_URL"] == "redis://127.0.0.1:6379/0"


def test_generated_keys_are_private_and_stay(tmp_path: Path) -> None:
    state = tmp_path / "state"
    names = ("SECRET_KEY", "CREDENTIAL_KEYS", "AUDIT_KEY")
    first = settings(state, *names)

    assert settings(state, *names) == first
    for name in ("secret-key", "credential-key", "audit-key"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in state.iterdir()) == ["audit-key", "credential-key", "secret-key"]


def test_processes_that_start_together_agree_on_the_keys(tmp_path: Path) -> None:
    code = [sys.executable, "-c", "import console.settings as s; print(s.SECRET_KEY, s.CREDENTIAL_KEYS)"]
    env = os.environ | {"CHANGEOVER_STATE_DIR": str(tmp_path)}
    started = [subprocess.Popen(code, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) for _ in range(6)]

    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from-a-file\n")

    assert settings(tmp_path, "SECRET_KEY", CHANGEOVER_SECRET_KEY_FILE=str(path)) == {"SECRET_KEY": "from-a-file"}


def test_production_generates_no_key(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "CREDENTIAL_KEYS", "AUDIT_KEY")
    found = settings(tmp_path / "none", *names, CHANGEOVER_MODE="production")

    assert found == {"SECRET_KEY": "unset", "CREDENTIAL_KEYS": [], "AUDIT_KEY": ""}
    assert not (tmp_path / "none").exists()


def test_a_postgresql_address_is_taken_apart(tmp_path: Path) -> None:
    url = "postgresql://us%40er:p%2Fw@db.example.com:5433/console?sslmode=verify-full"
    databases = settings(tmp_path, "DATABASES", CHANGEOVER_DATABASE_URL=url)["DATABASES"]

    assert isinstance(databases, dict)
    default = databases["default"]
    assert [default[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "us@er", "p/w", "db.example.com", "5433", "console",
    ]  # fmt: skip
    assert default["OPTIONS"] == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHANGEOVER_DEBUG", "perhaps"),
        ("CHANGEOVER_MODE", "prod"),
        ("CHANGEOVER_SESSION_SECONDS", "-1"),
        ("CHANGEOVER_DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("CHANGEOVER_DATABASE_URL", "postgresql://root:hunter2@db:port/x"),
        ("CHANGEOVER_DATABASE_URL", "postgresql://root:hunter2@db"),
        ("CHANGEOVER_SECRET_KEY_FILE", "/no/such/file"),
        ("CHANGEOVER_STATE_DIR", "/dev/null/state"),
        ("CHANGEOVER_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_kept_back(tmp_path: Path, name: str, value: str) -> None:
    ran = python(["-c", "import console.settings"], tmp_path, **{name: value})
    last = ran.stderr.strip().splitlines()[-1]

    assert ran.returncode != 0
    assert last.startswith("django.core.exceptions.ImproperlyConfigured")
    assert name in last
    assert "hunter2" not in last


def test_settings_are_read_quickly(tmp_path: Path) -> None:
    settings(tmp_path, "DEBUG")
    code = "import time; t = time.perf_counter(); import console.settings; print(time.perf_counter() - t)"
    spent = min(float(python(["-c", code], tmp_path).stdout) for _ in range(3))

    assert spent < 0.5


@pytest.mark.parametrize(
    "missing", ["CHANGEOVER_SECRET_KEY", "CHANGEOVER_CREDENTIAL_KEYS", "CHANGEOVER_AUDIT_KEY", "CHANGEOVER_HOSTS"]
)
def test_the_server_refuses_to_start_with_unsafe_settings(tmp_path: Path, missing: str) -> None:
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}
    ran = python(["-c", "import console.asgi"], tmp_path, **variables)

    assert ran.returncode != 0
    assert missing in ran.stderr


def test_the_worker_refuses_to_start_with_unsafe_settings(tmp_path: Path) -> None:
    variables = {name: value for name, value in PRODUCTION.items() if name != "CHANGEOVER_SECRET_KEY"}
    ran = python(["-m", "celery", "-A", "tasks", "worker", "--concurrency", "1"], tmp_path, **variables)

    assert ran.returncode == 1
    assert "CHANGEOVER_SECRET_KEY" in ran.stderr


def test_the_server_starts_with_safe_settings(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    for variables in ({}, PRODUCTION):
        ran = python(["-c", "import console.asgi"], tmp_path, **variables)
        assert (ran.returncode, ran.stderr) == (0, "")


def test_cookies_belong_to_this_host_alone_in_production(tmp_path: Path) -> None:
    """A browser takes no cookie of these names from a neighbour's host, nor over HTTP."""
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    assert list(settings(tmp_path, *names, **PRODUCTION).values()) == ["__Host-session", "__Host-csrf", True, True]


def test_no_migration_is_missing(tmp_path: Path) -> None:
    ran = python(["manage.py", "makemigrations", "--check", "--dry-run"], tmp_path)

    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("variables", "roles"),
    [
        ({}, set()),
        (PRODUCTION, {"administrator", "approver", "operator"}),
        (PRODUCTION | {"CHANGEOVER_SECOND_FACTOR_ROLES": "none"}, set()),
        ({"CHANGEOVER_SECOND_FACTOR_ROLES": "auditor, viewer"}, {"auditor", "viewer"}),
    ],
)
def test_production_asks_for_a_second_factor_by_itself(
    tmp_path: Path, variables: dict[str, str], roles: set[str]
) -> None:
    ran = python(["-c", "import console.settings as s; print(*s.SECOND_FACTOR_ROLES)"], tmp_path, **variables)
    assert set(ran.stdout.split()) == roles, ran.stderr


def test_a_form_may_lead_to_the_openid_provider_and_nowhere_else(tmp_path: Path) -> None:
    told = settings(tmp_path, "CONTENT_SECURITY_POLICY", CHANGEOVER_OIDC_URL="https://idp.example.com/realms/company")
    assert "form-action 'self' https://idp.example.com;" in str(told["CONTENT_SECURITY_POLICY"])
    assert "form-action 'self';" in str(settings(tmp_path, "CONTENT_SECURITY_POLICY")["CONTENT_SECURITY_POLICY"])
    ran = python(["-c", "import console.settings"], tmp_path, CHANGEOVER_OIDC_URL="https://[::1")
    assert "is no address. Write it as https://host/path." in ran.stderr
