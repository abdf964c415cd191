"""START.BAT under Wine while the console is silent, slow, or not to be believed, with a kit and without one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from console.domain.node_scripts.branches import CODES
from console.domain.secrets import Secret
from tests.node_scripts import answers
from tests.node_scripts.answers import events
from tests.node_scripts.between import Answered, Between
from tests.node_scripts.machine import Node, Ran

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
Make = Callable[..., Node]
NOWHERE = "http://127.0.0.1:9"
SHORT_CALL = {"call": 3}
"""A client that waits a second for an answer."""


def kit(node: Node, code: int) -> None:
    """Lay down a kit's runner that records how it was called and ends with `code`."""
    node.put_kit(
        'Set Calls = CreateObject("Scripting.FileSystemObject").OpenTextFile("C:\\stubs\\calls", 8, True)',
        'Calls.WriteLine "kit " & WScript.Arguments(0) & " " & WScript.Arguments(1)',
        "Calls.Close",
        f"WScript.Quit {code}",
    )


def believed_nothing(here: Node, ran: Ran) -> bool:
    """Whether a script that is rendered to fail in silence did nothing but ask again, and failed."""
    assert ran.code == CODES.silence
    assert set(ran.acts) <= {"armsleep 2"}
    assert set(ran.heard) == {"silent"}
    assert "There is no kit on this node" in ran.log
    return here.running() == set()


def test_with_a_silent_console_and_no_kit_it_starts_exchange_and_leaves_word(node: Make) -> None:
    here = node(url=NOWHERE)
    ran = here.run("START.BAT", CLP_EVENT="FAILOVER")
    assert ran.code == CODES.done
    assert [call for call in ran.acts if not call.startswith("armsleep")] == here.bring_up
    assert here.running() == set(here.names)
    assert "There is no kit on this node" in ran.log
    (word,) = here.spooled
    assert (word["event"], word["clp_event"], word["console"]) == ("started", "FAILOVER", "silent")
    assert word["run"] == ran.results[0]["run"]


def test_in_silence_too_a_service_that_does_not_start_is_named(node: Make) -> None:
    here = node(url=NOWHERE)
    here.make("dead", "SMTPSVC")
    assert here.run("START.BAT").code == CODES.services
    assert here.running() == set(here.names) - {"SMTPSVC"}
    (word,) = here.spooled
    assert (word["event"], word["detail"]) == ("failed", "not running: SMTPSVC")


def test_with_a_silent_console_and_no_kit_it_may_be_rendered_to_fail(node: Make) -> None:
    here = node(url=NOWHERE, silence="fail")
    assert believed_nothing(here, here.run("START.BAT"))
    assert here.spooled == []


@pytest.mark.parametrize(("ends", "running"), [(42, True), (0, False), (1, False)])
def test_with_a_silent_console_the_kit_is_called_and_only_its_own_word_counts(
    node: Make, ends: int, running: bool
) -> None:
    here = node(url=NOWHERE, silence="fail")
    kit(here, ends)
    ran = here.run("START.BAT")
    assert ran.code == (CODES.done if running else CODES.silence)
    assert here.running() == (set(here.names) if running else set())
    assert ran.of("kit") == [f"{ran.results[0]['run']} {here.settings.bounds.kit}"]
    assert [word["event"] for word in here.spooled] == (["started"] if running else [])


def test_a_kit_that_was_not_applied_does_not_hold_up_a_node_that_is_rendered_to_start(node: Make) -> None:
    here = node(url=NOWHERE)
    kit(here, 0)
    ran = here.run("START.BAT")
    assert ran.code == CODES.done
    assert len(ran.of("kit")) == 1
    assert here.running() == set(here.names)


def test_a_key_that_the_console_does_not_know_is_silence(node: Make) -> None:
    here = node(key=("key-of-nobody", Secret("0f" * 32)), silence="fail")
    assert believed_nothing(here, here.run("START.BAT"))
    assert events() == []


def test_a_node_without_its_key_asks_nobody(node: Make, between: Between) -> None:
    here = node(url=between.url, silence="fail")
    (here.own / "node.key").unlink()
    assert believed_nothing(here, here.run("START.BAT"))
    assert between.kept == []


def test_the_recover_that_nobody_hears_is_tried_again_and_harms_nothing(node: Make) -> None:
    here = node(url=NOWHERE)
    ran = here.run("START.BAT", CLP_EVENT="RECOVER")
    assert (ran.code, ran.acts) == (CODES.done, ["armsleep 2"])
    assert "The console has not heard: recover" in ran.log
    assert here.spooled == []


def test_a_slow_console_is_waited_for(node: Make, between: Between) -> None:
    here = node(url=between.url, silence="fail")
    between.delay = 1.2
    ran = here.run("START.BAT")
    assert (ran.code, ran.acts, ran.heard) == (CODES.done, here.bring_up, ["go"])
    assert events() == [("starting", "START"), ("started", "START")]


def test_a_console_that_answers_too_late_is_silent_though_it_has_heard(node: Make, between: Between) -> None:
    here = node(url=between.url, silence="fail", bounds=SHORT_CALL)
    between.hold()
    assert believed_nothing(here, here.run("START.BAT"))
    assert set(events()) == {("starting", "START")}
    assert len({event.body.run for event in answers.told}) == 1


def test_an_answer_of_an_earlier_run_that_somebody_gives_again_is_silence(node: Make, between: Between) -> None:
    here = node(url=between.url, silence="fail")
    assert here.run("START.BAT").code == CODES.done
    assert here.run("STOP.BAT").code == CODES.done
    first = between.kept[0]
    assert b"answer=go" in first.body
    between.change = lambda _: first
    answers.forget(answers.no)
    assert believed_nothing(here, here.run("START.BAT"))


def test_the_last_answer_to_the_same_run_given_again_is_silence(node: Make, between: Between) -> None:
    answers.forget(answers.wait, answers.go)
    here = node(url=between.url, silence="fail")
    between.change = lambda _: between.kept[0]
    ran = here.run("START.BAT")
    assert (ran.code, ran.of("armload")) == (CODES.silence, [])
    assert ran.heard == ["silent"]


@pytest.mark.parametrize(
    "change",
    [
        lambda answered: replace(answered, body=answered.body.replace(b"answer=no", b"answer=go")),
        lambda answered: replace(answered, status=202),
        lambda answered: replace(answered, headers=answered.headers[:1]),
        lambda answered: Answered(200, (), b"answer=go\r\n"),
    ],
    ids=["body", "status", "unsigned", "somebody-else"],
)
def test_an_answer_that_was_changed_on_its_way_is_silence(
    node: Make, between: Between, change: Callable[[Answered], Answered]
) -> None:
    answers.forget(answers.no)
    between.change = change
    here = node(url=between.url, silence="fail")
    assert believed_nothing(here, here.run("START.BAT"))


def test_a_go_for_another_run_is_silence_though_it_is_signed(node: Make) -> None:
    answers.forget(answers.misled)
    here = node(silence="fail")
    assert believed_nothing(here, here.run("START.BAT"))


@pytest.mark.parametrize("client", [b"This is no statement\r\n", b"Err.Raise 5\r\n", b"WScript.Quit 42\r\n"])
def test_a_client_that_breaks_off_or_leaves_no_file_is_silence_whatever_its_exit_code(
    node: Make, client: bytes
) -> None:
    here = node(silence="fail")
    (here.scripts / "HOOK.VBS").write_bytes(client)
    ran = here.run("START.BAT")
    assert (ran.code, ran.of("armload")) == (CODES.silence, [])
    assert events() == []
    assert here.running() == set()
