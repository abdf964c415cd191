"""The table of branches agrees with the scripts, with the lab that imitates them, and with the page."""

import re
from pathlib import Path

import pytest

from console.domain.node_scripts.branches import BRANCHES, CODES, START, STOP, table
from console.lab import console_scripts as lab
from console.models import Cluster
from console.services.node_scripts import render, settings_for

PAGE = Path(__file__).parents[2] / "docs" / "node-scripts.md"


def branches_of(script: str, silence: str) -> set[int]:
    """The exit codes that a rendered script can end with."""
    cluster = Cluster(name="TOKYO", group="EXCHANGE", generation="2007")
    text = render(settings_for(cluster, "http://console", silence=silence))[script].decode("ascii")
    assert set(re.findall(r"^exit (\S+)", text, re.MULTILINE)) - {"/b"} == {"%BRANCH%"}
    return set(map(int, re.findall(r'^set "BRANCH=(\d+)"', text, re.MULTILINE)))


@pytest.mark.parametrize("script", [START, STOP])
def test_the_scripts_end_with_the_codes_of_the_table_and_no_other(script: str) -> None:
    codes = branches_of(script, "start") | branches_of(script, "fail")
    assert codes == {branch.code for branch in BRANCHES if branch.script == script}


def test_no_two_reasons_share_a_code_and_only_done_is_zero() -> None:
    codes = list(CODES.by_name().values())
    assert len(set(codes)) == len(codes)
    assert codes.count(0) == 1


def test_the_lab_ends_its_scripts_with_the_same_codes() -> None:
    known = {"no": lab.SAID_NO, "silence": lab.SILENCE, "services": lab.NOT_DONE, "waited_out": lab.WAITED_OUT}
    assert {name: outcome.code for name, outcome in known.items()} == {name: CODES.by_name()[name] for name in known}


def test_the_page_has_the_table() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
