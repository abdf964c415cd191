"""Checks of a takeover: does the other node hold the group, and has the product given it up?"""

from console.domain.checks import Check, failed, passed, warned
from console.domain.events.opinion import Holding, Opinion
from console.domain.preflight.base import Situation


def opinion_check(opinion: Opinion) -> Check:
    """The second opinion as a check: held refuses, a script that may start refuses for now, silence warns loudly."""
    title = f"{opinion.other} does not hold the group"
    evidence = _evidence(opinion)
    match opinion.verdict():
        case Holding.HELD:
            remedy = f"Find out which node is active; never start Exchange on {opinion.caller} before that is certain."
            return failed("takeover.other", title, opinion.sentence, remedy, about=opinion.other, evidence=evidence)
        case Holding.ASKS:
            remedy = f"It is waited for; if it does not end, look at START.BAT on {opinion.other}."
            return failed("takeover.asks", title, opinion.sentence, remedy, about=opinion.other, evidence=evidence)
        case Holding.UNREACHABLE:
            remedy = f"Make sure that {opinion.other} is down, at its console or by its power."
            return warned("takeover.other", title, opinion.sentence, remedy, about=opinion.other, evidence=evidence)
    return passed("takeover.other", title, opinion.sentence, about=opinion.other, evidence=evidence)


def given_up_check(situation: Situation) -> Check:
    """The product on the target itself calls the other server down; anything else refuses a person's takeover."""
    other, target = situation.source, situation.target
    title = f"The cluster product on {target} calls {other} down"
    engine = situation.seen(target).engine
    if engine.value is None:
        remedy = f"Bring the cluster service of {target} up first; it must tell how {other} is."
        why = situation.seen(target).unreachable or engine.unknown
        return failed("takeover.given-up", title, f"{target} cannot tell: {why}", remedy, about=target)
    evidence = "\n".join(f"{name}: {status}" for name, status in engine.value.servers.items())
    problems = situation.driver.takeover_problems(situation.cluster, engine.value, target)
    if problems:
        reasons, remedies = (" ".join(part) for part in zip(*problems, strict=True))
        return failed("takeover.given-up", title, reasons, remedies, about=other, evidence=evidence)
    return passed("takeover.given-up", title, _standing(situation), about=other, evidence=evidence)


def _standing(situation: Situation) -> str:
    here = situation.observation.group_status(situation.cluster.group).value or "not known"
    return f"Nothing that it says forbids the takeover; the group is {here}."


def waits_check(situation: Situation) -> Check:
    """A script that has ended does not ask again: with scripts, a group that is up already cannot be given a go."""
    target, group = situation.target, situation.cluster.group
    title = f"START.BAT on {target} can ask for a go"
    engine = situation.seen(target).engine.value
    state = engine.groups.get(group) if engine else None
    up = state is not None and (state.status.casefold(), state.current) == ("online", target)
    if up and situation.scripts().value == "console":
        remedy = f"Stop the group and start it again (clpgrp -t {group}, clpgrp -s {group} -h {target}): it asks then."
        return failed("takeover.script", title, f"{group} is up on {target}: its script has ended.", remedy)
    return passed("takeover.script", title, "Its script has not ended, or there is none.")


def _evidence(opinion: Opinion) -> str:
    told = {
        f"{opinion.caller}'s engine: the group is on": opinion.caller_says.value,
        f"{opinion.other}'s engine: the group is on": opinion.other_says.value,
        f"store service of {opinion.other} runs": opinion.other_store_runs.value,
        "mail answers on the floating IP": opinion.floating_ip.value,
    }
    words = {None: "unknown", "": "nobody", True: "yes", False: "no"}
    return "\n".join(f"{what}: {words.get(value, value)}" for what, value in told.items())
