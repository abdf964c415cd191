"""`manage.py notifications list|channel|rule|test|deliveries`: who is told outside, of what, and what came of it."""

import sys
from datetime import time
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.domain.notifications.events import EVENTS, Severity
from console.domain.secrets import Secret
from console.management.base import FAILED, SUCCEEDED, Refused, add_json
from console.management.speaking import OperatorCommand
from console.models import Channel, Cluster, Site
from console.services import access
from console.services.audit import Actor, timestamp
from console.services.notifications import channels, rules, states

WORDS = {severity.word: severity for severity in Severity}


class Command(OperatorCommand):
    """All of it takes the right to administer the console as a whole."""

    help = "Channels, rules and deliveries of notices."

    def arguments(self, parser: CommandParser) -> None:
        """Five subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        list_ = commands.add_parser("list", help="channels and rules, and how they stand")
        channel = commands.add_parser("channel", help="make a channel; its address is read from standard input")
        channel.add_argument("--kind", required=True, choices=Channel.Kind.values)
        channel.add_argument("--ca", default="", help="CA certificate (PEM), or the path of a file that holds it")
        rule = commands.add_parser("rule", help="lead notices to a channel")
        where = rule.add_mutually_exclusive_group()
        where.add_argument("--cluster", default="", help="of this one")
        where.add_argument("--site", default="", help="of the clusters of this one")
        rule.add_argument(
            "--event", action="append", default=[], choices=list(EVENTS), metavar="EVENT", help="only this"
        )
        rule.add_argument("--from", dest="least", default="warning", choices=list(WORDS), help="and what is graver")
        rule.add_argument("--quiet", default="", metavar="HH:MM-HH:MM", help="when nothing below critical is sent")
        test = commands.add_parser("test", help="send a notice that says so, and show what the other side says")
        deliveries = commands.add_parser("deliveries", help="the last ones of a channel")
        for command in (channel, rule, test, deliveries):
            command.add_argument("name", help="of the channel")
        for command in (list_, channel, rule, test, deliveries):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        actor = self.actor("administer")
        access.require(actor.user, "administer")
        acts = {"list": self._list, "channel": self._channel, "rule": self._rule, "test": self._test}
        return acts.get(options["command"], self._deliveries)(options, actor)

    def _list(self, options: dict[str, Any], _: Actor) -> int:
        known = [
            {
                "name": s.channel.name,
                "kind": s.channel.kind,
                "to": s.channel.shown,
                "state": s.word,
                "waiting": s.waiting,
            }
            for s in states.states()
        ]
        led = [rules.told(rules.Spec.of(rule)) for rule in states.all_rules()]
        lines = ["\t".join(str(value) for value in row.values()) for row in known] or ["There are no channels."]
        lines += [_sentence(rule) for rule in led] or ["There are no rules."]
        self.answer(options, "\n".join(lines), {"result": "listed", "channels": known, "rules": led})
        return SUCCEEDED

    def _channel(self, options: dict[str, Any], actor: Actor) -> int:
        address = sys.stdin.read(100_000).strip()
        spec = channels.Spec(options["name"], options["kind"], Secret(address) if address else None, options["ca"])
        row, secret = channels.save(spec, actor)
        text, told = f"The channel {row.name} is made.", {"result": "made", "channel": row.name}
        if secret is not None:
            text += f" Its secret is shown this once:\n{secret.reveal()}"
            told["secret"] = secret.reveal()
        self.answer(options, text, told)
        return SUCCEEDED

    def _rule(self, options: dict[str, Any], actor: Actor) -> int:
        site = cluster = None
        if options["cluster"] and (cluster := Cluster.objects.filter(name__iexact=options["cluster"]).first()) is None:
            raise Refused(f"There is no cluster {options['cluster']}. See: manage.py inventory export")
        if options["site"] and (site := Site.objects.filter(name__iexact=options["site"]).first()) is None:
            raise Refused(f"There is no site {options['site']}. See: manage.py inventory export")
        begin, end = _hours(options["quiet"])
        least = WORDS[options["least"]]
        spec = rules.Spec(_named(options["name"]), site, cluster, tuple(options["event"]), least, begin, end)
        told = rules.told(rules.Spec.of(rules.save(spec, actor)))
        self.answer(options, f"Made: {_sentence(told)}", {"result": "made", "rule": told})
        return SUCCEEDED

    def _test(self, options: dict[str, Any], actor: Actor) -> int:
        tried = channels.test(_named(options["name"]), actor)
        result = "delivered" if tried.good else "not-delivered"
        self.answer(options, tried.said, {"result": result, "said": tried.said})
        return SUCCEEDED if tried.good else FAILED

    def _deliveries(self, options: dict[str, Any], _: Actor) -> int:
        found = [
            {
                "at": timestamp(row.notice.at),
                "event": row.notice.event,
                "text": row.notice.text,
                "state": row.state,
                "tries": row.tries,
                "said": next((attempt.said for attempt in row.attempts.all()), ""),
            }
            for row in states.deliveries(_named(options["name"]))
        ]
        lines = ["\t".join(str(value) for value in row.values()) for row in found]
        self.answer(options, "\n".join(lines) or "Nothing was sent.", {"result": "listed", "deliveries": found})
        return SUCCEEDED


def _named(name: str) -> Channel:
    row = Channel.objects.filter(name__iexact=name).first()
    if row is None:
        names = ", ".join(Channel.objects.values_list("name", flat=True)) or "none yet"
        raise Refusal.of(f"There is no channel {name}.", f"There are: {names}.", key="channel.none")
    return row


def _hours(text: str) -> tuple[time | None, time | None]:
    if not text:
        return None, None
    try:
        begin, _, end = text.partition("-")
        return time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        remedy = "Write --quiet 22:00-07:00."
        raise Refusal.of(f"{text!r} are no quiet hours.", remedy, key="rule.quiet") from None


def _sentence(rule: dict[str, Any]) -> str:
    quiet = f", quiet {rule['quiet']}" if rule["quiet"] else ""
    return f"{rule['of']} to {rule['channel']}: {', '.join(rule['events'])}, from {rule['from']} on{quiet}"
