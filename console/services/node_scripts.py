"""Rendering a cluster's node scripts from the templates: strict on undefined names, nothing escaped, CRLF, ASCII."""

from functools import cache
from pathlib import Path

import jinja2
from django.conf import settings as django_settings

from console.catalog import generation
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.kit.codes import KIT_CODES, RUNNER
from console.domain.node_scripts.bounds import PRODUCT_TIMEOUT, Timeouts, bounds, shortest
from console.domain.node_scripts.branches import CODES
from console.domain.node_scripts.settings import FOLDER, ScriptSettings, Unrenderable, WatchedService
from console.domain.scripts import marked
from console.models import Cluster

FILES = ("START.BAT", "STOP.BAT", "W#EXCHG.BAT", "HOOK.VBS", "ASK.BAT")
SILENT_ECHO = "@echo off\r\n"
"""What a batch file of ours begins with, before the marker."""


def settings_for(
    cluster: Cluster,
    url: str,
    *,
    start_timeout: int = PRODUCT_TIMEOUT,
    stop_timeout: int = PRODUCT_TIMEOUT,
    silence: str = "start",
    folder: str = FOLDER,
    log: bool = True,
) -> ScriptSettings:
    """What the scripts of `cluster` are rendered from; time-outs in seconds, those of its script resource.

    Raises `Unrenderable` for a value that cannot stand in a script, `TooShort` for too short a time-out.
    """
    services = generation(cluster.generation).running_services(tuple(cluster.extra_services))
    return ScriptSettings(
        cluster=cluster.name,
        group=cluster.group,
        generation=cluster.generation,
        services=tuple(WatchedService(service.name) for service in services),
        url=url.rstrip("/"),
        bounds=bounds(start_timeout, stop_timeout, len(services)),
        folder=folder,
        silence=silence,
        log=log,
    )


def timeouts_of(field: Field) -> Timeouts:
    """The time-outs of the group's scripts as the configuration has them: the shortest on the nodes that answer.

    The product's own where nothing is written. Raises `ReachError` or `Garbled` when neither node can tell.
    """
    cluster, driver = field.cluster, field.driver
    read: list[tuple[int | None, int | None]] = []
    problems: list[ChangeoverError] = []
    for node in cluster.nodes:
        try:
            results = field.session(node.name).batch(driver.questions(cluster, node), within=cluster.timing.command)
            read += driver.read_script_timeouts(cluster, results)
        except ChangeoverError as error:
            problems.append(error)
    if len(problems) == len(cluster.nodes):
        raise problems[0]
    return shortest(read)


def render(settings: ScriptSettings) -> dict[str, bytes]:
    """The files by name, each with the marker by which the console knows its own."""
    return {name: _file(name, _text(settings, name)) for name in FILES}


def kit_runner() -> bytes:
    """`KIT.VBS`, which lies beside a kit and applies it; the same for every node."""
    text = _engine().get_template(f"common/{RUNNER}").render(kit=KIT_CODES.by_name())
    return _file(RUNNER, text.rstrip() + "\n")


def _text(settings: ScriptSettings, name: str) -> str:
    values = {
        "cluster": settings.cluster,
        "group": settings.group,
        "services": settings.services,
        "url": settings.url,
        "folder": settings.folder,
        "silence": settings.silence,
        "log": settings.log,
        "bounds": settings.bounds,
        "code": CODES.by_name(),
    }
    return _engine().get_template(f"{settings.generation}/{name}").render(values).rstrip() + "\n"


def _file(name: str, text: str) -> bytes:
    opening = SILENT_ECHO if name.endswith(".BAT") else ""
    try:
        return (opening + marked(text)).encode("ascii")
    except UnicodeEncodeError as error:
        raise Unrenderable(f"{name} would hold {error.object[error.start]!r}, which is not ASCII.") from None


@cache
def _engine() -> jinja2.Environment:
    # Batch files are not HTML: escaping would spoil them. What goes in is checked by ScriptSettings.
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(django_settings.BASE_DIR) / "templates" / "scripts"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
