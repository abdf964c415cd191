"""Types and states from WMI and from the FailoverClusters module: numbers, which no language changes."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult
from console.drivers.mscs import commands
from console.drivers.mscs.numbers import completed, read_csv, read_module, read_wmi
from console.drivers.mscs.rows import GroupRow, Lists, NodeRow, ResourceRow
from tests.drivers.mscs.screens import wmi_list

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)


def table(argv: Argv, header: Sequence[str], rows: Sequence[Sequence[str]]) -> CommandResult:
    """What ConvertTo-Csv prints: every value between double quotes, one in it twice."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    return CommandResult(argv, 0, out.getvalue())


def module(names: Sequence[str] = ("FUK-N1", "FUK-N2"), group: str = "FUK-CMS1") -> list[CommandResult]:
    return [
        table(commands.MODULE_NODES, ["Name", "State"], [[name, "0"] for name in names]),
        table(commands.MODULE_GROUPS, ["Name", "Owner", "State"], [[group, names[0], "3"]]),
        table(
            commands.MODULE_RESOURCES,
            ["Name", "Type", "Group", "Owner", "State"],
            [["First Storage Group/Mailbox", "Microsoft Exchange Database Instance", group, names[0], "129"]],
        ),
    ]


def test_the_module_tells_types_and_states_by_number() -> None:
    read = read_module(module())
    assert read.nodes == (NodeRow("FUK-N1", "Up"), NodeRow("FUK-N2", "Up"))
    assert read.groups == (GroupRow("FUK-CMS1", "FUK-N1", "Partially Online"),)
    (row,) = read.resources
    assert (row.kind, row.status) == ("Microsoft Exchange Database Instance", "Online Pending")


@given(TEXTS, TEXTS)
def test_any_name_comes_through_the_modules_table(name: str, group: str) -> None:
    answers = module(group=group)
    header = ["Name", "Type", "Group", "Owner", "State"]
    answers[2] = table(commands.MODULE_RESOURCES, header, [[name, "", group, "A", "2"]])
    read = read_module(answers)
    assert (read.groups[0].name, read.resources[0].name, read.resources[0].group) == (group, name, group)


def test_a_warning_before_the_table_does_not_matter_and_a_missing_column_does() -> None:
    good = module()
    warned = CommandResult(good[0].argv, 0, "WARNING: something\r\n" + good[0].stdout)
    assert read_module([warned, *good[1:]]) == read_module(good)
    with pytest.raises(Garbled, match="State"):
        read_module([table(commands.MODULE_NODES, ["Name"], [["FUK-N1"]]), *good[1:]])


@pytest.mark.parametrize("text", ['"Name","State"\r\n"a"\r\n', '"Name\r\n', '"Name"\r\n"a","b"\r\n'])
def test_a_broken_table_is_garbled(text: str) -> None:
    with pytest.raises(Garbled, match="PowerShell"):
        read_csv(CommandResult(commands.MODULE_NODES, 0, text))


def test_what_powershell_says_on_failing_is_told() -> None:
    failed = CommandResult(commands.MODULE_NODES, 1, "Get-ClusterNode : The cluster service is not running.")
    with pytest.raises(Garbled, match="The cluster service is not running"):
        read_csv(failed)


def test_states_of_another_language_come_from_wmi_and_english_ones_stay() -> None:
    lists = Lists(
        (NodeRow("KYO-N1", "実行中"), NodeRow("KYO-N2", "Paused")),
        (GroupRow("EVS", "KYO-N1", "オンライン"),),
        (ResourceRow("Disk X:", "", "EVS", "KYO-N1", "オンライン"), ResourceRow("Other", "", "EVS", "KYO-N1", "失敗")),
    )
    answers = [
        wmi_list(commands.WMI_NODES, [{"Name": "kyo-n1", "State": "0"}, {"Name": "KYO-N2", "State": "0"}]),
        wmi_list(commands.WMI_GROUPS, [{"Name": "EVS", "State": "0"}]),
        wmi_list(commands.WMI_RESOURCES, [{"Name": "Disk X:", "State": "2", "Type": "Physical Disk"}]),
    ]
    read = completed(lists, *read_wmi(answers))
    assert [row.status for row in read.nodes] == ["Up", "Paused"]
    assert read.groups[0].status == "Online"
    assert [(row.kind, row.status) for row in read.resources] == [("Physical Disk", "Online"), ("", "失敗")]


def test_without_wmi_the_lists_stay_as_they_are() -> None:
    lists = Lists((NodeRow("KYO-N1", "Up"),), (), (ResourceRow("Disk X:", "", "EVS", "KYO-N1", "Online"),))
    missing = CommandResult(commands.WMI_NODES, 2147749904, "ERROR:\r\nDescription = Invalid class")
    assert completed(lists, *read_wmi([missing] * 3)) == lists


@pytest.mark.parametrize("number", ["-1", "4294967295", "", "abc", "７"])
def test_a_number_that_is_no_state_is_unknown(number: str) -> None:
    answers = module()
    answers[0] = table(commands.MODULE_NODES, ["Name", "State"], [["FUK-N1", number]])
    assert read_module(answers).nodes == (NodeRow("FUK-N1", "Unknown"),)
