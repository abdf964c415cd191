"""The database that the tests copy is made anew when something changes that decides how it looks, and only then."""

from pathlib import Path

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models

from tests import schema
from tests.architecture.sources import ROOT


def test_what_decides_how_the_database_looks_is_told_from_what_shows_it() -> None:
    decides = {*schema.sources()}
    ours = {ROOT.joinpath(*model.__module__.split(".")).with_suffix(".py") for model in _of_the_console()}
    assert ours <= decides
    assert {*(ROOT / "console/migrations").glob("*.py"), ROOT / "console/services/audit_guard.py"} <= decides
    assert ROOT / "console/domain/inventory_names.py" in decides, "what a model imports"
    assert not [path for path in decides if path.is_relative_to(ROOT / "console/web/forms")]


def test_it_counts_what_comes_from_others() -> None:
    folder = Path(apps.get_app_config(User._meta.app_label).path) / "migrations"
    assert {*folder.glob("0*.py")} <= {*schema.sources()}


def _of_the_console() -> list[type[models.Model]]:
    return [*apps.get_app_config("console").get_models()]
