"""Checks of the directory: the right controller, paired stores, names and rights, and whom it names now."""

from console.domain.checks import Check, failed, passed, untold, warned
from console.domain.delegation.node_check import named
from console.domain.preflight.base import Situation
from console.domain.switch.differences import directory_owner, problems
from console.domain.switch.direction import direction_to

CLOCK_SECONDS = 300.0


def checks(situation: Situation) -> list[Check]:
    """Controller, coverage, stores, names, rights, agreement."""
    return [
        _controller(situation),
        *_replication(situation),
        _coverage(situation),
        *_switch(situation),
        *_rights(situation),
        _agreement(situation),
    ]


def _controller(situation: Situation) -> Check:
    controller = situation.view.controller
    title = f"The domain controller {controller.dns_name} can be written"
    if controller.read_only:
        remedy = "Name a writable domain controller in the directory's settings."
        return failed("directory.controller", title, "It is a read-only domain controller.", remedy)
    if abs(controller.clock_offset) > CLOCK_SECONDS:
        remedy = "Set the clocks; Kerberos refuses more than 300 s."
        return warned("directory.controller", title, f"Its clock differs by {controller.clock_offset:.0f} s.", remedy)
    return passed("directory.controller", title, f"It answers for {controller.default_context}.")


def _replication(situation: Situation) -> list[Check]:
    """Whether the target reads the controller that is written, or another one that must be waited for."""
    used, written = situation.target_controller, situation.view.controller.dns_name
    if used is None:
        return []
    title = f"{situation.target} reads what the console writes"
    if used.value is None:
        remedy = "Bring that domain controller up, or correct it in the directory's settings."
        return [
            failed("directory.replication", title, f"Its domain controller cannot be asked: {used.unknown}", remedy)
        ]
    if used.value.casefold() == written.casefold():
        return [passed("directory.replication", title, f"Both use {written}.")]
    reason = f"The console writes on {written}, {situation.target} reads on {used.value}."
    remedy = "The plan waits until names and mount flags have arrived there; name the same controller to save the wait."
    return [warned("directory.replication", title, reason, remedy)]


def _coverage(situation: Situation) -> Check:
    controller = situation.view.controller
    title = "Every domain that may hold mailboxes can be seen"
    if not controller.other_domains:
        return passed("directory.coverage", title, ", ".join(controller.domain_contexts))
    reason = f"{controller.dns_name} does not hold {', '.join(controller.other_domains)}."
    remedy = "Mailboxes there would be left behind. Make sure that there are none, and accept this."
    return untold("directory.coverage", title, reason, remedy)


def _switch(situation: Situation) -> list[Check]:
    """What the switch itself says against being planned: unpaired stores, names in foreign hands, missing objects."""
    direction = direction_to(situation.view, situation.cluster.server_of(situation.target))
    title = f"Everything of {direction.source.name} has its counterpart on {direction.target.name}"
    found = [
        failed(reason.key or "directory.switch", title, reason.text, reason.remedy, about=reason.about)
        for reason in problems(direction)
    ]
    pairs = direction.pairing.pairs
    return found or [passed("directory.switch", title, f"{len(pairs)} pairs of stores; names are on our accounts.")]


def _rights(situation: Situation) -> list[Check]:
    rights = situation.view.rights
    title = f"{rights.account} may write what the switch changes"
    found = []
    if rights.missing:
        remedy = "Delegate write access to these attributes: `manage.py directory delegation` prints the lines for it."
        reason = f"It may not write {', '.join(rights.missing[:5])}" + (", …" if len(rights.missing) > 5 else ".")
        found.append(failed("directory.rights", title, reason, remedy, evidence="\n".join(rights.missing)))
    else:
        found.append(passed("directory.rights", title, "Every attribute that changes was looked up."))
    if loose := _too_much(situation):
        remedy = (
            "Use an account with the delegated rights alone; a stolen one that can give itself more owns the domain."
        )
        found.append(warned("directory.account", "The account has no more rights than it needs", loose, remedy))
    return found


def _too_much(situation: Situation) -> str:
    """What the account may beside its work; empty when nothing is known of."""
    if situation.view.rights.domain_administrator:
        return "It is a domain administrator."
    if situation.changeable:
        return f"It may change who has which rights on {named(situation.changeable)}"
    return ""


def _agreement(situation: Situation) -> Check:
    source = situation.cluster.server_of(situation.source)
    title = f"The directory names {situation.source}, where the group is"
    owner = directory_owner(situation.view)
    if owner.server.casefold() == source.casefold() and not owner.mixed:
        return passed("directory.agreement", title, f"Names, pointers and update services name {owner.server}.")
    reason = owner.mixed.capitalize() if owner.mixed else f"It names {owner.server}"
    remedy = "The switch brings everything to the target; what is there already is left as it is."
    return warned("directory.agreement", title, f"{reason}.", remedy)
