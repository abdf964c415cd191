"""What a program sends is bounded before Django keeps any of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from console.api.auth import LARGEST
from console.web.upload_bound import API_LARGEST, BoundedUploads


def test_both_doors_have_one_bound() -> None:
    assert LARGEST == API_LARGEST


@pytest.mark.parametrize(("size", "declared", "taken"), [(LARGEST, True, True), (LARGEST + 1, True, False)])
def test_a_body_beyond_the_bound_never_reaches_the_api(size: int, declared: bool, taken: bool) -> None:
    assert answered(size, declared) == (taken, None if taken else 413)


def test_a_body_that_hides_its_length_is_cut_off() -> None:
    assert answered(LARGEST * 2, declared=False) == (False, 413)


def answered(size: int, declared: bool) -> tuple[bool, int | None]:
    """Whether the application got the whole body, and the status of an answer that came in front of it."""
    left = [b"x" * min(4096, size - at) for at in range(0, size, 4096)]
    whole = False
    sent: list[Mapping[str, Any]] = []

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
    scope = {"type": "http", "path": "/api/v1/clusters/TOKYO/plans", "headers": headers}
    asyncio.run(BoundedUploads(application)(scope, receive, send))
    return whole, sent[0]["status"] if sent else None
