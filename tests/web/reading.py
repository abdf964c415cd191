"""Reading answers that are streamed."""

import asyncio

from django.http import HttpResponseBase, StreamingHttpResponse


def kept(response: HttpResponseBase) -> str:
    """Everything that a download sends."""
    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Disposition"].startswith("attachment")

    async def read() -> bytes:
        return b"".join([piece async for piece in response])

    return asyncio.run(read()).decode()
