"""The page on which an administrator says from where people may sign in."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord, Credential, Directory, GroupMapping, SignInDirectory
from tests import personas
from tests.sign_in.browsers import actions, sign_in

pytestmark = pytest.mark.django_db
DN = "CN=Mail operators,OU=Groups,DC=corp,DC=example"


@pytest.fixture
def ada() -> Client:
    """An administrator, with a directory and a group to speak of."""
    credential = Credential.objects.create(name="svc", username="svc", source="env", reference="NOT_SET_ANYWHERE")
    Directory.objects.create(name="CORP", host="dc1.corp.example", credential=credential)
    Directory.objects.create(
        name="OLD", host="dc.old.example", credential=credential, security="clear", allow_clear_text=True, port=389
    )
    Group.objects.get_or_create(name="mail people")
    return sign_in(personas.ada().username)


def send(client: Client, name: str, *numbers: int, **told: str) -> str:
    return client.post(reverse(name, args=numbers), told, follow=True).content.decode()


def test_a_directory_and_a_group_are_added_shown_and_removed(ada: Client) -> None:
    page = send(ada, "sign-in-directory-add", directory="CORP", domain=" Corp.Example ")
    assert "People of corp.example may sign in" in page
    page = send(ada, "group-mapping-add", source="corp.example", outside=DN, group="mail people")
    assert DN in page
    mapping = GroupMapping.objects.get()
    assert mapping.domain is not None
    assert "means nothing here any more" in send(ada, "group-mapping-remove", mapping.pk)
    assert "may no longer sign in" in send(ada, "sign-in-directory-remove", mapping.domain.pk)
    assert [action for action in actions() if action != "audit:page:read"][-4:] == ["account:sign-in:changed"] * 4
    assert AuditRecord.objects.order_by("-seq")[2].after == {
        "source": "corp.example",
        "outside": DN,
        "group": "mail people",
    }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"directory": "OLD", "domain": "old.example"}, "without encryption"),
        ({"directory": "NONE", "domain": "corp.example"}, "no directory called NONE"),
        ({"directory": "CORP", "domain": "corp example"}, "corp example"),
        ({"directory": "CORP", "domain": ""}, "&#x27;&#x27;"),
    ],
)
def test_a_directory_that_will_not_do_is_refused_with_the_reason(ada: Client, told: dict[str, str], said: str) -> None:
    page = send(ada, "sign-in-directory-add", **told)
    assert said in page
    assert "tone-bad" in page
    assert not SignInDirectory.objects.exists()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"outside": "Mail operators"}, "is not the name of a group in a directory"),
        ({"outside": "  "}, "no name, or too long a one"),
        ({"outside": "x" * 513}, "no name, or too long a one"),
        ({"source": "elsewhere.example"}, "That source is not there"),
        ({"group": "nobody"}, "That group is not there"),
        ({"outside": DN.replace("Mail", "Other")}, ""),
    ],
)
def test_a_group_that_will_not_do_is_refused_with_the_reason(ada: Client, told: dict[str, str], said: str) -> None:
    send(ada, "sign-in-directory-add", directory="CORP", domain="corp.example")
    page = send(ada, "group-mapping-add", **{"source": "corp.example", "outside": DN, "group": "mail people"} | told)
    assert said in page
    assert GroupMapping.objects.exists() == (not said)


def test_nothing_is_there_twice(ada: Client) -> None:
    for _ in range(2):
        send(ada, "sign-in-directory-add", directory="CORP", domain="corp.example")
        page = send(ada, "group-mapping-add", source="openid", outside="ops", group="mail people")
    assert "That is there already" in page
    assert (SignInDirectory.objects.count(), GroupMapping.objects.count()) == (1, 1)


def test_it_is_for_administrators_alone(ada: Client) -> None:
    olga = sign_in(personas.olga().username)
    assert olga.get(reverse("sign-ins")).status_code == 403
    told = {"directory": "CORP", "domain": "corp.example"}
    assert olga.post(reverse("sign-in-directory-add"), told).status_code == 403
    assert ada.get(reverse("sign-in-directory-add")).status_code == 405
    assert not SignInDirectory.objects.exists()
