"""Pictures of the pages that are looked at, on a telephone and on a desk, in light and in dark, where they are wanted.

`CHANGEOVER_TESTS_PICTURES` names the folder; without it none is taken. `python -m tests.screenshots` sets it.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

WANTED = "CHANGEOVER_TESTS_PICTURES"
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
SCHEMES = ("light", "dark")
TALLEST = 4000
"""Pixels: of a longer page, the head shows how it looks."""


def take(page: Page, name: str = "") -> None:
    """Take the page as it is now, once for each width and scheme; its file is called after `name`, or its address."""
    folder = os.environ.get(WANTED)
    if folder is None:
        return
    stem = _unused(Path(folder), slug(name or urlsplit(page.url).path))
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        whole = page.evaluate("document.documentElement.scrollHeight")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            clip = {"x": 0, "y": 0, "width": width, "height": max(height, min(whole, TALLEST))}
            path = Path(folder) / f"{stem}.{size}.{scheme}.png"
            page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def slug(name: str) -> str:
    """A file's name for an address or a title: `/clusters/{seen}/?q=x` becomes `clusters-seen-q-x`."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"/\d+/", "/", name).lower()).strip("-") or "overview"


def _unused(folder: Path, stem: str) -> str:
    """The name itself, or with the number of how often it was looked at by now."""
    taken = len(list(folder.glob(f"{stem}.desk.light.png"))) + len(list(folder.glob(f"{stem}~*.desk.light.png")))
    return f"{stem}~{taken + 1}" if taken else stem
