"""A person at a browser: what they press and type, and what they must see, in the words of the pages."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.stack import LOGIN, PASSWORD, LabCluster

expect.set_options(timeout=20_000)
ENDING = 90_000
PRESS = {"failover": "Fail over", "failback": "Fail back", "takeover": "Take over"}


def sign_in(page: Page, name: str = LOGIN, password: str = PASSWORD) -> None:
    """Sign in from the page that asks for it."""
    page.goto("/")
    fill_in(page, name, password)


def fill_in(page: Page, name: str = LOGIN, password: str = PASSWORD) -> None:
    """Sign in on the page that asks for it, from where it leads on."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


class Person:
    """Somebody with one browser tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    # -- ways through the console

    def opens(self, cluster: LabCluster) -> None:
        """Go to the cluster's page."""
        self.page.goto(f"/clusters/{cluster.name}/")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(cluster.name)

    def asks(self, cluster: LabCluster, kind: str) -> None:
        """Open the cluster and press the button of `kind`; returns when the plan is ready, refused or has failed."""
        self.opens(cluster)
        self.page.get_by_role("button", name=PRESS[kind]).click()
        self.page.wait_for_url(re.compile(r"/plans/\d+/"))
        self.waits_for_plan()

    def asks_to_take_over(self, cluster: LabCluster) -> None:
        """Open the cluster, say that its active node is down, and press the button; returns when the plan is there."""
        self.opens(cluster)
        self.page.locator("summary", has_text="The active node is down").click()
        self.page.get_by_role("button", name=PRESS["takeover"]).click()
        self.page.wait_for_url(re.compile(r"/plans/\d+/"))
        self.waits_for_plan()

    def writes(self, fold: str, reason: str, within: Locator | None = None) -> Locator:
        """Fold out the form of that name (in that notice) and fill in its reason; the button that sends it."""
        folded = (within or self.page).locator("details", has=self.page.locator("summary", has_text=fold))
        folded.locator("summary").click()
        folded.locator("input[name=reason]").fill(reason)
        return folded.locator("form button")

    def waits_for_plan(self) -> None:
        """Wait until the plan page no longer says that it is being prepared."""
        expect(self.page.get_by_text("preparing")).to_have_count(0, timeout=45_000)

    def checks_again(self) -> None:
        """Press *Check again* and wait for what it says."""
        before = self.page.url
        self.page.get_by_role("button", name="Check again").click()
        self.page.wait_for_url(lambda url: url != before and "/plans/" in url)
        self.waits_for_plan()

    def confirms(self, reason: str = "firmware update") -> None:
        """Give a reason, press the button that starts the operation, and arrive at its page."""
        self.page.get_by_label("Reason").fill(reason)
        self.confirm_button.click()
        self.page.wait_for_url(re.compile(r"/operations/\d+/"))

    def begins(self, cluster: LabCluster, kind: str) -> int:
        """Plan and confirm; the number of the operation."""
        self.asks(cluster, kind)
        self.confirms()
        return self.operation

    def moves(self, cluster: LabCluster, kind: str) -> None:
        """Plan, confirm, and watch until it has succeeded."""
        self.begins(cluster, kind)
        self.sees_ending("succeeded")

    def reloads_without(self, text: str) -> bool:
        """Reload; whether `text` is no longer there."""
        self.page.goto(self.page.url)
        return self.page.get_by_text(text).count() == 0

    # -- what is on the page

    @property
    def confirm_button(self) -> Locator:
        """The button that starts the operation."""
        return self.page.get_by_role("button", name=re.compile(r"^((Fail over|Fail back|Take over) to .*|Undo) now$"))

    @property
    def stop_button(self) -> Locator:
        """The button that stops the operation."""
        return self.page.get_by_role("button", name="Stop", exact=True)

    @property
    def now(self) -> Locator:
        """The part of the operation's page that says in one sentence how things stand."""
        return self.page.get_by_role("region", name="Now", exact=True)

    @property
    def banner(self) -> Locator:
        """The word that everything is stopped."""
        return self.page.locator(".stop-banner")

    def notice(self, words: str) -> Locator:
        """The notice that says this."""
        return self.page.locator(".notice", has_text=words)

    def news(self, cluster: LabCluster) -> Locator:
        """What the page of clusters says that this one needs a person for."""
        return self.page.get_by_role("region", name=f"What {cluster.name} needs a person for")

    @property
    def link(self) -> Locator:
        """The word about the live connection."""
        return self.page.locator("#link")

    @property
    def operation(self) -> int:
        """The number of the operation whose page this is."""
        found = re.search(r"/operations/(\d+)/", self.page.url)
        assert found, f"{self.page.url} is no operation"
        return int(found[1])

    def plan(self) -> int:
        """The number of the plan whose page this is."""
        found = re.search(r"/plans/(\d+)/", self.page.url)
        assert found, f"{self.page.url} is no plan"
        return int(found[1])

    def sees(self, *texts: str) -> None:
        """Every one of these is on the page, visible."""
        for text in texts:
            expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_ending(self, word: str) -> None:
        """The operation is over, in that way."""
        expect(self.now.locator(".badge")).to_have_text(word, timeout=ENDING)

    def reasons(self) -> dict[str, str]:
        """Every reason of the refusal that the page shows, with its remedy; one that is alone is the heading."""
        refusal = self.page.get_by_role("region", name="Refused")
        expect(refusal).to_be_visible()
        heading = refusal.get_by_role("heading").inner_text().strip()
        found: dict[str, str] = {}
        for item in refusal.locator(".reasons > li").all():
            (reason,) = item.locator("p:not(.remedy)").all_inner_texts() or [heading]
            found[reason] = item.locator(".remedy").inner_text()
        return found

    def line_numbers(self) -> list[int]:
        """The numbers of the journal's lines, in the order in which they stand on the page."""
        texts = self.page.locator("#groups .jl__seq").all_text_contents()
        return [int(text) for text in texts]

    def lines(self) -> list[tuple[int, str]]:
        """The journal's lines as they stand on the page: number and text."""
        texts = self.page.locator("#groups .jl__text").all_text_contents()
        return list(zip(self.line_numbers(), texts, strict=True))

    def listed_changes(self) -> set[tuple[str, str]]:
        """The (object, attribute) pairs of the directory that the plan on the page lists as changing."""
        found: set[tuple[str, str]] = set()
        for block in self.page.locator(".diff").all():
            name = ""
            for part in block.locator(".diff__object, .diff__attribute").all():
                text = part.text_content() or ""
                if "diff__object" in (part.get_attribute("class") or ""):
                    name = text
                else:
                    found.add((name, text))
        return found

    # -- hands

    def types(self, *words: str) -> None:
        """Type each word; `Tab` and `Enter` are the keys of that name."""
        for word in words:
            if word in ("Tab", "Enter"):
                self.page.keyboard.press(word)
            else:
                self.page.keyboard.type(word)

    def looks_away(self) -> None:
        """From now on this tab learns nothing new by itself, as one that was left open on a sleeping laptop."""
        self.page.route(re.compile(r"/operations/\d+/(events|state|lines)"), lambda route: route.abort())
