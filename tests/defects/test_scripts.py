"""The rendered scripts have none of the printed ones' defects, and where one is put into them it is found."""

import re

import pytest

from console.domain.node_scripts.lint import lint, lint_pair
from console.domain.node_scripts.settings import ScriptSettings
from console.models import Cluster
from console.services.node_scripts import render, settings_for

GENERATIONS = pytest.mark.parametrize("generation", ["2003", "2007"])
NODES = ("TOK-EX1", "TOK-EX2")


def settings(generation: str) -> ScriptSettings:
    """Of a cluster that is in no database."""
    return settings_for(Cluster(name="TOKYO", group="EXCHANGE", generation=generation), "http://console")


def texts(generation: str) -> dict[str, str]:
    """The files by name."""
    return {name: data.decode("ascii") for name, data in render(settings(generation)).items()}


def findings(files: dict[str, str]) -> list[str]:
    """What the linter says of them."""
    data = {name: text.encode("ascii") for name, text in files.items()}
    return [str(found) for name in data for found in lint(name, data[name])] + [str(f) for f in lint_pair(data)]


@GENERATIONS
@pytest.mark.parametrize(
    ("file", "right", "wrong", "says"),
    [
        ("W#EXCHG.BAT", 'set "CHO_GROUP=EXCHANGE"', "SET CHO_GROUP=W#EXCHG1%", "the % signs are not in pairs"),
        ("START.BAT", "call :REPORT recover", "call :REPORT recover %CHO_GROUP%E% %RUN%", "the % signs are not in"),
        ("START.BAT", "call ARMBCAST /MSG", "ARMBroadcast /MSG", "ARMBroadcast is no command"),
        ("STOP.BAT", "call ARMBCAST /MSG", "call ARMBLAST /MSG", "ARMBLAST is no command"),
        ("STOP.BAT", '"START" goto TAKE_DOWN', '"START" goto NORMAL', "the label NORMAL is nowhere"),
        ("START.BAT", "call :UP CHOMSEXCHANGEIS ", "call :UP EXHIS ", "STOP.BAT: never"),
        ("W#EXCHG.BAT", 'set "CHO_LOG=1"', 'set "AD_ADMIN_PWD=geheim"', "AD_ADMIN_PWD a value: no password belongs"),
        ("START.BAT", "call ARMLOAD %1 /S", "call ARMLOAD %1 /U %ACCOUNT% /S", "runs something as another account"),
    ],
)
def test_the_linter_finds_it_where_it_is_planted(generation: str, file: str, right: str, wrong: str, says: str) -> None:
    files = texts(generation)
    assert findings(files) == []
    assert right in files[file]
    planted = findings({**files, file: files[file].replace(right, wrong)})
    assert any(says in text for text in planted), planted


@GENERATIONS
def test_the_topology_service_is_started_before_what_reads_the_directory_by_it(generation: str) -> None:
    order = re.findall(r'^call :UP \w+ "([^"]+)"', texts(generation)["START.BAT"], re.MULTILINE)
    first = {"2003": "MSExchangeSA", "2007": "MSExchangeADTopology"}[generation]
    readers = ["MSExchangeSA", "MSExchangeIS"][generation == "2003" :]
    assert all(order.index(first) < order.index(reader) for reader in readers)


@GENERATIONS
def test_every_way_out_of_a_script_says_how_it_ended(generation: str) -> None:
    files = texts(generation)
    for name in ("START.BAT", "STOP.BAT"):
        ways = re.findall(r"^exit (?!/b)(.*?)\s*$", files[name], re.MULTILINE)
        assert ways == ["%BRANCH%"]
        leaving = [block for block in files[name].split("\r\n\r\n") if "goto LEAVE" in block]
        assert leaving
    quits = re.findall(r"^\s*WScript\.Quit(.*?)\s*$", files["HOOK.VBS"], re.MULTILINE)
    assert quits
    assert all(code.strip() for code in quits)
    codes = {int(value) for value in re.findall(r"= (\d+)", re.findall(r"^Const GO.*$", files["HOOK.VBS"], re.M)[0])}
    assert 0 not in codes
    assert set(re.findall(r'"%CODE%"=="(\d+)" goto GO\b', files["START.BAT"])) == {"42"}


@GENERATIONS
def test_no_script_deletes_anything_but_its_own_note(generation: str) -> None:
    files = texts(generation)
    lines = [line for name in files if name != "HOOK.VBS" for line in files[name].splitlines()]
    acts = [line for line in lines if re.search(r"\b(?:del|rmdir|erase|rd|move|ren)\b", line) and line[:4] != "rem "]
    notes = [f'if exist "%CHO_WORK%\\{run}.txt" del "%CHO_WORK%\\{run}.txt"' for run in ("%RUN%", "%1")]
    assert set(acts) == set(notes)
    assert re.findall(r"DeleteFile (\w+)", files["HOOK.VBS"]) == ["path"]


@GENERATIONS
def test_no_script_writes_the_directory_or_calls_what_does(generation: str) -> None:
    whole = "".join(texts(generation).values()).casefold()
    assert [word for word in ("ldifde", "setspn", "ldap://", "exch.vbs", "spn.ldf", "dsmod") if word in whole] == []


@GENERATIONS
def test_files_are_made_with_a_plain_yes_to_overwriting(generation: str) -> None:
    client = texts(generation)["HOOK.VBS"]
    assert set(re.findall(r"CreateTextFile\((.*?)\)", client)) == {'path & ".new", True'}
    assert set(re.findall(r"OpenTextFile\(.*, (\d)\)", client)) == {"1"}


@GENERATIONS
def test_no_script_depends_on_the_node_that_it_lies_on(generation: str) -> None:
    whole = "".join(texts(generation).values())
    assert [node for node in NODES if node in whole] == []
    assert render(settings(generation)) == render(settings(generation))
    assert set(re.findall(r"%(CLP_SCRIPT_PATH|COMPUTERNAME|CD)%", whole)) == set()


@GENERATIONS
def test_the_rank_of_the_node_decides_nothing(generation: str) -> None:
    files = texts(generation)
    asked = [line for name in files for line in files[name].splitlines() if "CLP_PRIORITY" in line]
    assert asked == ['        Line("clp_priority", Env("CLP_PRIORITY")) & Line("detail", Env("CHO_DETAIL"))']
    decides = [line for name in files for line in files[name].splitlines() if re.match(r"if .*%CLP_SERVER%", line)]
    assert decides == []
