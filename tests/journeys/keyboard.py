"""A person without a mouse: what journeys click, fill in and tick is done by keys alone, and each stop is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page

MOST = 400
"""So many presses of Tab; what is not reached by then cannot be reached."""
STOP = """(target) => {
  const on = document.activeElement;
  const style = getComputedStyle(on);
  const box = on.getBoundingClientRect();
  return {
    here: on === target,
    nowhere: on === document.body,
    after: Boolean(target.compareDocumentPosition(on) & Node.DOCUMENT_POSITION_FOLLOWING),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    what: on.outerHTML.slice(0, 160),
  };
}"""
NAME = """() => {
  const on = document.activeElement;
  return on === document.body ? "" : `${[...document.querySelectorAll("*")].indexOf(on)} ${on.outerHTML.slice(0, 80)}`;
}"""
OPTIONS = """(select, wanted) => {
  const all = [...select.options];
  const at = wanted.index ?? all.findIndex((one) => one.value === wanted.value || one.label === wanted.label);
  return [select.selectedIndex, at];
}"""


def tab_to(target: Locator) -> None:
    """Press Tab, or Shift-Tab where it lies behind, until `target` has the focus; at each stop it has to be seen."""
    target.wait_for()
    page = target.page
    stop = target.evaluate(STOP)
    key = "Shift+Tab" if stop["after"] and not stop["nowhere"] else "Tab"
    for _ in range(MOST):
        if stop["here"]:
            return
        page.keyboard.press(key)
        stop = target.evaluate(STOP)
        assert stop["nowhere"] or (stop["ring"] and stop["seen"]), f"the focus is not seen at {stop['what']}"
    raise AssertionError(f"Tab does not lead to {target}")


def stops(page: Page, key: str = "Tab", most: int = MOST) -> list[str]:
    """Every stop of the key from where the focus is, until it leaves the page or comes round, or `most` of them."""
    found: list[str] = []
    for _ in range(most):
        page.keyboard.press(key)
        stop = str(page.evaluate(NAME))
        if not stop or stop in found:
            return found
        found.append(stop)
    assert most < MOST, f"{key} does not come round"
    return found


def press(target: Locator, **_: Any) -> None:
    """What a click does: Enter, or Space on a box to tick."""
    tab_to(target)
    ticked = target.evaluate("one => one.matches('input[type=checkbox], input[type=radio]')")
    target.page.keyboard.press("Space" if ticked else "Enter")
    target.page.wait_for_function("() => !document.querySelector('form[data-sent]')")  # what was sent has arrived


def press_twice(target: Locator, **_: Any) -> None:
    """What a double click does: Enter, and again before anything can have come of it."""
    tab_to(target)
    target.page.keyboard.press("Enter")
    target.page.keyboard.press("Enter")
    target.page.wait_for_function("() => !document.querySelector('form[data-sent]')")


def type_in(target: Locator, value: str, **_: Any) -> None:
    """What filling in does: everything marked, and typed over; of a moment one part after the other."""
    tab_to(target)
    keyboard = target.page.keyboard
    if target.get_attribute("type") == "datetime-local":
        _type_moment(target, datetime.fromisoformat(value))
        return
    keyboard.press("Control+a")
    keyboard.press("Delete")
    keyboard.type(value)


def _type_moment(target: Locator, moment: datetime) -> None:
    """In the order in which the browser asks for the parts, which is that of the language it was started in."""
    tab_to(target)
    target.page.keyboard.type(f"{moment:%m%d%Y}")
    target.page.keyboard.press("ArrowRight")  # a year may have six digits: it does not lead on by itself
    target.page.keyboard.type(f"{moment:%I%M%p}")
    assert target.input_value() == f"{moment:%Y-%m-%dT%H:%M}"


def hand_in(target: Locator, file: FilePayload, **_: Any) -> None:
    """What handing in a file does: Enter opens the system's own dialog, which is not of the page."""
    with target.page.expect_file_chooser() as asked:
        tab_to(target)
        target.page.keyboard.press("Enter")
    asked.value.set_files(file)


def tick(target: Locator, **_: Any) -> None:
    """What ticking does. Of radio buttons one is a stop, and arrows lead to the others."""
    if target.is_checked():
        return
    if not target.evaluate("one => one.type === 'radio'"):
        press(target)
    else:
        _choose_radio(target)
    assert target.is_checked()


def untick(target: Locator, **_: Any) -> None:
    """Take a tick away."""
    if target.is_checked():
        press(target)
    assert not target.is_checked()


def choose(target: Locator, value: str | None = None, **wanted: Any) -> None:
    """What choosing from a list does: arrows, without opening it."""
    tab_to(target)
    now, at = target.evaluate(OPTIONS, wanted if value is None else {"value": value, "label": value})
    assert at >= 0, f"{target} has no {value or wanted}"
    for _ in range(abs(at - now)):
        target.page.keyboard.press("ArrowDown" if at > now else "ArrowUp")
    assert target.evaluate("one => one.selectedIndex") == at


def no_focus(target: Locator, **_: Any) -> None:
    """Nobody can put the focus somewhere by wishing."""
    raise AssertionError(f"by keys alone the focus does not jump to {target}")


@contextmanager
def keys_alone() -> Iterator[None]:
    """Within this, every journey is made by keys."""
    ways = {"click": press, "dblclick": press_twice, "fill": type_in, "check": tick, "uncheck": untick}
    ways |= {"select_option": choose, "set_input_files": hand_in}
    with pytest.MonkeyPatch.context() as patch:
        for name, by_keys in {**ways, "focus": no_focus, "press": no_focus, "tap": no_focus, "hover": no_focus}.items():
            patch.setattr(Locator, name, by_keys)
        yield


def _choose_radio(target: Locator) -> None:
    name = target.get_attribute("name")
    group = target.locator("xpath=ancestor::form").locator(f"input[type=radio][name='{name}']")
    chosen = group.and_(target.page.locator(":checked"))
    tab_to(chosen if chosen.count() else group.first)
    for _ in range(group.count()):
        if target.is_checked():
            return
        target.page.keyboard.press("ArrowDown")
