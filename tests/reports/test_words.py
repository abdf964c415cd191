"""How long something took, in words that never say nothing of what took time; and names of the directory that break."""

import pytest

from console.templatetags.directory import by_parts
from console.web.report_view import seconds_words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.0, "0 s"),
        (0.004, "under 0.1 s"),
        (-0.09, "under 0.1 s"),
        (0.1, "0.1 s"),
        (9.96, "10.0 s"),
        (12.4, "12 s"),
        (125.0, "2 min 05 s"),
    ],
)
def test_a_duration_is_said_as_finely_as_it_matters(seconds: float | None, said: str) -> None:
    assert seconds_words(seconds) == said


def test_a_name_of_the_directory_breaks_after_commas_and_slashes_and_its_short_parts_never() -> None:
    long = "CN=" + "x" * 40
    said = by_parts(f"HOST/mx01-a,{long},DC=<b>")
    assert said.split("<wbr>") == [
        '<span class="nowrap">HOST/</span>',
        '<span class="nowrap">mx01-a,</span>',
        f"{long},",
        '<span class="nowrap">DC=&lt;b&gt;</span>',
    ]
    assert by_parts("HOST/mx01-a.lab.example") == '<span class="nowrap">HOST/mx01-a.lab.example</span>'
