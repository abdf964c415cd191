"""The page of a cluster whose group carries its server's name: resources by state, and what a person may force."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Cluster, ObservationRecord
from tests.web import world

Page = Callable[..., str]


@pytest.fixture
def clustered(tokyo: Cluster) -> Cluster:
    """Tokyo as a cluster of Microsoft's cluster service, with a resource that has failed."""
    Cluster.objects.filter(pk=tokyo.pk).update(driver="mscs")
    world.observed(tokyo, mail="down")
    record = ObservationRecord.objects.get(cluster=tokyo)
    at = record.status["at"]
    record.status["resources"] = [
        {"label": name, "value": state, "tone": tone, "detail": kind, "node": "TOK-EX1", "at": at, "key": "resource"}
        for name, kind, state, tone in (
            ("Network Name (EVS1)", "Network Name", "Online", "good"),
            ("IS (EVS1)", "Microsoft Exchange Information Store", "Failed", "bad"),
        )
    ]
    record.save()
    return tokyo


def test_each_resource_is_shown_with_its_type_and_its_state(olga: Client, clustered: Cluster, page: Page) -> None:
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    assert "Resources of EXCHANGE" in text
    rows = text[text.index("Resources of EXCHANGE") :]
    for shown in ("Network Name (EVS1)", "Online", "IS (EVS1)", "Microsoft Exchange Information Store", "Failed"):
        assert shown in rows
    assert rows.index("tone-good") < rows.index("tone-bad")


def test_the_group_may_be_brought_up_by_force_on_either_node(olga: Client, clustered: Cluster, page: Page) -> None:
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    fold = text[text.index('id="takeover"') : text.index("</details>", text.index('id="takeover"'))]
    assert "The group does not serve mail where it is" in fold
    assert [f'value="{node}"' in fold for node in ("TOK-EX1", "TOK-EX2")] == [True, True]
