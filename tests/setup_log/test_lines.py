"""What each kind of line means: entering and leaving, errors, scripts, exits, what the set-up says, times, runs."""

import pytest

from console.domain.setup_log import StageState, Verdict
from tests.setup_log.samples import codes, told

SITE = "(f:\\x\\y.cxx:12)"


def wrapped_in(body: str, function: str = "ScSetup") -> str:
    """A run whose outermost function holds `body`, one line to a line, each with a time."""
    lines = [f"Entering {function}", *body.splitlines(), f"Leaving {function}"]
    return "\n".join(line if line.startswith("    ") else f"[10:00:00] {line}" for line in lines) + "\n"


@pytest.mark.parametrize(
    ("body", "open_functions"),
    [
        ("", []),
        ("Entering A\nLeaving A", []),
        ("Entering A\nEntering B\nLeaving A", []),  # B is never left by name
        ("Leaving Z", []),  # the beginning is missing
        ("Entering CA::ScB with words\nLeaving CA::ScB with words", []),
        ("Entering A\nLeaving A (0X00000000)", []),
    ],
)
def test_what_was_entered_is_left(body: str, open_functions: list[str]) -> None:
    report = told(wrapped_in(body))
    assert [function.name for function in report.latest.open_functions] == open_functions
    assert report.verdict is Verdict.OK


def test_the_stack_at_the_end_goes_from_the_outermost_to_the_innermost() -> None:
    report = told("[10:00:00] Entering A\n[10:00:00]  Entering B\n[10:00:00]  Leaving B\n[10:00:01]  Entering C\n")
    assert [(one.name, one.place.line) for one in report.latest.open_functions] == [("A", 1), ("C", 4)]
    assert report.findings[0].data["functions"] == "A -> C"


def error(site: str, code: str = "0X80070005 (5)", text: str = "Access is denied.") -> str:
    return f"{site} {SITE}\n           Error code {code}: {text}"


def test_one_error_at_every_function_that_it_leaves_is_told_once() -> None:
    report = told(wrapped_in("\n".join(error(site) for site in ("CReg::ScOpen", "CReg::ScWrite", "ScAll"))))
    (finding,) = report.findings
    assert finding.about == "CReg::ScOpen: 0x80070005"
    assert finding.data["chain"] == "CReg::ScOpen <- CReg::ScWrite <- ScAll"
    assert finding.data["function"] == "ScSetup"
    assert "then out through CReg::ScWrite, ScAll" in finding.evidence


def test_an_error_that_comes_up_again_is_told_once_with_how_often() -> None:
    again = "\n".join(f"Entering Try{n}\n{error('CReg::ScOpen')}\nLeaving Try{n}" for n in range(3))
    (finding,) = told(wrapped_in(again)).findings
    assert finding.data["count"] == "3"


@pytest.mark.parametrize(
    ("body", "left", "ignored"),
    [
        (f"{error('A')}\n=== IGNORING PREVIOUS ERRORS === B {SITE}", 0, 1),
        (f"{error('A')}\n{error('B', '0X80070002 (2)', 'No file.')}\n=== IGNORING PREVIOUS ERRORS === C {SITE}", 0, 2),
        (f"=== IGNORING PREVIOUS ERRORS === C {SITE}\n{error('A')}", 1, 0),
        (f"Entering F\n{error('A')}\nLeaving F\n=== IGNORING PREVIOUS ERRORS === C {SITE}", 0, 1),
        # what came up before the function in which the log takes errors back is not taken back with them
        (f"{error('A')}\nEntering F\n=== IGNORING PREVIOUS ERRORS === C {SITE}\nLeaving F", 1, 0),
    ],
)
def test_the_log_takes_back_what_came_up_in_its_function(body: str, left: int, ignored: int) -> None:
    report = told(wrapped_in(body))
    assert (report.latest.totals["errors"], report.latest.totals["ignored"]) == (left, ignored)
    assert codes(report) == ["error"] * left
    assert report.verdict is (Verdict.FAILED if left else Verdict.OK)


