"""Checks of a move whose group carries the Exchange server's name: nothing in the directory is switched."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from console.domain import second_hop
from console.domain.carried_server import CarriedServer
from console.domain.carrying import CarryingDriver
from console.domain.checks import Check, Verdict, failed, passed, untold, warned
from console.domain.observation import ClusterView, ResourceState, Seen
from console.domain.ports import Argv
from console.domain.preflight import nodes, services
from console.domain.preflight.base import NodeSituation
from console.domain.preflight.engine import owner_check

Problems = tuple[tuple[str, str], ...]
"""(reason, remedy) pairs."""
OWNERS = 'Add {node} to the possible owners of each (cluster resource "NAME" /addowner:{node}), then check again.'


@dataclass(frozen=True)
class CarriedSituation(NodeSituation):
    """Everything that was read for one move of a group that carries its server's name."""

    driver: CarryingDriver
    carried: CarriedServer
    details: Seen[ClusterView] | None
    """What depends on what, and which nodes each resource may run on; None when that was not asked."""
    runs_on: str
    """The node that runs the command."""
    command: Argv
    tool: Seen[Problems] | None
    """What the tool itself says against the move in a dry run; None when it has none, or was not asked."""

    def resources(self) -> tuple[ResourceState, ...]:
        """The group's resources, with their details where those were read; none when nobody shows the group."""
        views = [
            self.details.value if self.details else None,
            *(self.seen(n).engine.value for n in (self.source, self.target)),
        ]
        groups = [view.groups[self.cluster.group] for view in views if view and self.cluster.group in view.groups]
        return groups[0].resources if groups else ()

    def healthy(self) -> str:
        """What shows that the group serves mail where it is; empty when it does not, or nobody can tell."""
        owner = self.observation.owner(self.cluster.group).value or ""
        status = self.observation.group_status(self.cluster.group).value or ""
        if not owner or status.casefold() != "online":
            return ""
        seen = self.seen(self.cluster.node(owner).name)
        if not seen.answered or self.unmounted(seen.node):
            return ""
        greets = bool(self.greetings) and all(said.ok for said in self.greetings.values())
        return f"{owner} has {self.cluster.group} online, its stores are mounted, and mail answers" if greets else ""

    def unmounted(self, node: str) -> list[str]:
        """The server's stores that are not mounted on `node`, all of them when that cannot be read."""
        return sorted(self.carried.labels - (self.seen(node).stores.value or frozenset()))


def checks(situation: CarriedSituation) -> tuple[Check, ...]:
    """Every check of a planned move: nodes, cluster service, group, resources, tool, services, stores, greetings."""
    found = [*nodes.checks(situation), owner_check(situation), _online(situation)]
    for node in (situation.source, situation.target):
        found += _view(situation, node)
    found += [*_make_up(situation), *_owners(situation), _hop(situation), *_tool(situation)]
    if situation.seen(situation.source).answered:
        found += [_services(situation), _stores(situation)]
    return (*found, services.greetings_check(situation))


def forced_checks(situation: CarriedSituation) -> tuple[Check, ...]:
    """Every check of a forced move: only what would keep it from working refuses it, or a group that is well."""
    target = situation.seen(situation.target)
    found = [nodes.reach_check(target), _away(nodes.reach_check(situation.seen(situation.source)))]
    if target.answered:
        found += [nodes.identity_check(target), nodes.clock_check(target)]
    found += [_needed(situation), *_taking(situation), *_owners(situation), _hop(situation)]
    return (*found, _mail(situation))


def start_checks(situation: CarriedSituation) -> tuple[Check, ...]:
    """What is said of a group that the product has brought up by itself; nothing holds it up."""
    return tuple(_away(nodes.reach_check(situation.seen(name))) for name in (situation.target, situation.source))


def _away(check: Check) -> Check:
    """A node that does not answer, as a warning."""
    if check.verdict is Verdict.PASS:
        return check
    return warned(check.key, check.title, check.reason, check.remedy, about=check.about)


