"""The page about the inventory file shows every key, in a file that applies."""

import re
from pathlib import Path

from console.domain.cluster_rules import DEADLINES
from console.services.inventory_file import CLUSTER, CREDENTIAL, DIRECTORY, NODE, SERVER
from tests.inventory.test_file import mistakes

PAGE = (Path(__file__).resolve().parents[2] / "docs/inventory.md").read_text(encoding="utf-8")


def test_the_example_has_no_mistake() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    assert mistakes(example) == []


def test_every_key_is_shown() -> None:
    keys = {*CREDENTIAL, *DIRECTORY, *CLUSTER, *NODE, *SERVER, *DEADLINES}

    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()
