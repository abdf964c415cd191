"""A lab that lacks just one thing makes exactly the steps say no that are about it, each with its remedy.

Every automated or checked step and part of every procedure is in at least one row.
"""

from dataclasses import dataclass

import pytest

from console import catalog
from console.domain.checks import Verdict
from console.domain.procedures import Mode, Procedure, ProcedureStep, Side
from console.domain.procedures.examine import Examined
from tests.moves.ground import Ground
from tests.procedures import lacking
from tests.procedures.conftest import examined

OF_2003, OF_2007 = ("exchange-2003-setup",), ("exchange-2007-setup", "exchange-2007-service-pack")
BOTH = OF_2003 + OF_2007


@dataclass(frozen=True)
class Row:
    """What is taken away, and who has to notice: the steps of that proof, of the sides, that are about it."""

    proof: str
    name: str
    lacks: lacking.Lacking
    reason: str
    sides: tuple[Side, ...] = tuple(Side)
    about: str = ""
    """Only steps that are about this; empty: whatever they are about."""
    of: tuple[str, ...] = BOTH
    keys: frozenset[str] = frozenset()
    """Only these of them; empty: all."""

    def concerns(self, step: ProcedureStep) -> bool:
        """Whether the step must say no."""
        about = not self.about or any(self._touches(one) for one in step.about)
        keys = not self.keys or step.key in self.keys
        return step.proof == self.proof and step.side in self.sides and about and keys

    def _touches(self, about: str) -> bool:
        """What is gone takes with it what lies in it; a path may hold the name of every storage group."""
        if self.proof == "windows.prerequisites":  # without .NET Framework there is no service pack of it
            return about.startswith(self.about)
        return about == self.about or (self.proof == "partition.folders" and about.startswith(f"{self.about}\\"))


def _of(procedures: tuple[str, ...], proof: str) -> list[str]:
    """Everything that the procedures' steps with that proof are about."""
    steps = [step for key in procedures for step in catalog.procedure(key).steps if step.proof == proof]
    return list(dict.fromkeys(about for step in steps for about in step.about))


PRIMARY, STANDBY = (Side.PRIMARY, Side.BOTH), (Side.STANDBY, Side.BOTH)
SIDES = ((1, (*PRIMARY, Side.DIRECTORY)), (2, (*STANDBY, Side.DIRECTORY)))
FIRST = "First Storage Group"
GROUP_FOLDERS = frozenset({"folders", "folders/bullet-4", "folders/bullet-4.note"})

