"""Wrong usage: code 2 for every command, and one JSON object when JSON was asked for."""

import json
import sys

import pytest
from django.core.management import load_command_class

WRONG = [
    ("inventory", "aply"),
    ("inventory", "apply"),
    ("account", "add", "--role"),
    ("audit", "export", "--format", "xml"),
    ("capture",),
    ("lab", "fault", "directory", "busy", "maybe"),
    ("plan", "TOKYO"),
    ("run", "TOKYO", "failover", "--nosuch"),
    ("resume", "seven"),
    ("resume", "7", "--skip", "--again"),
]


def end_of(*words: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command as `manage.py` does and give the code that it ends with."""
    monkeypatch.setattr(sys, "argv", ["manage.py", *words])
    with pytest.raises(SystemExit) as ended:
        load_command_class("console", words[0]).run_from_argv(["manage.py", *words])
    return ended.value.code


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_with_json_is_one_object(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_of(*words, "--json", monkeypatch=monkeypatch) == 2
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["result"], told["message"], err) == ("refused", "Wrong usage.", "")
    assert f"manage.py {words[0]}" in told["remedy"]
    assert told["reasons"][0]["text"]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_without_json_is_told_on_standard_error(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_of(*words, monkeypatch=monkeypatch) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "error:" in err
