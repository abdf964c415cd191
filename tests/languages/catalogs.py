"""The catalogs of the languages as files: read, brought up to date with what is marked, and compiled."""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.architecture.sources import ROOT
from tests.languages import extract

LOCALE = ROOT / "console/locale"
DOMAINS = {"django": extract.of_pages, "djangojs": extract.of_scripts}
WIDTH = 110
ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands where a catalog's header wants a time, so that the same texts make the same file."""


def languages() -> list[str]:
    """The codes of the languages that there is a folder of."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def source_of(language: str, domain: str) -> Path:
    """The file that people write in."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def compiled_of(language: str, domain: str) -> Path:
    """The file that the console reads."""
    return source_of(language, domain).with_suffix(".mo")


def read(language: str, domain: str) -> Catalog:
    """What is translated; an empty catalog where there is none yet."""
    path = source_of(language, domain)
    if not path.exists():
        return Catalog(language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language, domain=domain, abort_invalid=True)


def renewed(language: str, domain: str) -> Catalog:
    """The catalog with every text that is marked now and no other; what is new has no translation."""
    found = read(language, domain)
    found.update(extract.catalog(DOMAINS[domain]()), no_fuzzy_matching=True, update_header_comment=True)
    found.obsolete.clear()
    found.fuzzy = False
    found.creation_date = found.revision_date = ALWAYS
    found.last_translator, found.language_team, found.msgid_bugs_address = "", "", ""
    found.project, found.version = "Changeover", ""
    return found


def written(catalog: Catalog) -> bytes:
    """The source, the same for the same texts: it names neither places nor a time."""
    out = io.BytesIO()
    write_po(out, catalog, width=WIDTH, sort_output=True, no_location=True)
    return out.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """What `written` is compiled to."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()
