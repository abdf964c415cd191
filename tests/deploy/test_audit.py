"""The look over what is installed finds what it is there to find, and says what to do."""

import hashlib
import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from importlib.metadata import Distribution, distributions
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = spec_from_file_location("audit_of_packages", ROOT / "deploy/audit.py")
assert _spec
assert _spec.loader
audit = module_from_spec(_spec)
_spec.loader.exec_module(audit)


def package(folder: Path, version: str = "1.0", licence: str = "MIT") -> Distribution:
    """A package with one file, as an installer leaves it."""
    code, info = folder / "small.py", folder / f"small-{version}.dist-info"
    info.mkdir()
    code.write_text("x = 1\n")
    digest = urlsafe_b64encode(hashlib.sha256(code.read_bytes()).digest()).decode().rstrip("=")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: small\nVersion: {version}\nLicense: {licence}\n")
    (info / "RECORD").write_text(f"small.py,sha256={digest},6\nsmall-{version}.dist-info/RECORD,,\n")
    return Distribution.at(info)


def found(one: Distribution, lock: dict[str, str] | None = None) -> list[str]:
    return list(audit.problems([one], lock or {"small": "1.0"}))


def test_a_package_as_it_should_be_is_taken(tmp_path: Path) -> None:
    assert found(package(tmp_path)) == []


def test_another_version_than_the_locked_one_is_told(tmp_path: Path) -> None:
    assert found(package(tmp_path), {"small": "2.0"}) == [
        "small is 1.0 and not 2.0. Run make check, which installs what is locked."
    ]


@pytest.mark.parametrize("harm", ["altered", "removed"])
def test_a_file_that_is_not_as_it_was_installed_is_named(tmp_path: Path, harm: str) -> None:
    one, code = package(tmp_path), tmp_path / "small.py"
    code.write_text("import evil\n") if harm == "altered" else code.unlink()
    (problem,) = found(one)
    assert str(code) in problem
    assert "Remove .venv" in problem


@pytest.mark.parametrize(
    ("licence", "bad"),
    [("MIT", False), ("LGPL-3.0-only", False), ("GPL-3.0-only", True), ("AGPL", True), ("", True),
     ("Proprietary", True), ("GNU General Public License v3", True),
     ("GNU Lesser General Public License v3 (LGPLv3)", False)],
)  # fmt: skip
def test_a_licence_that_binds_us_or_is_unknown_is_told(tmp_path: Path, licence: str, bad: bool) -> None:
    assert bool(found(package(tmp_path, licence=licence))) == bad


def test_a_package_that_nothing_asks_for_is_named(tmp_path: Path) -> None:
    assert audit.strangers([package(tmp_path)], {"other": "1.0"}) == ["small"]


@pytest.mark.slow
def test_what_this_console_runs_on_is_as_it_should_be() -> None:
    lock = audit.locked()
    assert list(audit.problems(distributions(), lock)) == []
    assert {"django", "celery", "ldap3"} <= lock.keys()


SKIPPED = {"name": "other", "skip_reason": "not found"}
GOOD = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "small", "version": "1.0", "vulns": [{"id": "GHSA-1"}]}


@pytest.mark.parametrize(
    ("found", "good", "told"),
    [
        ([GOOD], True, "1 packages were asked about; 0 advisories"),
        ([GOOD, SKIPPED], True, "1 packages were asked about, 1 are not known to the source; 0"),
        ([SKIPPED], True, "were not read: the source knows none of 1"),
        ([GOOD, BAD], False, "small 1.0: GHSA-1\n2 packages"),
    ],
)
def test_what_the_source_of_advisories_does_not_know_is_not_called_good(
    found: list[dict[str, object]], good: bool, told: str
) -> None:
    fine, said = audit.read_advisories(found)
    assert fine == good
    assert told in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "code", "told"),
    [
        ("sys.exit('connection refused')", 0, "Advisories were not read: connection refused. Try again"),
        (f"print({json.dumps(json.dumps({'dependencies': [BAD]}))}); sys.exit(1)", 1, "small 1.0: GHSA-1"),
    ],
)
def test_a_known_advisory_is_a_fault_and_a_source_that_is_away_is_none(
    tmp_path: Path, program: str, code: int, told: str
) -> None:
    (tmp_path / "pip_audit.py").write_text(f"import sys\n{program}\n")
    ran = run(tmp_path)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert told in ran.stdout


def run(first: Path) -> "subprocess.CompletedProcess[str]":
    """The program with modules of `first` before all others."""
    env = os.environ | {"PYTHONPATH": str(first)}
    return subprocess.run(
        [sys.executable, ROOT / "deploy/audit.py"], env=env, capture_output=True, text=True, timeout=110
    )
