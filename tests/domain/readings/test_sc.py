"""`sc query` and `sc qc` as Windows prints them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings import read_config, read_service

RUNNING = """
SERVICE_NAME: MSExchangeIS
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : 4  RUNNING
                                (STOPPABLE, PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
        SERVICE_EXIT_CODE  : 0  (0x0)
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
"""
CONFIG = """[SC] GetServiceConfig SUCCESS

SERVICE_NAME: MSExchangeIS
        TYPE               : 20  WIN32_SHARE_PROCESS
        START_TYPE         : 3   DEMAND_START
        ERROR_CONTROL      : 1   NORMAL
        BINARY_PATH_NAME   : C:\\WINDOWS\\System32\\svchost.exe -k LocalService
        LOAD_ORDER_GROUP   :
        TAG                : 0
        DISPLAY_NAME       : Universal Plug and Play Device Host
        DEPENDENCIES       : MSExchangeSA
                           : EXIFS
        SERVICE_START_NAME : NT AUTHORITY\\LocalService
"""
ABSENT = """[SC] EnumQueryServicesStatus:OpenService FAILED 1060:

The specified service does not exist as an installed service.
"""


def printed(text: str, code: int = 0) -> CommandResult:
    return CommandResult(("sc",), code, text.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    ("number", "state"),
    [(1, "STOPPED"), (2, "START_PENDING"), (3, "STOP_PENDING"), (4, "RUNNING"), (7, "PAUSED")],
)
def test_the_number_tells_the_state_whatever_the_word(number: int, state: str) -> None:
    seen = read_service("msexchangeis", printed(RUNNING.replace("4  RUNNING", f"{number}  WORT")))
    assert (seen.name, seen.state) == ("msexchangeis", state)


def test_a_service_that_ended_badly_shows_its_code() -> None:
    text = RUNNING.replace("4  RUNNING", "1  STOPPED").replace(": 0  (0x0)", ": 1067  (0x42b)", 1)
    assert read_service("MSExchangeIS", printed(text)).exit_code == 1067


@pytest.mark.parametrize("code", [1060, 0])
def test_a_service_that_is_not_installed_is_absent(code: int) -> None:
    assert read_service("MSExchangeIS", printed(ABSENT, code)).state == "ABSENT"
    assert read_config("MSExchangeIS", printed(ABSENT, code)) == ("", ())


def test_start_type_and_dependencies_over_several_lines_are_read() -> None:
    assert read_config("MSExchangeIS", printed(CONFIG)) == ("DEMAND", ("MSExchangeSA", "EXIFS"))


def test_a_service_without_dependencies_has_none() -> None:
    text = CONFIG.replace(": MSExchangeSA\n", ":\n").replace("                           : EXIFS\n", "")
    assert read_config("MSExchangeIS", printed(text)) == ("DEMAND", ())


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", 0, "answered about nothing"),
        (RUNNING, 5, "error 5"),
        (RUNNING.replace("MSExchangeIS", "RESvc"), 0, "answered about RESvc"),
        (RUNNING.replace("4  RUNNING", "9  ODD"), 0, "no state"),
        (RUNNING.replace("STATE  ", "STATUS "), 0, "no state"),
        ("Access is denied.", 5, "Access is denied"),
    ],
)
def test_what_cannot_be_read_is_never_a_state(text: str, code: int, told: str) -> None:
    with pytest.raises(Garbled, match=told):
        read_service("MSExchangeIS", printed(text, code))


def test_a_configuration_without_start_type_is_garbled() -> None:
    with pytest.raises(Garbled, match="no start type"):
        read_config("MSExchangeIS", printed(RUNNING))


@given(st.text(max_size=200), st.integers(0, 70))
def test_noise_never_crashes_the_readers(noise: str, at: int) -> None:
    for reader, text in ((read_service, RUNNING), (read_config, CONFIG)):
        try:
            reader("MSExchangeIS", printed(text[:at] + noise + text[at:]))
        except Garbled:
            continue
