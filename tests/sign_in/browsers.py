"""What a person does at the sign-in, with Django's client for a browser."""

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord
from tests import personas


def sign_in(name: str, password: str = personas.PASSWORD, client: Client | None = None, **more: Any) -> Client:
    """A browser that has sent the sign-in form; `last` is what it got."""
    client = client or Client()
    client.last = client.post(reverse("sign-in"), {"username": name, "password": password, **more})  # type: ignore[attr-defined]
    return client


def text_of(client: Client) -> str:
    """The page that the browser got last."""
    return client.last.content.decode()  # type: ignore[attr-defined, no-any-return]


def code(secret: str, steps_ahead: int = 0) -> str:
    """What an app shows now, or in so many half minutes."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_ahead))


def with_app(user: User, client: Client | None = None) -> tuple[Client, str, list[str]]:
    """A browser in which `user` has set up an app: its secret, and the recovery codes that were shown."""
    client = client or sign_in(user.username)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'<code class="wrap">([A-Z2-7]+)</code>', page)
    assert secret, page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret.group(1), -1)}, follow=True)
    codes = re.findall(r"<li>(\d{8})</li>", answer.content.decode())
    return client, secret.group(1), codes


def actions() -> list[str]:
    """What the audit says, in order."""
    return list(AuditRecord.objects.order_by("seq").values_list("action", flat=True))
