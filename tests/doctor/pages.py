"""docs/findings, as the catalog has it: a page for each kind of finding, and one that lists them."""

from collections.abc import Mapping

from console import catalog
from console.domain.doctor import FindingArea, FindingKind

REPAIRS = {
    "files.copy": "copies the file from an installation source that a person names, after comparing versions",
    "com.register": "runs regsvr32 with the full path of the DLL",
    "cluster.register": "runs cladmreg",
    "types.create": "creates the resource type with its DLL",
    "types.set-dll": "gives the resource type its DLL",
    "resources.create": "creates the resource in the Exchange group, offline, with its dependency",
    "resources.depend": "adds the dependency while the resource is offline",
    "sources.write": "writes the key of the event source; it is also handed out as a .reg file",
    "provider.bind": "writes the order of bindings",
}
HEAD = """# Findings

What `diagnose` can find on a cluster of which Exchange's set-up knows, and what a set-up log can tell. A test makes
these pages from `console/catalog/findings`, and fails when they are no longer what stands there. How it is found is in
[doctor.md](../doctor.md).
"""


def pages() -> Mapping[str, str]:
    """Name of each page to its text."""
    areas = catalog.finding_areas()
    kinds = {f"{kind.code}.md": _page(area, kind) for area in areas for kind in area.findings}
    return {**kinds, "README.md": "\n".join([HEAD, *map(_section, areas)])}


def _section(area: FindingArea) -> str:
    rows = "\n".join(f"| [`{k.code}`]({k.code}.md) | {k.severity} | {k.title} |" for k in area.findings)
    return f"## {area.title}\n\n{area.looked}\n\n| code | severity | finding |\n|---|---|---|\n{rows}\n"


def _page(area: FindingArea, kind: FindingKind) -> str:
    by_hand = "No repair mends it: a person does."
    repair = f"`{kind.repair}`: {REPAIRS[kind.repair]}." if kind.repair else by_hand
    return (
        f"# {kind.title}\n\n`{kind.code}`, {kind.severity}. Made from `console/catalog/findings/{area.key}.yaml`.\n\n"
        f"{kind.explains}\n\n## Consequence\n\n{kind.consequence}\n\n## What to do\n\n{kind.remedy}\n\n"
        f"## Repair\n\n{repair}\n\n## Where that is from\n\n{kind.place}\n\n"
        f"[All findings](README.md)\n"
    )
