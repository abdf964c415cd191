"""What a browser says of itself (RFC 9110, section 10.1.5), as a person would name it."""

import re

BROWSERS = (
    ("Edge", r"Edg(?:A|iOS|e)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)\S* (?:Mobile/\S+ )?Safari/"),
)
"""The first that fits: most of them name the browsers that they resemble as well."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows NT"),
    ("macOS", "Mac OS X"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Browser, version and system, such as `Firefox 140, Windows`; else what it says itself."""
    for name, pattern in BROWSERS:
        if found := re.search(pattern, user_agent):
            system = next((f", {system}" for system, sign in SYSTEMS if sign in user_agent), "")
            return f"{name} {found[1]}{system}"
    return user_agent
