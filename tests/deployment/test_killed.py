"""Deployments that break off anywhere: each file is the old one or the new one, and deploying again does the rest."""

from typing import Any

import pytest

from console.adapters.winrm.session import WinrmSession
from console.domain.errors import ChangeoverError, ConnectionLost
from console.domain.lease import LeaseLost
from console.lab.server import Lab
from console.models import Cluster
from console.services.audit import Actor
from console.services.claiming import next_token
from console.services.clock import database_now
from console.services.deployment.deploying import deploy
from console.services.node_scripts import FILES
from tests.deployment.conftest import NODES, on_disk, record, rendered

pytestmark = pytest.mark.django_db
PLACES = ((0, False), (3, True), (8, False), (9, True), (16, False), (27, False), (27, True))
"""After how many changing commands, and whether the one that is cut took effect. 28 in all: two folders on each node, a
put and a move for each of ten files, a copy for the four that were there."""


class Cut(ConnectionLost):
    """The line is cut."""


class Scissors:
    """Lets so many changing commands through; the one after that is cut, before or after it took effect."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int, *, done: bool) -> None:
        self.left, self.done = after, done
        change = WinrmSession._execute

        def execute(session: WinrmSession, line: str, *words: Any, **how: Any) -> Any:
            if not how.get("changing"):
                return change(session, line, *words, **how)
            self.left -= 1
            if self.left >= 0:
                return change(session, line, *words, **how)
            if self.done and self.left == -1:
                change(session, line, *words, **how)
            raise Cut("The line was cut.", may_have_run=True)

        monkeypatch.setattr(WinrmSession, "_execute", execute)


@pytest.mark.slow
@pytest.mark.parametrize(("after", "done"), PLACES)
def test_a_break_leaves_each_file_the_old_one_or_the_new_one(
    lab: Lab, nagoya: Cluster, actor: Actor, after: int, done: bool
) -> None:
    before = {(node, name): on_disk(lab, node, name) for node in NODES for name in FILES}
    wanted = rendered(nagoya).files
    with pytest.MonkeyPatch.context() as patched:
        Scissors(patched, after, done=done)
        with pytest.raises(ChangeoverError, match=r"cut"):
            deploy(nagoya, actor, "cut off")
    for (node, name), old in before.items():
        assert on_disk(lab, node, name) in (old, wanted[name])
    assert "cut" in record(action="scripts:deployment:ended").after["broken off"]
    deploy(nagoya, actor, "once more")
    assert {(node, name): on_disk(lab, node, name) for node, name in before} == {
        (node, name): wanted[name] for node, name in before
    }


def test_whatever_begins_in_the_middle_passes_it_by(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    before = on_disk(lab, "NGO-EX2", "START.BAT")
    with pytest.MonkeyPatch.context() as patched:
        change = WinrmSession.put

        def put(session: WinrmSession, path: str, data: bytes, **how: Any) -> None:
            change(session, path, data, **how)
            if "START.BAT" in path:
                next_token(Cluster.objects.get(pk=nagoya.pk), database_now())

        patched.setattr(WinrmSession, "put", put)
        with pytest.raises(LeaseLost, match="something else has begun there"):
            deploy(nagoya, actor, "too late")
    assert on_disk(lab, "NGO-EX2", "START.BAT") == before
