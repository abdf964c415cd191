"""What the harness of the real domain controller says when it cannot be used."""

from __future__ import annotations

import pytest

from tests.directory.samba import SambaUnavailable, require_samba


def test_a_missing_program_is_named_with_what_to_install() -> None:
    with pytest.raises(SambaUnavailable) as caught:
        require_samba(("sh", "no-such-domain-controller"))
    assert str(caught.value).startswith("no-such-domain-controller not found.")
    assert "apt-get install samba-ad-dc samba-ad-provision" in str(caught.value)
