"""docs/ as a site: every page of it can be found, every link leads somewhere, and nothing comes from another host."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.pages import EMPTY, LOOKS
from tests.journeys.pictures import slug

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FETCHED = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio)\b[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)"""
)
FETCHED_BY_STYLE = re.compile(r"""(?:@import\s+|url\()\s*["']?((?:https?:)?//[^"')\s]+)""")
PICTURES = re.compile(r"^<!-- picture: (\S+) \| .+ -->$", re.M)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it, for which every warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    argv = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs/site", "docs", str(folder)]
    made = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)  # the first one waits for the site, next to whatever else the cores do
def test_every_page_is_on_the_site_with_links_that_lead_somewhere(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        assert (site / page.relative_to(DOCS).with_suffix(".html")).exists()
    assert "Compare-and-set" in (site / "decisions" / "README.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_lies_elsewhere_in_the_checkout_is_on_the_site_too(site: Path) -> None:
    changes = (site / "site" / "changelog.html").read_text(encoding="utf-8")
    assert "Not yet released" in changes
    assert 'href="../docs/' not in (site / "site" / "about.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_site_fetches_nothing_from_another_host(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    styles = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.css")}
    assert len(pages) > 100
    assert styles
    found = {
        path.name: FETCHED.findall(text) + FETCHED_BY_STYLE.findall(text) for path, text in (pages | styles).items()
    }
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_a_foreign_host_would_be_seen() -> None:
    assert FETCHED.findall('<script async src="https://a.example/x.js"></script><link rel=x href="//b.example/y">') == [
        "https://a.example/x.js",
        "//b.example/y",
    ]
    assert FETCHED_BY_STYLE.findall('@import "//c.example/z"; a { b: url(http://d.example/f.woff2) }') == [
        "//c.example/z",
        "http://d.example/f.woff2",
    ]


def test_every_picture_that_a_page_shows_is_taken_by_the_tests() -> None:
    looked_at = {slug(f"{look.address} {look.seen_by}") for look in LOOKS}
    looked_at |= {slug(f"{look.address} empty") for look in EMPTY}
    shown = {page.name: PICTURES.findall(page.read_text(encoding="utf-8")) for page in DOCS.rglob("*.md")}
    assert any(shown.values())
    assert {name: names for name, names in shown.items() if not set(names) <= looked_at} == {}
