"""Each way to a receiver, over real sockets and TLS: what arrives, what is said of a refusal, and what never is."""

import ast
import email
import email.policy
import importlib
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from console.adapters.notifying.mail import MailCarrier
from console.adapters.notifying.services import SERVICES, Door, NoService, ServiceCarrier, service_of
from console.adapters.notifying.webhook import WebhookCarrier
from console.domain.notifications.carrying import Message, NotTaken
from console.domain.notifications.events import Severity
from console.domain.notifications.signing import new_secret, signature
from console.domain.secrets import Secret
from tests.notifications.conftest import ADDRESS
from tests.notifications.receivers import CHAT, HOOK, MAIL, WORD, Mailbox, Receiver, World, nobody

MESSAGE = Message(
    "8f14e45f-0000-4000-8000-000000000001",
    Severity.CRITICAL,
    "The failover of TOKYO failed.",
    "https://console.example.com/operations/7/",
    {"type": "operation.failed", "timestamp": "2008-07-18T09:30:00.000000Z"},
)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
SECRETS = ("t0p-secret-path", "s3cret-token", "TIiajkdnlazkcOXrIdevi7FQ", "T1JJ3T3L2", WORD)


def hook(world: World, signing: Secret | None = None) -> WebhookCarrier:
    return WebhookCarrier(world.out(), Secret(ADDRESS), (signing or new_secret(),), world.ca, lambda: 1_700_000_000.9)


def slack(world: World) -> ServiceCarrier:
    return ServiceCarrier(world.out(), Secret(SLACK), world.ca)


def mail(world: World, *to: str, server: str = f"smtp://console:{WORD}@{MAIL}") -> MailCarrier:
    boxes = list(to) or ["ops@example.com"]
    return MailCarrier(world.out(), urlsplit(server), "changeover@example.com", boxes, world.ca)


def test_a_webhook_gets_a_signed_body(world: World, receiver: Receiver) -> None:
    signing = new_secret()
    assert hook(world, signing).carry(MESSAGE) == f"{HOOK} answered 204."
    (came,) = receiver.came
    assert json.loads(came.body) == MESSAGE.body
    assert came.headers["webhook-id"] == MESSAGE.number
    assert came.headers["webhook-timestamp"] == "1700000000"
    assert came.headers["webhook-signature"] == signature(signing, MESSAGE.number, 1_700_000_000, came.body)
    assert came.path == "/t0p-secret-path?token=s3cret-token"


@pytest.mark.parametrize(
    ("status", "answered"), [(400, True), (410, True), (302, False), (429, False), (408, False), (503, False)]
)
def test_a_refusal_of_this_notice_is_told_from_a_receiver_in_trouble(
    world: World, receiver: Receiver, status: int, answered: bool
) -> None:
    receiver.answers = [(status, b"because of\n s3cret-token")]
    with pytest.raises(NotTaken, match=rf"{HOOK} answered {status} because of ••••••\.") as caught:
        hook(world).carry(MESSAGE)
    assert caught.value.answered == answered


def test_why_a_receiver_was_not_reached_is_told_without_its_address(world: World) -> None:
    world.places[HOOK] = nobody()
    with pytest.raises(NotTaken, match=r"was not reached \(Unreachable\): .*Connection refused") as caught:
        hook(world).carry(MESSAGE)
    del world.places[HOOK]
    with pytest.raises(NotTaken, match="Name or service not known") as unknown:
        hook(world).carry(MESSAGE)
    world.places[HOOK], world.named = nobody(), []
    with pytest.raises(NotTaken, match="not among the places"):
        hook(world).carry(MESSAGE)
    for error in (caught.value, unknown.value):
        assert not any(word in f"{error.message}{error.remedy}" for word in SECRETS)
        assert error.__suppress_context__
    assert not any(word in repr(hook(world)) for word in SECRETS)


def test_a_receiver_that_nobody_vouches_for_gets_nothing(world: World, receiver: Receiver) -> None:
    carrier = WebhookCarrier(world.out(), Secret(ADDRESS), (new_secret(),))
    with pytest.raises(NotTaken, match="certificate verify failed"):
        carrier.carry(MESSAGE)
    assert receiver.came == []


def test_mail_arrives_with_its_link(world: World, mailbox: Mailbox) -> None:
    assert mail(world).carry(MESSAGE) == f"The mail server {MAIL} took it for ops@example.com."
    (envelope,) = mailbox.messages
    assert isinstance(envelope.content, bytes)
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert message["Subject"] == "Changeover, critical: The failover of TOKYO failed."
    assert (message["To"], message["Importance"]) == ("ops@example.com", "high")
    assert message["Message-ID"] == f"<{MESSAGE.number}@changeover.invalid>"
    body = message.get_content()
    assert MESSAGE.text in body
    assert MESSAGE.link in body


def test_a_mailbox_that_is_refused_is_told_in_the_servers_words(world: World, mailbox: Mailbox) -> None:
    mailbox.refused = {"gone@example.com"}
    said = mail(world, "ops@example.com", "gone@example.com").carry(MESSAGE)
    assert said == f"The mail server {MAIL} took it for ops@example.com; it refused gone@example.com."
    with pytest.raises(NotTaken, match=r"gone@example\.com: 550 5\.1\.1 no such mailbox here") as caught:
        mail(world, "gone@example.com").carry(MESSAGE)
    assert caught.value.answered


