"""The Win32 errors of the cluster service, with the sentences that Windows has for them."""

MESSAGES = {
    5: "Access is denied.",
    87: "The parameter is incorrect.",
    145: "The directory is not empty.",
    258: "The wait operation timed out.",
    1059: "Circular service dependency was specified.",
    1722: "The RPC server is unavailable.",
    1726: "The remote procedure call failed.",
    1753: "There are no more endpoints available from the endpoint mapper.",
    5001: "The operation cannot be completed because other resources are dependent on this resource.",
    5002: "The cluster resource dependency cannot be found.",
    5003: "The cluster resource cannot be made dependent on the specified resource because it is already dependent.",
    5004: "The cluster resource is not online.",
    5007: "The cluster resource could not be found.",
    5010: "The object already exists.",
    5011: "The object is already in the list.",
    5013: "The cluster group could not be found.",
    5016: "The node is not the owner of the group, or not a possible owner of it.",
    5017: "The cluster resource could not be created in the specified resource monitor.",
    5018: "The cluster resource could not be brought online by the resource monitor.",
    5019: "The operation could not be completed because the cluster resource is online.",
    5023: "The group or resource is not in the correct state to perform the requested operation.",
    5037: "All cluster nodes must be running to perform this operation.",
    5038: "A cluster resource failed.",
    5042: "The cluster node could not be found.",
    5050: "The cluster node is down.",
    5069: "The cluster dependency is not allowed.",
    5070: "The cluster node is paused.",
    5071: "The cluster node cannot host the resource.",
    5078: "The cluster resource type could not be found.",
}
TIMED_OUT, UNREACHABLE, NO_SERVICE = 258, 1722, 1753
DENIED, WRONG_PARAMETER = 5, 87


def message(code: int) -> str:
    """The sentence of an error."""
    return MESSAGES.get(code, "The operation failed.")


def system_error(code: int) -> str:
    """What cluster.exe prints of an error before it ends with it."""
    return f"\nSystem error {code} has occurred (0x{code:08x}).\n{message(code)}\n"
