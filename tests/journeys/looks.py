"""What is wrong with how a page looks: parts that stick out sideways, and what axe complains about."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys import pictures

STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const all = [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > width + 1);
  return all.slice(0, 5).map(one => one.outerHTML.slice(0, 120));
}"""
EVERYTHING = {"resultTypes": ["violations"], "selectors": False}
"""What is in order is counted, not listed, and nobody looks for a selector of each part: that takes several times as
long as all of the rules."""
CONTRAST = EVERYTHING | {"runOnly": ["color-contrast"]}
"""All that depends on colours."""


def unfold(page: Page) -> None:
    """Open every fold of the page."""
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.click())")


def sticks_out(page: Page) -> list[str]:
    """The parts that make the page scroll sideways, with everything folded out."""
    unfold(page)
    found: list[str] = page.evaluate(STICKS_OUT)
    return found


def troubles(page: Page, name: str = "") -> list[str]:
    """Everything that is wrong with the page, on a telephone and on a desk. Its pictures, if wanted, get `name`."""
    pictures.take(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    found = [f"sticks out: {one}" for one in sticks_out(page)]
    page.set_viewport_size({"width": 1440, "height": 900})
    primary = page.locator(".button--primary:visible").all_inner_texts()
    return found + complaints(page) + ([f"{len(primary)} first things to do: {primary}"] if len(primary) > 1 else [])


def complaints(page: Page) -> list[str]:
    """What axe finds on the page in light and in dark, as sentences; asserts that its rules ran."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour is half-way to another
    light = Axe().run(page, options=EVERYTHING).response
    assert len(light["passes"]) > 5, "its rules ran"
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("options => axe.run(options)", CONTRAST)
    assert dark["passes"]
    found = [("light", one) for one in light["violations"]] + [("dark", one) for one in dark["violations"]]
    return [f"{name} {one['id']}: {node['html'][:160]}" for name, one in found for node in one["nodes"][:3]]
