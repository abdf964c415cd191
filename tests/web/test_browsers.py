"""The names of browsers, read from what they say of themselves."""

import pytest

from console.web.browsers import browser_name

LIKE = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) {}"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (LIKE.format("Windows NT 10.0; Win64; x64", "Chrome/140.0.0.0 Safari/537.36"), "Chrome 140, Windows"),
        (
            LIKE.format("Windows NT 10.0; Win64; x64", "Chrome/140.0.0.0 Safari/537.36 Edg/141.0.0.0"),
            "Edge 141, Windows",
        ),
        (LIKE.format("X11; Linux x86_64", "HeadlessChrome/156.0.0.0 Safari/537.36"), "Chrome 156, Linux"),
        (LIKE.format("Linux; Android 10; K", "Chrome/139.0.0.0 Mobile Safari/537.36"), "Chrome 139, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari 18, iPhone",
        ),
        (LIKE.format("Macintosh; Intel Mac OS X 10_15_7", "Version/17.6 Safari/605.1.15"), "Safari 17, macOS"),
        ("Chrome/1", "Chrome 1"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_a_person_would(said: str, name: str) -> None:
    assert browser_name(said) == name
