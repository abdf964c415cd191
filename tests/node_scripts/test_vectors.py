"""The client's signatures are those of docs/webhook-vectors.json, computed under Wine by the script that nodes run."""

import json
from pathlib import Path

import pytest

from console.models import Cluster
from console.services.node_scripts import render, settings_for
from tests.node_scripts.machine import Prefix

VECTORS = Path(__file__).parents[2] / "docs" / "webhook-vectors.json"


def literal(text: str) -> str:
    """Text as VBScript writes it."""
    return '"' + text.replace('"', '""').replace("\r", '" & vbCr & "').replace("\n", '" & vbLf & "') + '"'


def call(function: str, *words: object) -> str:
    """A call of a function of the client's."""
    return f"{function}({', '.join(literal(word) if isinstance(word, str) else str(word) for word in words)})"


@pytest.mark.wine
@pytest.mark.slow
def test_its_signatures_are_those_of_the_examples(prefix: Prefix) -> None:
    examples = json.loads(VECTORS.read_text(encoding="utf-8"))
    texts = [
        (r["key"], call("RequestText", *(r[k] for k in ("method", "path", "key_id", "timestamp", "nonce", "body"))))
        for r in examples["requests"]
    ]
    replies = examples["replies"]
    texts += [
        (r["key"], call("ReplyText", *(r[k] for k in ("status", "request_nonce", "timestamp", "body"))))
        for r in replies
    ]
    client = render(settings_for(Cluster(name="T", group="G", generation="2003"), "http://c"))["HOOK.VBS"].decode()
    lines = ['Set Out = Files.CreateTextFile("C:\\signatures.txt", True)']
    lines += [f"Out.WriteLine Hmac({literal(key)}, {text})" for key, text in texts]
    driver = ["Dim Out", 'Set Files = CreateObject("Scripting.FileSystemObject")', *lines, "Out.Close"]
    body = client.rsplit("Main\r\n", 1)[0] + "\r\n".join(driver) + "\r\n"
    drive = prefix.folder / "drive_c"
    (drive / "vectors.vbs").write_bytes(body.encode("ascii"))
    prefix.wine("cscript", "//nologo", "//B", r"C:\vectors.vbs")
    found = (drive / "signatures.txt").read_text(encoding="ascii").split()
    assert found == [example["signature"] for example in (*examples["requests"], *replies)]