@pytest.mark.parametrize(
    "site",
    [
        f"CReg::ScOpen {SITE}\n           Error code 0X80070005 (5): Access is denied.",
        f"CReg::ScOpen\n    {SITE}\n           Error code 0X80070005 (5): Access is denied.",
        f"CReg::ScOpen {SITE}\n           Error code 0X80070005 (5): Access is\n           denied.",
        "CReg::ScOpen\n           Error code 0X80070005 (5): Access is denied.",
        f"CReg::ScOpen {SITE}\n           Fehlercode 0x80070005 (5): Access is denied.",
        f"CReg::ScOpen {SITE}\nError code 0X80070005 (5): Access is denied.",  # with a time of its own
    ],
)
def test_a_wrapped_error_is_the_same_error(site: str) -> None:
    (finding,) = told(wrapped_in(site)).findings
    assert finding.about == "CReg::ScOpen: 0x80070005"
    assert finding.evidence == "0x80070005 (Windows error 5): Access is denied. At CReg::ScOpen."


def test_success_is_no_error() -> None:
    body = f"A {SITE}\n           Error code 0X00000000 (0): The operation has completed successfully."
    assert told(wrapped_in(body)).findings == ()


TYPE = "Interpreting line <CreateClusterResourceType:Microsoft Exchange System Attendant;exres.dll>"
COM = r"Interpreting line <CreateProcess:regsvr32.exe /s excluadm.dll>"
VALUE = r"Interpreting line <AddRegistryValue:HKLM;SOFTWARE\X;Name;REG_DWORD;7>"
WELL = "Process has exited with 00000000"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{TYPE}\n{WELL}", []),
        (f"{COM}\n{WELL.replace('with ', 'with 0x')}", []),
        (f"{COM}\nProcess has exited with\n    00000000", []),  # wrapped
        (f"{COM}\nsome text\nEntering X\nLeaving X\n{WELL}", []),
        (COM, ["com-not-registered"]),
        (f"{COM}\n{TYPE}\n{WELL}", ["com-not-registered"]),
        (f"{COM}\nProcess has exited with 00000003", ["com-not-registered"]),
        (f"{TYPE}\n{WELL}\n{TYPE.replace('System Attendant', 'Other')}", ["type-not-created"]),
        (f"{VALUE}\n{VALUE.replace('Name', 'Other')}", ["exit-not-told", "exit-not-told"]),
        (f"{VALUE}\n{WELL}\n{VALUE.replace('Name', 'Other')}", ["registry-not-written"]),
        ("Interpreting line <Weird:1;2>\nProcess has exited with 00000001", ["instruction-failed"]),
        ("Launching process C:\\x\\tool.exe /go\nProcess has exited with 00000001", ["process-failed"]),
        ("Launching process C:\\x\\tool.exe /go\nProcess has exited with 00000000", []),
        ("something\nProcess has exited with C0000005", ["process-failed"]),
        ("Interpreting line <>\nInterpreting line", ["exit-not-told"]),
    ],
)
def test_every_line_needs_its_exit_with_zero(body: str, found: list[str]) -> None:
    report = told(wrapped_in(body))
    assert codes(report) == found
    assert report.verdict is (Verdict.OK if set(found) <= {"exit-not-told"} else Verdict.FAILED)


def test_every_interpreted_line_and_started_process_is_listed_with_its_exit() -> None:
    body = f"Executing CLUSTER_SERVER.INS\n{TYPE}\n{WELL}\n{COM}\nLaunching process tool.exe\n{TYPE}\n{WELL}"
    report = told(wrapped_in(f"{VALUE}\n{body}\nLaunching process tool.exe\nProcess has exited with 5"))
    listed = [(line.text.partition(":")[0], line.exit, line.script, line.place.line) for line in report.latest.lines]
    assert listed == [
        ("AddRegistryValue", "", "", 2),
        ("CreateClusterResourceType", "00000000", "CLUSTER_SERVER.INS", 4),
        ("CreateProcess", "", "CLUSTER_SERVER.INS", 6),
        ("CreateClusterResourceType", "00000000", "CLUSTER_SERVER.INS", 8),
        ("CreateProcess", "00000005", "CLUSTER_SERVER.INS", 10),
    ]


