"""The lab's page names every fault with its argument and sentence, and its examples can be read."""

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from console.lab import definition, presets
from console.lab.assemble import directory_part
from console.lab.faults import FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")


def test_every_fault_is_on_the_page_as_the_lab_tells_it() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (?:`(\w+)`)? \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, fault.argument, fault.sentence) for name, fault in FAULTS.items()]


def test_the_examples_are_definitions_that_the_lab_takes_and_show_the_defaults() -> None:
    clustered, cluster, whole = _examples()
    item = {"clusters": [{"name": "A", "nodes": [{"name": "TYO-EX1"}, {"name": "TYO-EX2"}], **cluster}], **whole}
    world = definition.world_from(item)
    assert world.clusters[0].script == definition.Script()
    assert world.clusters[0].recovery == definition.Recovery()
    assert world.webhook.keys["TYO-EX1"].id == "k-tyo-1"
    moved = {**clustered, "name": "B", "nodes": [{"name": "KYO-N1"}, {"name": "KYO-N2"}]}
    kyoto = definition.world_from({"clusters": [moved]}).clusters[0]
    assert kyoto.policy == definition.Policy()
    assert kyoto.other_groups == presets.kyoto().other_groups
    second = directory_part(world).second_controller
    assert second is not None
    assert (second.delay, second.nodes) == (60, ["TYO-EX2"])


def _examples() -> list[dict[str, Any]]:
    return [YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
