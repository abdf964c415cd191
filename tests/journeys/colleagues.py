"""The people of a company that is audited: who asks, who approves, who only looks, and who belongs elsewhere."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.person import Person, sign_in
from tests.journeys.stack import PASSWORD, LabCluster, Stack
from tests.sign_in.browsers import code

ROLES = {
    "otto": ("operator", "approver"),
    "petra": ("approver",),
    "pat": ("approver",),
    "vera": ("viewer",),
    "aki": ("auditor",),
    "thea": ("viewer",),
    "kei": ("operator",),
    "sam": (),
    "ned": (),
}
"""What each of them may do on everything; Otto could approve what others ask for; Thea and Kei keep an app."""
MAKE = """
import json, sys
from django.contrib.auth.models import User
from console.models import Grant
told = json.loads(sys.stdin.readline())
for name, roles in told["roles"].items():
    user = User.objects.create_user(name, password=told["password"])
    for role in roles:
        Grant.objects.create(user=user, role=role)
"""


def make_accounts(stack: Stack) -> None:
    """Give each of them an account, all in one process."""
    stack.manage("shell", "-c", MAKE, typed=json.dumps({"roles": ROLES, "password": PASSWORD}))


def sets_up_app(page: Page) -> str:
    """Set up an authenticator app from the page of one's account; its secret."""
    page.goto("/account/")
    page.get_by_role("link", name="Set up", exact=True).click()
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("code").inner_text()
    page.get_by_role("textbox", name="Code").fill(code(secret, -1))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    return secret


class Colleague(Person):
    """Somebody who asks others, or is asked."""

    def signs_in(self, name: str, secret: str = "") -> None:
        """Sign in by the password, and with a code where there is an app."""
        sign_in(self.page, name)
        if secret:
            self.page.get_by_label("Code of your app").fill(code(secret))
            self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def signs_out(self) -> None:
        """Leave the browser to somebody else."""
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_label("Password")).to_be_visible()

    @property
    def approval(self) -> Locator:
        """The part of a plan's page that says how its approval stands."""
        return self.page.locator("#approval")

    # -- of who asks

    def asks_for_approval(self, reason: str) -> None:
        """Ask for an approval of the plan on the page."""
        self.page.get_by_label("Why", exact=True).fill(reason)
        self.page.get_by_role("button", name="Ask for an approval").click()
        self.sees("An approval is asked for.")

    def prepares(self, cluster: LabCluster, reason: str) -> int:
        """Plan a failover and ask for its approval; the number of the plan."""
        self.asks(cluster, "failover")
        self.asks_for_approval(reason)
        return self.plan()

    def runs(self, plan: int, reason: str) -> None:
        """Open the plan and start it."""
        self.page.goto(f"/plans/{plan}/")
        self.confirms(reason)

    def tries_to_approve_by_hand(self) -> None:
        """Send the form that the page does not offer: the one that withdraws, with another address and the hash."""
        self.page.locator("#withdraw form").evaluate(
            """(form) => {
                const hash = document.createElement("input");
                hash.name = "hash";
                hash.value = document.querySelector("code[title]").title;
                form.append(hash);
                form.action = form.action.replace("withdraw", "approve");
                form.noValidate = true;
                form.submit();
            }"""
        )

    # -- of who is asked

    def finds_waiting(self, plan: int, cluster: LabCluster) -> None:
        """Go by the count in the frame to the list, and from the list to the plan."""
        expect(self.page.locator(".nav .count")).to_contain_text("waiting for you")
        self.page.get_by_role("link", name=re.compile("^Approvals")).click()
        waiting = self.page.get_by_role("region", name="Waiting for me")
        row = waiting.get_by_role("row").filter(has_text=f"plan {plan}")
        expect(row).to_contain_text(cluster.name)
        row.get_by_role("link").first.click()
        self.page.wait_for_url(f"**/plans/{plan}/")

    def approves(self, plan: int, note: str = "") -> None:
        """Say yes on the plan's page."""
        self.page.goto(f"/plans/{plan}/")
        self.page.get_by_label("A word to it, if you like").fill(note)
        self.page.get_by_role("button", name="Approve it").click()
        self.sees("You have approved it.")

    # -- of who looks

    def audited(self, cluster: LabCluster, action: str) -> str:
        """What the page of the audit says of the one time that this was done with the cluster."""
        self.page.goto(f"/audit/?cluster={cluster.name}")
        row = self.page.get_by_role("row").filter(has_text=action)
        expect(row).to_have_count(1)
        return row.inner_text()

    # -- of who administers

    def lets_failovers_wait(self, cluster: LabCluster, people: int = 1) -> None:
        """Have every failover of the cluster wait for so many others."""
        self.opens(cluster)
        self.page.get_by_role("link", name="Which operations here wait for an approval").click()
        rule = self.page.get_by_role("group", name="Fail over", exact=True)
        rule.get_by_label("People who have to approve").fill(str(people))
        self.page.get_by_label("Reason").fill("four eyes")
        self.page.get_by_role("button", name="Save").click()
        self.sees("Rules changed: 1.")

    def cannot_wait(self, cluster: LabCluster, reason: str, sentence: str) -> None:
        """Fill in and send what an emergency asks for, on the plan's page."""
        fold = self.page.locator("#emergency")
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        fold.get_by_label("Reason").fill(reason)
        fold.get_by_label(f"Type {cluster.name}").fill(cluster.name)
        fold.get_by_label("If it is so, type:").fill(sentence)
        fold.get_by_role("button", name="Start it without an approval").click()

    def gives_role(self, name: str, role: str, cluster: LabCluster) -> None:
        """Give a role on one cluster, among those on which the person has none yet."""
        self.page.goto("/rights/?q=" + name)
        site = self.page.get_by_label("Site", exact=True)
        site.select_option(index=1)  # with many clusters the grid shows one site at a time
        self.page.get_by_role("button", name="Show").click()
        person = self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name))
        person.locator("summary").click()
        person.get_by_role("link", name=cluster.name, exact=True).click()
        self.page.get_by_role("checkbox", name=role).check()
        self.page.get_by_label("Reason").fill("on duty")
        self.page.get_by_role("button", name="Keep these roles").click()
        self.sees(f"The roles of {name} on")
