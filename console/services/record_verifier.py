"""The verifier of records as one file for an auditor: a zip of its three modules, which Python runs as it is."""

import io
import zipfile
from pathlib import Path

from console.domain import record_page, verify_audit, verify_record

MODULES = (verify_audit, record_page, verify_record)
START = "import sys\n\nfrom console.domain.verify_record import main\n\nsys.exit(main())\n"
WHEN = (1980, 1, 1, 0, 0, 0)
"""The same time in every one, so that the same release always gives the same file."""


def packed() -> bytes:
    """The file: `python3 verify_record.pyz RECORD.html --key HEX`, and `unzip` to read it."""
    told = io.BytesIO()
    told.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(told, "a", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", START)
        for package in ("console", "console/domain"):
            _add(archive, f"{package}/__init__.py", "")
        for module in MODULES:
            path = Path(str(module.__file__))
            _add(archive, f"console/domain/{path.name}", path.read_text(encoding="utf-8"))
    return told.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text)
