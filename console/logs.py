"""The log: one event a line, for people or as JSON, with every secret that the console knows masked.

Web processes, workers, schedulers and commands write the same way, to standard error: what they are asked for goes to
standard output. What an event is about (a request, a task, an operation) is bound around the work, and every line that
is written meanwhile has it, a library's as well.
"""

import logging.config
import os
from collections.abc import MutableMapping
from typing import Any

import structlog

from console.domain.printable import indented, one_line
from console.domain.secrets import MASK, Secret, scrub

SHORTEST_MASKED = 4
"""A shorter secret would mask ordinary words wherever its letters happen to stand together."""

FORMATS = ("json", "text")
OTHERS = {"uvicorn": "INFO", "uvicorn.error": "INFO", "uvicorn.access": "WARNING", "django.request": "ERROR"}
"""Loggers that would write their own way, or what our line about each request has: without its query, with its id."""

_TELLING_KEYS = ("password", "secret", "token", "authorization", "cookie", "ciphertext", "credential_key")
_known: set[Secret] = set()


def mask_from_now_on(secret: Secret) -> None:
    """Let no log line of this process show `secret`."""
    if len(secret.reveal()) >= SHORTEST_MASKED:
        _known.add(secret)


def scrub_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that masks values under telling names, and known secrets in any text."""
    return {key: _scrubbed(key, value) for key, value in event.items()}


def _scrubbed(key: str, value: Any) -> Any:
    if any(word in key.casefold() for word in _TELLING_KEYS):
        return MASK
    if isinstance(value, str):
        return scrub(value, _known)
    if isinstance(value, dict):
        return {name: _scrubbed(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed("", item) for item in value]
    return value


def keep_apart(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor by which no text in an event looks like a line of its own; JSON does that by itself."""
    several = ("exception", "stack")
    return {
        key: (indented if key in several else one_line)(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def configure(options: dict[str, str]) -> None:
    """Send the standard library's loggers and structlog's through the same processors.

    `options` are `level` (a level's name) and `format` (one of `FORMATS`).
    """
    logging.config.dictConfig(_stdlib(options))
    logging.captureWarnings(options["format"] == "json")  # which Python writes past every logger
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def line(form: str = "") -> logging.Formatter:
    """What makes a line of a record; `form` is one of `FORMATS`, or what `CHANGEOVER_LOG_FORMAT` says, else JSON.

    Without Django and its settings, for what writes before there are any: `deploy/uvicorn-log.json`.
    """
    form = form or os.environ.get("CHANGEOVER_LOG_FORMAT", "").strip() or "json"
    plain = [keep_apart, structlog.dev.ConsoleRenderer(colors=False)]
    renderers: list[Any] = plain if form == "text" else [_first_things_first, structlog.processors.JSONRenderer()]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    )


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub_event,
    ]


def _first_things_first(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """When, how bad, who and what at the beginning of every line; the rest by name."""
    first = ("timestamp", "level", "logger", "event")
    return {key: event[key] for key in (*(k for k in first if k in event), *sorted(event.keys() - set(first)))}


def _stdlib(options: dict[str, str]) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": line, "form": options["format"]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {name: {"handlers": [], "propagate": True, "level": level} for name, level in OTHERS.items()},
        "root": {"handlers": ["stderr"], "level": options["level"]},
    }
