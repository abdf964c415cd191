"""ASK.BAT under Wine: one question that changes nothing, by which a node proves its key."""

from collections.abc import Callable

import pytest

from console.domain.secrets import Secret
from console.models import NodeKey
from tests.node_scripts.machine import Node

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
Make = Callable[..., Node]
QUESTION = "ASK.BAT proof-0123456789abcdef"


def test_a_question_about_no_run_is_answered_and_the_key_counts_as_used(node: Make) -> None:
    here = node()
    assert NodeKey.objects.get().last_used_at is None
    ran = here.run(QUESTION)
    assert (ran.code, ran.acts, here.left) == (47, [], set())
    assert NodeKey.objects.get().last_used_at is not None


def test_a_key_that_the_console_does_not_accept_proves_nothing(node: Make) -> None:
    here = node(key=(NodeKey.objects.get().key_id, Secret("0" * 64)))
    assert here.run(QUESTION).code == 46
    assert NodeKey.objects.get().last_used_at is None
