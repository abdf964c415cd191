"""The rendered scripts run under Wine, through every branch, against the webhook of a running console."""

from collections.abc import Callable

import pytest

from console.domain.node_scripts.branches import CODES
from console.domain.secrets import Secret
from tests.node_scripts import answers
from tests.node_scripts.machine import Node

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
Make = Callable[..., Node]
SHORT = {"start_timeout": 600, "stop_timeout": 300}
NOWHERE = "http://127.0.0.1:9"


def kit(code: int) -> bytes:
    """A kit's runner that records how it was called and ends with `code`."""
    lines = [
        'Set Calls = CreateObject("Scripting.FileSystemObject").OpenTextFile("C:\\stubs\\calls", 8, True)',
        'Calls.WriteLine "kit " & WScript.Arguments(0) & " " & WScript.Arguments(1)',
        "Calls.Close",
        f"WScript.Quit {code}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def told() -> list[tuple[str, str]]:
    """The events that the console was told, with the event of the cluster."""
    return [(event.body.event, event.body.clp_event) for event in answers.told]


@pytest.mark.parametrize("event", ["START", "FAILOVER"])
def test_with_its_go_it_starts_every_service_in_order_and_says_so(node: Make, event: str) -> None:
    here = node()
    ran = here.run("START.BAT", CLP_EVENT=event, CLP_SERVER="OTHER", CLP_PRIORITY="2")
    assert ran.code == CODES.done
    assert [call.split()[0] for call in ran.of("armload")] == here.watches
    assert ran.of("armload") == [f'{w} /S /A /R 1 "{n}"' for w, n in zip(here.watches, here.names, strict=True)]
    assert here.running() == set(here.names)
    assert told() == [("starting", event), ("started", event)]
    body = answers.told[0].body
    assert (body.node, body.cluster, body.group) == ("TOK-EX1", "TOKYO", "EXCHANGE")
    assert (body.clp_server, body.clp_disk, body.clp_priority) == ("OTHER", "SUCCESS", "2")
    assert len({event.body.run for event in answers.told}) == 1
    assert "The console said go" in ran.log
    assert "START.BAT ends with 0" in ran.log


def test_it_waits_as_long_as_it_is_told_and_takes_no_word_of_the_reason_for_an_order(node: Make) -> None:
    answers.forget(answers.wait, answers.wait, answers.go)
    ran = node().run("START.BAT")
    assert ran.code == CODES.done
    assert ran.of("armsleep")[:2] == ["3", "3"]
    assert told() == [("starting", "START"), ("started", "START")]


def test_a_no_starts_nothing_and_never_leads_to_the_kit(node: Make) -> None:
    answers.forget(answers.wait, answers.no)
    here = node()
    (here.own / "kit").mkdir()
    (here.own / "kit" / "KIT.VBS").write_bytes(kit(42))
    ran = here.run("START.BAT", CLP_EVENT="FAILOVER")
    assert ran.code == CODES.no
    assert ran.of("armload") == []
    assert ran.of("kit") == []
    assert "The console said no: TOK-EX1 holds the group." in ran.log


def test_a_go_whose_time_has_passed_is_none(node: Make) -> None:
    answers.forget(answers.late, answers.late, answers.no)
    ran = node().run("START.BAT")
    assert ran.code == CODES.no
    assert ran.of("armload") == []


def test_it_does_not_wait_for_longer_than_the_cluster_gives_it(node: Make) -> None:
    answers.forget(answers.wait)
    ran = node(start_timeout=500).run("START.BAT")
    assert ran.code == CODES.waited_out
    assert ran.of("armload") == []
    assert told()[-1] == ("failed", "START")


def test_a_service_that_does_not_start_is_named_and_the_others_start(node: Make) -> None:
    here = node(**SHORT)
    here.make("dead", "POP3Svc")
    ran = here.run("START.BAT")
    assert ran.code == CODES.services
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
    ran = node().run("START.BAT", CLP_EVENT="RECOVER")
    assert ran.code == CODES.done
    assert told() == [("recover", "RECOVER")]
    assert {call.split()[0] for call in ran.calls} == {"armlog"}


@pytest.mark.parametrize(
    ("script", "variables", "code"),
    [
        ("START.BAT", {"CLP_DISK": "FAILURE"}, CODES.disk),
        ("START.BAT", {"CLP_EVENT": ""}, CODES.cluster),
        ("STOP.BAT", {"CLP_EVENT": ""}, CODES.cluster),
    ],
)
def test_without_partition_or_cluster_it_touches_no_service_and_tells_everybody_once(
    node: Make, script: str, variables: dict[str, str], code: int
) -> None:
    ran = node().run(script, **variables)
    assert ran.code == code
    assert len(ran.of("armbcast")) == 1
    assert ran.of("armload") == ran.of("armkill") == []


def test_without_its_settings_it_starts_nothing_and_still_stops(node: Make) -> None:
    here = node()
    (here.scripts / "W#EXCHG.BAT").unlink()
    assert here.run("START.BAT").code == CODES.settings
    assert here.running() == set()
    assert here.run("STOP.BAT").code == CODES.done
    assert told() == []


def silent(node: Make, **words: object) -> Node:
    """A node whose console does not answer."""
    return node(url=NOWHERE, **SHORT, **words)


def test_with_a_silent_console_and_no_kit_it_starts_exchange_and_leaves_word(node: Make) -> None:
    here = silent(node)
    ran = here.run("START.BAT", CLP_EVENT="FAILOVER")
    assert ran.code == CODES.done
    assert here.running() == set(here.names)
    assert "There is no kit on this node" in ran.log
    (word,) = (here.own / "spool").iterdir()
    lines = dict(line.split("=", 1) for line in word.read_text(encoding="ascii").splitlines())
    assert (lines["event"], lines["clp_event"], lines["console"]) == ("started", "FAILOVER", "silent")
    assert lines["run"] == word.stem


def test_with_a_silent_console_and_no_kit_it_may_be_rendered_to_fail(node: Make) -> None:
    here = silent(node, silence="fail")
    assert here.run("START.BAT").code == CODES.silence
    assert here.running() == set()


@pytest.mark.parametrize(("ends", "running"), [(42, True), (0, False)])
def test_with_a_silent_console_the_kit_is_called_and_only_its_own_word_counts(
    node: Make, ends: int, running: bool
) -> None:
    here = silent(node, silence="fail")
    (here.own / "kit").mkdir()
    (here.own / "kit" / "KIT.VBS").write_bytes(kit(ends))
    ran = here.run("START.BAT")
    assert ran.code == (CODES.done if running else CODES.silence)
    assert bool(here.running()) == running
    (call,) = ran.of("kit")
    assert call.startswith("run-start-")
    assert call.endswith(f" {here.settings.bounds.kit}")


def test_an_answer_that_is_not_signed_with_its_key_is_silence(node: Make) -> None:
    here = node(key=("key-of-nobody", Secret("0f" * 32)), silence="fail", **SHORT)
    assert here.run("START.BAT").code == CODES.silence
    assert told() == []


def test_it_stops_in_reverse_order_with_the_same_watches_and_tells_once(node: Make) -> None:
    here = node()
    here.run("START.BAT")
    ran = here.run("STOP.BAT")
    assert ran.code == CODES.done
    assert ran.of("armkill") == here.watches[::-1]
    assert here.running() == set()
    assert [path.name for path in here.stubs.glob("watch-*")] == []
    assert told()[-1] == ("stopped", "START")
    assert ran.of("armsleep") == []


def test_a_service_that_does_not_stop_is_named_after_the_others_have_stopped(node: Make) -> None:
    here = node(**SHORT)
    here.run("START.BAT")
    here.make("stuck", "MSExchangeIS")
    ran = here.run("STOP.BAT")
    assert ran.code == CODES.services
    assert here.running() == {"MSExchangeIS"}
    assert answers.told[-1].body.detail == "not stopped: MSExchangeIS"


def test_it_stops_without_the_console_just_the_same(node: Make) -> None:
    here = silent(node)
    here.run("START.BAT")
    ran = here.run("STOP.BAT", CLP_DISK="FAILURE")
    assert ran.code == CODES.done
    assert here.running() == set()
    assert len(ran.of("armbcast")) == 1
    assert ran.of("armsleep") == []


def test_a_clock_that_is_off_is_corrected_by_what_the_console_signed(node: Make) -> None:
    here = node()
    here.prefix.environment["TZ"] = "Asia/Tokyo"
    try:
        ran = here.run("START.BAT")
    finally:
        here.prefix.environment["TZ"] = "UTC"
    assert ran.code == CODES.done
    assert told() == [("starting", "START"), ("started", "START")]
