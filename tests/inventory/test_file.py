"""An inventory file: all its mistakes are told with their lines, and none of its secrets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.inventory_rules import problems
from console.services.inventory import known
from console.services.inventory_file import InventoryFile, read_inventory
from console.services.yaml_reading import Mistake
from tests.inventory.conftest import RIGHT

MISTAKEN = Path(__file__).with_name("ten_mistakes.yaml")


def checked(content: str) -> InventoryFile:
    """The file with the rules applied to it alone."""
    file = read_inventory(content)
    for problem in problems(file.inventory, known([])):
        file.add(problem)
    return file


def mistakes(content: str) -> list[Mistake]:
    return sorted(checked(content).mistakes)


def test_a_right_file_has_no_mistake(right: str) -> None:
    file = checked(right)

    assert file.mistakes == []
    assert [cluster.name for cluster in file.inventory.clusters] == ["MAIL1"]
    assert [node.address for node in file.inventory.clusters[0].nodes] == ["10.0.0.1", "10.0.0.2"]


def test_every_one_of_many_mistakes_is_told_with_its_line() -> None:
    told = mistakes(MISTAKEN.read_text())

    expected = {
        6: "password",
        13: "port must be a whole number",
        14: "no credential called 'nobody'",
        20: "'grp' is not a known key",
        22: "2 floating IP addresses",
        26: "not a computer name",
        27: "is the floating IP address",
        31: "only in x64",
        39: "only Exchange Server 2007 SP1",
    }
    by_line = {mistake.line: mistake.message for mistake in told if mistake.line in expected}
    assert {line for line, words in expected.items() if words in by_line.get(line, "")} == set(expected)
    assert any(mistake.line == 40 and "another cluster" in mistake.message for mistake in told)
    assert all(mistake.remedy for mistake in told)


def test_a_password_in_the_file_is_refused_and_not_repeated() -> None:
    assert "hunter2" not in "\n".join(map(str, mistakes(MISTAKEN.read_text())))


@pytest.mark.parametrize(
    "mark", ["", "*", "&", "%", "@", "`", "!", "!!", "|", "> ", "'", '"', "[", "{", "? ", "- ", "a: "]
)
def test_no_password_is_repeated_whatever_yaml_makes_of_it(mark: str) -> None:
    for key in ("password", "env", "file", "stored", "username"):
        told = mistakes(f"credentials:\n  - name: nodes\n    {key}: {mark}hunter2\n")
        assert "hunter2" not in "\n".join(map(str, told))
        assert told


WRONG: list[tuple[str, str, int, str]] = [
    ("sites:", "places:", 1, "'places' is not a known key"),
    ("  - name: Tokyo", "  - Tokyo", 2, "Keys with values are expected"),
    ("sites:\n  - name: Tokyo", "sites: Tokyo\n", 1, "sites must be a list"),
    ("    env: NODES_PASSWORD\n", "", 4, "not clear where the password is"),
    ("    env: NODES_PASSWORD\n", "    env: A\n    file: /b\n", 4, "not clear where the password is"),
    ("    env: NODES_PASSWORD\n", "    stored: false\n", 4, "not clear where the password is"),
    ("    env: NODES_PASSWORD", "    env: let me in!", 6, "environment variable is not one"),
    ("    file: /run/secrets/directory", "    file: secrets", 9, "full path"),
    ("    host: dc1.example.com\n", "", 11, "host is missing here"),
    ("    host: dc1.example.com", "    host: 10", 12, "host must be text, not a number"),
    ("    host: dc1.example.com", "    host:", 12, "host must be text, not nothing"),
    ("    host: dc1.example.com", "    host: [dc1]", 12, "host must be text, not a list"),
    ("    generation: 2003", "    generation: 2010", 18, "'2010' is not known here"),
    ("    site: Tokyo\n", "    site: Tokyo\n    site: Tokyo\n", 17, "site is given twice"),
    ('    partition: "X:"', '    partition: "C:"', 21, "not the drive"),
    ('    partition: "X:"', "    partition: X:", 21, "not YAML"),
    ('    partition: "X:"', '    partition: "X:"\n    partitions: ["Y:"]', 22, "Both partition and partitions"),
    ('    partition: "X:"', "    timing: {move_group: soon}", 21, "move_group must be a number"),
    ('    partition: "X:"', "    timing: {lunch: 3}", 21, "'lunch' is not a known key"),
    ('    partition: "X:"', "    membership_tolerance: 1.5", 21, "must be a whole number"),
    ('    partition: "X:"', "    greetings: smtp", 21, "greetings must be a list"),
    ('    partition: "X:"', "    virtual_ips: [10.0.1.7]", 21, "does not support"),
    ("        windows: 2003", "        allow_clear_text: maybe\n        windows: 2003", 27, "must be true or false"),
    ("        windows: 2003", "        windows: !!python/object:os.system 2003", 27, "windows must be text"),
    ("        address: 10.0.0.1\n", "", 23, "address is missing here"),
    ("        service_pack: 2\n        architecture: x86\n        server: {name: SERVER1, service_pack: 2}",
     "        architecture: x86\n        server: {name: SERVER1}", 29, "service pack 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1,2\n", "expected ',' or ']', but got '<stream end>'"),
        ("a: {b: [\n}", "expected the node content, but found '}'"),
        ("\ta: 1\n", "found character '\\t' that cannot start any token"),
        ("password: *hunter2\n", "found undefined alias a name"),
        ("password: *hunt'er\n", "found undefined alias a name"),
        ('password: *h"u"n"ter\n', "found undefined alias a name"),
    ],
)
def test_what_is_no_yaml_is_told_by_its_signs_and_never_by_what_may_be_a_password(text: str, words: str) -> None:
    (told,) = mistakes(text)
    assert told.message == f"This is not YAML: {words}."


@pytest.mark.parametrize(("old", "new", "line", "words"), WRONG)
def test_one_mistake_is_told_once_at_its_line(right: str, old: str, new: str, line: int, words: str) -> None:
    assert old in right
    told = mistakes(right.replace(old, new, 1))

    told = [mistake for mistake in told if "There is no site called 'Tokyo'" not in mistake.message]
    assert [(mistake.line, words in mistake.message) for mistake in told] == [(line, True)]


@pytest.mark.parametrize("content", ["", "# nothing\n", "[]", "just text", "a: [", "\x00", "a: &x [*x]", "- " * 5000])
def test_what_is_no_inventory_is_one_clear_mistake(content: str) -> None:
    assert len(mistakes(content)) == 1


@given(st.data())
def test_no_damage_to_a_file_breaks_the_reader(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(RIGHT)))
    end = data.draw(st.integers(start, min(len(RIGHT), start + 60)))
    damaged = RIGHT[:start] + data.draw(st.text(max_size=12)) + RIGHT[end:]

    assert all(mistake.line >= 1 and mistake.remedy for mistake in mistakes(damaged))
