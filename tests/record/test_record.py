"""The record of one operation: what stands in it, and that it verifies by itself."""

import pytest

from console.domain.verify_record import verify_file
from console.models import Operation
from console.services import record
from console.services.audit_keys import public_key

pytestmark = pytest.mark.django_db


def test_a_record_verifies_as_a_file(ended: Operation) -> None:
    data = record.document(ended)
    report = verify_file(record.as_file(data), [public_key()])
    assert report.sentences() == [f"The record of operation {ended.pk} holds."]