def test_a_wrong_password_is_told_without_it(world: World, mailbox: Mailbox) -> None:
    with pytest.raises(NotTaken, match="535") as caught:
        mail(world, server=f"smtp://console:{WORD}x@{MAIL}").carry(MESSAGE)
    assert WORD not in caught.value.message
    world.places[MAIL] = nobody()
    with pytest.raises(NotTaken, match="Connection refused") as away:
        mail(world).carry(MESSAGE)
    assert not away.value.answered


def test_a_chat_gets_its_own_format_through_our_way_out(world: World, receiver: Receiver) -> None:
    receiver.answers = [(200, b"ok")]
    assert slack(world).carry(MESSAGE) == "Slack answered 200 ok."
    (came,) = receiver.came
    assert came.path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    said = came.body.decode()
    assert MESSAGE.text in said
    assert "console.example.com/operations/7/" in said
    assert "github.com" not in said


def test_a_chat_that_refuses_is_told_in_its_own_words(world: World, receiver: Receiver) -> None:
    receiver.answers = [(404, b"no_team T1JJ3T3L2 TIiajkdnlazkcOXrIdevi7FQ")]
    with pytest.raises(NotTaken, match="Slack answered 404 no_team") as caught:
        slack(world).carry(MESSAGE)
    assert caught.value.answered
    assert not any(word in caught.value.message for word in SECRETS)


def test_a_chat_is_sent_nothing_beyond_the_list_or_without_trust(world: World, receiver: Receiver) -> None:
    with pytest.raises(NotTaken, match="certificate verify failed"):
        ServiceCarrier(world.out(), Secret(SLACK)).carry(MESSAGE)
    world.named.remove(CHAT)
    with pytest.raises(NotTaken, match="not among the places"):
        slack(world).carry(MESSAGE)
    assert receiver.came == []


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("json://localhost:80/", "begins with none of"),
        ("file:///etc/passwd", "begins with none of"),
        (f"{SLACK}?template=/etc/passwd", "may not say template"),
        ("ntfys://host.example.com/topic?attach=file:///etc/passwd", "may not say attach"),
        (f"{SLACK}?verify=no", "may not say verify"),
        ("slack://T1JJ3T3L2", "not as Slack has it"),
        ("pagerduty://", "not as PagerDuty has it"),
    ],
)
def test_an_address_that_reads_files_or_goes_round_is_refused(address: str, why: str) -> None:
    with pytest.raises(NoService, match=why) as caught:
        service_of(Secret(address))
    assert "T1JJ3T3L2" not in caught.value.message


ADDRESSES = {
    "slack": SLACK,
    "workflows": "workflows://teams.example.com:443/643e69f83c8944/sigggg",
    "gchat": "gchat://space123/key123/token123",
    "wxteams": f"wxteams://{'a' * 80}",
    "mmosts": "mmosts://mm.example.com/3ccdd113474722377935511fc85d3dd4",
    "rockets": "rockets://webhook%2Ftoken@rc.example.com/#room",
    "zulip": f"zulip://bot@org/{'a' * 32}/stream",
    "ntfys": "ntfys://user:password@ntfy.example.com/topic",
    "gotifys": "gotifys://g.example.com/abcdefghijklmno",
    "pagerduty": f"pagerduty://{'A' * 32}@{'B' * 32}",
    "opsgenie": "opsgenie://12345678-1234-1234-1234-123456789012",
    "signl4": "signl4://secretabc",
}


@pytest.mark.parametrize("scheme", SERVICES)
def test_every_service_goes_through_the_door(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """With the door's list empty nothing is sent, and what the plugin wanted to send is refused by that list."""
    monkeypatch.setattr(requests, "request", _never)
    monkeypatch.setattr(requests, "post", _never)
    world.named = []
    world.places = dict.fromkeys((*SERVICES[scheme].hosts, "x"), receiver.place)
    with pytest.raises(NotTaken, match=f"{SERVICES[scheme].label} was not reached") as caught:
        ServiceCarrier(world.out(), Secret(ADDRESSES[scheme]), world.ca).carry(MESSAGE)
    assert receiver.came == []
    if SERVICES[scheme].hosts:
        assert f"{SERVICES[scheme].hosts[0]} port 443 is not among the places" in caught.value.message


def _never(*_: Any, **__: Any) -> None:
    raise AssertionError("a plugin went round the door")


@pytest.mark.parametrize("scheme", SERVICES)
def test_no_plugin_has_another_way_out(scheme: str) -> None:
    """It imports nothing that opens a connection or a process, and uses of requests what the door has."""
    name = SERVICES[scheme].plugin.partition(".")[0]
    file = importlib.import_module(f"apprise.plugins.{name}").__file__
    assert file
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    imported, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
            assert all(alias.asname is None for alias in node.names if alias.name == "requests")
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "requests":
            used.add(node.attr)
        assert not (isinstance(node, ast.Name) and node.id in ("exec", "eval", "__import__"))
    harmless = {"__future__", "contextlib", "datetime", "hashlib", "html", "io", "itertools", "json", "os", "re"}
    assert imported - harmless - {"requests", "time", "typing", "urllib"} == set()
    assert used <= {"codes", "RequestException", "request", "get", "post", "delete"}


def test_apprise_writes_nothing_to_the_log() -> None:
    """Even at its most talkative: what it writes repeats addresses."""
    log = logging.getLogger("apprise")
    assert not log.isEnabledFor(logging.CRITICAL)
    assert not log.propagate


def test_the_door_is_shut_outside_of_a_visit() -> None:
    for name in ("get", "post", "request"):
        with pytest.raises(LookupError):
            getattr(Door(), name)("https://hooks.slack.com/")
    for name in ("Session", "session", "sessions", "api", "adapters"):
        with pytest.raises(AttributeError):
            getattr(Door(), name)
