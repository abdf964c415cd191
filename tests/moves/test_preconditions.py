"""Preconditions that need a lab of their own: scripts that are not ours, an account with too many rights."""

from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.checks import Refusal, Verdict
from console.domain.secrets import Secret
from console.domain.topology import Credential
from console.lab import presets
from tests.moves.ground import Ground


def test_a_group_that_runs_the_guides_script_is_refused_with_its_remedy(tmp_path: Path) -> None:
    made = presets.tokyo()
    made.scripts = "guide"
    ground = Ground(tmp_path / "lab", made)
    try:
        with pytest.raises(Refusal) as refused:
            ground.plan("failover")
    finally:
        ground.close()
    reason = next(reason for reason in refused.value.reasons if reason.key == "group.scripts")
    assert "script" in reason.text
    assert "console's scripts" in reason.remedy


def test_a_domain_administrator_is_warned_of_but_may_plan(tokyo: Ground) -> None:
    administrator = tokyo.backend.forest.account("administrator")
    netbios = tokyo.backend.forest.netbios
    strong = Credential("strong", f"{netbios}\\{administrator.name}", Secret(administrator.password))
    directory = replace(tokyo.cluster().directory, credential=strong)
    plan = tokyo.plan("failover", cluster=tokyo.cluster(directory=directory))
    check = next(check for check in plan.checks if check.key == "directory.account")
    assert check.verdict is Verdict.WARN
    assert "delegated" in check.remedy
