"""By keyboard alone: the inventory put in as a file and as text, something taken out of it, and a cluster found."""

import pytest

from tests.journeys import test_first
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster

pytestmark = pytest.mark.usefixtures("keys")


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
    page.get_by_role("link", name="Morioka", exact=True).click()
    page.locator("summary", has_text="Remove this site").click()
    page.get_by_role("button", name="Remove Morioka").click()
    olga.sees("The site Morioka is removed.")


def test_a_cluster_is_found_from_its_configuration_file(olga: Person, mail2007: LabCluster) -> None:
    test_first.test_a_cluster_is_read_from_its_configuration_file(olga, mail2007)
