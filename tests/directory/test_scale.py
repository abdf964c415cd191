"""The lab's directory gives thousands of mailboxes page by page, whole."""

from __future__ import annotations

from console.lab.directory import demo_forest
from tests.directory.backends import lab_backend

HOME = ["distinguishedName", "objectGUID", "homeMDB", "homeMTA", "msExchHomeServerName", "sAMAccountName", "uSNChanged"]


def test_two_thousand_mailboxes_are_read_in_pages() -> None:
    with lab_backend(demo_forest(1000)) as backend:
        found = [
            item
            for item in backend.connect().extend.standard.paged_search(
                backend.forest.base_dn,
                "(&(objectCategory=person)(homeMDB=*))",
                attributes=HOME,
                paged_size=500,
                generator=True,
            )
            if item["type"] == "searchResEntry"
        ]
    assert len(found) == 2000
    assert len({item["dn"] for item in found}) == 2000
    assert all(len(item["raw_attributes"]) == len(HOME) for item in found)
