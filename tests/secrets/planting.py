"""Secrets of every kind, put into an installation by its own pages, as people do it; each is used once."""

import re
import secrets
import sqlite3
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.tasks.conftest import Installation, wait_for

Post = Callable[..., requests.Response]
OWN_TABLES = {"django_session", "usersessions_usersession"}
"""Where the names of the sessions are, which are what their cookies say."""


def stored_password(made: Installation, browser: requests.Session, post: Post, address: str, password: str) -> None:
    """The directory's password is typed into its page and kept encrypted from then on."""
    pk, name, username = made.rows(
        "SELECT c.id, c.name, c.username FROM console_credential c JOIN console_directory d ON d.credential_id = c.id"
    )[0]
    form = {"name": name, "username": username, "source": "stored", "reference": "", "password": password}
    post(browser, f"{address}/inventory/credentials/{pk}/", **form)
    assert made.rows(f"SELECT source FROM console_credential WHERE id = {pk}") == [("stored",)]


def trial(made: Installation, browser: requests.Session, post: Post, address: str) -> None:
    """The stored password is tried where it is used, by the worker."""
    pk, directory = made.rows("SELECT credential_id, name FROM console_directory")[0]
    post(browser, f"{address}/inventory/credentials/{pk}/try/", place="directory", name=directory)
    wait_for(lambda: made.rows("SELECT good FROM console_credentialtrial") == [(1,)], 60)


def token(browser: requests.Session, post: Post, address: str) -> dict[str, str]:
    """A token is made on its page, and used; one that is nobody's is tried."""
    words = {"name": "canary", "right": "operate", "where": "all", "days": "1", "reason": "to see what it leaves"}
    shown = post(browser, f"{address}/tokens/make/", f"{address}/tokens/", **words).text
    text = re.findall(r"cho_[\w-]{40,}", shown)[0]
    nobodys = f"cho_{secrets.token_urlsafe(32)}"
    for carried, status in ((text, 200), (nobodys, 401)):
        answer = requests.get(f"{address}/api/v1/clusters", headers={"Authorization": f"Bearer {carried}"}, timeout=20)
        assert answer.status_code == status, answer.text
    return {"the token": text, "nobody's token": nobodys}


def second_factor(browser: requests.Session, post: Post, address: str) -> dict[str, str]:
    """An app is set up on its page: its seed. (Of the recovery codes, eight digits each, chance would find some.)"""
    page = f"{address}/account/second-factor/app/add/"
    seed = re.findall(r'<code class="wrap">([A-Z2-7]+)</code>', browser.get(page, timeout=20).text)[0]
    code = format_hotp_value(hotp_value(seed, int(time.time()) // 30))
    post(browser, page, f"{address}/tokens/", code=code)  # the page itself would show another seed each time
    return {"the seed": seed}


def of_database(path: Path) -> dict[str, bytes]:
    """Every table of an SQLite database, as what it holds."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            f"table {name}": repr(database.execute(f"SELECT * FROM {name}").fetchall()).encode()
            for name in set(names) - OWN_TABLES
        }


def of_backup(path: Path, scratch: Path) -> dict[str, bytes]:
    """The same of a backup, unpacked."""
    with zipfile.ZipFile(path) as archive:
        archive.extract("database", scratch)
        told = {"backup manifest": archive.read("manifest.json")}
    return told | {f"backup {name}": data for name, data in of_database(scratch / "database").items()}
