"""Every command as everybody: who is mapped to no account, a stranger, each role, and who has every right elsewhere."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from console.domain.rights import ROLES
from console.management import diagnosing
from console.models import Cluster, Drill, Node, Operation, OsAccount, Site
from console.models.operations import PROCEDURE_KINDS
from console.services import alarms, incidents, schedules
from console.services.access import os_user
from console.services.confirm import confirm
from console.services.hooks.keys import issue_key
from tests import personas
from tests.access.commands import ABOVE, DOORS, OF_EVERYBODY, CommandDoor, ways
from tests.approvals import asking
from tests.services import making
from tests.web import world
from tests.windows import opening

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(400)]
LET_THROUGH, REFUSED, UNMAPPED = "let through", "refused", "not mapped"
GONE = {"TOKYO": "KYOTO", "TOK-EX1": "KYO-EX1"}
"""What is there, and in its place what is not."""
NUMBER = "999999"
NUMBERED = ("operation", "procedure", "asked", "alarm", "window", "move", "drill", "moved")


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the words of the doors stand for, in a world with TOKYO, one of everything there, and OSAKA."""
    monkeypatch.setattr(diagnosing.following, "follow", _interrupted)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    tokyo, osaka = making.cluster(), making.cluster("OSAKA", 2)
    osaka.site = Site.objects.create(name="west")
    osaka.save()
    over = world.ended(tokyo, "succeeded")
    procedure = confirm(making.ready(tokyo, steps=()), making.actor(), "maintenance")
    Operation.objects.filter(pk=procedure.pk).update(
        kind=PROCEDURE_KINDS[0], status="succeeded", ended_at=timezone.now()
    )
    asking.guarded(tokyo)
    asked = asking.asked(tokyo)
    key, _ = issue_key(Node.objects.get(name="TOK-EX1"), asking.ada())
    (tmp_path / "empty.yaml").write_text("sites: []\n", encoding="utf-8")
    (tmp_path / "windows.yaml").write_text("windows: []\n", encoding="utf-8")
    numbers = {"operation": over.pk, "procedure": procedure.pk, "asked": asked.plan_id, **_maintained(tokyo)}
    numbers["moved"] = over.pk
    texts = {"folder": str(tmp_path), "key": key, "hash": asked.plan_hash, "person": personas.rita().username}
    begins = timezone.now() + timedelta(hours=2)
    texts |= {"soon": begins.isoformat(), "later": (begins + timedelta(hours=1)).isoformat()}
    return texts | {name: str(number) for name, number in numbers.items()}


def _maintained(cluster: Cluster) -> dict[str, int]:
    """An alarm that somebody looks after, a window that is open for hours, and a move that begins in it."""
    alarm = alarms.sound(cluster, "no-go", "a node waits", "look")
    (incident,) = [one for one in incidents.standing([cluster], timezone.now()) if one.alarm == alarm]
    incidents.take(incident, making.actor(), "a part is on its way")
    window = opening.opened(cluster, lasts=600)
    spec = schedules.Spec("failover", timezone.now() + timedelta(hours=1), "patches")
    move = schedules.make(cluster, spec, making.actor())
    begun = {"reason": "yearly", "begun_at": timezone.now(), "begun_by_name": "olga"}
    drill = Drill.objects.create(cluster=cluster, home="TOK-EX1", away="TOK-EX2", **begun)
    return {"alarm": alarm.pk, "window": window.pk, "move": move.pk, "drill": drill.pk}


def _interrupted(*_: object) -> None:
    """Nobody waits for a worker here: a person presses Ctrl-C at once."""
    raise KeyboardInterrupt


@pytest.fixture
def people(words: dict[str, str]) -> dict[str, User]:
    """Everybody who has an account."""
    osaka = Site.objects.get(name="west").clusters.get()
    found = {role: personas.person(f"the-{role}", role) for role in ROLES}
    return found | {"stranger": personas.sam(), "elsewhere": personas.person("elsewhere", "administrator", on=osaka)}


def told(line: str, words: dict[str, str], user: User | None) -> tuple[str, str]:
    """How the console took it, and all that it said, with everything taken back that it may have changed."""
    out, given = io.StringIO(), words | {"me": user.username if user else "nobody"}
    with transaction.atomic():
        mapped, name = user or personas.ada(), os_user() if user else "another"
        OsAccount.objects.update_or_create(os_user=name, defaults={"user": mapped})
        code = _ended(out, [word.format(**given) for word in line.split()])
        transaction.set_rollback(True)
    text = out.getvalue()
    if "is not mapped to a console account" in text:
        return UNMAPPED, text
    return (REFUSED if code == 2 and " may not " in text and " for the role " in text else LET_THROUGH), text


def _ended(out: io.StringIO, words: list[str]) -> int:
    """The code with which the command ended."""
    try:
        call_command(*words, stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def expected(door: CommandDoor, who: str) -> str:
    """How the door takes who is mapped to that account."""
    if who == "elsewhere":
        return REFUSED if door.where == "everything" else LET_THROUGH
    return LET_THROUGH if door.right in ROLES.get(who, ()) else REFUSED


def test_a_command_lets_through_whom_its_door_says_and_nobody_else(
    words: dict[str, str], people: dict[str, User]
) -> None:
    wrong = []
    for door in DOORS:
        for who, user in people.items():
            how, text = told(door.words, words, user)
            if how != expected(door, who) or (who == "stranger" and "TOKYO" in text):
                wrong.append(f"{door.words} as {who}: {how}: {text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_who_is_mapped_to_no_account_has_no_right(words: dict[str, str], people: dict[str, User]) -> None:
    assert [door.words for door in DOORS if told(door.words, words, None)[0] != UNMAPPED] == []


def test_who_has_every_right_elsewhere_is_told_no_more_than_of_what_is_not_there(
    words: dict[str, str], people: dict[str, User]
) -> None:
    for door in (one for one in DOORS if one.where == "cluster"):
        seen = told(door.words, words, people["elsewhere"])[1]
        assert _of_what_is_gone(door, words, people["elsewhere"]) == seen, door.words


def _of_what_is_gone(door: CommandDoor, words: dict[str, str], user: User) -> str:
    """What is said of what is not there, with the names of what is: it may not be told from it."""
    line, numbers = door.words, dict.fromkeys(NUMBERED, NUMBER)
    for there, gone in GONE.items():
        line = line.replace(there, gone)
    text = told(line, words | numbers | {"key": "no-such-key"}, user)[1]
    for there, gone in GONE.items():
        text = text.replace(gone, there)
    named = next((name for name in (*numbers, "key") if "{" + name + "}" in line), "")
    return text.replace(NUMBER, words[named]).replace("no-such-key", words["key"]) if named else text


def test_every_command_has_its_door_here() -> None:
    assert ways() == {door.key for door in DOORS} | set(ABOVE) | set(OF_EVERYBODY)


def test_the_page_of_security_names_every_command_that_asks_nobody() -> None:
    text = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
    named = {way for way in (*ABOVE, *OF_EVERYBODY) if f"`{way}`" in text or f"`{way.split()[0]}`" in text}
    assert named == {*ABOVE, *OF_EVERYBODY}
