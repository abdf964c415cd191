"""Lines of the log, of a journal and of an export are the console's own: no text of others makes one of its own."""

import csv
import io
import json
import logging

import pytest
import structlog
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from console.domain.printable import one_line
from console.logs import configure
from console.models import AuditRecord, Cluster
from console.services.audit_export import as_csv, as_jsonl
from console.services.journal_filter import JournalFilter
from console.web import journal_files
from tests.web import world

FORGED = "2026-01-01T00:00:00Z [info     ] operation ended [console] status=succeeded"
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2K\x1b[1A", "\x08" * 80]


@given(st.text())
def test_a_text_is_one_line_and_says_what_it_was(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    if text.isprintable():
        assert one_line(text) == text


def logged(form: str, what: str) -> str:
    """What the log holds after our logger, a library's, and an error said `what`."""
    configure({"level": "INFO", "format": form})
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        structlog.get_logger("ours").info(what, node=what, deep={what: [what]})
        logging.getLogger("theirs").warning("Not Found: %s", what)
        try:
            raise RuntimeError(what)
        except RuntimeError:
            structlog.get_logger("ours").exception("failed")
    finally:
        configure(django_settings.LOGGING)
    return stream.getvalue()


@pytest.mark.parametrize("line_end", BREAKS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_entry_of_the_log_can_be_forged(form: str, line_end: str) -> None:
    text = logged(form, f"x{line_end}{FORGED}")
    assert not {"\x1b", "\r", "\x08"} & set(text)
    assert not [line for line in text.splitlines() if line.startswith(FORGED)]
    if form == "json":
        assert [json.loads(line)["level"] for line in text.splitlines()] == ["info", "warning", "error"]
    else:
        entries = [line for line in text.splitlines() if line[:2] == "20"]
        assert [entry.split("[")[1].split()[0] for entry in entries] == ["info", "warning", "error"]


@pytest.mark.parametrize("line_end", BREAKS)
def test_no_line_of_a_journal_can_be_forged(tokyo: Cluster, line_end: str) -> None:
    operation = world.running(tokyo)
    world.write(operation, [("output", "stop", f"x{line_end}99\t2026-01-01T00:00:00\tfinished\tSucceeded")])
    written = ("".join(journal_files.lines(operation, JournalFilter(), form)) for form in ("txt", "jsonl"))
    text, objects = (one.splitlines() for one in written)
    numbers = list(range(1, operation.last_seq + 1))
    assert [int(line.split("\t")[0]) for line in text] == numbers
    assert [json.loads(line)["seq"] for line in objects] == numbers


def test_no_record_of_an_export_can_be_forged_nor_is_a_formula(ada: Client, tokyo: Cluster) -> None:
    reason = '=cmd|calc\n"},\n{"seq": 99}\r\n99,2026'
    ada.post(reverse("stop-operation", args=[world.running(tokyo).pk]), {"reason": reason})
    jsonl, table = ("".join(write(AuditRecord.objects.all())) for write in (as_jsonl, as_csv))
    numbers = list(range(1, AuditRecord.objects.count() + 1))
    assert [json.loads(line)["seq"] for line in jsonl.splitlines()] == numbers
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [int(row["seq"]) for row in rows] == numbers
    assert [row["reason"][:5] for row in rows if "calc" in row["reason"]] == ["'=cmd"]
