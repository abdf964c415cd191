"""The examples of the documentation hold on both sides: the console's and the client written from that page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from console.domain.hooks import headers, lines, messages
from console.domain.hooks.canonical import canonical_reply, canonical_request, matches, sign
from console.domain.secrets import Secret
from console.lab import hook_client

DOCS = Path(__file__).resolve().parents[2] / "docs"
VECTORS: dict[str, Any] = json.loads((DOCS / "webhook-vectors.json").read_text(encoding="ascii"))
REQUESTS = pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["what"])
REPLIES = pytest.mark.parametrize("vector", VECTORS["replies"], ids=lambda vector: vector["what"])


def request_parts(vector: dict[str, Any]) -> list[Any]:
    parts = [vector[name] for name in ("method", "path", "key_id", "timestamp", "nonce")]
    return [*parts, vector["body"].encode("ascii")]


def reply_parts(vector: dict[str, Any]) -> list[Any]:
    return [*(vector[name] for name in ("status", "request_nonce", "timestamp")), vector["body"].encode("ascii")]


@REQUESTS
def test_the_console_signs_a_request_as_the_page_says(vector: dict[str, Any]) -> None:
    text = canonical_request(*request_parts(vector))
    assert text == vector["canonical"].encode("ascii")
    assert sign(Secret(vector["key"]), text) == vector["signature"]
    assert matches(Secret(vector["key"]), text, vector["signature"])


@REQUESTS
def test_the_client_signs_a_request_as_the_page_says(vector: dict[str, Any]) -> None:
    text = hook_client.request_text(*request_parts(vector))
    assert text == vector["canonical"]
    assert hook_client.signature(vector["key"], text) == vector["signature"]


@REPLIES
def test_the_console_signs_a_reply_as_the_page_says(vector: dict[str, Any]) -> None:
    text = canonical_reply(*reply_parts(vector))
    assert text == vector["canonical"].encode("ascii")
    assert sign(Secret(vector["key"]), text) == vector["signature"]


@REPLIES
def test_the_client_signs_a_reply_as_the_page_says(vector: dict[str, Any]) -> None:
    text = hook_client.reply_text(*reply_parts(vector))
    assert text == vector["canonical"]
    assert hook_client.signature(vector["key"], text) == vector["signature"]


@REQUESTS
def test_what_the_examples_send_can_be_read(vector: dict[str, Any]) -> None:
    said = {
        headers.KEY: vector["key_id"],
        headers.TIME: vector["timestamp"],
        headers.NONCE: vector["nonce"],
        headers.SIGNATURE: vector["signature"],
    }
    assert headers.read_headers(said) is not None
    if vector["method"] == "POST":
        assert messages.read_event(vector["body"].encode("ascii")).run


def test_the_page_names_every_event_every_answer_every_refusal_and_every_limit() -> None:
    page = (DOCS / "webhook.md").read_text(encoding="utf-8")
    words = [*messages.EventKind.__args__, *messages.AnswerKind.__args__, *messages.RefusalCode.__args__]  # type: ignore[attr-defined]
    words += [*messages.REQUIRED, *messages.OPTIONAL, headers.KEY, headers.TIME, headers.NONCE, headers.SIGNATURE]
    assert [word for word in words if f"`{word}`" not in page and f"answer={word}`" not in page] == []
    statuses = {(int(status), code) for status, code in re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", page, re.M)}
    assert statuses == {(status, code) for code, status in messages.HookRefusal.STATUS.items()}
    assert f"{lines.LONGEST_BODY} bytes" in page
    assert f"{lines.LONGEST_VALUE} characters" in page
