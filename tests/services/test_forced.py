"""A forced move of a group that carries its server's name asks for the cluster's name and a sentence that is true."""

import pytest

from console.domain.checks import Refusal
from console.domain.plan import Step
from console.services.confirm import confirm
from tests.services import making

pytestmark = pytest.mark.django_db

FORCED = Step("bring-online", "group.bring-online", "Bring it online", "bring-up", params={"by_force": True})


def test_it_is_not_said_that_a_node_is_down_which_may_live() -> None:
    record = making.ready(making.cluster(), "takeover", "TOK-EX2", steps=(FORCED,))
    with pytest.raises(Refusal) as caught:
        confirm(record, making.actor(), "mail is down", typed="TOKYO", sentence="TOK-EX1 is down")
    assert [reason.key for reason in caught.value.reasons] == ["confirm.sentence"]
    sentence = "TOKYO does not serve mail as it should."
    assert confirm(record, making.actor(), "mail is down", typed="TOKYO", sentence=sentence).kind == "takeover"
