"""What every test shares: how hypothesis behaves on a busy machine, and where a test keeps its database and queue."""

import os
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from tests import network, schema

OF_A_CONSOLE = (
    "tests/journeys/test_looks",
    "tests/journeys/test_keyboard",
    "tests/journeys/test_carrying_on",
    "tests/journeys/test_live",
    "tests/journeys/test_newcomer",
)
"""Journeys that have a console of their own, so that they need not come one after the other with all others."""
TOGETHER = (*OF_A_CONSOLE, "tests/journeys/", "tests/architecture/")
"""What shares what takes long: a whole console, and all of the sources read. The first one that fits counts."""

FIRST = (
    "tests/journeys/",
    "tests/tasks/test_worker.py",
    "tests/journeys/test_looks",
    "tests/postgresql/test_postgresql.py",
    "tests/journeys/test_keyboard",
    "tests/chaos/test_sample.py",
    "tests/journeys/test_carrying_on",
    "tests/tasks/test_hints.py",
    "tests/demo/test_launch.py",
    "tests/journeys/test_live",
    "tests/journeys/test_newcomer",
    "tests/setup/test_journey_2007.py",
    "tests/setup/test_journey_2003.py",
    "tests/tasks/test_sites.py",
    "tests/twin/test_twin.py",
    *("tests/doctor/test_defects.py", "tests/automatic/test_any_order.py", "tests/automatic/test_matrix.py"),
    *("tests/moves/test_undo.py", "tests/moves/test_switch_cut.py", "tests/automatic/test_journeys.py"),
    *("tests/setup/test_answers.py", "tests/services/test_execute.py"),
)
"""Minutes each, or of the quick ones many seconds: begun last, one would run on alone, on one core. Consoles do not all
start at once."""
PATIENCE = 300
"""Seconds for a test that takes long even alone: beside others it takes several times that. One with a real domain
controller may wait for another process that builds its own."""

# No deadline: two cores are shared with a domain controller and a browser, and a slow example is not a wrong one.
settings.register_profile("here", deadline=None)
# In the gate the examples are the same every time, so that red means a change and not a throw of dice.
settings.register_profile("gate", deadline=None, derandomize=True)
# What tests put on the queue stays in their process; those of the worker itself start a real Redis.
django_settings.CELERY_BROKER_URL = "memory://"
# Checking a password is slow on purpose; hundreds of tests make an account with one.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.load_profile("gate" if os.environ.get("CI") else "here")


pytest_plugins = ["tests.collecting"]


def pytest_configure() -> None:
    """Before anything listens."""
    if network.is_worker():
        network.leave_the_shared_network()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A time for those that set none."""
    for item in items:
        long = item.get_closest_marker("samba") or item.get_closest_marker("slow")
        if long and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(PATIENCE))


class Sharing(LoadFileScheduling):
    """The tests of a file stay in one process, and so do those of the areas that share more than a file does.

    What takes longest begins first.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((area for area in TOGETHER if nodeid.startswith(area)), super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        for scope in reversed([scope for scope in FIRST if scope in self.workqueue]):
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing | None:
    """Where `--dist loadfile` was asked for."""
    return Sharing(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def _each_page_looks_by_itself() -> None:
    """A test changes a row and asks for a page at once; the look of a second ago may even be that of another test."""
    from console.web import overview_keys, overview_rows

    overview_rows.FRESH = 0.0
    overview_keys.INVENTORY_SECONDS = -1.0


@pytest.fixture(scope="session", autouse=True)
def _emptying_passes_the_guard() -> None:
    """Between tests that commit, the database is emptied: past the triggers of the audit, which then stand again."""
    from django.core.management.commands import flush

    from console.services import audit_guard

    emptying = flush.sql_flush

    def past_the_guard(style: Any, connection: Any, **how: Any) -> list[str]:
        return [*audit_guard.lifting(connection.vendor), *emptying(style, connection, **how)]

    flush.sql_flush = past_the_guard


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An SQLite test database is a file, as it is in use: threads cannot wait for each other's locks in memory.

    It begins as a copy of one that is migrated, and none of it has to outlive a power cut.
    """
    from django.db import connections

    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        schema.place(path)
        database["TEST"]["NAME"] = str(path)
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Take the test database as it was placed; `migrate` finds nothing left to do."""
    from django.db import connections

    return connections["default"].vendor == "sqlite" or bool(request.config.getvalue("reuse_db"))
