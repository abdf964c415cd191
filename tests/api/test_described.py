"""The description: the file in the documents is the one that is served, and it has what a reader needs."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.api.site import description
from tests import personas
from tests.api.calling import Program

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
DESCRIBED = description()
OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    (method, path, one) for path, methods in DESCRIBED["paths"].items() for method, one in methods.items()
]


def test_the_file_in_the_documents_is_what_is_described() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(DESCRIBED)), "Run: manage.py openapi > docs/openapi.json"


@pytest.mark.django_db
def test_what_is_described_is_what_is_served() -> None:
    program = Program(personas.olga())
    assert program.get("openapi.json") == json.loads(KEPT.read_text(encoding="utf-8"))


def test_every_post_takes_a_key_so_that_it_is_done_once() -> None:
    without = [
        path
        for method, path, one in OPERATIONS
        if method == "post" and "Idempotency-Key" not in {parameter["name"] for parameter in one["parameters"]}
    ]
    assert without == []


def test_every_list_that_is_paged_leads_on() -> None:
    schemas = DESCRIBED["components"]["schemas"]
    for _, path, one in OPERATIONS:
        names = {parameter["name"] for parameter in one["parameters"]}
        if {"before", "after"} & names and not path.endswith("/export"):
            content = one["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
            assert "next" in schemas[content.rpartition("/")[2]]["properties"], path


def test_what_is_sent_has_examples() -> None:
    schemas = DESCRIBED["components"]["schemas"]
    sent = {
        one["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _, _, one in OPERATIONS
        if "application/json" in one.get("requestBody", {"content": ()})["content"]
    }
    bare = [
        name for name in sorted(sent) if not any("examples" in part for part in schemas[name]["properties"].values())
    ]
    assert bare == []


def test_names_of_operations_are_told_apart() -> None:
    names = [one["operationId"] for _, _, one in OPERATIONS]
    assert len(names) == len(set(names))
