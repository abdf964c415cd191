"""START.BAT under Wine, through every branch, against the webhook of a running console."""

from collections.abc import Callable

import pytest

from console.domain.node_scripts.branches import CODES
from tests.node_scripts import answers
from tests.node_scripts.answers import events
from tests.node_scripts.machine import Node

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
Make = Callable[..., Node]
IMAP = {"2003": "IMAP4Svc", "2007": "MSExchangeIMAP4"}
HOW_MANY = {"2003": 8, "2007": 16}


@pytest.mark.parametrize("event", ["START", "FAILOVER"])
def test_with_its_go_it_starts_every_service_in_order_and_says_so(node: Make, event: str) -> None:
    here = node()
    ran = here.run("START.BAT", CLP_EVENT=event, CLP_SERVER="OTHER", CLP_PRIORITY="2")
    assert ran.code == CODES.done
    assert ran.acts == here.bring_up
    assert here.running() == set(here.names)
    assert events() == [("starting", event), ("started", event)]
    body = answers.told[0].body
    assert (body.node, body.cluster, body.group) == ("TOK-EX1", "TOKYO", "EXCHANGE")
    assert (body.clp_server, body.clp_disk, body.clp_priority) == ("OTHER", "SUCCESS", "2")
    assert {event.body.run for event in answers.told} == {ran.results[0]["run"]}
    assert ran.heard == ["go"]
    assert "The console said go" in ran.log
    assert "START.BAT ends with 0" in ran.log
    assert (here.left, here.spooled) == (set(), [])


@pytest.mark.parametrize("generation", ["2003", "2007"])
def test_each_generation_starts_and_stops_its_own_services_imap_among_them_where_it_is_used(
    node: Make, generation: str
) -> None:
    here = node(generation, (IMAP[generation],))
    assert len(here.names) == HOW_MANY[generation]
    assert IMAP[generation] in here.names
    up = here.run("START.BAT", CLP_EVENT="FAILOVER")
    assert (up.code, up.acts) == (CODES.done, here.bring_up)
    assert here.running() == set(here.names)
    down = here.run("STOP.BAT", CLP_EVENT="FAILOVER")
    assert (down.code, down.acts) == (CODES.done, here.take_down)
    assert here.running() == set()
    assert events() == [("starting", "FAILOVER"), ("started", "FAILOVER"), ("stopped", "FAILOVER")]


def test_it_waits_as_long_as_it_is_told_and_takes_no_word_of_the_reason_for_an_order(node: Make) -> None:
    answers.forget(answers.wait, answers.wait, answers.go)
    here = node()
    ran = here.run("START.BAT")
    assert ran.code == CODES.done
    assert ran.acts == ["armsleep 3", "armsleep 3", *here.bring_up]
    assert events() == [("starting", "START"), ("started", "START")]


def test_a_no_starts_nothing_and_never_leads_to_the_kit(node: Make) -> None:
    answers.forget(answers.wait, answers.no)
    here = node()
    here.put_kit("WScript.Quit 42")
    ran = here.run("START.BAT", CLP_EVENT="FAILOVER")
    assert ran.code == CODES.no
    assert ran.acts == ["armsleep 3"]
    assert ran.heard == ["no"]
    assert "The console said no: TOK-EX1 holds the group." in ran.log
    assert here.spooled == []


def test_a_refusal_that_asking_again_cannot_mend_is_as_good_as_a_no(node: Make) -> None:
    here = node(silence="start")
    here.put_kit("WScript.Quit 42")
    ran = here.run("START.BAT", COMPUTERNAME="TOK-EX2")
    assert (ran.code, ran.acts, ran.heard) == (CODES.no, [], ["refused"])
    assert events() == []


def test_a_console_that_has_forgotten_the_run_is_told_again_with_the_same_id(node: Make) -> None:
    answers.forget(answers.wait, answers.unknown, answers.go)
    here = node()
    ran = here.run("START.BAT")
    assert (ran.code, ran.heard) == (CODES.done, ["go"])
    assert [event for event, _ in events()] == ["starting", "starting", "started"]
    assert len({event.body.run for event in answers.told}) == 1


