"""What a screen reader asks of a page first: a title that names it, one heading of its own, and landmarks."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from console.web.access import Door
from tests.access.conftest import signed_in_now
from tests.access.routes import Route, a_world, routes
from tests.journeys.pages import NO_PAGE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = re.compile(r"TOKYO|somebody|night shift|\bops\b|service|x\.log|clp\.conf|request-1|cluster|\b[0-9]+\b")
"""What addresses of the world name, and numbers."""
SIGNED_IN, FACTOR = "only for who is not signed in", "only with a second factor"
OTHERWISE = {
    "sign-in/": SIGNED_IN,
    "account/second-factor/authenticate/": SIGNED_IN,
    "account/second-factor/again/": FACTOR,
    "account/second-factor/app/remove/": FACTOR,
    "account/second-factor/keys/again/": FACTOR,
    "account/second-factor/keys/<int:pk>/remove/": FACTOR,
    "account/second-factor/recovery-codes/": FACTOR,
    "operations/<int:pk>/diagnosis/": "of a diagnosis only",
    "operations/<int:pk>/procedure-record/": "of a procedure only",
    "findings/<str:code>/": "the world has no finding",
    "notifications/channels/add/<str:kind>/": "its kinds are not those of the inventory",
}
"""Routes whose page the administrator of this world does not get, and why not."""


@dataclass
class Heard(HTMLParser):
    """The parts of a page by which one finds the way without seeing it."""

    title: str = ""
    headings: list[str] = field(default_factory=list)
    landmarks: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    told_by: set[str] = field(default_factory=set)
    within: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("title", "h1"):
            self.within = tag
        if tag == "h1":
            self.headings.append("")
        if tag in ("main", "header", "nav", "footer"):
            self.landmarks.append(f"{tag} {values.get('aria-label', '')}".strip())
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            self.told_by |= set(values.get(name, "").split())

    def handle_endtag(self, tag: str) -> None:
        if tag == self.within:
            self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within == "title":
            self.title += data
        elif self.within == "h1":
            self.headings[-1] += data


@pytest.fixture
def pages(db: None) -> dict[str, Heard]:
    """Every page as an administrator gets it, by its route, of a world in which every address names something."""
    world, found = a_world(), {}
    client = signed_in_now(world.people["administrator"])
    for route in routes():
        if route.path in OTHERWISE or route.path in NO_PAGE or route.signed or "GET" not in door(route).methods:
            continue
        answer = client.get(world.address(route))
        assert answer.status_code == 200, f"{route.path}: add it to OTHERWISE if no page comes here"
        found[route.path] = Heard()
        found[route.path].feed(answer.content.decode())
    return found


def door(route: Route) -> Door:
    """Its door, which every route has."""
    assert route.door
    return route.door


def test_every_page_has_a_title_of_its_own_one_heading_and_landmarks(pages: dict[str, Heard]) -> None:
    assert len(pages) > 50
    for path, page in pages.items():
        (heading,) = page.headings
        assert heading.strip(), path
        assert page.title.strip().endswith(" · Changeover"), path
        assert page.landmarks.count("main") == 1, path
        assert path == "wall/" or page.landmarks[:3] == ["header", "nav Main", "main"], path
        assert "nav" not in page.landmarks, f"{path}: a nav without a name"
        assert page.told_by <= set(page.ids), f"{path}: named by what is not there"
        assert len(page.ids) == len(set(page.ids)), f"{path}: {[one for one in page.ids if page.ids.count(one) > 1]}"
    titles = [page.title for page in pages.values()]
    assert len(titles) == len(set(titles)), "each page has a title that no other one has"
    unnamed = {path: page.title for path, page in pages.items() if "<" in path and not NAMES.search(page.title)}
    assert not unnamed, "a page about something says in its title what about"
