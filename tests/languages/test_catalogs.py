"""The catalogs hold every text that is marked, translated, and are compiled as they stand."""

import re
from collections import Counter
from itertools import product

import pytest
from babel.messages.catalog import Message
from django.conf import settings

from tests.languages import catalogs, extract

SLOT = re.compile(r"%\(\w+\)s|\{\w*\}|%%")
MARKUP = re.compile(r"</?[a-z]+[^>]*>")
FILES = list(product(catalogs.languages(), catalogs.DOMAINS))
HINT = "run make messages, translate what is new, and run it again"


def messages(language: str, domain: str) -> list[Message]:
    """Every text of a catalog with its translation."""
    return [message for message in catalogs.read(language, domain) if message.id]


def strings(message: Message) -> list[str]:
    """Its translation, in each form that the language has."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def ids(message: Message) -> list[str]:
    """The text in English, in both numbers where it has them."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_every_language_that_can_be_chosen_has_its_catalogs_and_no_other_has() -> None:
    assert {"en", *catalogs.languages()} == {code for code, _ in settings.LANGUAGES}


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_a_catalog_holds_exactly_what_is_marked(language: str, domain: str) -> None:
    marked = {text.one for text in catalogs.DOMAINS[domain]()}
    assert len(marked) > 5, "the texts are found"
    assert {ids(message)[0] for message in messages(language, domain)} == marked, HINT


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_everything_is_translated_and_nothing_is_only_guessed(language: str, domain: str) -> None:
    found = messages(language, domain)
    lacking = [message.id for message in found if not all(text.strip() for text in strings(message))]
    assert not lacking, HINT
    assert not [message.id for message in found if message.fuzzy]


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_what_is_put_in_and_the_markup_agree(language: str, domain: str) -> None:
    """Each value once as in English, and the same tags: a translation can break no page and invent no link."""
    wrong = []
    for message in messages(language, domain):
        english = ids(message)[-1]
        for text in strings(message):
            if Counter(SLOT.findall(text)) != Counter(SLOT.findall(english)):
                wrong.append(f"{english} / {text}")
            if Counter(MARKUP.findall(text)) != Counter(MARKUP.findall(english)):
                wrong.append(f"{english} / {text}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_the_files_are_as_the_tool_writes_them(language: str, domain: str) -> None:
    source = catalogs.written(catalogs.renewed(language, domain))
    assert catalogs.source_of(language, domain).read_bytes() == source, HINT
    compiled = catalogs.compiled(catalogs.read(language, domain))
    assert catalogs.compiled_of(language, domain).read_bytes() == compiled, HINT


def test_the_places_where_texts_are_marked_are_all_read() -> None:
    places = {text.place for text in [*extract.of_pages(), *extract.of_scripts()]}
    assert {"templates/base.html", "console/web/account.py", "console/static/console/js/page.js"} <= places
