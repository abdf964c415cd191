"""Names that carry a command, for cmd.exe and PowerShell, through every field of the inventory; and LDAP filters."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from ldap3.utils.conv import escape_filter_chars

from console.adapters.ldap.filters import write
from console.domain.errors import Unquotable
from console.domain.filters import AllOf, Equal
from console.domain.node_scripts.settings import Unrenderable
from console.domain.quoting import cmd_line, powershell_literal
from console.models import Cluster
from console.models.inventory import CheckedNames
from console.services.node_scripts import render, settings_for
from tests.domain.test_quoting import argv_split, cmd_parse
from tests.services import making

COMMANDS = [
    *("a&calc", "a|calc", "a&&calc", "a||calc", "a>C:\\x", "a<C:\\x", 'a"&calc&"', "a^&calc", "a)&calc", "a\ncalc"),
    *("a\r\ncalc", "%COMSPEC%", "a!x!", "a%0acalc", "-x", "/x", "a;calc", "$(calc)", "`calc`", "a';calc;'", "a'+'b"),
    *(
        "a\u2019;calc;\u2019",
        "a\u201dcalc",
        "\uff02calc",
        "a\x00b",
        "@{calc}",
        "a#calc",
        "a,b",
        "..\\..\\x",
        "\\\\evil\\x",
    ),
]
NEVER_IN_COMMANDS = {
    "Channel.shown": "shown to people only",
    "Channel.address": "encrypted",
    "Channel.signing": "encrypted",
    "Channel.signing_before": "encrypted",
    "Channel.ca": "a certificate",
    "Channel.made_by_name": "shown to people only",
    "Credential.reference": "a variable's name or a path that only the console reads",
    "Credential.ciphertext": "encrypted",
    "Directory.tls_name": "compared with a certificate",
    "Directory.ca": "a certificate",
    "Directory.target_controller": "an address that is connected to; the inventory's rules check it",
    "Directory.target_tls_name": "compared with a certificate",
    "Node.tls_name": "compared with a certificate",
    "Node.ca": "a certificate",
}
"""Texts of the inventory that no check of names bounds."""


def checked() -> Iterator[tuple[str, str]]:
    """Model and field of every name that is checked."""
    for model in apps.get_app_config("console").get_models():
        if issubclass(model, CheckedNames):
            yield from ((model.__name__, name) for name in model.CHECKS)


def test_every_text_of_the_inventory_is_checked_or_never_in_a_command() -> None:
    texts = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("console").get_models()
        if issubclass(model, CheckedNames)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }
    assert texts - {f"{model}.{name}" for model, name in checked()} == NEVER_IN_COMMANDS.keys()


@pytest.mark.parametrize(("model", "name"), sorted(checked()))
def test_a_name_is_refused_or_cannot_become_a_command(model: str, name: str) -> None:
    found = apps.get_model("console", model)
    assert issubclass(found, CheckedNames)
    taken = [text for text in COMMANDS if found.CHECKS[name](text) is None]
    for text in taken:
        is_one_argument(text)
    assert len(taken) < len(COMMANDS)


@pytest.mark.django_db
def test_no_row_is_saved_with_a_name_that_is_refused() -> None:
    cluster = making.cluster()
    node = cluster.nodes.first()
    assert node is not None
    for row in (cluster, node, node.server, cluster.site, cluster.directory, node.credential):
        for name in row.CHECKS:
            before = getattr(row, name)
            setattr(row, name, ["a\ncalc"] if isinstance(before, list) else "a\ncalc")
            with pytest.raises(ValidationError) as refused:
                row.save()
            assert refused.value.message_dict.keys() == {name}
            setattr(row, name, before)


@pytest.mark.parametrize("text", COMMANDS)
def test_a_name_that_a_node_or_a_directory_gave_is_one_argument_or_refused(text: str) -> None:
    """Those are bound by no rule of ours: names of groups, resources, services, stores and people."""
    is_one_argument(text)
    is_one_literal(text)


def is_one_argument(text: str) -> None:
    """cmd.exe and the program that it starts take it for just that, or it is refused."""
    try:
        line = cmd_line(["program", text])
    except Unquotable:
        return
    (command,) = cmd_parse(line)
    assert argv_split(command) == ["program", text]


def is_one_literal(text: str) -> None:
    """PowerShell takes it for just that: each quote within, of any form, stands twice."""
    inner = powershell_literal(text)[1:-1]
    for quote in "'\u2018\u2019\u201a\u201b":
        inner = inner.replace(quote * 2, "\0" if quote == "'" else "\1")
    assert not set(inner) & set("'\u2018\u2019\u201a\u201b")


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["url", "folder", "silence"])
def test_what_a_script_is_rendered_from_cannot_carry_a_command(field: str) -> None:
    cluster = making.cluster()
    for text in COMMANDS:
        values = {"url": "http://console:8000", field: text}
        with pytest.raises(Unrenderable):
            settings_for(cluster, **values)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("text", COMMANDS)
def test_a_row_that_was_written_past_the_checks_is_not_rendered(text: str) -> None:
    """The database's administrator is not the nodes'."""
    cluster = making.cluster()
    Cluster.objects.filter(pk=cluster.pk).update(group=text, extra_services=[text])
    cluster.refresh_from_db()
    try:
        files = render(settings_for(cluster, "http://console:8000"))
    except Unrenderable:
        return
    lines = [line for line in files["START.BAT"].decode().splitlines() if text in line]
    assert lines
    for line in lines:
        assert line.startswith(('set "', "rem ", "call "))


FILTERS = ["*", "*)(objectClass=*", "a)(|(cn=*", "\\2a", "a\x00b", "(", ")", "a*b", "é*", "\\", "CN=a,DC=*"]


@pytest.mark.parametrize("text", FILTERS)
def test_a_value_in_a_filter_is_only_a_value(text: str) -> None:
    written = write(AllOf((Equal("objectClass", "user"), Equal("cn", text))))
    assert written == f"(&(objectClass=user)(cn={escape_filter_chars(text)}))"
    assert written.count("(") == 3
    assert "*" not in written
