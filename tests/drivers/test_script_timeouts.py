"""The time-outs of the group's scripts, as clp.conf has them."""

from pathlib import Path

import pytest

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.drivers.expresscluster.clpconf import script_settings, script_timeouts
from console.drivers.expresscluster.driver import ExpressCluster
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.files import configuration
from tests.drivers.screens import cluster
from tests.drivers.test_expresscluster import CONF


def conf(inside: str) -> str:
    """A configuration with a script resource and another resource."""
    script = f'<script name="Script1"><comment>a</comment>{inside}</script>'
    return f'<root><resource><types name="script"/><fip name="script1"/>{script}</resource></root>'


@pytest.mark.parametrize(
    "inside",
    [
        "<parameters><act><timeout>900</timeout></act><deact><timeout> 600 </timeout></deact></parameters>",
        "<act><retry>1</retry><timeout>900</timeout></act><deact><timeout>600</timeout><action>4</action></deact>",
    ],
)
def test_they_are_found_in_the_resource_or_its_parameters(inside: str) -> None:
    assert script_timeouts(conf(inside), "script1") == (900, 600)


def test_what_is_not_written_is_not_known() -> None:
    assert script_timeouts(conf("<parameters><act><timeout>900</timeout></act></parameters>"), "SCRIPT1") == (900, None)
    assert script_timeouts(conf("<parameters><timeout>5</timeout></parameters>"), "script1") == (None, None)
    assert script_timeouts(conf("<act><timeout>900</timeout></act>"), "other") == (None, None)


@pytest.mark.parametrize("value", ["soon", "-1", "9e9"])
def test_what_is_no_number_is_an_error_and_no_guess(value: str) -> None:
    with pytest.raises(Garbled, match="script1"):
        script_timeouts(conf(f"<act><timeout>{value}</timeout></act>"), "script1")


def test_the_driver_tells_those_of_the_groups_own_scripts_alone() -> None:
    own = '<script name="script-postgres"><act><timeout>900</timeout></act></script>'
    other = '<script name="another"><act><timeout>60</timeout></act></script>'
    text = CONF.replace("<resource><fip", f"<resource>{own}{other}<fip")
    answers = [CommandResult(("clpstat",), 0, ""), CommandResult(("type",), 0, text)]
    assert ExpressCluster().read_script_timeouts(cluster(), answers) == ((900, None),)


def test_the_configuration_that_the_lab_writes_is_understood(tmp_path: Path) -> None:
    lab = assemble(presets.fast_definition(presets.nagoya(base="127.0.36")), tmp_path)
    (found,) = lab.world.clusters
    assert script_timeouts(configuration(found), "script1") == (1800, 1800)


def test_what_follows_a_failure_is_read_by_the_products_own_names() -> None:
    inside = (
        "<act><retry>1</retry><fo>2</fo><action>1</action></act><deact><action> 4 </action></deact><other>9</other>"
    )
    found = {"act/retry": "1", "act/fo": "2", "act/action": "1", "deact/action": "4"}
    assert script_settings(conf(inside), "SCRIPT1") == found
    assert script_settings(conf(f"<parameters>{inside}</parameters>"), "script1") == found
    assert script_settings(conf(inside), "another") == {}


def test_each_script_resource_of_the_group_has_a_folder_of_its_own() -> None:
    resources = ("fip@fip1", "script@Script1", "sd@sd1", "script@other one")
    folders = ExpressCluster().script_folders(cluster(), resources)
    assert folders == (
        r"C:\Program Files\EXPRESSCLUSTER\scripts\failover\Script1",
        r"C:\Program Files\EXPRESSCLUSTER\scripts\failover\other one",
    )
    assert ExpressCluster().script_folders(cluster(), ("fip@fip1",)) == ()
