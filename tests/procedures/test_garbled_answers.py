"""Whatever nodes print for a proof's questions, the proof ends in a finding or says clearly that it cannot read it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console import catalog
from console.domain.checks import Verdict
from console.domain.errors import ChangeoverError
from console.domain.ports import Argv, CommandResult
from console.domain.procedures import Procedure
from console.domain.procedures.examine import read_grounds
from console.domain.procedures.proofs import PROOFS, Finding, Grounds
from tests.moves.ground import Ground


@pytest.fixture(scope="module")
def read(ground: Ground) -> tuple[Procedure, Grounds]:
    """What the proofs look at on a cluster that is set up."""
    procedure = catalog.procedure(f"exchange-{ground.cluster().generation}-setup")
    with ground.open() as field:
        return procedure, read_grounds(procedure.steps, field)


JUNK = st.text(st.sampled_from('ABF xX[]{}()"=:;,.\\/-_\r\n\t\0é日0123456789'), max_size=40)


@st.composite
def torn(draw: st.DrawFn, text: str) -> str:
    """A real answer with a piece cut out, and something else in its place."""
    first, second = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    return text[:first] + draw(JUNK) + text[second:]


def findings(procedure: Procedure, grounds: Grounds) -> Iterator[Finding]:
    for step in procedure.steps:
        if step.proof:
            try:
                yield PROOFS[step.proof].judge(grounds, step.side, step.about)
            except ChangeoverError as error:
                yield Finding(Verdict.UNKNOWN, error.message if error.remedy else "")


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_torn_answer_of_one_node_breaks_no_proof(read: tuple[Procedure, Grounds], data: st.DataObject) -> None:
    procedure, grounds = read
    node = data.draw(st.sampled_from(sorted(grounds.answers)))
    asked: Argv = data.draw(st.sampled_from(sorted(grounds.answers[node])))
    was = grounds.answers[node][asked]
    code = data.draw(st.sampled_from([was.exit_code, 1, 9009, -2147217392]))
    answer = CommandResult(asked, code, data.draw(torn(was.stdout)), data.draw(JUNK))
    answers = {**grounds.answers, node: {**grounds.answers[node], asked: answer}}
    for finding in findings(procedure, replace(grounds, answers=answers)):
        assert finding.reason
        assert isinstance(finding.verdict, Verdict)


def test_nodes_that_answer_nothing_leave_no_proof_of_theirs_standing(read: tuple[Procedure, Grounds]) -> None:
    procedure, grounds = read
    empty = {
        node: {asked: CommandResult(asked, 0, "") for asked in answers} for node, answers in grounds.answers.items()
    }
    asking = {key for key, proof in PROOFS.items() if proof.asks(grounds, ("X:\\a",))}
    for step in procedure.steps:
        if step.proof in asking:
            found = list(findings(replace(procedure, steps=(step,)), replace(grounds, answers=empty)))
            assert all(finding.verdict is not Verdict.PASS for finding in found), step.key
