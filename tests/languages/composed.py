"""Texts at night that the rules put together, and the pieces that they put them together from."""

from console.domain.prepare.facts import QUOTAS

TOOK_EFFECT = ["It is uncertain whether", "{} {} took effect.", "“{}”"]
UNDONE = ["{}, but {} could not be done: failed, incomplete.", "{} thing{}"]
LEFT_OUT = ["Every other step is done, but {} had been left out: failed, incomplete.", "{} step{}"]
NO_LONGER = ["{}: {}{}."]
DIFFERS = ["{}: {} was {}, is {}"]
BROKE_OFF = "The worker met an unexpected {}{} and broke off. {}"
BROUGHT_UP = "The cluster product brought the group up on {}{}."
REPORTS = "{} reports {} ({}, run {}){}"
OF_NODE = "{} at {}:{} {}{}"
OF_CONTROLLER = "The domain controller {}:{} of {}"

NODE_SAYS = (
    *("does not answer", "did not answer in time", "cannot be reached", "broke the connection", "denied access"),
    *("refused the credential", "presents a certificate that is not trusted", "has no room", "is busy"),
    *("answered with a fault", "answered with an HTTP error", "no longer knows our shell"),
)
CONTROLLER_SAYS = {
    " does not answer.": "{} does not answer.",
    " did not answer in time.": "{} did not answer in time.",
    " refuses connections at that port.": "{} refuses connections at that port.",
    " cannot be reached: %(text)s.": "{} cannot be reached: {}.",
    ": the name cannot be resolved.": "{}: the name cannot be resolved.",
    ": the connection broke (%(text)s).": "{}: the connection broke ({}).",
    " closed the connection.": "{} closed the connection.",
    " shows a certificate that is not trusted: %(text)s.": "{} shows a certificate that is not trusted: {}.",
    " shows a certificate that is not for %(other)s.": "{} shows a certificate that is not for {}.",
    " speaks only an older TLS (%(text)s).": "{} speaks only an older TLS ({}).",
}
"""How a sentence about a domain controller goes on, and how the adapter says it."""

AT_NIGHT = {
    "%(name)s goes offline for a moment: what they serve is down until they are online again.": [
        "{} goes offline for a moment{}: what they serve is down until they are online again."
    ],
    "Wait until %(state)s UTC, or ask an administrator to unlock it.": [
        "Wait until {until:%H:%M} UTC, or ask an administrator to unlock it."
    ],
    "Ask somebody to approve it.": ["Ask somebody to approve it{}."],
    "Give the number of the change or incident.": ["Give the number of the change or incident{}."],
    **{f"{quota.name}: {quota.why}.": [quota.name, quota.why, "{}: {}."] for quota in QUOTAS},
    "Do that part of the sheet: manage.py prepare-node %(node)s": [
        "Do that part of the sheet: manage.py prepare-node {node}"
    ],
    "Install handle.exe in the search path of %(node)s, then check again; or make sure on %(node)s that nothing uses "
    "the partition, and accept that it cannot be told: in use while the group goes, it takes the node down.": [
        "Install handle.exe in the search path of {node}, then check again; or make sure on {node} that nothing uses"
    ],
    "It is uncertain whether “%(what)s” took effect.": TOOK_EFFECT,
    "Failed at “%(what)s”.": ["Failed at", "{} {}.", "“{}”"],
    "The steps before it are done and stay done.": ["The steps before it are done", "{} and stay done."],
    "The steps before it are done; not done: %(text)s.": ["The steps before it are done", "{}; not done: {}{}."],
    "and %(count)s more steps": ["; and {} more step{}"],
    "Mail is up on %(node)s, but %(count)s thing could not be done: failed, incomplete.": UNDONE,
    "Mail is up on %(node)s, but %(count)s things could not be done: failed, incomplete.": UNDONE,
    "Every step is done, but %(count)s thing could not be done: failed, incomplete.": UNDONE,
    "Every step is done, but %(count)s things could not be done: failed, incomplete.": UNDONE,
    "Every other step is done, but %(count)s step had been left out: failed, incomplete.": LEFT_OUT,
    "Every other step is done, but %(count)s steps had been left out: failed, incomplete.": LEFT_OUT,
    "The worker met an unexpected %(word)s and broke off.": [BROKE_OFF],
    "The worker met an unexpected %(word)s in the step %(step)s and broke off.": [BROKE_OFF, " in the step {}"],
    "The cluster product brought the group up on %(node)s.": [BROUGHT_UP],
    "The cluster product brought the group up on %(node)s again, after its go.": [BROUGHT_UP, " again, after its go"],
    "%(node)s reports failed (%(event)s, run %(run)s): %(text)s": [REPORTS],
    "%(node)s reports failed (%(event)s, run %(run)s)": [REPORTS],
    "Look at its spool folder, and who may write there; have the directory compared: "
    "manage.py plan %(cluster)s directory-switch.": [
        "Look at its spool folder, and who may write there; have the directory compared: ",
        "{}manage.py plan {} {}.",
    ],
    "See where the group is; if the directory names another node, have it switched, on the cluster's page or by: "
    "manage.py run %(cluster)s directory-switch.": ["on the cluster's page or by: manage.py run {} {}."],
    "Have plan %(number)s started, denied or withdrawn first; else it lapses at %(date)s %(at)s UTC.": [
        "Have plan {} started, denied or withdrawn first; else it lapses at {} UTC."
    ],
    "%(node)s says %(resource)s is %(state)s on no node": ["{} says {} is {} on {}", "no node"],
    "%(node)s says %(resource)s is %(state)s on no node.": ["{} says {} is {} on {}", "no node"],
    "%(name)s has stopped everything since %(date)s %(at)s UTC: %(text)s": [
        "{} has stopped everything since {} UTC: {}"
    ],
    "START.BAT on %(node)s was told no: %(text)s": ["START.BAT on {} {}", "was told no: {}"],
    "%(node)s says %(resource)s is %(state)s on %(other)s.": ["{} says {} is {} on {}"],
    "The plan no longer fits: %(text)s.": ["The plan no longer fits", *NO_LONGER],
    "The directory is no longer as it was when this was planned: %(text)s.": [
        "The directory is no longer as it was when this was planned",
        *NO_LONGER,
    ],
    "The server is no longer as it was when this was planned: %(text)s.": [
        "The server is no longer as it was when this was planned",
        *NO_LONGER,
    ],
    **{f"{what}: was %(before)s, is %(after)s": [what, "{}: was {}, is {}"] for what in ("owner of the group",)},
    **{f"{what}: %(thing)s was %(before)s, is %(after)s": [what, *DIFFERS] for what in ("services", "nodes")},
    "node scripts: %(thing)s was %(before)s, is %(after)s": ["node scripts", *DIFFERS],
    "domain controller: was %(before)s, is %(after)s": ["domain controller", "{}: was {}, is {}"],
    **{f"%(node)s at %(address)s {said}: %(text)s": [OF_NODE, said] for said in NODE_SAYS},
    **{f"%(node)s at %(address)s {said}.": [OF_NODE, said] for said in NODE_SAYS},
    "%(node)s: a command did not end in time.": ["{}: a command did not end in time.{}"],
    **{
        f"The domain controller %(address)s of %(name)s{goes_on}": [OF_CONTROLLER, piece]
        for goes_on, piece in CONTROLLER_SAYS.items()
    },
}
