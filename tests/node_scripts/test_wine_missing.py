"""What the harness of Wine says when it cannot be used: it fails, it is not left out."""

import pytest

from tests.node_scripts.machine import WineUnavailable, require_wine


def test_a_missing_wine_is_named_with_what_to_install() -> None:
    with pytest.raises(WineUnavailable) as caught:
        require_wine(("sh", "no-such-wine"))
    assert str(caught.value).startswith("no-such-wine not found.")
    assert "apt-get install wine wine64" in str(caught.value)
