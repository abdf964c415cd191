"""Chat and on-call services by apprise: it knows their messages, and what it sends goes through `Outbound`.

Apprise's plugins call `requests` by name. In the few that are listed here the name leads to a door, which sends to
places on the allow-list and nowhere else, trusts what `Outbound` trusts, and keeps what was answered. A test reads the
source of each of these plugins: none has another way out.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from apprise.asset import AppriseAsset
from apprise.common import NotifyType, PersistentStoreMode

from console.adapters.notifying import saying
from console.adapters.outbound import Outbound
from console.domain.errors import ChangeoverError, ReachError
from console.domain.notifications.carrying import Message, NotTaken
from console.domain.notifications.events import Severity
from console.domain.secrets import Secret

_log = logging.getLogger("apprise")  # it repeats addresses, which are secrets
_log.setLevel(logging.CRITICAL + 1)
_log.propagate = False
TYPES = {
    Severity.INFO: NotifyType.INFO,
    Severity.WARNING: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
}
METHODS = ("get", "post", "put", "patch", "delete")
PARAMETERS = frozenset({"channel", "footer", "image", "mode", "priority", "region", "tags", "timestamp", "to"})
"""What an address may say behind its question mark. Apprise knows more, such as files of this host to be sent along."""


class NoService(ChangeoverError):
    """An address that names no service, or not as that service has it."""

    remedy = "docs/notifications.md shows how the address of each service is written."


@dataclass(frozen=True)
class Service:
    """A service, the plugin that knows it, and the hosts at which it is; none: that of the address."""

    label: str
    plugin: str
    example: str
    hosts: tuple[str, ...] = ()


SERVICES = {
    "slack": Service("Slack", "slack.NotifySlack", "slack://TokenA/TokenB/TokenC", ("hooks.slack.com",)),
    "workflows": Service("Microsoft Teams", "workflows.NotifyWorkflows", "workflows://host:443/workflow/signature"),
    "gchat": Service(
        "Google Chat", "google_chat.NotifyGoogleChat", "gchat://space/key/token", ("chat.googleapis.com",)
    ),
    "wxteams": Service("Webex", "webexteams.NotifyWebexTeams", "wxteams://token", ("api.ciscospark.com",)),
    "mmosts": Service("Mattermost", "mattermost.NotifyMattermost", "mmosts://host/token"),
    "rockets": Service("Rocket.Chat", "rocketchat.NotifyRocketChat", "rockets://webhook@host/#room"),
    "zulip": Service("Zulip", "zulip.NotifyZulip", "zulip://bot@organization/token/stream"),
    "ntfys": Service("ntfy", "ntfy.NotifyNtfy", "ntfys://user:password@host/topic"),
    "gotifys": Service("Gotify", "gotify.NotifyGotify", "gotifys://host/token"),
    "pagerduty": Service(
        "PagerDuty", "pagerduty.NotifyPagerDuty", "pagerduty://integration-key@api-key", ("events.pagerduty.com",)
    ),
    "opsgenie": Service("Opsgenie", "opsgenie.NotifyOpsgenie", "opsgenie://api-key", ("api.opsgenie.com",)),
    "signl4": Service("SIGNL4", "signl4.NotifySIGNL4", "signl4://secret", ("connect.signl4.com",)),
}
"""By the scheme of their addresses; those that are sent by HTTPS and nothing else."""


@dataclass
class Visit:
    """What one notice asks of the door, and what came of it."""

    out: Outbound
    ca: str
    answers: list[requests.Response] = field(default_factory=list)
    error: ReachError | None = None

    def ask(self, method: str, url: str, **what: Any) -> requests.Response:
        """Send, as the plugin wants it, within our bounds. Raises `requests.ConnectionError`."""
        for ours in ("timeout", "verify", "stream", "allow_redirects", "proxies", "cert"):
            what.pop(ours, None)
        try:
            answer = self.out.ask(method.upper(), url, ca=self.ca, **what)
        except ReachError as error:
            self.error = error
            raise requests.ConnectionError("not sent") from error
        self.answers.append(answer)
        return answer


_visit: ContextVar[Visit] = ContextVar("visit")


class Door:
    """Stands for `requests` in a plugin. Outside of a visit, and for anything else, it is shut."""

    codes = requests.codes
    exceptions = requests.exceptions
    RequestException = requests.RequestException
    ConnectionError = requests.ConnectionError

    def __getattr__(self, name: str) -> Any:
        if name == "request":
            return _visit.get().ask
        if name in METHODS:
            return partial(_visit.get().ask, name)
        raise AttributeError(f"A plugin asks for requests.{name}, which the door does not have.")


def service_of(address: Secret) -> tuple[str, Service]:
    """The scheme and the service of an address. Raises `NoService` for one that apprise could not use either."""
    parts = urlsplit(address.reveal())
    found = SERVICES.get(parts.scheme)
    if found is None:
        raise NoService(f"The address begins with none of: {', '.join(f'{name}://' for name in SERVICES)}.")
    strange = {name.casefold() for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - PARAMETERS
    if strange:
        remedy = f"Take it out; allowed are {', '.join(sorted(PARAMETERS))}."
        raise NoService(f"An address may not say {', '.join(sorted(strange))} here.", remedy=remedy)
    _plugin(found, address)
    return parts.scheme, found


def _plugin(service: Service, address: Secret) -> Any:
    """Apprise's own object for the address. Raises `NoService`."""
    name, _, kind = service.plugin.partition(".")
    module: Any = import_module(f"apprise.plugins.{name}")
    if not isinstance(module.requests, Door):
        module.requests = Door()
    known = getattr(module, kind).parse_url(address.reveal())
    asset = AppriseAsset(
        app_id="Changeover",
        app_desc="Changeover",
        app_url="",
        image_url_mask=None,
        image_url_logo=None,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    try:
        return getattr(module, kind)(**known, asset=asset)
    except (TypeError, AttributeError):  # the plugins' own words repeat the address
        raise NoService(f"The address is not as {service.label} has it: {service.example}") from None


@dataclass(frozen=True)
class ServiceCarrier:
    """A chat or on-call service at an address as apprise writes them."""

    out: Outbound
    address: Secret
    ca: str = ""

    def carry(self, message: Message) -> str:
        """Have apprise send it; what was answered. Raises `NotTaken`, `NoService`."""
        _, service = service_of(self.address)
        plugin = _plugin(service, self.address)
        body = f"{message.text}\n{message.link}".strip()
        with _visiting(Visit(self.out, self.ca)) as visit:
            taken = plugin.notify(body=body, title=f"{message.severity.word}", notify_type=TYPES[message.severity])
        if visit.error is not None:
            remedy, why = visit.error.remedy, saying.root_of(visit.error)
            raise NotTaken(self._within(f"{service.label} was not reached: {why}"), remedy=remedy)
        if not visit.answers:
            raise NotTaken(f"Nothing was sent to {service.label}: its address does not say to whom.", answered=True)
        last = visit.answers[-1]
        said = self._within(f"{service.label} answered {last.status_code} {last.text[: 4 * saying.LONGEST]}".strip())
        if not taken:
            raise NotTaken(f"{said}.", answered=400 <= last.status_code < 500 and last.status_code not in (408, 429))
        return f"{said}."

    def _within(self, text: str) -> str:
        """Without what stands in the address; where the service has its own host, a secret stands in its place."""
        parts = urlsplit(self.address.reveal())
        words = (parts.netloc, parts.hostname or "") if SERVICES[parts.scheme].hosts else ()
        inside = [Secret(word) for word in words if len(word) >= saying.SHORTEST]
        return saying.within(text, [*saying.parts_of(self.address), *inside])


@contextmanager
def _visiting(visit: Visit) -> Iterator[Visit]:
    token = _visit.set(visit)
    try:
        yield visit
    finally:
        _visit.reset(token)
