"""How the pages of docs/ become a site: what `make docs` hands to Sphinx.

The lists in the README files are the navigation, so that there is one list only: a page that none of them names is a
warning, and `make docs` takes every warning for an error, as it takes a link that leads nowhere.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
OUTSIDE = {"site/about": "README.md", "site/changelog": "CHANGELOG.md", "site/catalog": "console/catalog/README.md"}
"""Pages of the site that lie elsewhere in the checkout."""
LINK = re.compile(r"\]\((?!https?:|/|#)([^)#\s]+)(#[^)\s]*)?\)")
PICTURE = re.compile(r"^<!-- picture: (?P<name>\S+) \| (?P<caption>.+) -->$", re.M)

project = "Changeover"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
master_doc = "README"
nitpicky = True
myst_heading_anchors = 4
html_theme = "furo"
html_title = "Changeover"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_favicon = "../../console/static/console/icon.svg"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options = {"top_of_page_buttons": []}


def read(app: Any, name: str, source: list[str]) -> None:
    """The text of a page as Sphinx gets it: links within the site, pictures, and the pages that a list names."""
    path = DOCS / f"{name}.md"
    text = source[0]
    if name in OUTSIDE:
        path = ROOT / OUTSIDE[name]
        app.env.note_dependency(str(path))
        text = path.read_text(encoding="utf-8")
    text = LINK.sub(lambda found: f"]({target(path.parent, found[1])}{found[2] or ''})", text)
    text = PICTURE.sub(lambda found: figure(app, name, **found.groupdict()), text)
    source[0] = text + "".join(navigation(path, text)) if path.name == "README.md" and name not in OUTSIDE else text


def target(folder: Path, link: str) -> str:
    """A link of a file in `folder`, as one from the top of the site."""
    path = (folder / link).resolve()
    inside = {(ROOT / file).resolve(): DOCS / f"{name}.md" for name, file in OUTSIDE.items()}
    return f"/{inside.get(path, path).relative_to(DOCS)}"


def navigation(path: Path, text: str) -> list[str]:
    """A list that is not shown for each part of a README, with every page that the part links to first in a row."""
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    named = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    home = path.relative_to(DOCS).parent
    return [_tree(title, found) for title, part in named if (found := list(dict.fromkeys(_pages(home, part))))]


def _pages(home: Path, part: str) -> Iterator[str]:
    for row in part.splitlines():
        found = re.match(r"[|-] \[[^\]]*\]\(/([^)#]+)\.md", row)
        if found and (home == Path() or Path(found[1]).parent == home):
            yield f"/{found[1]}"


def _tree(title: str, pages: list[str]) -> str:
    caption = f":caption: {title}\n" if title else ""
    return f"\n```{{toctree}}\n:hidden:\n{caption}\n" + "\n".join(pages) + "\n```\n"


def figure(app: Any, page: str, name: str, caption: str) -> str:
    """A picture of a page of the console, in the site's theme; nothing where none was taken."""
    taken = Path(app.config.pictures)
    if not app.config.pictures or not (taken / f"{name}.desk.light.png").exists():
        return ""
    up = "../" * page.count("/")
    shown = "".join(
        f'<a class="only-{scheme}" href="{up}pictures/{name}.desk.{scheme}.png">'
        f'<img src="{up}pictures/{name}.desk.{scheme}.png" alt="{caption}" loading="lazy"></a>'
        for scheme in ("light", "dark")
    )
    return f'<figure class="shot">{shown}<figcaption>{caption}</figcaption></figure>'


def carry_pictures(app: Any, error: Exception | None) -> None:
    """Lay the pictures that pages show beside them."""
    if error is not None or not app.config.pictures:
        return
    folder = Path(app.outdir) / "pictures"
    folder.mkdir(exist_ok=True)
    named = {found["name"] for page in DOCS.rglob("*.md") for found in PICTURE.finditer(page.read_text("utf-8"))}
    for name in sorted(named):
        for file in Path(app.config.pictures).glob(f"{name}.desk.*.png"):
            shutil.copyfile(file, folder / file.name)


def setup(app: Any) -> None:
    """What Sphinx calls."""
    app.add_config_value("pictures", "", "html", types=[str], description="the folder that holds the pictures")
    app.connect("source-read", read)
    app.connect("build-finished", carry_pictures)
