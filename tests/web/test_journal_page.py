"""The journal on an operation's page: lines by step, the link to one of them, the filter, and what is taken away."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from console.models import Cluster, Operation
from console.web import whole_names
from tests.web import world
from tests.web.reading import kept

Page = Callable[..., str]


def at(operation: Operation, name: str = "operation") -> str:
    return reverse(name, args=[operation.pk])


def test_the_journal_shows_its_end_first_and_earlier_lines_on_demand(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    world.filled(operation, 1000)
    text = page(olga, at(operation))
    assert 'id="L1000"' in text
    assert 'id="L701"' in text
    assert 'id="L700"' not in text
    assert "?before=701" in text
    earlier = page(olga, f"{at(operation)}?before=701")
    assert 'id="L700"' in earlier
    assert 'id="L701"' not in earlier
    assert "This is a part of the journal" in earlier


def test_a_line_can_be_linked_to(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    world.filled(operation, 1000)
    text = page(olga, f"{at(operation)}?line=400")
    assert 'id="L400"' in text
    assert '<details class="jgroup" data-step="" data-first="1" data-last="1000" open>' in text


@pytest.mark.parametrize("line", [0, 1001, 999999])
def test_a_link_to_a_line_that_is_not_there_says_how_many_there_are(
    olga: Client, tokyo: Cluster, page: Page, line: int
) -> None:
    operation = world.running(tokyo)
    world.filled(operation, 1000)
    text = page(olga, f"{at(operation)}?line={line}")
    assert f"There is no line {line:,}: this journal has 1,000 lines, and its end is shown." in text
    assert 'id="L1000"' in text
    assert 'id="no-such-line"' not in page(olga, f"{at(operation)}?line=1000")


@pytest.mark.django_db(transaction=True)
def test_no_line_of_a_journal_ends_within_a_nodes_name(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    world.write(operation, [("note", "", "The group is on TOK-EX2 <now>.")])
    assert 'The group is on <span class="nowrap">TOK-EX2</span> &lt;now&gt;.' in page(olga, at(operation))
    taken = kept(olga.get(at(operation, "operation-journal")))
    assert "The group is on TOK-EX2 <now>." in taken


def test_the_script_that_shows_lines_keeps_the_same_names_whole() -> None:
    script = Path(str(finders.find("console/js/journal.js"))).read_text(encoding="utf-8")
    assert f"const NAME = /{whole_names.NAME.pattern}/g;" in script


def test_the_journal_is_filtered_on_the_server(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    world.filled(operation, 1000)
    world.write(operation, [("warning", "move", "mind the gap")])
    assert 'id="L7"' in page(olga, f"{at(operation)}?q=NUMBER+7")
    text = page(olga, f"{at(operation)}?kind=warning")
    assert "mind the gap" in text
    assert 'id="L1000"' not in text
    assert "1 of the lines fit" in text
    assert "No line fits this filter" in page(olga, f"{at(operation)}?step=greet")


def test_lines_fold_by_step_and_trouble_stays_open(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    stop, move, hear = (("started", step, step) for step in ("stop", "move", "greet"))
    warning = ("warning", "move", "hm")
    world.write(operation, [("note", "", "opening"), stop, ("note", "", "by a person"), move, warning, hear])
    text = page(olga, at(operation))
    groups = re.findall(r'jgroup" data-step="(\w*)" data-first="(\d+)" data-last="(\d+)"[^>]*?( open)?>', text)
    assert groups == [
        ("", "1", "1", ""),
        ("stop", "2", "3", ""),
        ("move", "4", "5", " open"),
        ("greet", "6", "6", " open"),
    ]


def test_of_a_long_journal_every_step_is_there_and_leads_to_its_lines(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    for step in ("stop", "move"):
        world.write(operation, [("started", step, step), *[("output", step, "so")] * 999])
    text = page(olga, at(operation))
    assert '<span class="soft jgroup__count">1,000</span>' in text
    assert f'<a href="{at(operation)}?line=1#L1">Show these lines</a>' in text
    assert 'id="L1"' in page(olga, f"{at(operation)}?line=1")


@pytest.mark.slow
def test_a_journal_of_a_hundred_thousand_lines_opens_quickly(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo)
    page(olga, at(operation))  # the first page of a process reads templates and routes too
    for _ in range(10):
        world.filled(operation, 10_000)
    began = process_time()
    text = page(olga, at(operation))
    assert process_time() - began < 1.0
    assert text.count('class="jl ') == 300
    assert len(text) < 400_000
    began = process_time()
    assert '"seq": 50200' in olga.get(f"{at(operation, 'operation-lines')}?from=50001&to=50200").content.decode()
    assert process_time() - began < 0.3


@pytest.mark.django_db(transaction=True)
def test_the_whole_journal_is_taken_away_as_text(olga: Client, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    world.filled(operation, 1200)
    lines = kept(olga.get(at(operation, "operation-journal"))).splitlines()
    assert len(lines) == 1200
    assert lines[0].startswith("1\t")
    assert lines[-1].endswith("output [stop]\tline number 1200")


@pytest.mark.django_db(transaction=True)
def test_a_journal_or_what_fits_of_it_is_taken_away_as_json_lines(olga: Client, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    world.filled(operation, 120)
    address = at(operation, "operation-journal-json")
    objects = [json.loads(line) for line in kept(olga.get(address)).splitlines()]
    assert [one["seq"] for one in objects] == list(range(1, 121))
    said = {"seq": 120, "kind": "output", "step": "stop", "text": "line number 120"}
    assert objects[-1] == said | {"at": objects[-1]["at"]}
    part = olga.get(address, {"q": "number 12"})
    assert part["Content-Disposition"] == f'attachment; filename="operation-{operation.pk}-journal-part.jsonl"'
    assert [json.loads(line)["seq"] for line in kept(part).splitlines()] == [12, 120]
