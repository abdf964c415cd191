"""The lab's directory is fast enough for the demo and for tests with thousands of mailboxes."""

from __future__ import annotations

import time

from console.lab.directory import demo_forest
from tests.directory.backends import lab_backend

HOME = ["distinguishedName", "objectGUID", "homeMDB", "homeMTA", "msExchHomeServerName", "sAMAccountName", "uSNChanged"]


def test_two_thousand_mailboxes_are_read_within_two_seconds() -> None:
    with lab_backend(demo_forest(1000)) as backend:
        connection = backend.connect()
        began = time.monotonic()
        found = [
            item
            for item in connection.extend.standard.paged_search(
                backend.forest.base_dn,
                "(&(objectCategory=person)(homeMDB=*))",
                attributes=HOME,
                paged_size=500,
                generator=True,
            )
            if item["type"] == "searchResEntry"
        ]
        took = time.monotonic() - began
    assert len(found) == 2000
    assert all(len(item["raw_attributes"]) == len(HOME) for item in found)
    assert took < 2
