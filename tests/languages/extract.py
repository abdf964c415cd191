"""Every text that is translated: marked in templates, Python and scripts, and what the catalog says."""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

from console.services import catalog_texts
from tests.architecture.sources import ROOT

PYTHON = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CALL = re.compile(
    r"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(((?:\s|,|count|u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\")+)\)"
)
LITERAL = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
DRAWN = re.compile(r"""{% (?:badge|mark|icon|key|status_badge) [^\s%]+ "([^"]+)\"""")
"""Tags that translate the words that they are given."""


@dataclass(frozen=True)
class Text:
    """A marked text, its plural where it has one, where it stands, and what tells it from the same words elsewhere."""

    one: str
    many: str
    place: str
    line: int
    context: str = ""

    @property
    def id(self) -> str | tuple[str, str]:
        """As a catalog knows it."""
        return (self.one, self.many) if self.many else self.one


@cache
def of_pages() -> list[Text]:
    """What templates, Python and the catalog say: the domain `django`."""
    return [*_of_templates(), *_of_python(), *_of_catalog()]


@cache
def of_scripts() -> list[Text]:
    """What scripts say: the domain `djangojs`."""
    found = []
    for path in sorted((ROOT / "console/static/console/js").glob("*.js")):
        place = path.relative_to(ROOT).as_posix()
        keywords = {"gettext": None, "ngettext": (1, 2)}
        for line, words, _, _ in extract("javascript", io.BytesIO(path.read_bytes()), keywords):
            one, many = words if isinstance(words, tuple) else (words, "")
            found.append(Text(one, many, place, line))
    return found


def catalog(texts: Iterable[Text]) -> Catalog:
    """The texts as a catalog without translations."""
    made = Catalog(project="Changeover", charset="utf-8", header_comment="")
    for text in texts:
        formats = ["python-format"] if "%(" in text.one else []
        made.add(text.id, locations=[(text.place, 0)], flags=formats, context=text.context or None)
    return made


def _of_templates() -> Iterator[Text]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        place, source = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        code = templatize(source)
        for call in CALL.finditer(code):
            words = [ast.literal_eval(word) for word in LITERAL.findall(call[2])]
            yield _text(call[1], words, place, code.count("\n", 0, call.start()) + 1)
        for tag in DRAWN.finditer(source):
            yield Text(tag[1], "", place, source.count("\n", 0, tag.start()) + 1)


def _of_python() -> Iterator[Text]:
    for path in sorted((ROOT / "console").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "gettext" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PYTHON:
                words = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if words:
                    yield _text(node.func.id, words, path.relative_to(ROOT).as_posix(), node.lineno)


def _of_catalog() -> Iterator[Text]:
    """What the catalog says of findings, procedures, the guide's notes, events and exit codes."""
    for words in catalog_texts.texts():
        yield Text(words, "", "console/catalog", 0)


def _text(marker: str, words: list[str], place: str, line: int) -> Text:
    """What a call of that name marks: with a `p` its first word tells where, with an `n` a plural follows."""
    context = words.pop(0) if marker.startswith(("pgettext", "npgettext")) else ""
    plural = words[1] if marker.startswith(("ngettext", "npgettext")) else ""
    return Text(words[0], plural, place, line, context)
