"""What `manage.py procedure` does with a procedure under way: begins it, shows it, answers it, hands it on."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management.base import SUCCEEDED, add_json
from console.management.following import CODES, follow
from console.management.procedure_text import board_json, board_lines, record_json, record_lines
from console.management.speaking import OperatorCommand
from console.models import Operation
from console.models.operations import PROCEDURE_KINDS
from console.services import plans, setup
from console.services.access import Account, visible_clusters
from console.services.audit import Actor

WORDS = {
    "board": "every step with its state and evidence, what is next and who must do it",
    "say": "say that a step is done which nothing but a person can tell of",
    "accept": "take a step unproved of which the console cannot tell, or have it act where that is what it waits for",
    "check-again": "have the console look again and go on",
    "pause": "have it rest until somebody resumes it",
    "resume": "have a paused one go on",
    "hand-over": "have another person do what is next",
    "give-up": "end it where it is; what was done stays done",
    "record": "who did what and when, on what evidence",
}
ASK_REASON = ("pause", "give-up", "hand-over")


def add_acts(what: Any) -> None:
    """The subcommands: start CLUSTER PROCEDURE, and the others with the number of an operation."""
    start = what.add_parser("start", help="plan a procedure on a cluster, confirm it and have a worker carry it out")
    start.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
    start.add_argument("procedure", help="its key, as `list` prints it")
    start.add_argument("--reason", default="", help="why, for the audit")
    _common(start)
    for word, meaning in WORDS.items():
        parser: CommandParser = what.add_parser(word, help=meaning)
        parser.add_argument("operation", metavar="OPERATION", type=int, help="number of the operation")
        if word == "say":
            parser.add_argument("step", metavar="STEP", help="the step's key, as `board` prints it")
            parser.add_argument("said", metavar="SENTENCE", help="what you did or saw, and where")
        if word == "accept":
            parser.add_argument("step", metavar="STEP", help="the step's key, as `board` prints it")
            parser.add_argument("said", metavar="SENTENCE", help="how you know, or why it may stay unknown")
            parser.add_argument("--type", dest="typed", metavar="CLUSTER", default="", help="the cluster's name")
        if word == "hand-over":
            parser.add_argument("person", metavar="ACCOUNT", help="the other person's account")
        if word in ASK_REASON:
            parser.add_argument("--reason", default="", help="why, or what to know; it goes to the record")
        _common(parser)


def _common(parser: CommandParser) -> None:
    parser.add_argument("--wait", action="store_true", help="follow the journal until it rests or ends")
    add_json(parser)


def act(command: OperatorCommand, options: dict[str, Any]) -> int:
    """Carry the subcommand out and show what came of it. Raises `Refusal`, `NotAllowed`, `ChangeoverError`."""
    word = options["what"]
    who = command.actor("view" if word in ("board", "record") else "operate")
    if word == "start":
        cluster = plans.find_cluster(options["cluster"], who.user)
        operation = setup.start(cluster, options["procedure"], who, options["reason"])
    else:
        operation = _operation(options["operation"], who.user)
    after = operation.last_seq
    if word in ACTS:
        operation = ACTS[word](operation, who, options)
    if options["wait"]:
        show = command.stderr.write if options["json"] else command.stdout.write
        follow(operation, show, after)
    if word == "record":
        made = setup.record(operation)
        command.answer(options, "\n".join(record_lines(made)), {"result": "record", **record_json(made)})
        return SUCCEEDED
    shown = setup.board(operation)
    result = operation.status if options["wait"] else "accepted" if word != "board" else "board"
    command.answer(options, "\n".join(board_lines(shown)), {"result": result, **board_json(shown)})
    return CODES[Operation.Status(operation.status)] if options["wait"] else SUCCEEDED


ACTS: Mapping[str, Callable[[Operation, Actor, dict[str, Any]], Operation]] = {
    "say": lambda operation, who, asked: setup.confirm_step(operation, asked["step"], who, asked["said"]),
    "accept": lambda operation, who, asked: setup.accept_unknown(
        operation, asked["step"], who, asked["said"], asked["typed"]
    ),
    "check-again": lambda operation, who, _: setup.check_again(operation, who),
    "pause": lambda operation, who, asked: setup.pause(operation, who, asked["reason"]),
    "resume": lambda operation, who, _: setup.resume(operation, who),
    "hand-over": lambda operation, who, asked: setup.hand_over(
        operation, _person(asked["person"]), who, asked["reason"]
    ),
    "give-up": lambda operation, who, asked: setup.give_up(operation, who, asked["reason"]),
}


def _operation(number: int, user: Account) -> Operation:
    seen = Operation.objects.filter(kind__in=PROCEDURE_KINDS, cluster__in=visible_clusters(user))
    operation = seen.select_related("cluster__site", "plan").filter(pk=number).first()
    if operation is None:
        known = seen.order_by("-pk").values_list("pk", flat=True)[:10]
        remedy = f"Name one of: {', '.join(map(str, known))}." if known else "Begin one: manage.py procedure start."
        raise Refusal.of(f"No operation {number} carries out a procedure.", remedy, key="operation.unknown")
    return operation


def _person(name: str) -> User:
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Refusal.of(f"There is no account {name!r}.", "Look it up by: manage.py account list.", key="person")
    return found
