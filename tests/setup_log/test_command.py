"""`manage.py diagnose --log`: what it prints, its JSON, its exit codes, and what it says about what is no log.

No test here may use the database, which is how the suite keeps it from needing one.
"""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from console.lab.mscs.setup_logs import NO_EXIT, SERVER, whole

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TYPES = ["Microsoft Exchange System Attendant", "Microsoft Exchange Information Store"]
Told = tuple[int, str, str]
Diagnose = Callable[..., Told]


@pytest.fixture
def diagnose(capsys: pytest.CaptureFixture[str]) -> Diagnose:
    """Runs the command: its exit code, standard output and standard error."""

    def run(*words: str) -> Told:
        capsys.readouterr()
        code = 0
        try:
            call_command("diagnose", *words)
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., str]:
    """Writes the lab's log of a set-up into a file: its path."""

    def write(stops: str = "", form: str = "2007", encoding: str = "utf-8") -> str:
        path = tmp_path / f"{form}{stops}.log"
        path.write_bytes(whole(form, TYPES, stops).encode(encoding))
        return str(path)

    return write


@pytest.mark.parametrize(("form", "encoding"), [("2003", "utf-16"), ("2007", "utf-8")])
def test_it_says_where_the_set_up_stopped_and_what_to_do(
    diagnose: Diagnose, log: Callable[..., str], form: str, encoding: str
) -> None:
    code, out, err = diagnose("--log", log(SERVER, form, encoding))
    assert (code, err) == (0, "")
    assert "The set-up did not end. It stopped in: CLUSTER_SERVER.INS. Found: 1 error." in out
    assert "<-- it stopped here" in out
    assert "ScSetupExchangeVirtualServer (line" in out
    assert "What to do:" in out
    assert "which are harmless: 1." in out
    assert max(map(len, out.splitlines()[1:])) <= 115


def test_a_line_without_its_exit_is_told_with_the_command_that_mends_it(
    diagnose: Diagnose, log: Callable[..., str]
) -> None:
    _, out, _ = diagnose("--log", log(NO_EXIT))
    assert "ERROR: EXCLUADM.DLL was not registered with COM" in out
    assert "Command:    regsvr32 /s excluadm.dll" in out


def test_interpreted_lines_are_listed_when_asked_for(diagnose: Diagnose, log: Callable[..., str]) -> None:
    _, out, _ = diagnose("--log", log(NO_EXIT), "--lines")
    listed = out[out.index("Interpreted lines and started processes with their exits, 9") :].splitlines()
    assert "    CLUSTER_SERVER.INS" in listed
    assert [line.split()[:2] for line in listed if "regsvr32" in line] == [["no", "exit"]]
    assert sum(line.lstrip().startswith("00000000") for line in listed) == 8


def test_json_is_one_object_with_all_of_it(diagnose: Diagnose, log: Callable[..., str]) -> None:
    code, out, _ = diagnose("--log", log(NO_EXIT), "--json")
    told = json.loads(out)
    assert (code, told["result"], told["verdict"]) == (0, "failed", "failed")
    (finding,) = told["findings"]
    assert finding["data"]["mends"] == "regsvr32 /s excluadm.dll"
    assert told["kinds"][finding["code"]]["severity"] == "error"
    assert [stage["state"] for stage in told["runs"][0]["timeline"] if stage["key"] == SERVER] == ["failed"]


@pytest.mark.parametrize(
    ("stops", "severity", "code"),
    [(SERVER, "error", 1), (SERVER, "note", 1), ("", "note", 0), (NO_EXIT, "warning", 1)],
)
def test_scripts_may_ask_for_a_failure(
    diagnose: Diagnose, log: Callable[..., str], stops: str, severity: str, code: int
) -> None:
    assert diagnose("--log", log(stops), "--fail-on", severity)[0] == code


def test_a_note_does_not_fail_where_errors_are_asked_for(diagnose: Diagnose, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("[10:00:00] Entering A\n[10:00:00] Interpreting line <AddShare:.;R;C:\\r>\n[10:00:00] Leaving A\n")
    assert diagnose("--log", str(path), "--fail-on", "warning")[0] == 0
    assert diagnose("--log", str(path), "--fail-on", "note")[0] == 1


def test_earlier_runs_are_in_a_line_each(diagnose: Diagnose, tmp_path: Path) -> None:
    path = tmp_path / "two.log"
    path.write_text(whole("2007", TYPES, NO_EXIT) + whole("2007", TYPES))
    _, out, _ = diagnose("--log", str(path))
    assert "The set-up went through" in out
    assert "Run 1, 8/3/2007 3:59:12 PM: failed. 1 error" in out


@pytest.mark.parametrize("json_too", [True, False])
def test_what_is_no_log_ends_with_2_and_says_what_it_looks_like(
    diagnose: Diagnose, tmp_path: Path, json_too: bool
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "packed").write_bytes(gzip.compress(b"[10:00:00] Entering A\n"))
    (tmp_path / "program").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "letter").write_text("Dear all,\n")
    expected = {
        "none": "there is no such file",
        ".": "it is a folder",
        "empty": "It is empty.",
        "packed": "It is an archive (gzip).",
        "program": "It is no text",
        "letter": "No line of it begins with a time",
    }
    for name, looks in expected.items():
        path = str(tmp_path / name)
        code, out, err = diagnose("--log", path, *(["--json"] if json_too else []))
        assert code == 2
        said, remedy = (json.loads(out)["message"], json.loads(out)["remedy"]) if json_too else (err, err)
        assert path in said
        assert looks in said
        assert "Expected is Exchange's set-up log" in remedy
        assert name != "packed" or f"gunzip -c {path} | manage.py diagnose --log -" in remedy


@pytest.mark.parametrize("encoding", ["nonsense", "utf-32"])
def test_an_encoding_that_cannot_be_used_ends_with_2(
    diagnose: Diagnose, log: Callable[..., str], encoding: str
) -> None:
    code, _, err = diagnose("--log", log(), "--encoding", encoding)
    assert code == 2
    assert "Name one such as cp1252" in err


def test_a_file_without_rights_is_named(
    diagnose: Diagnose, log: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = log()
    monkeypatch.setattr(Path, "open", refuses)  # root may read everything
    code, _, err = diagnose("--log", path)
    assert code == 2
    assert "you may not read it" in err


def test_standard_input_is_read(diagnose: Diagnose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(whole("2003", TYPES).encode())))
    code, out, _ = diagnose("--log", "-")
    assert code == 0
    assert out.startswith("Standard input: ")


def test_it_needs_neither_a_database_nor_a_node(tmp_path: Path) -> None:
    """By a process of its own, with a database that cannot be reached."""
    nowhere = "postgresql://nobody:none@127.0.0.1:1/none"
    env = {**os.environ, "CHANGEOVER_STATE_DIR": str(tmp_path), "CHANGEOVER_DATABASE_URL": nowhere}
    argv = [sys.executable, str(ROOT / "manage.py"), "diagnose", "--log", "-", "--fail-on", "error"]
    text = whole("2003", TYPES, SERVER).encode()
    done = subprocess.run(argv, input=text, env=env, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"It stopped in: CLUSTER_SERVER.INS." in done.stdout
