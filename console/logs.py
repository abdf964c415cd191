"""The log: one event a line, for people or as JSON, with every secret that the console knows masked."""

import logging.config
from collections.abc import MutableMapping
from typing import Any

import structlog

from console.domain.printable import indented, one_line
from console.domain.secrets import MASK, Secret, scrub

SHORTEST_MASKED = 4
"""A shorter secret would mask ordinary words wherever its letters happen to stand together."""

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

    `options` are `level` (a level's name) and `format` (`json` or `console`).
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub_event,
    ]
    logging.config.dictConfig(_stdlib(options, shared))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _stdlib(options: dict[str, str], shared: list[Any]) -> dict[str, Any]:
    plain = [keep_apart, structlog.dev.ConsoleRenderer(colors=False)]
    renderers = [structlog.processors.JSONRenderer()] if options["format"] == "json" else plain
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": options["level"]},
    }
