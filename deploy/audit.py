"""Looks over what is installed: `python deploy/audit.py [--offline]`, in the environment that it is about.

Without a network: each package is the version that deploy/constraints.txt locks, its files are those that its own
record lists by checksum, and its licence is one that we may use. With one: pip-audit asks for known advisories. Ends
with 1 when something is wrong; what could not be asked is said and is no fault.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LOCK = Path(__file__).with_name("constraints.txt")
BROUGHT_BY_VENV = {"pip", "setuptools"}
FREE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General|ZPL", re.I)
STRICT = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public|AGPL|Proprietary|SSPL", re.I)
LOOKED_AT = {
    "ansible-core": "GPL 3: a client in the tests, not shipped with the console",
    "axe-playwright-python": "names none in its metadata; MIT by its file LICENSE; tests only",
    "docutils": "public domain and BSD; the GPL is of an Emacs mode that no wheel has; it makes pages only",
    "qrcode": "BSD by its file LICENSE, and MIT for what it was made from; the third entry stands for no other",
}
"""Licences that a person has read."""
PATIENCE = 120
"""Seconds for all advisories."""


def locked(path: Path = LOCK) -> dict[str, str]:
    """Version by package, as the constraints have it."""
    found = re.findall(r"^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8"), re.M)
    return {plain(name): version for name, version in found}


def plain(name: str) -> str:
    """A package's name in the one way of writing it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def problems(installed: Iterable[Distribution], lock: dict[str, str]) -> Iterator[str]:
    """What is wrong with these packages, one sentence each with what to do."""
    for one in installed:
        name = plain(one.name)
        if name not in lock:
            continue
        if one.version != lock[name]:
            yield f"{name} is {one.version} and not {lock[name]}. Run make check, which installs what is locked."
        if (why := bad_licence(name, licence(one))) is not None:
            yield f"{name}: {why}. Read it; replace the package, or write down in deploy/audit.py why it may stay."
        for file in altered(one):
            yield f"{name}: {file} is not the file that was installed. Remove .venv and make it anew."


def strangers(installed: Iterable[Distribution], lock: dict[str, str]) -> list[str]:
    """Packages that nothing of ours asks for."""
    return sorted({plain(one.name) for one in installed} - lock.keys() - BROUGHT_BY_VENV)


def licence(one: Distribution) -> str:
    """What the package says of its licence."""
    said = [one.metadata.get("License-Expression"), (one.metadata.get("License") or "")[:80]]
    said += [line for line in one.metadata.get_all("Classifier", []) if line.startswith("License")]
    return "; ".join(text for text in said if text)


def bad_licence(name: str, said: str) -> str | None:
    """Why a licence has to be looked at, or None."""
    if name in LOOKED_AT:
        return None
    if STRICT.search(said):
        return f"its licence binds what it is shipped with ({said})"
    return None if FREE.search(said) else f"its licence is not known ({said or 'it names none'})"


def altered(one: Distribution) -> Iterator[Path]:
    """Files that differ from the checksums of the package's record, or are gone; compiled ones have none."""
    for file in one.files or ():
        if file.hash is None or file.suffix == ".pyc":
            continue
        path = Path(str(file.locate()))
        if not path.is_file() or _digest(path, file.hash.mode) != file.hash.value:
            yield path


def _digest(path: Path, mode: str) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, mode).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def advisories() -> tuple[bool, str]:
    """Whether nothing bad is known of what is locked, and what was said; what cannot be asked is nothing bad."""
    if find_spec("pip_audit") is None:
        return True, "Advisories were not asked for: there is no pip-audit here. Run: .venv/bin/pip install pip-audit"
    argv = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip"]
    try:
        done = subprocess.run(  # noqa: S603
            [*argv, "--format", "json"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return read_advisories(json.loads(done.stdout)["dependencies"])
    except subprocess.TimeoutExpired:
        return True, f"Advisories were not read: no answer within {PATIENCE} seconds. Try again with a network."
    except (ValueError, KeyError, TypeError):
        told = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return True, f"Advisories were not read: {told}. Try again with a network."


def read_advisories(found: list[dict[str, Any]]) -> tuple[bool, str]:
    """The same from pip-audit's JSON. It ends well too when its source knows none of the packages: that is told."""
    asked = [one for one in found if "skip_reason" not in one]
    if not asked:
        return True, f"Advisories were not read: the source knows none of {len(found)} packages. Ask another one."
    known = [f"{one['name']} {one['version']}: {bad['id']}" for one in asked for bad in one.get("vulns", [])]
    skipped = f", {len(found) - len(asked)} are not known to the source" if len(asked) < len(found) else ""
    said = f"{len(asked)} packages were asked about{skipped}; {len(known)} advisories are known."
    return not known, "\n".join([*known, said])


def main(offline: bool) -> int:
    """Print what was found; 0 when nothing is wrong."""
    installed, lock = list(distributions()), locked()
    wrong = list(problems(installed, lock))
    ours = sum(plain(one.name) in lock for one in installed)
    lines = [
        *wrong,
        f"{ours} packages are locked; {len(wrong)} things are wrong with their versions, files and licences.",
    ]
    if found := strangers(installed, lock):
        lines.append(f"Nothing of ours asks for {', '.join(found)}. Remove with: .venv/bin/pip uninstall NAME")
    good = True
    if not offline:
        good, told = advisories()
        lines.append(told)
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(wrong) or not good)


if __name__ == "__main__":
    sys.exit(main("--offline" in sys.argv[1:]))
