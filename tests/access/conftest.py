"""Two clusters at two sites, and browsers of people who have just signed in."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.models import Cluster, Site
from tests.services import making

Browser = Callable[[User], Client]


@pytest.fixture
def tokyo(db: None) -> Cluster:
    """A cluster of the site main."""
    return making.cluster()


@pytest.fixture
def osaka(tokyo: Cluster) -> Cluster:
    """A cluster of another site."""
    made = making.cluster("OSAKA", 2)
    made.site = Site.objects.create(name="Nishi")
    made.save()
    return made


@pytest.fixture
def browser() -> Browser:
    """What makes a browser in which somebody has signed in just now."""
    return signed_in_now


def signed_in_now(user: User) -> Client:
    """A browser in which `user` has signed in just now."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "username": user.username}]
    session.save()
    return client
