"""Whatever a node prints, the driver reads it or calls it garbled, with what to do."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.observation import ClusterView
from console.domain.ports import CommandResult
from console.drivers.mscs import commands
from console.drivers.mscs.driver import Mscs
from console.drivers.mscs.rows import ResourceRow
from tests.drivers.mscs.screens import EVS, cluster, kyoto

DRIVER = Mscs()
KYOTO = cluster()
FUKUOKA = cluster("FUK-CMS1", generation="2007", windows="2008r2")
LINES = ("KYO-N1", "KYO-N2", "EVS Kyoto", "Online", "Online Pending", " ", "\n", "\r\r\n", "-" * 20, "1", "Disk X:")
PAIRS = ("Name=", "Type=Physical Disk", "State=2", " : ", "FailedResources", "{", "}")
CELLS = ('"', ",", "Name", "State", "129", "[Disk X:]")
PIECES = st.sampled_from([*LINES, *PAIRS, *CELLS])
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join)
CODES = st.sampled_from([0, 0, 0, 1, 5, 258, 1753, 9009, -1, 4294967295])


@given(st.integers(0, 5), TEXTS, CODES)
@settings(max_examples=150, deadline=None)
def test_any_answer_to_a_question_is_read_or_garbled(place: int, text: str, code: int) -> None:
    answers = kyoto()
    answers[place] = replace(answers[place], stdout=text, exit_code=code)
    with suppress(Garbled):
        assert isinstance(DRIVER.read_view(KYOTO, answers), ClusterView)
    with suppress(Garbled):
        assert all("@" in resource for resource in DRIVER.read_resources(KYOTO, answers))


@given(st.lists(TEXTS, min_size=3, max_size=3), CODES)
@settings(max_examples=100, deadline=None)
def test_any_answer_of_the_module_is_read_or_garbled(texts: list[str], code: int) -> None:
    asked = commands.MODULE_QUESTIONS
    answers = [CommandResult(argv, code, text) for argv, text in zip(asked, texts, strict=True)]
    with suppress(Garbled):
        assert isinstance(DRIVER.read_view(FUKUOKA, answers), ClusterView)


@given(TEXTS, TEXTS, CODES)
@settings(max_examples=100, deadline=None)
def test_any_answer_about_details_and_of_exchange_is_read_or_garbled(one: str, other: str, code: int) -> None:
    view = DRIVER.read_view(KYOTO, kyoto(rows=[ResourceRow("Disk X:", "Physical Disk", EVS, "KYO-N1", "Online")]))
    for node in (KYOTO.primary, replace(KYOTO.primary, windows="2008r2")):
        argvs = DRIVER.detail_questions(KYOTO, node, view)
        answers = [CommandResult(argv, code, text) for argv, text in zip(argvs, (one, other), strict=True)]
        with suppress(Garbled):
            DRIVER.read_details(KYOTO, node, view, answers)
    status, dry_run = DRIVER.move_questions(FUKUOKA, "KYO-N2")
    with suppress(Garbled):
        problems = DRIVER.move_problems(
            FUKUOKA, "KYO-N2", [CommandResult(status, 0, one), CommandResult(dry_run, code, other)]
        )
        assert all(reason and remedy for reason, remedy in problems)
