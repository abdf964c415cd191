"""The part of `manage.py scripts` that looks at the nodes and writes on them: set, diff, deploy, undo."""

from typing import Any

from console.domain.deployment import FileState
from console.domain.node_scripts.settings import ON_SILENCE
from console.management.base import FAILED, SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.services.deployment import comparing, deploying, settings
from console.services.deployment.deploying import Deployed
from console.services.fields import open_field
from console.services.plans import find_cluster


def add_deployment(commands: Any) -> None:
    """Add the four subcommands to a parser's."""
    setting = commands.add_parser("set", help="say what the scripts of a cluster are rendered from")
    setting.add_argument("cluster")
    setting.add_argument("--url", help="where the nodes reach the console: http://HOST:PORT")
    setting.add_argument("--silence", choices=ON_SILENCE, help="what START.BAT does with no console and no kit")
    setting.add_argument("--folder", help="the console's folder on the nodes")
    setting.add_argument("--log", choices=("yes", "no"), help="whether each step goes to the cluster's log")
    diff = commands.add_parser("diff", help="hold what is on both nodes against what is rendered now")
    diff.add_argument("cluster")
    deploy = commands.add_parser("deploy", help="write what differs on both nodes; what was there is kept")
    deploy.add_argument("cluster")
    undo = commands.add_parser("undo", help="bring back what the last deployment replaced")
    undo.add_argument("cluster")
    for command in (setting, deploy, undo):
        command.add_argument("--reason", default="", help="why, for the audit")
    for command in (setting, diff, deploy, undo):
        add_json(command)


class DeploymentCommand(OperatorCommand):
    """`set`, `deploy` and `undo` need the right to operate, `diff` the right to see."""

    def _set(self, options: dict[str, Any]) -> int:
        actor = self.actor("operate")
        cluster = find_cluster(options["cluster"], actor.user)
        given = {name: options[name] for name in ("url", "silence", "folder") if options[name] is not None}
        if options["log"] is not None:
            given["log"] = options["log"] == "yes"
        row = settings.change(cluster, actor, options["reason"], **given)
        data = {"url": row.url, "silence": row.silence, "folder": row.folder, "log": row.log}
        text = f"The scripts of {cluster.name} reach the console at {row.url}. Nothing on a node was changed."
        self.answer(options, text, {"result": "set", **data})
        return SUCCEEDED

    def _diff(self, options: dict[str, Any]) -> int:
        cluster = find_cluster(options["cluster"], self.actor("view").user)
        row = settings.require(cluster)
        with open_field(cluster) as field:
            found = comparing.look(row, field)
        comparing.keep(row, found)
        files = [state.to_json() for state in found.files]
        same = all(state.state == "same" for state in found.files)
        data = {"result": "same" if same else "differs", "files": files}
        self.answer(options, "\n".join(map(_shown, found.files)), data)
        return SUCCEEDED if same else FAILED

    def _deploy(self, options: dict[str, Any]) -> int:
        actor = self.actor("operate")
        cluster = find_cluster(options["cluster"], actor.user)
        return self._told(options, deploying.deploy(cluster, actor, options["reason"]))

    def _undo(self, options: dict[str, Any]) -> int:
        actor = self.actor("operate")
        cluster = find_cluster(options["cluster"], actor.user)
        return self._told(options, deploying.undo(cluster, actor, options["reason"]))

    def _told(self, options: dict[str, Any], done: Deployed) -> int:
        kept = [f"  {one.node}: {one.path}, the old one is kept as {one.backup or 'nothing'}" for one in done.placed]
        data = {"result": "written" if done.placed else "nothing to do"}
        files = [one.to_json() for one in done.placed]
        self.answer(options, "\n".join([done.sentence, *kept]), {**data, "files": files})
        return SUCCEEDED


def _shown(state: FileState) -> str:
    head = f"{state.node}: {state.name} is {state.state}" + (f": {state.why}" if state.why else "")
    return "\n".join(filter(None, (head, state.diff)))
