"""What a program sends is bounded before Django keeps any of it, and what is too long is told as any other mistake."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from console.services.body_bounds import CONFIGURATION, INVENTORY, LOG, USUAL
from console.web.upload_bound import BoundedUploads

PLANS = "/api/v1/clusters/TOKYO/plans"


@pytest.mark.parametrize(("size", "declared", "taken"), [(USUAL, True, True), (USUAL + 1, True, False)])
def test_a_body_beyond_the_bound_never_reaches_the_api(size: int, declared: bool, taken: bool) -> None:
    assert answered(size, declared) == (taken, None if taken else 413)


def test_a_body_that_hides_its_length_is_cut_off() -> None:
    assert answered(USUAL * 2, declared=False) == (False, 413)


@pytest.mark.parametrize(
    ("path", "bound"), [("set-up-logs", LOG), ("discoveries/files", CONFIGURATION), ("inventory", INVENTORY)]
)
def test_what_takes_a_file_has_a_bound_of_its_own(path: str, bound: int) -> None:
    said = refusal(f"/api/v1/{path}", bound + 1)
    assert said["remedy"] in ("Send no more than 256 MiB.", "Send no more than 1 MiB.", "Send no more than 2 MiB.")
    assert answered(USUAL + 1, declared=True, path=f"/api/v1/{path}") == (True, None)


def test_what_is_cut_off_is_told_as_a_problem() -> None:
    said = refusal(PLANS, USUAL + 1)
    assert said == {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": "The body is too long.",
        "remedy": "Send no more than 64 KiB.",
        "reasons": [],
    }


def refusal(path: str, size: int) -> Any:
    """What a program is told whose body says that it is so long."""
    sent: list[Mapping[str, Any]] = []
    _call(path, size, True, [], sent)
    head, body = sent
    assert (b"content-type", b"application/problem+json") in head["headers"]
    return json.loads(body["body"])


def answered(size: int, declared: bool, path: str = PLANS) -> tuple[bool, int | None]:
    """Whether the application got the whole body, and the status of an answer that came in front of it."""
    sent: list[Mapping[str, Any]] = []
    whole = _call(path, size, declared, [b"x" * min(4096, size - at) for at in range(0, size, 4096)], sent)
    return whole, sent[0]["status"] if sent else None


def _call(path: str, size: int, declared: bool, left: list[bytes], sent: list[Mapping[str, Any]]) -> bool:
    whole = False

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal whole
        while (message := await receive())["type"] == "http.request":
            if not message["more_body"]:
                whole = True
                return

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", str(size).encode())] if declared else []
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(BoundedUploads(application)(scope, receive, send))
    return whole
