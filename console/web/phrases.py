"""What the rules say, in the reader's language: their words and sentences are known here by their patterns.

The domain says everything in English, once, for the page, the audit and the API alike. A page looks a text up whole,
then by pattern, then sentence by sentence and clause by clause; what nobody has translated stays as it was said.
"""

import re
from functools import cache, lru_cache

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext

from console.services import catalog_texts
from console.web.phrase_list import PHRASES

SLOT = re.compile(r"%\((\w+)\)s")
WORD, NUMBER, NAMES = "[^ ]+?", "[0-9][0-9,]*", "[A-Z][A-Z0-9, ]*"
WORDS, ANYTHING = "(?:(?![.?!] [A-Z]).)+?", ".+?"
SLOTS = {
    **dict.fromkeys(("account", "context", "grounds", "group", "name", "names", "scope", "server", "service"), WORDS),
    **dict.fromkeys(("after", "before", "span", "state", "what"), WORDS),
    **dict.fromkeys(("text", "users", "version", "why", "grace"), ANYTHING),
    **dict.fromkeys(("all", "changing", "count", "number", "score", "seconds"), NUMBER),
    "protocols": NAMES,
    "stage": "[^.]+",
}
"""What fits a slot of a phrase: words within one sentence, or whole ones; a word fits a slot that is not named here."""
LONGEST = 500
"""Letters: no sentence of ours is longer, and what a node told may be."""
BETWEEN_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z])")
BETWEEN_CLAUSES = "; "


def said(text: str) -> str:
    """`text` of the console's own rules in the language that holds; the same where it has no translation."""
    language = get_language()
    return text if not text.strip() or language in (None, "en") else _looked_up(text, language)


said_when_shown = lazy(said, str)
"""The same for a text that is written before anybody's language holds, such as a choice of a form."""


@lru_cache(maxsize=20_000)
def _looked_up(text: str, language: str) -> str:
    """The language is that which holds: it is named so that each has its own."""
    whole = gettext(text)
    if whole != text:
        return whole
    for phrase, says in _phrases() if len(text) <= LONGEST else ():
        if says in text and (found := _pattern(phrase).fullmatch(text)):
            return gettext(phrase) % {name: said(value) for name, value in found.groupdict().items()}
    parts = BETWEEN_SENTENCES.split(text)
    if len(parts) > 1:
        return _joined(parts, [said(part) for part in parts])
    clauses = text.split(BETWEEN_CLAUSES)
    return BETWEEN_CLAUSES.join(said(clause) for clause in clauses) if len(clauses) > 1 else text


def _joined(before: list[str], after: list[str]) -> str:
    """Sentences one after the other; a space stands beside one that stayed English."""
    text = after[0]
    for number, part in enumerate(after[1:], start=1):
        both = after[number - 1] != before[number - 1] and part != before[number]
        text += part if both else f" {part}"
    return text


@cache
def _phrases() -> list[tuple[str, str]]:
    """Each phrase with slots, and the longest of what it says itself; what says most is tried first."""
    phrases = [phrase for phrase in (*PHRASES, *catalog_texts.texts()) if SLOT.search(phrase)]
    phrases.sort(key=lambda phrase: -len(SLOT.sub("", phrase)))
    return [(phrase, max(SLOT.split(phrase)[::2], key=len)) for phrase in phrases]


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """What fits the phrase, made when it is first needed; a slot that comes again has to hold the same again."""
    parts, seen, words = SLOT.split(phrase), set[str](), []
    for at, part in enumerate(parts):
        if at % 2 == 0:
            words.append(re.escape(part))
        else:
            words.append(f"(?P={part})" if part in seen else f"(?P<{part}>{SLOTS.get(part, WORD)})")
            seen.add(part)
    return re.compile("".join(words), re.DOTALL)
