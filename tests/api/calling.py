"""A program that calls the API with a token."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from console.services import tokens
from tests import personas


class Program:
    """Sends its token with each request, and a new key with each that starts something."""

    def __init__(self, owner: User, **bounds: Any) -> None:
        self.row, text = tokens.make(owner, personas.at_page(owner), bounds.pop("name", "program"), **bounds)
        self.headers = {"authorization": f"Bearer {text.reveal()}"}
        self.client = Client()
        self._keys = 0

    def get(self, path: str, status: int = 200) -> Any:
        """What the address answers, with the status that is expected."""
        return _told(self.client.get(f"/api/v1/{path}", headers=self.headers), status)

    def post(self, path: str, body: Any, status: int = 202, *, key: str = "") -> Any:
        """The same for what starts something."""
        self._keys += 1
        headers = self.headers | {"idempotency-key": key or f"a-key-{self._keys:04}"}
        answer = self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        return _told(answer, status)

    def put(self, path: str, body: Any, status: int = 200, **headers: str) -> Any:
        """The same for what is written as a whole; `headers` with `_` for `-`."""
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.put(f"/api/v1/{path}", body, content_type="application/json", headers=named)
        return _told(answer, status)


def _told(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content.decode()[:2000]
    assert answer["Cache-Control"] == "no-store"
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["detail"]
        assert problem["remedy"]
        assert all(reason["remedy"] for reason in problem["reasons"]), problem
    return answer.json()