def test_an_exit_that_is_not_zero_is_explained() -> None:
    (finding,) = told(wrapped_in(f"{COM}\nProcess has exited with 00000003")).findings
    assert finding.evidence.endswith("Process has exited with 00000003 (the DLL cannot be loaded).")
    assert (finding.data["exit"], finding.data["mends"]) == ("00000003", "regsvr32 /s excluadm.dll")


def test_the_line_in_which_a_run_ends_is_never_just_a_note() -> None:
    report = told(f"[10:00:00] Entering ScSetup\n[10:00:01] {VALUE}\n")
    assert codes(report) == ["registry-not-written", "stopped"]
    assert report.findings[0].evidence.endswith("The log ends after it.")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[ERROR] The disk is full.", "said-error"),
        ("[WARNING] The disk is nearly full.", "said-warning"),
        (
            "[ERROR] You must be a member of the Exchange Organization Administrators group to upgrade the first "
            "Mailbox server role to Exchange Server 2007 Service Pack 1.",
            "membership",
        ),
        ("The Active Mailbox role is installed on this server.", "active-role"),
    ],
)
def test_what_the_set_up_says_itself_is_told(text: str, code: str) -> None:
    log = f"[8/3/2007 4:00:00 PM] [0] Starting Microsoft Exchange 2007 Setup\n[8/3/2007 4:00:01 PM] [1] {text}\n"
    report = told(f"{log}[8/3/2007 4:00:02 PM] [0] End of Setup\n")
    assert codes(report) == [code]
    assert report.verdict is (Verdict.FAILED if code in ("said-error", "membership") else Verdict.OK)


@pytest.mark.parametrize("text", ["The Active Mailbox role is not installed.", "No active mailbox role was found."])
def test_a_role_that_is_not_there_is_no_finding(text: str) -> None:
    assert told(wrapped_in(text)).findings == ()


@pytest.mark.parametrize(
    ("stamps", "midnights"),
    [
        (["23:59:59", "00:00:00"], 1),
        (["23:00:00", "01:00:00", "23:00:00", "01:00:00"], 2),
        (["02:30:00", "01:30:00"], 0),  # the clock was set back
        (["10:00:00", "10:00:00", "11:00:00"], 0),
        (["8/3/2007 11:59:59 PM", "8/4/2007 12:00:01 AM"], 1),
        (["2007/08/03 23:59:59", "2007/08/04 0:00:01"], 1),
        (["03.08.2007 23.59.59", "04.08.2007 0.00.01"], 1),
        (["31/12/2007 23:59:59", "01/01/2008 00:00:01"], 1),
    ],
)
def test_midnights_are_counted(stamps: list[str], midnights: int) -> None:
    lines = [f"[{stamp}] {'[0] ' if len(stamp) > 8 else ''}Entering F{n}" for n, stamp in enumerate(stamps)]
    assert told("\n".join(lines)).latest.midnights == midnights


def test_a_time_after_midnight_says_which_day_it_is() -> None:
    report = told("[23:59:59] Entering ScSetupExchangeVirtualServer\n[00:00:01]  Executing CLUSTER_SERVER.INS\n")
    stages = {stage.key: stage for stage in report.latest.timeline}
    assert stages["enter"].when == "23:59:59"
    assert stages["CLUSTER_SERVER.INS"].when == "00:00:01 (day 2)"


