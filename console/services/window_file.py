"""Maintenance windows from a YAML file: those that are not there yet are made, the others stay as they are."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from console.domain.checks import Reason, Refusal
from console.domain.windows import Times
from console.models import Cluster, MaintenanceWindow, Site
from console.services import access, audit, windows

KEYS = ("cluster", "site", "starts", "ends", "weekly", "until", "owner", "reason")
LONGEST = 1_000_000
"""Characters of a file."""
MOST = 1000
"""Windows in a file."""


def apply(text: str, actor: audit.Actor) -> list[MaintenanceWindow]:
    """Make the windows of the file, all or none; those made. One that stands with the same place and times is known.

    Raises `NotAllowed`, and `Refusal` with every mistake and the number of the window that has it.
    """
    found, mistakes = [], []
    for number, raw in enumerate(_listed(text), 1):
        try:
            found.append(_spec(raw, actor))
        except Refusal as refusal:
            mistakes += [Reason(f"Window {number}: {one.text}", one.remedy, one.key) for one in refusal.reasons]
    if mistakes:
        raise Refusal("No window was made.", mistakes)
    with transaction.atomic():
        return [windows.make(spec, actor) for spec in found if not _known(spec)]


def _listed(text: str) -> list[Any]:
    if len(text) > LONGEST:
        raise Refusal.of("The file is too long.", f"Keep it within {LONGEST} characters.", key="windows.file")
    try:
        document = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        what = " ".join(str(error).split())[:200]
        raise Refusal.of(f"The file is no YAML: {what}", "Correct it.", key="windows.file") from error
    rows = document.get("windows") if isinstance(document, Mapping) and set(document) == {"windows"} else None
    if not isinstance(rows, list) or len(rows) > MOST:
        remedy = f"Write windows: and below it a list of at most {MOST}, as docs/windows.md shows."
        raise Refusal.of("The file is no list of windows.", remedy, key="windows.file")
    return rows


def _spec(raw: Any, actor: audit.Actor) -> windows.Spec:
    if not isinstance(raw, Mapping) or not set(raw) <= set(KEYS):
        strange = ", ".join(sorted(map(str, set(raw) - set(KEYS)))) if isinstance(raw, Mapping) else "no keys at all"
        raise Refusal.of(f"It has {strange}.", f"Its keys are {', '.join(KEYS)}.", key="windows.keys")
    times = Times(_moment(raw, "starts"), _moment(raw, "ends"), raw.get("weekly", False) is True, _day(raw))
    texts = {name: str(raw.get(name) or "") for name in ("cluster", "site", "owner", "reason")}
    cluster = access.clusters_with(actor.user, "operate").filter(name__iexact=texts["cluster"]).first()
    site = Site.objects.filter(name__iexact=texts["site"]).first()
    for what, one in (("cluster", cluster), ("site", site)):
        if texts[what] and one is None:
            remedy = f"Name a {what} of the inventory on which you may operate."
            raise Refusal.of(f"There is no {what} {texts[what]}.", remedy, key="windows.place")
    return windows.Spec(times, texts["reason"], cluster, site, texts["owner"])


def _moment(raw: Mapping[str, Any], name: str) -> datetime:
    value = raw.get(name)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        remedy = "Write it as 2026-01-31T22:00:00."
        raise Refusal.of(f"{name} is no time.", remedy, key="windows.times")
    return value if value.tzinfo else value.replace(tzinfo=windows.zone())


def _day(raw: Mapping[str, Any]) -> date | None:
    value = raw.get("until")
    if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
        raise Refusal.of("until is no day.", "Write it as 2026-12-31.", key="windows.times")
    return value


def _known(spec: windows.Spec) -> bool:
    times = {"starts_at": spec.times.starts, "ends_at": spec.times.ends, "weekly": spec.times.weekly}
    place: dict[str, Cluster | Site | None] = {"cluster": spec.cluster, "site": spec.site}
    return MaintenanceWindow.objects.filter(**times, **place, until=spec.times.until, ended_at=None).exists()
