"""A reader that opens every page it finds a way to, and notes whatever on it could run, load or lead somewhere else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from django.test import Client

MARK = "xss-probe"
"""An element and an attribute that no page of ours has: where one is found, text has become markup."""
LEADING = {"href", "src", "action", "formaction", "data", "poster", "cite", "data-poll", "data-events", "data-lines"}
EMBEDDING = {"iframe", "frame", "object", "embed", "applet", "base", "math"}
AS_FILE = re.compile(
    r"text/plain|text/csv|text/yaml|application/(json|jsonl|yaml|x-yaml)|text/event-stream|image/|text/x-"
)


class Reader(HTMLParser):
    """One page: what is wrong with it, and where it leads."""

    def __init__(self, *, file: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        """Whether it is kept as a file, which brings its style and its policy with it."""
        self.wrong: list[str] = []
        self.links: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        again = self._open == "noscript" and values.get("http-equiv") == "refresh"
        self._open = tag
        if again and re.fullmatch("[1-9][0-9]*", values.get("content", "")):
            return  # the same page again, for who has no script
        own = tag == "style" or (tag == "meta" and "http-equiv" in values)
        if tag in EMBEDDING or MARK in tag or (own and not self.file):
            self.wrong.append(f"<{tag}>")
        if own and self.file and tag == "meta" and values["http-equiv"] != "Content-Security-Policy":
            self.wrong.append(f"<meta {values}>")
        if tag == "script" and not values.get("src", "").startswith("/static/"):
            self.wrong.append(f"<script {values}>")
        for name, value in values.items():
            if re.match("on[a-z]", name) or name in ("style", "srcdoc") or MARK in name:
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name in LEADING:
                self._leads(tag, name, value)

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        if self._open == "script" and data.strip():
            self.wrong.append(f"a script of its own: {data.strip()[:60]!r}")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def _leads(self, tag: str, name: str, value: str) -> None:
        if not (value.startswith(("#", "?", "/")) or value == "") or value.startswith(("//", "/\\")):
            self.wrong.append(f"<{tag} {name}={value!r}> leads elsewhere")
        elif tag == "a" or name.startswith("data-"):
            self.links.append(value)


@dataclass
class Crawl:
    """What was found: addresses by what answered, and everything wrong."""

    client: Client
    limit: int = 600
    seen: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    marked: int = 0
    wrong: list[str] = field(default_factory=list)

    def run(self, *starts: str) -> "Crawl":
        """Open every address that can be reached, each kind of query once."""
        waiting, known = list(starts), set()
        while waiting and len(self.seen) < self.limit:
            address = waiting.pop(0)
            kind = _kind(address)
            if kind in known or address.startswith(("/static/", "/sign-out")) or address.endswith("/events"):
                continue
            known.add(kind)
            waiting += [urljoin(address, link) for link in self._open(address)]
        return self

    def _open(self, address: str) -> Iterator[str]:
        response = self.client.get(address, headers={"accept": "text/html"})
        self.seen[address] = response.status_code
        match = getattr(response, "resolver_match", None)
        self.names.add((match and match.url_name) or "")
        if response.status_code >= 500:
            self.wrong.append(f"{address}: {response.status_code}")
        kind = response.headers.get("Content-Type", "")
        self._headers(address, response.headers)
        if response.status_code in (301, 302):
            yield response.headers["Location"]
        elif kind.startswith("text/html"):
            file = response.headers.get("Content-Disposition", "").startswith("attachment")
            yield from self._read(address, response.content.decode(), file=file)
        elif not AS_FILE.match(kind):
            self.wrong.append(f"{address}: an answer of the kind {kind!r}")

    def _read(self, address: str, text: str, *, file: bool) -> list[str]:
        reader = Reader(file=file)
        reader.feed(text)
        reader.close()
        self.wrong += [f"{address}: {what}" for what in reader.wrong]
        self.marked += text.count(MARK)
        return reader.links

    def _headers(self, address: str, headers: object) -> None:
        policy = headers.get("Content-Security-Policy", "")  # type: ignore[attr-defined]
        if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
            self.wrong.append(f"{address}: the policy {policy!r}")
        if headers.get("X-Content-Type-Options") != "nosniff":  # type: ignore[attr-defined]
            self.wrong.append(f"{address}: its kind may be guessed")


def _kind(address: str) -> str:
    """Two addresses of one kind differ in the values of their query only."""
    parts = urlsplit(address)
    return f"{unquote(parts.path)}?{sorted({pair.split('=')[0] for pair in parts.query.split('&')})}"