def test_lines_of_the_older_form_within_the_newer_are_read() -> None:
    report = told(
        "[8/3/2007 4:00:00 PM] [0] Starting Microsoft Exchange 2007 Setup\n"
        "[8/3/2007 4:00:00 PM] [2] [16:00:00] Entering ScSetup\n"
        "[16:00:01]  Entering ScInner\n"
        "[16:00:01]  Leaving ScInner\n"
        "[8/3/2007 4:00:02 PM] [2] [16:00:02] Leaving ScSetup\n"
        "[8/3/2007 4:00:03 PM] [0] End of Setup\n"
    )
    assert report.verdict is Verdict.OK
    assert (report.latest.form, report.latest.totals["functions"], report.latest.midnights) == ("2007", 2, 0)


def run_2007(outcome: str, day: int = 3) -> str:
    return (
        f"[8/{day}/2007 4:00:00 PM] [0] Starting Microsoft Exchange 2007 Setup\n"
        f"[8/{day}/2007 4:00:01 PM] [1] {outcome}\n"
        f"[8/{day}/2007 4:00:02 PM] [0] End of Setup\n"
    )


def test_appended_runs_are_told_apart_and_the_last_one_counts() -> None:
    report = told(run_2007("[ERROR] No disk.") + "\n" + run_2007("fine", 4))
    assert [run.verdict for run in report.runs] == [Verdict.FAILED, Verdict.OK]
    assert [run.began for run in report.runs] == ["8/3/2007 4:00:00 PM", "8/4/2007 4:00:00 PM"]
    assert [run.midnights for run in report.runs] == [0, 0]
    assert [run.number for run in report.runs] == [1, 2]
    assert report.findings == ()
    assert report.verdict is Verdict.OK
    assert sum(run.totals["lines"] for run in report.runs) == 6


def test_a_run_that_sets_up_the_cluster_counts_until_another_one_does() -> None:
    cluster = wrapped_in(f"Executing CLUSTER_SERVER.INS\n{COM}", "ScSetupExchangeVirtualServer")
    report = told(cluster + run_2007("fine"))
    assert codes(report) == ["com-not-registered", "script-missing"]
    assert report.verdict is Verdict.FAILED
    assert [run.cluster for run in report.runs] == [True, False]
    whole = [
        f"Executing {name}"
        for name in ("CLUSTER_SERVER.UNS", "CLUSTER_SERVER.INS", "CLUSTER_SHARED.UNS", "CLUSTER_SHARED.INS")
    ]
    again = told(cluster + wrapped_in("\n".join(whole), "ScSetupExchangeVirtualServer") + run_2007("fine"))
    assert (codes(again), len(again.runs)) == ([], 3)


def test_the_virtual_server_entered_again_begins_a_run_even_where_the_first_one_died() -> None:
    entered = "[10:00:00] Entering ScSetupExchangeVirtualServer\n[10:00:01]  Entering Inner\n"
    report = told(entered + entered.replace("10:", "09:"))
    assert [run.verdict for run in report.runs] == [Verdict.UNFINISHED, Verdict.UNFINISHED]
    assert [run.began for run in report.runs] == ["10:00:00", "09:00:00"]


SEQUENCE = ("CLUSTER_SERVER.UNS", "CLUSTER_SERVER.INS", "CLUSTER_SHARED.UNS", "CLUSTER_SHARED.INS")


