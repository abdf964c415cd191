"""What every test shares: how hypothesis behaves on a busy machine, and where a test keeps its database and queue."""

import os

import pytest
from django.conf import settings as django_settings
from hypothesis import settings

from tests import network

# No deadline: two cores are shared with a domain controller and a browser, and a slow example is not a wrong one.
settings.register_profile("here", deadline=None)
# In the gate the examples are the same every time, so that red means a change and not a throw of dice.
settings.register_profile("gate", deadline=None, derandomize=True)
# What tests put on the queue stays in their process; those of the worker itself start a real Redis.
django_settings.CELERY_BROKER_URL = "memory://"
settings.load_profile("gate" if os.environ.get("CI") else "here")


def pytest_configure() -> None:
    """Before anything listens."""
    if network.is_worker():
        network.leave_the_shared_network()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An SQLite test database is a file, as it is in use: threads cannot wait for each other's locks in memory."""
    from django.db import connections

    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