def _online(situation: CarriedSituation) -> Check:
    title = f"The group {situation.cluster.group} is online"
    status = situation.observation.group_status(situation.cluster.group)
    if status.value is None:
        return failed("group.online", title, f"Its state is not known: {status.unknown}.", "Check both nodes.")
    if status.value.casefold() == "online":
        return passed("group.online", title, "Online.")
    down = [f"{r.name} is {r.status}" for r in situation.resources() if r.status.casefold() != "online"]
    named = f" {'; '.join(down)}." if down else ""
    remedy = "Wait until it is online, or mend what is named; where that fails, take it over by force."
    return failed("group.online", title, f"It is {status.value}.{named}", remedy)


def _view(situation: CarriedSituation, node: str) -> list[Check]:
    """What the node's cluster service says against the move."""
    seen = situation.seen(node)
    title = f"The cluster service on {node} is healthy"
    if not seen.answered:
        return []
    if seen.engine.value is None:
        remedy = f"Start the cluster service on {node}, then check again."
        return [failed("engine.view", title, seen.engine.unknown, remedy, about=node, evidence=seen.evidence)]
    problems = situation.driver.view_problems(situation.cluster, seen.engine.value, situation.target)
    if not problems:
        return [passed("engine.view", title, "It runs, and both nodes take part.", about=node)]
    return _failures("engine.view", title, problems, about=node)


def _failures(key: str, title: str, problems: Iterable[tuple[str, str]], *, about: str = "") -> list[Check]:
    return [failed(key, title, reason, remedy, about=about) for reason, remedy in problems]


def _make_up(situation: CarriedSituation) -> list[Check]:
    title = f"The group {situation.cluster.group} is made up as Exchange asks"
    resources = situation.seen(situation.source).group_resources
    if resources.value is None:
        remedy = f"List the resources on {situation.source} by hand; the console's account must be allowed to."
        return [failed("group.make-up", title, f"Its resources cannot be read: {resources.unknown}", remedy)]
    problems = situation.driver.group_problems(situation.cluster, resources.value)
    names = ", ".join(resource.partition("@")[2] for resource in resources.value)
    passes = [passed("group.make-up", title, f"{names}.", evidence="\n".join(resources.value))]
    return _failures("group.make-up", title, problems) or passes


def _owners(situation: CarriedSituation) -> list[Check]:
    """Whether every resource of the group may run on the target, by its possible owners."""
    if situation.details is None:
        return []
    target, resources = situation.target, situation.resources()
    title = f"Every resource of {situation.cluster.group} may run on {target}"
    barred = [r.name for r in resources if r.owners is not None and target.casefold() not in _folded(r.owners)]
    unread = [r.name for r in resources if r.owners is None]
    found = []
    if barred:
        reason = f"{', '.join(barred)} may not run on {target}."
        found.append(failed("group.owners", title, reason, OWNERS.format(node=target), about=target))
    if unread or not resources:
        why = situation.details.unknown or "its possible owners were not told"
        reason = f"Where {', '.join(unread) or 'its resources'} may run cannot be read: {why}"
        remedy = 'List the owners by hand (cluster resource "NAME" /listowners), and accept this.'
        found.append(untold("group.owners", title, reason, remedy, about=target))
    return found or [passed("group.owners", title, f"All {len(resources)} resources may.", about=target)]


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _hop(situation: CarriedSituation) -> Check:
    """Whether the command can be sent at all: a tool of Exchange's signs in to a domain controller from the node."""
    node = situation.cluster.node(situation.runs_on)
    title = f"The move can be started on {node.name}"
    if not second_hop.needs(situation.command):
        return passed("group.second-hop", title, "The command asks no further machine.", about=node.name)
    if node.second_hop != "none":
        return passed("group.second-hop", title, f"It signs in further by {node.second_hop}.", about=node.name)
    reason = "The tool that moves the group signs in to a domain controller, and nothing lets it."
    return failed("group.second-hop", title, reason, second_hop.REMEDY, about=node.name)


