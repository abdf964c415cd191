"""A node that answers with markup wherever it can, over the real protocols: no page lets any of it run."""

import pytest
from django.test import Client

from console.lab.server import Lab
from console.models import Cluster, NodeScripts, PlanRecord
from console.services import node_requests, observe, plans
from tests.attacks.crawl import Crawl
from tests.attacks.hostile import HOSTILE
from tests.deployment.conftest import actor, lab, nagoya, person, write
from tests.services import making

__all__ = ["actor", "lab", "nagoya", "person"]

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_what_a_node_says_of_itself_stays_text(lab: Lab, nagoya: Cluster, client: Client) -> None:
    write(lab, "NGO-EX1", "START.BAT", f"@echo off\r\nrem {HOSTILE}\r\n".encode())
    lab.fault("NGO-EX2", "other-name", computer=HOSTILE)
    client.force_login(making.account("olga", "administrator"))
    client.post("/clusters/nagoya/scripts/ask/", {"what": "compare", "reason": HOSTILE})
    node_requests.do_asked(NodeScripts.objects.get())
    observe.observe(nagoya)
    client.post("/clusters/nagoya/plan/", {"kind": "failover"})
    plans.make(PlanRecord.objects.get().pk)
    crawl = Crawl(client).run("/")
    assert crawl.wrong == []
    assert crawl.marked >= 3
