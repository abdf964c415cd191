"""By keyboard alone: the inventory entered by hand, put in as a file, tried, changed and taken out."""

from typing import Any

import pytest
from playwright.sync_api import expect
from ruamel.yaml import YAML

from console.lab import presets
from tests.journeys import test_first
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack

pytestmark = pytest.mark.usefixtures("keys")
TYPED, CHOSEN = ("name", "address", "port", "service_pack"), ("windows", "edition", "architecture")
"""Of a node."""


def told(stack: Stack, kind: str, name: str) -> dict[str, Any]:
    """What the file that the lab wrote for the inventory says of it."""
    with (stack.folder / "inventory.yaml").open(encoding="utf-8") as file:
        return next(dict(one) for one in YAML(typ="safe").load(file)[kind] if one["name"] == name)


def adds(person: Person, what: str, typed: dict[str, Any], chosen: dict[str, str] | None = None) -> None:
    """From the inventory's page: open the form, fill it in, choose from its lists, and save."""
    page = person.page
    page.get_by_role("link", name=f"Add a {what}").click()
    for name, value in typed.items():
        page.locator(f"#id_{name}").fill(str(value))
    for name, value in (chosen or {}).items():
        page.locator(f"#id_{name}").select_option(value)
    page.get_by_role("button", name="Save", exact=True).click()
    person.sees(f"The {what} {next(iter(typed.values()))} is saved.")


def removes(person: Person, what: str, name: str) -> None:
    """From the inventory's page: open it and take it out."""
    person.page.get_by_role("link", name=name, exact=True).click()
    person.page.locator("summary", has_text=f"Remove this {what}").click()
    person.page.get_by_role("button", name=f"Remove {name}").click()
    person.sees(f"The {what} {name} is removed.")


def of_cluster(known: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form of a cluster is told: what is typed, and what is chosen from a list, by the names of fields."""
    own = ("name", "group", "floating_ip", "partition")
    typed: dict[str, Any] = {f"cluster-{name}": known[name] for name in own}
    typed["cluster-greetings"] = ", ".join(known["greetings"])
    chosen = {f"cluster-{name}": known[name] for name in ("site", "directory", "driver", "generation")}
    for node in known["nodes"]:
        role, server = node["role"], node["server"]
        typed |= {f"{role}-{name}": node[name] for name in TYPED}
        typed |= {f"{role}-server_name": server["name"], f"{role}-server_service_pack": server["service_pack"]}
        chosen |= {f"{role}-{name}": node[name] for name in CHOSEN} | {f"{role}-credential": "of Sendai"}
    return typed, chosen


def test_everything_of_a_cluster_is_entered_by_hand_and_then_it_is_observed(
    stack: Stack, olga: Person, mail2003: LabCluster
) -> None:
    page = olga.page
    directory = told(stack, "directories", "lab")
    test_first.forgets(olga, mail2003)
    adds(olga, "site", {"name": "Aomori"})
    account = {"name": "of Sendai", "username": r"LAB\svc-changeover", "password": presets.PASSWORD}
    adds(olga, "credential", account, {"source": "stored"})
    reached = {name: directory[name] for name in ("host", "port", "tls_name", "ca")}
    chosen = {"security": directory["security"], "credential": "of Sendai"}
    adds(olga, "directory", {"name": "Sendai", **reached}, chosen)
    page.get_by_role("link", name="of Sendai", exact=True).click()
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("button", name="Sign in to").first.click()
    expect(page.locator("#places .tone-good").first).to_be_visible()
    page.goto("/inventory/")
    adds(olga, "cluster", *of_cluster(told(stack, "clusters", mail2003.name)))
    removes(olga, "directory", "Sendai")
    removes(olga, "site", "Aomori")
    olga.opens(mail2003)
    page.get_by_role("button", name="Observe now").click()
    expect(page.locator("#nodes")).to_contain_text("active", timeout=45_000)
    expect(page.locator("#outside")).to_contain_text(f"names {mail2003.primary}")
    assert mail2003.untouched()
    assert not olga.troubles


def test_a_file_is_shown_applied_and_changed_in_the_page(olga: Person) -> None:
    page = olga.page
    page.goto("/inventory/apply/")
    file = {"name": "sites.yaml", "mimeType": "text/plain", "buffer": b"sites:\n- {name: Morioka}\n"}
    page.get_by_label("A YAML file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Show what would change").click()
    olga.sees("This would change 1 object", "Morioka")
    page.get_by_label("or its text").fill("sites:\n- {name: Morioka}\n")
    page.get_by_role("button", name="Apply", exact=True).click()
    olga.sees("Applied: 1 object")
    page.goto("/inventory/")
    removes(olga, "site", "Morioka")


def test_a_cluster_is_found_from_its_configuration_file(olga: Person, mail2007: LabCluster) -> None:
    test_first.test_a_cluster_is_read_from_its_configuration_file(olga, mail2007)