def test_a_go_whose_time_has_passed_is_none(node: Make) -> None:
    answers.forget(answers.late, answers.late, answers.no)
    ran = node().run("START.BAT")
    assert ran.code == CODES.no
    assert ran.of("armload") == []


def test_it_does_not_wait_for_longer_than_the_cluster_gives_it(node: Make) -> None:
    answers.forget(answers.wait)
    ran = node(bounds={"ask": 8}).run("START.BAT")
    assert ran.code == CODES.waited_out
    assert set(ran.acts) == {"armsleep 3"}
    assert events() == [("starting", "START"), ("failed", "START")]
    assert answers.told[-1].body.detail.startswith("no go within ")


def test_a_service_that_does_not_start_is_named_and_the_others_start(node: Make) -> None:
    here = node()
    here.make("dead", "POP3Svc")
    ran = here.run("START.BAT")
    assert ran.code == CODES.services
    assert [call for call in ran.acts if not call.startswith("armsleep")] == here.bring_up
    assert here.running() == set(here.names) - {"POP3Svc"}
    assert answers.told[-1].body.event == "failed"
    assert answers.told[-1].body.detail == "not running: POP3Svc"


def test_a_watch_that_an_earlier_run_left_behind_is_released_first(node: Make) -> None:
    here = node()
    for watch, name in zip(here.watches, here.names, strict=True):
        (here.stubs / f"watch-{watch}").write_text(f'set "WATCHED={name}"\n', encoding="ascii")
    ran = here.run("START.BAT")
    assert ran.code == CODES.done
    assert here.running() == set(here.names)


def test_on_the_return_of_the_node_it_only_tells(node: Make) -> None:
    here = node()
    ran = here.run("START.BAT", CLP_EVENT="RECOVER")
    assert (ran.code, ran.acts) == (CODES.done, [])
    assert events() == [("recover", "RECOVER")]
    assert here.running() == here.left == set()


@pytest.mark.parametrize("event", ["START", "FAILOVER"])
def test_without_its_partition_it_starts_nothing_and_tells_everybody_once(node: Make, event: str) -> None:
    here = node()
    ran = here.run("START.BAT", CLP_EVENT=event, CLP_DISK="FAILURE")
    said = '"Exchange of TOKYO is not started: its partition is not connected"'
    assert (ran.code, ran.acts) == (CODES.disk, [f"armbcast /MSG {said} /A"])
    assert events() == [("failed", event)]
    assert answers.told[0].body.clp_disk == "FAILURE"
    assert here.running() == set()


@pytest.mark.parametrize(("script", "word"), [("START.BAT", "started"), ("STOP.BAT", "stopped")])
def test_while_the_cluster_does_not_run_it_touches_no_service_and_tells_everybody_once(
    node: Make, script: str, word: str
) -> None:
    here = node()
    here.start_by_hand("MSExchangeIS")
    ran = here.run(script, CLP_EVENT="")
    said = f'"Exchange of TOKYO is not {word}: the cluster is not running"'
    assert (ran.code, ran.acts) == (CODES.cluster, [f"armbcast /MSG {said} /A"])
    assert here.running() == {"MSExchangeIS"}
    assert events() == []


@pytest.mark.parametrize("text", [None, b""])
@pytest.mark.parametrize("event", ["FAILOVER", "RECOVER"])
def test_without_its_settings_it_does_nothing(node: Make, text: bytes | None, event: str) -> None:
    here = node()
    (here.scripts / "W#EXCHG.BAT").unlink()
    if text is not None:
        (here.scripts / "W#EXCHG.BAT").write_bytes(text)
    ran = here.run("START.BAT", CLP_EVENT=event)
    assert (ran.code, ran.acts) == (CODES.settings, [])
    assert here.running() == set()
    assert events() == []


def test_a_clock_that_is_off_is_corrected_by_what_the_console_signed(node: Make) -> None:
    here = node()
    here.prefix.environment["TZ"] = "Asia/Tokyo"
    try:
        ran = here.run("START.BAT")
    finally:
        here.prefix.environment["TZ"] = "UTC"
    assert ran.code == CODES.done
    assert events() == [("starting", "START"), ("started", "START")]
    assert here.left == {"offset.txt"}
