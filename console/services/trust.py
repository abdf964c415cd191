"""CA certificates as files: the protocol libraries take a path, the inventory a path or the certificate itself."""

import hashlib
import os
import secrets
from pathlib import Path

PEM = "-----BEGIN CERTIFICATE-----"


def ca_file(ca: str, state_dir: Path) -> str:
    """The path of a file with the CA certificate: `ca` itself, or a file made of the PEM text that it holds.

    Empty when `ca` is empty: then the system's own CAs are trusted.
    """
    if PEM not in ca:
        return ca.strip()
    path = state_dir / "ca" / f"{hashlib.sha256(ca.encode()).hexdigest()[:32]}.pem"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        draft.write_text(ca if ca.endswith("\n") else ca + "\n", encoding="utf-8")
        os.replace(draft, path)
    return str(path)