@pytest.mark.parametrize("stop", range(len(SEQUENCE)))
def test_the_timeline_says_in_which_script_the_set_up_stopped(stop: int) -> None:
    lines = ["Entering ScSetupExchangeVirtualServer"]
    for name in SEQUENCE[: stop + 1]:
        lines += ["Entering ScRun", f"Executing D:\\{name}", TYPE, WELL, "Leaving ScRun"]
    report = told("\n".join(f"[10:00:00] {line}" for line in lines[:-1]))
    states = {stage.key: stage.state for stage in report.latest.timeline}
    assert [states[name] for name in SEQUENCE[:stop]] == [StageState.DONE] * stop
    assert states[SEQUENCE[stop]] is StageState.STOPPED
    assert {states[name] for name in SEQUENCE[stop + 1 :]} <= {StageState.NOT_REACHED}
    assert report.latest.stopped_in == next(one for one in report.latest.timeline if one.key == SEQUENCE[stop])
    assert codes(report) == ["stopped"]
    assert report.findings[0].about == SEQUENCE[stop]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (SEQUENCE, []),
        (SEQUENCE[:2], ["script-missing"]),
        (SEQUENCE[2:], ["script-missing"]),
        (SEQUENCE[2:] + SEQUENCE[:2], ["out-of-order"]),
        (("CLUSTER_SETUP.INS", *SEQUENCE[2:]), []),  # the article's other name
        (("cluster_server.ins", "cluster_shared.ins", "exchange.ins"), []),
    ],
)
def test_scripts_that_are_missing_or_out_of_order_are_found(names: tuple[str, ...], found: list[str]) -> None:
    report = told(wrapped_in("\n".join(f"Executing {name}" for name in names), "ScSetupExchangeVirtualServer"))
    assert codes(report) == found


@pytest.mark.parametrize("text", ["Cannot find D:\\CLUSTER_SETUP.INS", "CLUSTER_SERVER.INS could not be executed"])
def test_a_script_that_could_not_be_run_is_found(text: str) -> None:
    report = told(wrapped_in(text, "ScSetupExchangeVirtualServer"))
    assert codes(report)[0] == "script-missing"
    assert report.findings[0].about == "CLUSTER_SERVER.INS"


def test_a_script_may_be_what_is_interpreted_in_place_of_a_line() -> None:
    report = told("[10:00:00] Entering ScSetupExchangeVirtualServer\n[10:00:01] Interpreting file CLUSTER_SERVER.INS\n")
    assert {stage.key: stage.state for stage in report.latest.timeline}["CLUSTER_SERVER.INS"] == "stopped"
    assert report.latest.totals["interpreted"] == 0


@pytest.mark.parametrize("text", ["Interpreting file D:\\CLUSTER_SERVER.INS", "Entering cluster_server.ins"])
def test_a_script_is_known_by_its_name_wherever_it_stands(text: str) -> None:
    report = told(f"[10:00:00] Entering ScSetupExchangeVirtualServer\n[10:00:01] {text}\n")
    assert report.latest.stopped_in is not None
    assert (report.latest.stopped_in.key, report.latest.totals["interpreted"]) == ("CLUSTER_SERVER.INS", 0)


def test_copying_a_script_is_not_running_it() -> None:
    report = told(wrapped_in("Copying D:\\CLUSTER_SERVER.INS to C:\\x", "ScSetupExchangeVirtualServer"))
    assert {stage.key: stage.state for stage in report.latest.timeline}["CLUSTER_SERVER.INS"] is StageState.NOT_SEEN


def test_an_error_while_resources_are_made_is_told_as_that() -> None:
    body = f"Entering ScCreateSystemAttendantResource\n{error('ScX', '0X8007139F (5023)', 'Not now.')}\n"
    body += "Leaving ScCreateSystemAttendantResource"
    report = told(wrapped_in(body, "ScSetupExchangeVirtualServer"))
    assert codes(report) == ["resources-not-created"]
    assert {stage.key: stage.state for stage in report.latest.timeline}["resources"] is StageState.FAILED


def test_copies_are_stages() -> None:
    body = "Copying x:\\Setup\\Roles\\a.dll\nCopying x:\\setup\\common\\b.dll\nCopied EXRES.DLL"
    report = told(wrapped_in(body, "ScSetupExchangeVirtualServer"))
    states = {stage.key: stage.state for stage in report.latest.timeline}
    assert [states[key] for key in ("enter", "roles", "common", "files")] == [StageState.DONE] * 4
