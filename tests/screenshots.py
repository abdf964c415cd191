"""`make screenshots`: the tests that look at pages, with a picture of each page kept, and a page to look them through.

What is shown is what the tests made: the same consoles, the same clicks. A page that is not looked at has no picture,
and a test sees to it that none is left out.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.journeys.pictures import SCHEMES, SIZES, WANTED

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "screenshots"
INDEX = "index.html"
LOOKS = "troubles"
"""The function that looks at a page."""
HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Every page</title>
<style>
body { font: 15px/1.5 sans-serif; margin: 1.5rem; }
section { border-top: 1px solid #8888; padding-top: .5rem; }
div { display: grid; grid-template-columns: 3.7fr 3.7fr 1fr 1fr; gap: .75rem; align-items: start; }
img { width: 100%; border: 1px solid #8888; }
</style></head>
<body><h1>Every page</h1>
"""


def main() -> int:
    """The exit code of the tests; the pictures are there whatever it is."""
    options = _options()
    folder: Path = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *looking(), *options.pytest]
    code = subprocess.run(argv, cwd=ROOT, env=os.environ | {WANTED: str(folder)}, check=False).returncode
    names = pages(folder)
    (folder / INDEX).write_text(index(names), encoding="utf-8")
    sys.stdout.write(f"{len(names)} pages in {time.monotonic() - began:.0f} s: {folder / INDEX}\n")
    return code


def looking() -> list[str]:
    """The tests in which a page is looked at, as pytest names them."""
    files = sorted(path for path in (ROOT / "tests").rglob("test_*.py"))
    return [f"{path.relative_to(ROOT)}::{name}" for path in files for name in _tests(path)]


def _tests(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if "tests.journeys.looks import" not in text:
        return
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            called = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
            if any(isinstance(one, ast.Name) and one.id == LOOKS for one in called):
                yield node.name


def pages(folder: Path) -> list[str]:
    """The names of all pages that have their pictures, in the order of the alphabet."""
    last = f".{list(SIZES)[-1]}.{SCHEMES[-1]}.png"
    return sorted(path.name.removesuffix(last) for path in folder.glob(f"*{last}"))


def index(names: list[str]) -> str:
    """A page that shows every page in each width and scheme."""
    return HEAD + "".join(_section(name) for name in names) + "</body></html>\n"


def _section(name: str) -> str:
    files = [f"{name}.{size}.{scheme}.png" for size in reversed(SIZES) for scheme in SCHEMES]
    shown = "".join(f'<a href="{escape(one)}"><img loading="lazy" src="{escape(one)}" alt=""></a>' for one in files)
    return f'<section id="{escape(name)}"><h2>{escape(name)}</h2><div>{shown}</div></section>\n'


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they go; what lies there is removed")
    parser.add_argument("pytest", nargs="*", help="more words for pytest, after --")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
