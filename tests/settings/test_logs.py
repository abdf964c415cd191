"""The log shows no secret, whoever logs it and however."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings

from console.domain.secrets import Secret
from console.logs import configure, mask_from_now_on

PASSWORD = "gr3at s3cret"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log writes, as JSON lines; the configuration is put back afterwards."""
    configure({"level": "INFO", "format": "json"})
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    mask_from_now_on(Secret(PASSWORD))
    yield stream
    configure(settings.LOGGING)


def test_known_secrets_are_masked_in_every_kind_of_line(log: io.StringIO) -> None:
    structured, plain = structlog.get_logger("ours"), logging.getLogger("theirs")
    structured.info("bound", text=f"x{PASSWORD}y", deep={"list": [PASSWORD]}, password="other")
    plain.warning("bind as %s with %s", "operator", PASSWORD)
    try:
        raise RuntimeError(f"cannot use {PASSWORD}")
    except RuntimeError:
        plain.exception("failed")

    written = log.getvalue()
    assert len(written.splitlines()) == 3
    assert PASSWORD not in written
    assert "other" not in written
    assert "RuntimeError" in written


def test_a_line_is_one_json_object_with_level_time_and_logger(log: io.StringIO) -> None:
    structlog.get_logger("ours").info("moved", cluster="MAIL1")

    line = json.loads(log.getvalue())

    assert (line["event"], line["cluster"], line["level"], line["logger"]) == ("moved", "MAIL1", "info", "ours")
    assert line["timestamp"].endswith("Z")


def test_a_short_secret_does_not_mask_ordinary_words(log: io.StringIO) -> None:
    mask_from_now_on(Secret("a"))
    structlog.get_logger("ours").info("a cat")

    assert "a cat" in log.getvalue()
