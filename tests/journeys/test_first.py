"""A cluster that the console does not know, by clicking: found out from one node's address, and from its clp.conf."""

import re

from playwright.sync_api import expect

from console.lab import presets
from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster

SAVED = 30_000


def test_a_cluster_is_found_from_one_node_checked_and_saved(olga: Person, mail2003: LabCluster) -> None:
    forgets(olga, mail2003)
    begins(olga, mail2003)
    page = olga.page
    page.get_by_label("Account", exact=True).select_option(label="a new one, entered here")
    page.get_by_label("User name").fill(r"LAB\svc-changeover")
    page.get_by_label("Password", exact=True).fill("not-the-password")
    page.get_by_label("Name of the new credential").fill(f"of {mail2003.name}")
    page.get_by_role("button", name="Ask the node").click()
    page.wait_for_url(re.compile(r"/first/\d+/$"))
    olga.sees("No cluster was found", "refused the credential", "clock and the console's differ")
    assert troubles(page) == []

    page.get_by_role("link", name="Correct the account").click()
    page.locator("input[type=password]").fill(presets.PASSWORD)
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/first/")
    page.get_by_role("link", name=mail2003.endpoint(mail2003.primary)[0]).first.click()
    page.get_by_role("button", name="Look again").click()
    olga.sees("all of it could be read", "EXCHANGE", "Exchange Server 2003", f"answers as {mail2003.standby}")
    assert troubles(page) == []

    page.get_by_role("button", name="Save the cluster").click()
    page.wait_for_url(re.compile(rf"/clusters/{mail2003.name}/"), timeout=SAVED)
    expect(page.get_by_role("heading", level=1)).to_have_text(mail2003.name)
    assert mail2003.untouched()
    assert not olga.troubles


def test_a_cluster_is_read_from_its_configuration_file(olga: Person, mail2007: LabCluster) -> None:
    forgets(olga, mail2007)
    page = olga.page
    told = mail2007.lab.file(mail2007.primary, r"C:\Program Files\EXPRESSCLUSTER\etc\clp.conf")
    data = str(told["text"]).encode()
    page.goto("/first/")
    choose = page.get_by_label("The cluster's clp.conf")
    choose.set_input_files({"name": "clp.conf", "mimeType": "text/xml", "buffer": b"<!DOCTYPE a><root/>"})
    page.get_by_role("button", name="Read the file").click()
    olga.sees("It declares a document type")
    choose.set_input_files({"name": "clp.conf", "mimeType": "text/xml", "buffer": data})
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_url(re.compile(r"/first/\d+/$"))
    olga.sees("The node has not been asked.", mail2007.primary, mail2007.standby)
    assert troubles(page) == []

    page.get_by_label("Generation").select_option("2007")
    for role in ("primary", "standby"):
        page.locator(f"#id_{role}-windows").select_option("2008")
        page.locator(f"#id_{role}-architecture").select_option("x64")
        page.locator(f"#id_{role}-credential").select_option(label="lab-nodes")
    page.get_by_role("button", name="Save the cluster").click()
    olga.sees("Nothing was saved.", "only Exchange Server 2007 SP1 or later can run")
    for role in ("primary", "standby"):
        page.locator(f"#id_{role}-server_service_pack").fill("1")
    page.get_by_role("button", name="Save the cluster").click()
    page.wait_for_url(re.compile(rf"/clusters/{mail2007.name}/"), timeout=SAVED)
    assert mail2007.untouched()
    assert not olga.troubles


def forgets(person: Person, cluster: LabCluster) -> None:
    """Take the cluster out of the inventory."""
    person.page.goto("/inventory/")
    person.page.get_by_role("link", name=cluster.name, exact=True).click()
    person.page.locator("summary", has_text="Remove this cluster").click()
    person.page.get_by_role("button", name=f"Remove {cluster.name}").click()
    person.sees(f"The cluster {cluster.name} is removed.")


def begins(person: Person, cluster: LabCluster) -> None:
    """From the inventory's page to the first form, with the addresses of both nodes filled in."""
    person.page.goto("/inventory/")
    person.page.get_by_role("link", name="Find a cluster").click()
    address, port = cluster.endpoint(cluster.primary)
    person.page.get_by_label("Address of one node").fill(address)
    person.page.locator("summary", has_text="how the node is reached").click()
    person.page.get_by_label("Port", exact=True).fill(port)
    person.page.get_by_label("Address of the other node").fill(":".join(cluster.endpoint(cluster.standby)))
