"""The overview, the wall and the picture in a browser: pushed changes, filters, keys, and an honest connection."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack


def line(person: Person, cluster: LabCluster) -> Locator:
    """The cluster's row."""
    return person.page.locator(".line", has=person.page.get_by_role("link", name=cluster.name, exact=True))


def tile(person: Person, cluster: LabCluster) -> Locator:
    """The cluster on the wall."""
    return person.page.locator(".tile", has=person.page.get_by_text(cluster.name, exact=True))


def test_a_move_shows_on_the_overview_and_in_the_picture_without_a_reload(
    olga: Person, people: object, cluster: LabCluster
) -> None:
    watching = people()  # type: ignore[operator]
    watching.page.goto(f"/?q={cluster.name}")
    expect(watching.link).to_have_text("Live")
    watching.page.evaluate("window.notReloaded = true")
    watching.page.get_by_role("link", name=cluster.name, exact=True).focus()
    cluster.fault(cluster.primary, "slow", ms="300")
    operation = olga.begins(cluster, "failover")
    expect(line(watching, cluster).get_by_role("link", name="Fail over to")).to_have_attribute(
        "href", f"/operations/{operation}/"
    )
    expect(line(watching, cluster)).to_contain_text(re.compile(r"[1-9]\d* of \d+ steps"))
    expect(watching.page.get_by_role("link", name=cluster.name, exact=True)).to_be_focused()
    olga.opens(cluster)
    olga.page.evaluate("window.notReloaded = true")
    picture = olga.page.get_by_role("region", name="Where everything is")
    expect(picture).to_contain_text(re.compile("gives the group away|is on its way|takes the group"))
    cluster.fault(cluster.primary, "slow", on=False)
    expect(picture).to_contain_text(f"{cluster.standby} (standby by design): active", timeout=90_000)
    expect(line(watching, cluster).locator(".duo__node.is-active")).to_contain_text(cluster.standby)
    for person in (olga, watching):
        assert person.page.evaluate("window.notReloaded") is True
        assert not person.troubles


def test_the_overview_is_filtered_in_the_address_and_walked_by_keys(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    page = olga.page
    page.goto("/")
    shown = page.locator(".line:visible")
    everything = len(stack.world.clusters)
    expect(shown).to_have_count(everything)
    page.keyboard.press("/")
    expect(page.get_by_label("Find")).to_be_focused()
    page.keyboard.type("mail0")
    expect(page.locator("#count")).to_have_text(f"9 of {everything} shown")
    expect(page).to_have_url(re.compile(r"/\?q=mail0$"))
    page.keyboard.press("ArrowDown")
    names = shown.locator(".line__name").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name=names[1], exact=True)).to_be_focused()
    page.reload()
    assert page.locator(".line:visible .line__name").all_inner_texts() == names
    page.keyboard.press("Escape")
    expect(shown).to_have_count(everything)
    page.get_by_label("These keys are on").uncheck()
    page.locator("body").click(position={"x": 1, "y": 1})
    page.keyboard.press("/")
    expect(page.get_by_label("Find")).not_to_be_focused()
    page.get_by_label("By site").check()
    expect(page.locator(".lines__site").first).to_be_visible()
    expect(shown).to_have_count(everything)
    page.get_by_label("These keys are on").check()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/clusters/"))
    assert not olga.troubles


def test_the_wall_says_loudly_that_it_is_cut_off_and_comes_back_by_itself(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.page.goto("/wall/")
    expect(olga.link).to_have_text("Live")
    expect(tile(olga, cluster)).to_be_visible()
    shouting = olga.page.get_by_role("alert")
    expect(shouting).to_be_hidden()
    stack.stop_pages()
    try:
        expect(shouting).to_contain_text("CONNECTION LOST")
        assert not troubles(olga.page)
    finally:
        stack.start_pages()
    expect(shouting).to_be_hidden(timeout=30_000)
    expect(olga.link).to_have_text("Live")
    assert not olga.troubles
