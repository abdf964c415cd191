"""Backup and restore, by the commands, of two real databases: what was known is known again, byte by byte."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.demo import children
from console.services.access import os_user
from tests import schema
from tests.postgresql.conftest import database_url  # noqa: F401 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

MAKE_HISTORY = """
from django.db.models import Q
from console.domain.outcome import Ending, Status
from console.models import Operation
from console.services.endings import end
from console.services.execute import execute
from console.services.journal import OperationJournal
from tests.services import making

def perform(operation, token, control):
    journal = OperationJournal(operation.pk, token)
    journal.write("started", "Stop the services", step="stop", data={"mark": "outage-started"})
    journal.write("done", "They are stopped: \\u65e5\\u672c", step="stop")
    return Ending(Status.SUCCEEDED, "It moved.")

for number, name in enumerate(("TOKYO", "OSAKA"), 1):
    execute(making.operation(making.cluster(name, number)).pk, "worker", perform)
"""
LEAVE_ONE_OPEN = """
from console.models import Cluster
from tests.services import making
making.operation(Cluster.objects.get(name="TOKYO"), "failback")
"""
TELL_HISTORY = """
import json
from django.core.serializers.json import DjangoJSONEncoder
from console.models import JournalLine, Operation, PlanRecord
rows = [list(model.objects.order_by("pk").values()) for model in (Operation, JournalLine, PlanRecord)]
print(json.dumps(rows, cls=DjangoJSONEncoder))
"""
DROP_ALL = """
from django.db import connection
names = [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
connection.cursor().execute("DROP TABLE " + ", ".join(names) + " CASCADE")
"""


@dataclass
class Place:
    """A console's state folder and environment; nothing runs but its commands."""

    folder: Path
    env: dict[str, str]

    def manage(self, *words: str, code: int = 0, stdin: str = "") -> str:
        """Run `manage.py`, which has to end with `code`; what it said on both channels."""
        argv = [*children.MANAGE, *words]
        done = subprocess.run(argv, env=self.env, input=stdin, capture_output=True, text=True, check=False, timeout=90)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    def shell(self, text: str) -> str:
        """Run Python with the console set up."""
        return self.manage("shell", "--no-imports", "-c", text)

    def exported(self, until: str = "") -> str:
        """The audit, up to a time."""
        return self.manage("audit", "export", *(("--to", until) if until else ()))

    def wipe(self) -> None:
        """Lose everything that the database holds."""
        if "CHANGEOVER_DATABASE_URL" in self.env:
            self.shell(DROP_ALL)
        else:
            for path in self.folder.glob("changeover.sqlite3*"):
                path.unlink()


def place(folder: Path, url: str = "") -> Place:
    env = children.environment(os.environ, folder, folder / "no-redis.sock")
    if url:
        env["CHANGEOVER_DATABASE_URL"] = url
    made = Place(folder, env)
    if url:
        made.manage("migrate", "--no-input")
    else:
        schema.place(folder / schema.DATABASE)
    add = ("account", "add", "ops", "--role", "administrator", "--os-user", os_user(), "--password-stdin")
    made.manage(*add, stdin="A-Test-Password-1\n")
    made.shell(MAKE_HISTORY)
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def console(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    made = place(tmp_path, url)
    yield made
    made.wipe()


@pytest.fixture
def embedded(tmp_path: Path) -> Place:
    return place(tmp_path)


def test_what_was_saved_is_there_again_after_everything_was_lost(console: Place) -> None:
    file = console.folder / "saved.zip"
    said = json.loads(console.manage("backup", str(file), "--json"))
    assert said["result"] == "saved"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    now = console.shell("from console.services.clock import database_now; print(database_now().isoformat())").strip()
    audit, history = console.exported(now), console.shell(TELL_HISTORY)
    assert audit.count("\n") > 8
    console.wipe()
    console.manage("audit", "export", code=1)
    console.manage("restore", str(file))
    assert console.exported(now) == audit
    assert console.shell(TELL_HISTORY) == history
    (restored,) = [json.loads(line) for line in console.exported().splitlines()[audit.count("\n") : -1]]
    assert (restored["action"], restored["subject"]) == ("database:backup:restored", "saved.zip")
    assert "The audit holds" in console.manage("audit", "verify")


def test_what_was_under_way_ends_uncertain_and_nothing_of_it_is_carried_on(console: Place) -> None:
    console.shell(LEAVE_ONE_OPEN)
    file = console.folder / "saved.zip"
    console.manage("backup", str(file))
    console.wipe()
    console.manage("restore", str(file))
    told = console.shell("from console.models import Operation; o = Operation.objects.first(); print(o.status, o.kind)")
    assert told.split() == ["uncertain", "failback"]


def test_a_database_that_holds_something_is_replaced_by_its_name_only(console: Place) -> None:
    file = console.folder / "saved.zip"
    console.manage("backup", str(file))
    console.manage("account", "add", "later", "--role", "viewer", "--password-stdin", stdin="A-Test-Password-2\n")
    said = console.manage("restore", str(file), code=1)
    assert "is not empty" in said
    name = said.split("--replace ")[1].split()[0]
    assert "later" in console.manage("account", "list")
    assert "is not empty" in console.manage("restore", str(file), "--replace", f"{name}x", code=1)
    console.manage("restore", str(file), "--replace", name)
    assert "later" not in console.manage("account", "list")


def test_a_file_that_is_there_is_not_written_over(embedded: Place) -> None:
    file = embedded.folder / "saved.zip"
    file.write_text("something else")
    assert "Name another file" in embedded.manage("backup", str(file), code=1)
    assert file.read_text() == "something else"
    assert [path.name for path in embedded.folder.iterdir() if "backup" in path.name] == []


def test_what_is_no_backup_or_a_damaged_one_or_a_later_ones_is_refused_before_anything_is_touched(
    embedded: Place,
) -> None:
    file = embedded.folder / "saved.zip"
    embedded.manage("backup", str(file))
    embedded.wipe()
    none, cut = embedded.folder / "none.zip", embedded.folder / "cut.zip"
    none.write_text("PK no")
    cut.write_bytes(file.read_bytes()[:-400])
    assert "is not a backup" in embedded.manage("restore", str(none), code=1)
    assert "is not a backup" in embedded.manage("restore", str(cut), code=1)
    assert "cannot be read" in embedded.manage("restore", str(embedded.folder / "absent.zip"), code=1)
    later = changed(file, embedded.folder / "later.zip", migrations=["console.9999_from_the_future"])
    assert "later version" in embedded.manage("restore", str(later), code=1)
    other = changed(file, embedded.folder / "other.zip", engine="postgresql")
    assert "is a backup of postgresql" in embedded.manage("restore", str(other), code=1)
    strange = changed(file, embedded.folder / "strange.zip", sha256="0" * 64)
    assert "not the one that was saved" in embedded.manage("restore", str(strange), code=1)
    assert "can be restored here" in embedded.manage("restore", str(file), "--check")
    embedded.manage("account", "list", code=1)


def test_without_the_programs_of_postgresql_it_says_what_to_install(tmp_path: Path) -> None:
    env = children.environment(os.environ, tmp_path, tmp_path / "no-redis.sock")
    env |= {"PATH": str(tmp_path), "CHANGEOVER_DATABASE_URL": "postgresql://console:secret-word@127.0.0.1:1/console"}
    ask = (
        "import django; django.setup(); from pathlib import Path; from console.services.backup import postgresql\n"
        f"postgresql.dump(Path({str(tmp_path / 'dump')!r}))"
    )
    env["DJANGO_SETTINGS_MODULE"] = "console.settings"
    done = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=False, timeout=60)
    assert "There is no pg_dump on the PATH." in done.stderr
    assert "secret-word" not in done.stderr


def changed(file: Path, target: Path, **values: object) -> Path:
    """The same backup with another manifest."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        new.writestr("manifest.json", json.dumps(json.loads(old.read("manifest.json")) | values))
        new.writestr("database", old.read("database"))
    return target