ROWS = (
    Row("group.make-up", "virtual IP", lacking.second_address, "vip"),
    Row("group.make-up", "no group", lacking.no_group, "EX2 has no group EXCHANGE"),
    Row("group.online", "group down", lacking.group_down, "EXCHANGE is Online Failure"),
    Row("group.scripts", "script edited 1", lacking.edited_script(1), "EX1", (Side.ACTIVE, Side.BOTH)),
    Row("group.scripts", "script edited 2", lacking.edited_script(2), "EX2", (Side.BOTH,)),
    Row("cluster.running", "engine off", lacking.engine_off, "EX2"),
    Row("exchange.installed", "no transport", lacking.no_transport, "EX2 has no service"),
    Row("services.msdtc", "MSDTC by hand", lacking.manual_msdtc, "does not start by itself"),
    Row("network.order", "interconnect first", lacking.interconnect_first, "Interconnect LAN comes before Public LAN"),
    Row("network.interconnect", "NetBIOS on", lacking.interconnect_with_netbios, "EX2 has NetBIOS on"),
    Row("network.interconnect", "DNS named", lacking.interconnect_with_dns, "names the DNS server 192.0.2.53"),
    Row("network.registration", "registers", lacking.registering, "EX2 registers itself"),
    Row("dns.record", "no record", lacking.no_record, "EX1 is not there; it must lead to 127.0."),
    Row("dns.record", "another record", lacking.another_record, "192.0.2.77; it must lead to 127.0."),
    Row("dns.stale", "stale record", lacking.stale_record, "the node's own address"),
    Row("partition.rights", "closed", lacking.closed_folder, "NETWORK SERVICE has no full control", of=OF_2007),
    Row("directory.native-mode", "mixed mode", lacking.mixed_mode, "The domain is in mixed mode", of=OF_2007),
    *(Row("stores.names", f"other name {n}", lacking.other_store(n), "has no store Executive") for n in (1, 2)),
    *(Row("services.manual", f"automatic {n}", lacking.automatic_store(n), f"EX{n} starts as", s) for n, s in SIDES),
    *(Row("stores.paths", f"store {n}", lacking.store_elsewhere(n), f"EX{n} lies at C:", s) for n, s in SIDES),
    *(Row("logs.paths", f"logs {n}", lacking.logs_elsewhere(n), f"EX{n} lies at C:", s) for n, s in SIDES),
    *(Row("smtp.paths", f"mail {n}", lacking.mail_elsewhere(n), f"EX{n} lies at C:", s, of=OF_2003) for n, s in SIDES),
    *(Row("transport.queue", f"queue {n}", lacking.local_queue(n), f"EX{n} names C:", s, of=OF_2007) for n, s in SIDES),
    *(Row("exchange.level", f"2003 {n}", lacking.old_level_2003(n), "Version 6.5", s, of=OF_2003) for n, s in SIDES),
    *(Row("exchange.level", f"2007 {n}", lacking.old_level_2007(n), "Version 8.0", s, of=OF_2007) for n, s in SIDES),
    *(
        Row("partition.folders", path, lacking.no_folder(path), "There is no folder X:", about=path, of=of)
        for of in (OF_2003, OF_2007)
        for path in _of(of, "partition.folders")
        if FIRST not in path and "{" not in path
    ),
    Row(
        "partition.folders",
        "storage group",
        lacking.no_folder(rf"X:\Exchsrv\Mailbox\{FIRST}"),
        FIRST,
        of=OF_2007,
        keys=GROUP_FOLDERS,
    ),
    *(
        Row("folders.replicas", tree, lacking.one_replica(tree), "has no replica on", about=tree, of=OF_2003)
        for tree in _of(OF_2003, "folders.replicas")
    ),
    *(
        Row("windows.hotfixes", fix, lacking.without_fix(fix), fix, about=fix, of=OF_2003)
        for fix in _of(OF_2003, "windows.hotfixes")
    ),
    *(
        Row("windows.prerequisites", thing, lacking.without_prerequisite(thing), "EX2 lacks", about=thing, of=OF_2007)
        for thing in _of(OF_2007, "windows.prerequisites")
    ),
    Row(
        "group.owner",
        "primary, half done",
        lacking.moved_and(lacking.store_elsewhere(1)),
        "is on",
        (Side.PRIMARY,),
        of=("exchange-2003-setup", "exchange-2007-setup"),
    ),
    Row(
        "group.owner",
        "standby, half done",
        lacking.store_elsewhere(2),
        "is on",
        (Side.STANDBY,),
        of=("exchange-2003-setup", "exchange-2007-setup"),
    ),
    Row(
        "group.owner",
        "primary, before the standby's pack",
        lacking.moved_and(lacking.old_level_2007(2)),
        "is on",
        (Side.PRIMARY,),
        of=("exchange-2007-service-pack",),
    ),
    Row(
        "group.owner",
        "standby, before the primary's pack",
        lacking.old_level_2007(1),
        "is on",
        (Side.STANDBY,),
        of=("exchange-2007-service-pack",),
    ),
)


def procedures(row: Row, ground: Ground) -> list[Procedure]:
    generation = lacking.cluster_of(ground).definition.generation
    return [found for found in map(catalog.procedure, row.of) if found.generation == generation]


def led_up_to(step: ProcedureStep, no: set[str]) -> bool:
    """The group has to be on a node only as long as what is done there is not done."""
    return step.proof == "group.owner" and bool(no & set(step.until))


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=[f"{row.proof}: {row.name}" for row in ROWS])
def test_just_what_is_lacking_says_no(ground: Ground, row: Row) -> None:
    for procedure in procedures(row, ground):
        with row.lacks(ground):
            found = examined(ground, procedure.key)
        no = {key: one for key, one in found.items() if one.check.verdict is Verdict.FAIL}
        expected = {step.key for step in procedure.steps if row.concerns(step)}
        assert expected <= no.keys()
        assert all(row.reason in no[key].check.reason and no[key].check.remedy for key in expected)
        others = {one.step.key for key, one in no.items() if key not in expected}
        assert {key for key in others if not allowed(no[key], set(no), row)} == set()


def allowed(one: Examined, no: set[str], row: Row) -> bool:
    """What cannot hold either: a move to what says no, or of a group that is down, the rights of what is not there.

    For a move's own row something else was made to lack as well.
    """
    follows = {("group.online", "group.owner"), ("partition.folders", "partition.rights")}
    return led_up_to(one.step, no) or row.proof == "group.owner" or (row.proof, one.step.proof) in follows


def test_every_step_that_is_automated_or_checked_has_its_row() -> None:
    missing = [
        procedure.cite(step)
        for procedure in map(catalog.procedure, catalog.procedures())
        for step in procedure.steps
        if step.mode is not Mode.CONFIRMED and not any(row.concerns(step) for row in ROWS if procedure.key in row.of)
    ]
    assert missing == []
