"""What is rendered: for both generations, within the cluster's patience, and never from a value that is an order."""

from dataclasses import replace

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.node_scripts.bounds import START_RESERVE, STOP_RESERVE, TooShort, bounds, shortest
from console.domain.node_scripts.lint import lint, lint_pair
from console.domain.node_scripts.settings import ScriptSettings, Unrenderable, WatchedService
from console.domain.scripts import is_ours
from console.models import Cluster
from console.services import node_scripts
from console.services.node_scripts import FILES, render, settings_for

URL = "http://console.example.com:8000"


def settings(generation: str = "2003", **words: object) -> ScriptSettings:
    """Of a cluster that is in no database."""
    extra = ["IMAP4Svc"] if generation == "2003" else []
    cluster = Cluster(name="TOKYO", group="EXCHANGE", generation=generation, extra_services=extra)
    return settings_for(cluster, URL, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize("generation", ["2003", "2007"])
@pytest.mark.parametrize("silence", ["start", "fail"])
@pytest.mark.parametrize("log", [True, False])
def test_every_file_is_ours_in_ascii_with_crlf_and_without_a_finding(generation: str, silence: str, log: bool) -> None:
    files = render(settings(generation, silence=silence, log=log))
    assert tuple(files) == FILES
    assert all(is_ours(data.decode("ascii")) for data in files.values())
    assert [str(finding) for name, data in files.items() for finding in lint(name, data)] == []
    assert lint_pair(files) == []


def test_services_start_in_order_and_stop_in_reverse_imap_among_them_where_the_cluster_runs_it() -> None:
    made = settings()
    files = {name: data.decode("ascii") for name, data in render(made).items()}
    names = [service.name for service in made.services]
    assert "IMAP4Svc" in names
    up = [line.split('"')[1] for line in files["START.BAT"].splitlines() if line.startswith("call :UP ")]
    down = [line.split('"')[1] for line in files["STOP.BAT"].splitlines() if line.startswith("call :DOWN ")]
    assert (up, down) == (names, names[::-1])


def test_nothing_is_escaped_as_if_it_were_a_page() -> None:
    files = render(settings())
    assert b"&amp;" not in b"".join(files.values())
    assert b'set "CHO_URL=http://console.example.com:8000"' in files["W#EXCHG.BAT"]


def test_a_name_that_nobody_defined_ends_the_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = node_scripts._engine()
    monkeypatch.setattr(engine, "loader", jinja2.DictLoader({f"2003/{name}": "{{ nobody }}" for name in FILES}))
    monkeypatch.setattr(engine, "cache", None)
    with pytest.raises(jinja2.UndefinedError, match="nobody"):
        render(settings())


@pytest.mark.parametrize(
    "change",
    [
        {"cluster": 'A" & del C:\\'},
        {"group": "A%PATH%"},
        {"group": "A\r\nexit"},
        {"cluster": "caf\xe9"},
        {"url": "https://console"},
        {"url": "http://console/path"},
        {"url": "http://con sole"},
        {"folder": "C:\\Chan&ge"},
        {"folder": "\\\\server\\share"},
        {"silence": "perhaps"},
        {"services": ()},
        {"services": (WatchedService("A b"), WatchedService("AB"))},
        {"services": (WatchedService('x"y'),)},
    ],
)
def test_a_value_that_could_be_an_order_or_cannot_be_meant_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Unrenderable) as refused:
        replace(settings(), **change)  # type: ignore[arg-type]
    assert refused.value.remedy


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 30))
def test_the_whole_of_both_scripts_stays_below_their_time_outs_or_is_refused(start: int, stop: int, count: int) -> None:
    try:
        made = bounds(start, stop, count)
    except TooShort as error:
        needed = int(error.message.split("needs ")[1].split(" s")[0])
        what = {"start": (needed, 10**5), "stop": (10**5, needed)}["start" if "start" in error.message else "stop"]
        assert bounds(*what, count)
        return
    assert made.start_total <= start - START_RESERVE
    assert made.stop_total <= stop - STOP_RESERVE
    assert 0 < made.silence < made.ask
    assert min(made.kit, made.services_up, made.services_down) > 0


def test_of_several_scripts_the_most_impatient_counts_and_of_none_the_products_own() -> None:
    assert shortest([(900, None), (600, 1200)]).start == 600
    assert shortest([(900, None), (600, 1200)]).stop == 1200
    assert (shortest([]).start, shortest([]).stop) == (1800, 1800)


def test_no_script_takes_a_word_that_looks_like_a_secret() -> None:
    whole = b"".join(render(settings()).values()).lower()
    assert b"/u " not in whole
    assert b"key=" not in b"".join(line for line in whole.splitlines() if line.startswith(b"set"))
