"""How the bytes of a log may come: encodings, cut anywhere, lines of any length; and what is no log at all."""

import codecs
import gzip
import io
import zipfile

import pytest

from console.domain.setup_log import NotASetupLog, Report, Verdict, WrongEncoding, read
from tests.setup_log.samples import codes, told

LOG = (
    "[10:00:00] Entering ScSetupExchangeVirtualServer\r\n"
    "[10:00:01]  Interpreting line <CreateClusterResourceType:Größe – 日本語 \U0001f600;exres.dll>\r\n"
    "[10:00:01]  Process has exited with 00000001\r\n"
    "[10:00:02] Leaving ScSetupExchangeVirtualServer\r\n"
)
ABOUT = "Größe – 日本語 \U0001f600"
WESTERN = LOG.replace("日本語 \U0001f600", "ø").replace("–", "é")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_the_encoding_is_found_out(mark: bytes, encoding: str) -> None:
    data = mark + LOG.encode(encoding)
    report = read([data])
    assert report.encoding == encoding
    assert report.size == len(data)
    (finding,) = report.findings
    assert finding.about == ABOUT
    begin, length = int(finding.data["offset"]), int(finding.data["length"])
    assert data[begin : begin + length].decode(encoding).strip() == LOG.splitlines()[1]


@pytest.mark.parametrize(("encoding", "named"), [("cp1252", None), ("cp1252", "cp1252"), ("cp850", "cp850")])
def test_western_code_pages_are_read(encoding: str, named: str | None) -> None:
    (finding,) = told(WESTERN.replace("\r", "").encode(encoding), encoding=named).findings
    assert finding.about == "Größe é ø"


def test_a_named_code_page_is_used() -> None:
    (finding,) = told(LOG.replace("Größe – ", "").replace(" \U0001f600", "").encode("cp932"), encoding="cp932").findings
    assert finding.about == "日本語"


def test_a_function_is_named_in_the_code_page_of_the_log() -> None:
    report = told("[10:00:00] Entering 日本語\n".encode("cp932"), encoding="cp932")
    assert report.latest.open_functions[0].name == "日本語"


def test_what_a_terminal_or_a_database_would_act_on_is_taken_out() -> None:
    report = told(b"[10:00:00] Entering A\x1b[2J\0\n[10:00:01] [ERROR] x\x07\ty\n")
    assert report.latest.open_functions[0].name == "A\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}"
    assert report.findings[0].evidence == "x\N{REPLACEMENT CHARACTER} y"


def test_a_mark_in_front_of_an_appended_run_does_not_hide_it() -> None:
    begun = b"[8/3/2007 4:00:00 PM] [0] Starting Microsoft Exchange 2007 Setup\r\n"
    assert len(read([begun + codecs.BOM_UTF8 + begun.replace(b"/3/", b"/4/")]).runs) == 2


def whole(report: Report) -> object:
    return report.to_json()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_it_does_not_matter_how_the_bytes_are_cut(encoding: str, size: int) -> None:
    data = LOG.encode(encoding)
    once = whole(read([data]))
    assert whole(read(data[at : at + size] for at in range(0, len(data), size))) == once
    assert whole(read([data], block=size)) == once
    assert whole(read([b"", data, b""])) == once


def test_a_line_without_end_is_cut_and_the_next_one_is_read() -> None:
    data = b"[10:00:00] Entering A\n[10:00:00] " + b"x" * 300_000 + b"\n[10:00:01] Leaving A\n"
    report = read([data])
    assert (report.lines, report.verdict) == (3, Verdict.OK)
    nothing_else = b"[10:00:00] Entering A\n" + b"x" * 1_000_000
    assert read([nothing_else]).lines == 2


def test_zeros_that_a_crash_left_behind_are_passed_over() -> None:
    report = read([b"[10:00:00] Entering A\r\n[10:00:01] Leaving A\r\n" + bytes(5000)])
    assert (report.verdict, report.cut_off) == (Verdict.OK, False)


@pytest.mark.parametrize("ended", [True, False])
def test_a_last_line_without_an_end_is_said(ended: bool) -> None:
    text = "[10:00:00] Entering A\n[10:00:01] Leaving A" + ("\n" if ended else "")
    report = told(text)
    assert report.cut_off is not ended
    assert report.verdict is Verdict.OK


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("ExchangeSetup.log", LOG)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "looks", "remedy"),
    [
        (b"", "It is empty.", "Copy it again"),
        (archive(), "It is an archive (zip).", "unzip -p FILE | manage.py diagnose --log -"),
        (gzip.compress(LOG.encode()), "It is an archive (gzip).", "gunzip -c FILE |"),
        (b"MSCF\0\0\0\0rest", "It is an archive (cab).", "cabextract --pipe FILE |"),
        (b"7z\xbc\xaf\x27\x1crest", "It is an archive (7z).", "7z x -so FILE |"),
        (b"Rar!\x1a\x07\x01\x00rest", "It is an archive (rar).", "unrar p -inul FILE |"),
        (bytes(range(256)) * 16, "It is no text", "Expected is Exchange's set-up log"),
        (bytes(4096), "It is no text", "Expected is"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00", "It is no text", "Expected is"),
        (b"Dear all,\nthe set-up failed.\n", "No line of it begins with a time", "[13:43:33]"),
        (b"a\n" * 5000, "No line of it begins with a time", "[13:43:33]"),
        (b"[10:00:00] <anna> hello\n", "none of them says anything that a set-up says", "ExchangeSetup.log"),
    ],
)
def test_what_is_no_set_up_log_is_refused_with_what_it_looks_like(data: bytes, looks: str, remedy: str) -> None:
    with pytest.raises(NotASetupLog) as refused:
        read([data])
    assert looks in refused.value.message
    assert remedy in refused.value.remedy
    assert "Expected is" in refused.value.remedy


@pytest.mark.parametrize("named", ["nonsense", "utf-7", "utf-32", "rot13", "cp037"])
def test_an_encoding_that_cannot_be_used_is_refused(named: str) -> None:
    with pytest.raises(WrongEncoding) as refused:
        read([LOG.encode()], encoding=named)
    assert named in refused.value.message
    assert "cp1252" in refused.value.remedy


def test_the_findings_of_a_code_are_bounded_and_the_rest_are_counted() -> None:
    lines = [
        f"[10:00:00] Interpreting line <CreateProcess:t{n}.exe>\n[10:00:00] Process has exited with 1\n"
        for n in range(500)
    ]
    run = told("[10:00:00] Entering A\n" + "".join(lines) + "[10:00:01] Leaving A\n").latest
    assert len(run.findings) == 50
    assert run.left_out == {"setup-log.process-failed": 450}


def test_runs_are_bounded_and_the_cluster_run_is_kept() -> None:
    runs = [f"[8/3/2007 4:00:{n:02} PM] [0] Starting Microsoft Exchange 2007 Setup\n" for n in range(40)]
    cluster = "[8/3/2007 4:00:00 PM] [1] Entering ScSetupExchangeVirtualServer\n"
    report = told(runs[0] + cluster + "".join(runs[1:]))
    assert (len(report.runs), report.runs_left_out, report.totals["runs"]) == (20, 20, 40)
    assert [run.cluster for run in report.runs] == [True] + [False] * 19
    assert codes(report) == ["stopped", "stopped"]
