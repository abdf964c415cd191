"""No form is left out when journeys are made by keyboard alone: their list is held against the site's addresses."""

import ast
from pathlib import Path

from tests.access.routes import routes
from tests.journeys.by_keys import BY_KEYS, NOT_BY_KEYS

JOURNEYS = Path(__file__).parents[1] / "journeys"
FORMS = {route.path for route in routes() if not route.signed and route.door and "POST" in route.door.methods}
SENT = [path for paths in BY_KEYS.values() for path in paths]


def test_every_form_is_sent_by_keyboard_alone_or_it_is_said_why_not() -> None:
    left_out = FORMS - set(SENT) - NOT_BY_KEYS.keys()
    assert not left_out, "add each to a journey of tests/journeys/by_keys.py"


def test_what_the_table_names_is_a_form_and_named_once() -> None:
    named = [*SENT, *NOT_BY_KEYS]
    assert not set(named) - FORMS
    assert len(named) == len(set(named))


def test_the_journeys_of_the_table_are_made_by_keys() -> None:
    made = set()
    for file in JOURNEYS.glob("test_keyboard*.py"):
        text = file.read_text(encoding="utf-8")
        assert 'pytestmark = pytest.mark.usefixtures("keys")' in text, file.name
        made |= {one.name for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)}
    assert not BY_KEYS.keys() - made