def _tool(situation: CarriedSituation) -> list[Check]:
    """What the tool itself says in a dry run, where it has one."""
    title = "The tool that moves the group has nothing against it"
    if situation.tool is None:
        return []
    if situation.tool.value is None:
        remedy = f"Try it by hand on {situation.runs_on}, and accept this."
        return [untold("group.tool", title, f"It could not be asked: {situation.tool.unknown}", remedy)]
    passes = [passed("group.tool", title, "Its dry run ended well, and no resource is named as failed.")]
    return _failures("group.tool", title, situation.tool.value) or passes


def _services(situation: CarriedSituation) -> Check:
    """Whether Exchange runs where the move starts, by the node's own word."""
    check = services.source_check(situation)
    if check.verdict is not Verdict.WARN:
        return check
    remedy = "Find out why, though its resource may be online; the cluster starts it with its resource on the target."
    return replace(check, remedy=remedy)


def _stores(situation: CarriedSituation) -> Check:
    """Whether every store of the server is mounted where the move starts, so that it can be proved afterwards."""
    node, server = situation.source, situation.carried.server.name
    title = f"Every store of {server} is mounted on {node}"
    seen = situation.seen(node).stores
    if seen.value is None:
        remedy = "Look at the stores by hand, and accept this."
        return untold("mail.stores", title, f"Cannot be read: {seen.unknown}", remedy, about=node)
    missing = situation.unmounted(node)
    if not missing:
        return passed("mail.stores", title, f"All {len(situation.carried.labels)} are.", about=node)
    remedy = "Mount them first; or take the group over by force, which moves it whatever its stores are."
    return failed("mail.stores", title, f"Not mounted: {', '.join(missing)}.", remedy, about=node)


def _needed(situation: CarriedSituation) -> Check:
    """A group that is well where it is gets moved by a planned move, never by force."""
    title = f"{situation.cluster.group} does not serve mail where it is"
    well = situation.healthy()
    if not well:
        return passed("takeover.needed", title, f"Now {_standing(situation)}")
    remedy = "Use failover or failback: a planned move checks everything first. There is nothing to force."
    return failed("takeover.needed", title, f"{well}.", remedy)


def _mail(situation: CarriedSituation) -> Check:
    """What greets is no mail while the group is not well: a protocol's resource may be up without the stores."""
    check = services.greetings_check(situation)
    if check.verdict is not Verdict.PASS or situation.healthy():
        return check
    remedy = "Nothing by hand: the proof at the end expects stores and greetings."
    return warned(check.key, check.title, f"Protocols greet, but {_standing(situation)}", remedy)


def _standing(situation: CarriedSituation) -> str:
    """How the group is, what of it is down, and which stores are not mounted, as a clause."""
    owner = situation.observation.owner(situation.cluster.group).value or ""
    status = situation.observation.group_status(situation.cluster.group).value
    found = [f"the group is {status or 'in an unknown state'} {f'on {owner}' if owner else 'nobody knows where'}"]
    found += [f"{r.name} is {r.status}" for r in situation.resources() if r.status.casefold() != "online"]
    known = [node.name for node in situation.cluster.nodes if node.name.casefold() == owner.casefold()]
    missing = situation.unmounted(known[0]) if known and situation.seen(known[0]).answered else []
    found += [f"not mounted: {', '.join(missing)}"] if missing else []
    return f"{'; '.join(found)}."


def _taking(situation: CarriedSituation) -> list[Check]:
    """What the target's own cluster service says against taking the group over."""
    target = situation.target
    seen = situation.seen(target)
    title = f"The cluster service on {target} can take the group"
    if seen.engine.value is None:
        remedy = f"Start the cluster service on {target} first."
        return [failed("takeover.engine", title, seen.unreachable or seen.engine.unknown, remedy, about=target)]
    problems = situation.driver.takeover_problems(situation.cluster, seen.engine.value, target)
    passes = [passed("takeover.engine", title, "Nothing that it says forbids it.", about=target)]
    return _failures("takeover.engine", title, problems, about=target) or passes
