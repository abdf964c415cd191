"""The page of every note of the guide, what says it and when, made from the catalog."""

from console.catalog import generation
from console.domain.advice import CONDITIONS, PAGES
from console.domain.products import Function, Note

CHAPTERS = {"2003": "Chapter 1, Exchange Server 2003", "2007": "Chapter 2, Exchange Server 2007"}
HEAD = """# The guide's notes as advice

Every note of both chapters, and where the console says it: on the page of a plan, of an operation that has succeeded,
or of a cluster. `tests/advice` makes this page from `console/catalog/exchange/` and compares it. `{grace}` is computed
from how long stopping Exchange took in the cluster's latest operations.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_chapter(key, title) for key, title in CHAPTERS.items())


def _chapter(key: str, title: str) -> str:
    rows = "".join(_row(note) for note in generation(key).notes)
    functions = "".join(_function(function) for function in generation(key).functions)
    return (
        f"\n## {title}\n\n| place | said on | when | what |\n|---|---|---|---|\n{rows}"
        "\nThe functional range: functions outside of it are warned of before a planned move (`range.outside`), and\n"
        "so are supported ones that are used but not moved (`range.covered`).\n"
        f"\n| function | supported | shows by | what a move means |\n|---|---|---|---|\n{functions}"
    )


def _function(function: Function) -> str:
    signs = [f"`{name}`" for name in function.services] + ["a public store"] * function.public_stores
    supported = "yes" if function.supported else "no"
    return f"| {function.title} | {supported} | {', '.join(signs) or 'nothing of its own'} | {function.consequence} |\n"


def _row(note: Note) -> str:
    if note.carried:
        return f"| {note.place} | | | {note.carried} |\n"
    said = ", ".join(name for name in PAGES if name in note.shown)
    return f"| {note.place} | {said} | {CONDITIONS[note.when][0]} | {note.text} |\n"
