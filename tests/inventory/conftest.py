"""What the tests of the inventory share: a file that is right, and how to break it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from console.models import AuditRecord, OsAccount
from console.services.access import os_user
from tests.personas import ada

RIGHT = (Path(__file__).parent / "right.yaml").read_text(encoding="utf-8")


@pytest.fixture
def right() -> str:
    """An inventory file without a mistake."""
    return RIGHT


@pytest.fixture
def administrator(db: None) -> User:
    """Ada, as whom the operating-system user of the tests acts."""
    user = ada()
    OsAccount.objects.create(os_user=os_user(), user=user)
    return user


@pytest.fixture
def audited(db: None) -> Callable[[], list[str]]:
    """The actions in the audit so far, oldest first."""
    return lambda: list(AuditRecord.objects.order_by("seq").values_list("action", flat=True))
