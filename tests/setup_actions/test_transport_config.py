"""EdgeTransport.exe.config is edited as XML: two values change, every other byte stays, or nothing is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.readings.transport import read_queue_paths
from console.domain.transport_config import with_queue

QUEUE = r"X:\Exchsrv\TransportRoles\data\Queue"
BEFORE = (
    "\ufeff<?xml version='1.0' encoding=\"utf-8\"?>\r\n"
    "<configuration>\r\n"
    '  <!-- <add key="QueueDatabasePath" value="not this one" /> äöü 日本 -->\r\n'
    '  <other><add key="QueueDatabasePath" value="nor this"/></other>\r\n'
    "\t<appSettings>\r\n"
    '    <add key="Other" value="a &amp; b &gt; c" /> <!-- 日本 -->\r\n'
    '    <add value="C:\\a > b"\r\n         key="QueueDatabasePath"/>\r\n'
    "    <add key='QueueDatabaseLoggingPath' value = 'C:\\it is &apos;here&apos;' ></add>\r\n"
    "  </appSettings>\r\n"
    "</configuration>"
)


def test_both_keys_name_the_folder_and_every_other_character_stays():
    after = with_queue(BEFORE, QUEUE)
    assert after == BEFORE.replace(r"C:\a > b", QUEUE).replace("C:\\it is &apos;here&apos;", QUEUE)
    assert dict(read_queue_paths(after)) == {"QueueDatabasePath": QUEUE, "QueueDatabaseLoggingPath": QUEUE}


def test_a_file_that_says_it_already_stays_as_it_is():
    after = with_queue(BEFORE, QUEUE)
    assert with_queue(after, QUEUE) == after


@given(st.text("X:\\&<>\"' äAb日", min_size=1).map(lambda text: "X:\\" + text.strip()))
def test_any_folder_is_read_back_as_it_was_given(folder: str):
    assert set(read_queue_paths(with_queue(BEFORE, folder)).values()) == {folder}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BEFORE.replace("</appSettings>", ""), "not well-formed"),
        ("", "not well-formed"),
        (BEFORE.replace("</configuration>", "</configuration>x"), "not well-formed"),
        (BEFORE.replace("QueueDatabaseLoggingPath", "Else"), "does not have the key QueueDatabaseLoggingPath"),
        (BEFORE.replace("'QueueDatabaseLoggingPath'", "'QueueDatabasePath'"), "has 2 times the key QueueDatabasePath"),
        (BEFORE.replace("appSettings", "appsettings"), "does not have the key"),
        (BEFORE.replace(" value = 'C:\\it is &apos;here&apos;'", ""), "has no value"),
        (BEFORE.replace("utf-8", "shift_jis"), "written in shift_jis"),
        (BEFORE.replace("<configuration>", "<!DOCTYPE a [<!ENTITY b 'c'>]><configuration>"), "not well-formed"),
    ],
)
def test_a_file_that_cannot_be_edited_is_refused_with_a_remedy(text: str, says: str):
    with pytest.raises(Garbled, match=says) as caught:
        with_queue(text, QUEUE)
    assert caught.value.remedy
