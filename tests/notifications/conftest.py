"""A world with receivers, and people and channels to tell."""

import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from console.domain.secrets import Secret
from console.lab.certificates import Authority
from console.models import Channel, NoticeRule
from console.services.audit import Actor
from console.services.notifications import carriers, channels, rules
from tests import personas
from tests.notifications.receivers import CHAT, HOOK, MAIL, NAMED, WORD, Mailbox, Receiver, World, mail_server

ADDRESS = f"https://{HOOK}/t0p-secret-path?token=s3cret-token"


@pytest.fixture(scope="session")
def vouching(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for every receiver."""
    return Authority(tmp_path_factory.mktemp("notices-ca"))


@pytest.fixture(scope="session")
def tls(vouching: Authority) -> ssl.SSLContext:
    """The receivers' side of TLS."""
    return vouching.issue("receivers", NAMED).context()


@pytest.fixture
def receiver(tls: ssl.SSLContext) -> Iterator[Receiver]:
    """A server that takes webhooks."""
    with Receiver(tls).serving() as served:
        yield served


@pytest.fixture
def world(vouching: Authority, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Any) -> World:
    """Everything leads to the receiver, and the console may send there."""
    made = World(str(vouching.certificate_path), {HOOK: receiver.place, CHAT: receiver.place})
    settings.OUTBOUND = NAMED
    monkeypatch.setattr(carriers, "outbound", made.out)
    return made


@pytest.fixture
def mailbox(tls: ssl.SSLContext, world: World, settings: Any) -> Iterator[Mailbox]:
    """A mail server that the settings name."""
    box = Mailbox()
    with mail_server(tls, box) as place:
        world.places[MAIL] = place
        settings.MAIL_URL = f"smtp://console:{WORD}@{MAIL}:587"
        settings.MAIL_FROM = "changeover@example.com"
        yield box


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Making accounts is not what costs time here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada(db: None) -> Actor:
    """Who administers."""
    return personas.at_page(personas.ada())


@pytest.fixture
def hook(ada: Actor, world: World) -> Channel:
    """A channel to the receiver."""
    return made("ops hook", ada, world)


@pytest.fixture
def everything(ada: Actor, hook: Channel) -> NoticeRule:
    """The rule that leads all there is to that channel."""
    return rules.save(rules.Spec(hook), ada)


def made(name: str, actor: Actor, world: World, address: str = ADDRESS, kind: str = "webhook") -> Channel:
    """A channel of that name."""
    return channels.save(channels.Spec(name, kind, Secret(address), world.ca), actor)[0]
