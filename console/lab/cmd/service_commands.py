"""sc.exe: query, configure, start and stop services. Its exit code is the Win32 error."""

from console.lab import scm
from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import command, words
from console.lab.state import RUNNING, START_PENDING, STATE_WORDS, STOP_PENDING, STOPPED, Service

MESSAGES = {
    5: "Access is denied.",
    1051: "A stop control has been sent to a service that other running services are dependent on.",
    1053: "The service did not respond to the start or control request in a timely fashion.",
    1056: "An instance of the service is already running.",
    1058: (
        "The service cannot be started, either because it is disabled or because it has no enabled devices "
        "associated with it."
    ),
    1060: "The specified service does not exist as an installed service.",
    1061: "The service cannot accept control messages at this time.",
    1062: "The service has not been started.",
    1068: "The dependency service or group failed to start.",
}
START_TYPES = {2: "AUTO_START", 3: "DEMAND_START", 4: "DISABLED"}
_OPENING = {"StartService": "StartService: OpenService", "ControlService": "OpenService"}
_WANTED = {"auto": 2, "demand": 3, "disabled": 4}


@command("sc")
def sc(cmd: Interpreter, rest: str) -> int:
    """Dispatch to the subcommand."""
    arguments = words(rest)
    action = arguments[0].casefold() if arguments else ""
    if action in ("query", "queryex") and (len(arguments) == 1 or "=" in arguments[1]):
        return _query_all(cmd, extended=action == "queryex", everything="all" in arguments)
    if action not in _ACTIONS or len(arguments) < 2:
        cmd.process.out("\n*** Unrecognized Command ***" if action else "DESCRIPTION:")
        return 1639
    if action in ("start", "stop", "config") and not cmd.process.administrator:
        cmd.process.out("[SC] OpenService FAILED 5:\n\nAccess is denied.\n")
        return 5
    return _ACTIONS[action](cmd, arguments)


def _failed(cmd: Interpreter, code: int, call: str) -> int:
    cmd.process.out(f"[SC] {call} FAILED {code}:\n\n{MESSAGES.get(code, 'Unknown error.')}\n")
    return code


def _query(cmd: Interpreter, arguments: list[str]) -> int:
    with cmd.process.world.lock:
        service = cmd.process.node.service(arguments[1])
        if service is None:
            return _failed(cmd, 1060, "EnumQueryServicesStatus:OpenService")
        cmd.process.out(status(service, extended=arguments[0].casefold() == "queryex"))
        return 0


def _query_all(cmd: Interpreter, *, extended: bool, everything: bool) -> int:
    with cmd.process.world.lock:
        for service in cmd.process.node.services.values():
            if everything or service.state != STOPPED:
                text = status(service, extended=extended).split("\n")
                cmd.process.out("\n".join([*text[:2], f"DISPLAY_NAME: {service.installed.display}", *text[2:]]))
    return 0


def status(service: Service, *, extended: bool = False) -> str:
    """The status block of `sc query`, with process id and flags when extended."""
    accepted = "(NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN)"
    if service.state == RUNNING:
        accepted = "(STOPPABLE, PAUSABLE, ACCEPTS_SHUTDOWN)"
    pending = service.state in (START_PENDING, STOP_PENDING)
    shared = "inetinfo" in service.installed.image or "svchost" in service.installed.image
    kind = "20  WIN32_SHARE_PROCESS " if shared else "10  WIN32_OWN_PROCESS "
    lines = [
        "",
        f"SERVICE_NAME: {service.installed.name}",
        f"        TYPE               : {kind}",
        f"        STATE              : {service.state}  {STATE_WORDS[service.state]} ",
        f"                                {accepted}",
        f"        WIN32_EXIT_CODE    : {service.exit_code}  (0x{service.exit_code:x})",
        "        SERVICE_EXIT_CODE  : 0  (0x0)",
        f"        CHECKPOINT         : 0x{int(pending)}",
        f"        WAIT_HINT          : 0x{'7530' if pending else '0'}",
    ]
    if extended:
        lines += [f"        PID                : {service.pid}", "        FLAGS              : "]
    return "\n".join(lines)


def _qc(cmd: Interpreter, arguments: list[str]) -> int:
    old = cmd.process.node.definition.windows == "2003"
    call = "GetServiceConfig" if old else "QueryServiceConfig"
    service = cmd.process.node.service(arguments[1])
    if service is None:
        return _failed(cmd, 1060, "OpenService")
    item = service.installed
    first, *others = item.depends or ("",)
    lines = [
        f"[SC] {call} SUCCESS",
        "",
        f"SERVICE_NAME: {item.name}",
        "        TYPE               : 10  WIN32_OWN_PROCESS ",
        f"        START_TYPE         : {service.start}   {START_TYPES[service.start]}",
        "        ERROR_CONTROL      : 1   NORMAL",
        f'        BINARY_PATH_NAME   : "{item.image}" ',
        "        LOAD_ORDER_GROUP   : ",
        "        TAG                : 0  ",
        f"        DISPLAY_NAME       : {item.display}  ",
        f"        DEPENDENCIES       : {first}  ".rstrip() + "  ",
        *(f"                           : {name}  " for name in others),
        "        SERVICE_START_NAME : LocalSystem  ",
    ]
    cmd.process.out("\n".join(lines))
    return 0


def _start(cmd: Interpreter, arguments: list[str]) -> int:
    code = scm.start(cmd.process.world, cmd.process.node, arguments[1], cmd.process.line)
    return _after(cmd, arguments[1], code, "StartService")


def _stop(cmd: Interpreter, arguments: list[str]) -> int:
    code = scm.stop(cmd.process.world, cmd.process.node, arguments[1], cmd.process.line)
    return _after(cmd, arguments[1], code, "ControlService")


def _after(cmd: Interpreter, name: str, code: int, call: str) -> int:
    service = cmd.process.node.service(name)
    if code or service is None:
        return _failed(cmd, code, call if code != 1060 else _OPENING[call])
    cmd.process.out(status(service, extended=call == "StartService"))
    return 0


def _config(cmd: Interpreter, arguments: list[str]) -> int:
    options = [word.casefold() for word in arguments[2:]]
    if options[:1] != ["start="] or options[1:2] == [] or options[1] not in _WANTED:
        cmd.process.out("[SC] ChangeServiceConfig FAILED 87:\n\nThe parameter is incorrect.\n")
        return 87
    code = scm.configure(cmd.process.world, cmd.process.node, arguments[1], _WANTED[options[1]], cmd.process.line)
    if code:
        return _failed(cmd, code, "OpenService")
    cmd.process.out("[SC] ChangeServiceConfig SUCCESS")
    return 0


_ACTIONS = {
    "query": _query,
    "queryex": _query,
    "qc": _qc,
    "start": _start,
    "stop": _stop,
    "config": _config,
}
