"""Every public sample of a set-up log is read as the reference explains it."""

from console.domain.setup_log import Place, StageState, Verdict
from tests.setup_log.samples import DIRECTORY, IGNORED, NEWER, OLD_SHARE, REMOVAL, codes, told


def test_an_error_that_the_log_takes_back_is_told_apart_and_counted() -> None:
    report = told(IGNORED)
    (ignored,) = report.latest.ignored
    assert (ignored.code, ignored.count, ignored.by) == ("0xC0070424", 1, "CServiceManager::ScStopService")
    assert ignored.text == "The specified service does not exist as an installed service."
    assert ignored.place.line == 2
    assert report.latest.totals["errors"] == 0
    assert codes(report) == ["stopped"]  # the sample ends within the function


def test_what_is_open_at_the_end_is_where_it_was() -> None:
    report = told(IGNORED)
    assert [function.name for function in report.latest.open_functions] == ["CAtomServices::ScStopAtomServices"]
    assert report.latest.open_functions[0].place == Place(1, 0)
    assert report.verdict is Verdict.UNFINISHED
    finding = report.findings[0]
    assert finding.about == "CAtomServices::ScStopAtomServices"
    assert "IGNORING PREVIOUS ERRORS" in finding.evidence


def test_a_prerequisite_error_has_its_cause_first() -> None:
    report = told(REMOVAL)
    assert report.verdict is Verdict.FAILED
    (finding,) = report.findings
    assert finding.code == "setup-log.error"
    assert finding.about == "ScSetupExchangeVirtualServer: 0x80072030"
    cause, _, around = finding.evidence.partition("; ")
    assert cause == "0x80072030 (Windows error 8240): There is no such object on the server"
    assert around.startswith("0xC103FC97 (the set-up's own 64663): Setup encountered an error")
    assert finding.data["number"] == "8240"
    assert report.latest.cluster


def test_the_newer_form_tells_version_user_and_arguments() -> None:
    report = told(NEWER)
    run = report.latest
    assert (run.form, run.version, run.user) == ("2007", "8.0.685.24", r"E12CCR\Administrator")
    assert run.arguments == ("mode=Install",)
    assert run.began == "8/3/2007 4:46:12 PM"
    assert report.verdict is Verdict.UNFINISHED  # there is no End of Setup
    assert [finding.about for finding in report.findings] == ["the set-up"]


def test_a_line_about_the_directory_is_nothing_to_report() -> None:
    report = told(DIRECTORY)
    assert report.verdict is Verdict.OK
    assert report.findings == ()
    assert {stage.key: stage.state for stage in report.latest.timeline}["end"] is StageState.DONE


def test_lines_of_the_older_interpreter_have_no_exits_but_the_one_in_which_it_ends_is_told() -> None:
    report = told(OLD_SHARE)
    assert codes(report) == ["exit-not-told", "service-not-changed"]
    share, stopped = report.findings
    assert (share.about, stopped.about) == ("Resources", "MSExchangeSA")
    assert '<AddShare:.;Resources;%s\\res;READ;"Event logging files">' in share.evidence
    assert "mends" not in share.data  # %s is known to the set-up alone
    assert stopped.data["mends"] == "net stop MSExchangeSA"
    assert report.verdict is Verdict.FAILED


def test_samples_with_the_line_ends_of_windows_say_the_same() -> None:
    for sample in (IGNORED, REMOVAL, NEWER, DIRECTORY, OLD_SHARE):
        one, other = told(sample), told(sample.replace(b"\n", b"\r\n"))
        assert codes(one) == codes(other)
        assert one.latest.totals == other.latest.totals
        assert one.verdict is other.verdict
