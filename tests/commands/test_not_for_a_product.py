"""A command that only the guide's clusters need refuses another's with the reason, and touches no node."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from console.services import audit
from console.services.inventory import save_cluster
from tests import factories
from tests.commands.conftest import Told

OUT = "OUT"
COMMANDS = [
    ("scripts", "render", "Kyoto", "--url", "http://console:8000", "--output", OUT),
    ("scripts", "set", "Kyoto", "--url", "http://console:8000"),
    ("scripts", "diff", "Kyoto"),
    ("scripts", "deploy", "Kyoto", "--reason", "to see"),
    ("scripts", "undo", "Kyoto", "--reason", "to see"),
    ("kit", "make", "Kyoto", "--node", "KYO-N1", "--output", OUT),
    ("kit", "deploy", "Kyoto"),
    ("nodekey", "issue", "KYO-N1"),
    ("nodekey", "rotate", "KYO-N1", "--reason", "to see"),
    ("directory", "delegation", "Kyoto"),
    ("procedure", "check", "Kyoto", "exchange-2003-setup"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_it_says_why_it_is_not_for_that_product(
    words: tuple[str, ...], person: User, manage: Callable[..., Told], tmp_path: Path
) -> None:
    factories.site()
    factories.directory()
    save_cluster(factories.kyoto(), audit.SYSTEM)
    code, out, err = manage(*(str(tmp_path) if word == OUT else word for word in words))
    assert code == 2, out + err
    assert "Microsoft Cluster Service" in err, err
    assert not list(tmp_path.iterdir())
