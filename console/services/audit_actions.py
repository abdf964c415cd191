"""Every kind of decision that the audit knows: a tag `area:subject:what` for machines, a sentence for people."""

from enum import StrEnum
from typing import Self


class Action(StrEnum):
    """A tag; its `sentence` may name {actor}, {subject} and {cluster}."""

    sentence: str

    def __new__(cls, tag: str, sentence: str) -> Self:
        member = str.__new__(cls, tag)
        member._value_ = tag
        member.sentence = sentence
        return member

    SITE_CREATED = "inventory:site:created", "{actor} added the site {subject}"
    SITE_CHANGED = "inventory:site:changed", "{actor} changed the site {subject}"
    SITE_DELETED = "inventory:site:deleted", "{actor} removed the site {subject}"
    CREDENTIAL_CREATED = "inventory:credential:created", "{actor} added the credential {subject}"
    CREDENTIAL_CHANGED = "inventory:credential:changed", "{actor} changed the credential {subject}"
    CREDENTIAL_DELETED = "inventory:credential:deleted", "{actor} removed the credential {subject}"
    CREDENTIAL_PASSWORD = "inventory:credential:password-set", "{actor} set the password of the credential {subject}"
    DIRECTORY_CREATED = "inventory:directory:created", "{actor} added the directory {subject}"
    DIRECTORY_CHANGED = "inventory:directory:changed", "{actor} changed the directory {subject}"
    DIRECTORY_DELETED = "inventory:directory:deleted", "{actor} removed the directory {subject}"
    CLUSTER_CREATED = "inventory:cluster:created", "{actor} added the cluster {subject}"
    CLUSTER_CHANGED = "inventory:cluster:changed", "{actor} changed the cluster {subject}"
    CLUSTER_DELETED = "inventory:cluster:deleted", "{actor} removed the cluster {subject}"

    ACCOUNT_CREATED = "account:user:created", "{actor} added the account {subject}"
    ACCOUNT_CHANGED = "account:user:changed", "{actor} changed the account {subject}"
    GROUP_CREATED = "account:group:created", "{actor} added the group {subject}"
    GROUP_CHANGED = "account:group:changed", "{actor} changed who is in the group {subject}"
    GROUP_REMOVED = "account:group:removed", "{actor} removed the group {subject}"
    RIGHTS_CHANGED = "account:rights:changed", "{actor} changed what {subject} may do"
    ACCOUNT_MAPPED = "account:os-user:mapped", "{actor} mapped the operating-system user {subject}"
    SIGNED_IN = "account:session:signed-in", "{actor} signed in"
    SIGNED_OUT = "account:session:signed-out", "{actor} signed out"
    SIGN_IN_REFUSED = "account:session:refused", "Somebody failed to sign in as {subject}"
    SIGN_IN_LOCKED = "account:session:locked", "Sign-in was locked for {subject} after too many failures"
    SIGN_IN_UNLOCKED = "account:session:unlocked", "{actor} unlocked the sign-in for {subject}"
    SIGNED_IN_AGAIN = "account:session:signed-in-again", "{actor} proved once more to be there"
    SESSION_ENDED = "account:session:ended", "{actor} ended a session of {subject}"
    PASSWORD_CHANGED = "account:user:password-changed", "{actor} changed the password of {subject}"
    PASSWORD_GIVEN = "account:user:password-given", "{actor} gave {subject} a password for the next sign-in"
    ACCOUNT_GROUPS = "account:user:groups-taken-over", "{subject} got the groups that the directory gives"
    FACTOR_ADDED = "account:second-factor:added", "{actor} added a second factor"
    FACTOR_REMOVED = "account:second-factor:removed", "{actor} removed a second factor"
    FACTORS_RESET = "account:second-factor:reset", "{actor} took the second factors of {subject} away"
    SIGN_IN_SET = "account:sign-in:changed", "{actor} changed who may sign in: {subject}"

    TOKEN_MADE = "account:token:made", "{actor} made the API token {subject}"
    TOKEN_REVOKED = "account:token:revoked", "{actor} revoked the API token {subject}"
    API_REFUSED = "account:token:refused", "Requests to the API from {subject} came with no good token"
    SECRETS_ROTATED = "secrets:key:rotated", "{actor} had what is stored encrypted put under the first key"
    CREDENTIAL_TESTED = "inventory:credential:tested", "{actor} tried the credential {subject}"
    DISCOVERY_ASKED = "inventory:discovery:asked", "{actor} had the cluster of {subject} found out about"

    PAGE_READ = "audit:page:read", "{actor} read {subject}"
    FILTER_SAVED = "audit:filter:saved", "{actor} saved the filter {subject} of the audit"
    FILTER_CHANGED = "audit:filter:changed", "{actor} changed the saved filter {subject} of the audit"
    FILTER_REMOVED = "audit:filter:removed", "{actor} removed the saved filter {subject} of the audit"
    AUDIT_EXPORTED = "audit:records:exported", "{actor} exported the audit"
    AUDIT_VERIFIED = "audit:records:verified", "{actor} verified the audit"
    AUDIT_BEGUN = "audit:chain:begun", "The records from before the chain became segment 0 of the audit"
    AUDIT_SEALED = "audit:segment:sealed", "{actor} sealed the {subject} of the audit"
    AUDIT_REMOVED = "audit:segment:removed", "{actor} removed the {subject} of the audit, which is archived"
    AUDIT_NOT_ANCHORED = "audit:anchor:failed", "The head of the audit could not be left at {subject}"
    AUDIT_ANCHORED_AGAIN = "audit:anchor:mended", "The head of the audit could be left at {subject} again"
    BACKUP_MADE = "database:backup:made", "{actor} saved the database to {subject}"
    BACKUP_RESTORED = "database:backup:restored", "{actor} restored the database from {subject}"

    NODE_KEY_ISSUED = "webhook:key:issued", "{actor} issued a key for the node {subject} of {cluster}"
    NODE_KEY_RETIRED = "webhook:key:retired", "{actor} retired a key of the node {subject} of {cluster}"
    NODE_KEY_DEPLOYED = "webhook:key:deployed", "{actor} put a key on the node {subject} of {cluster}"
    HOOKS_REFUSED = "webhook:requests:refused", "Requests of the webhook from {subject} were refused"

    KIT_MADE = "kit:kit:made", "{actor} made the kit of the node {subject} of {cluster}"
    KIT_DEPLOYED = "kit:kit:deployed", "{actor} put its kit on the node {subject} of {cluster}"
    KIT_COLLECTED = "kit:run:collected", "{actor} took in what the kit did on {cluster} in the run {subject}"

    SCRIPTS_SET = "scripts:settings:changed", "{actor} changed what the node scripts of {cluster} are rendered from"
    SCRIPTS_BEGUN = "scripts:deployment:begun", "{actor} began to write the node scripts of {cluster}"
    SCRIPTS_DEPLOYED = "scripts:deployment:ended", "{actor} wrote the node scripts of {cluster}"
    SCRIPTS_TAKEN_BACK = "scripts:undo:ended", "{actor} brought back the node scripts of {cluster} from before"

    KIT_NOT_BELIEVED = "kit:run:not-believed", "What a node of {cluster} keeps of the run {subject} is not believed"
    RUN_SPOOLED = "kit:run:spooled", "A node of {cluster} told that the console was silent in the run {subject}"

    PLAN_ASKED = "operation:plan:asked", "{actor} asked for a plan: {subject} of {cluster}"
    FAILOVER_CONFIRMED = "operation:failover:confirmed", "{actor} confirmed the failover of {cluster}"
    FAILBACK_CONFIRMED = "operation:failback:confirmed", "{actor} confirmed the failback of {cluster}"
    TAKEOVER_CONFIRMED = "operation:takeover:confirmed", "{actor} confirmed the takeover of {cluster}"
    UNDO_CONFIRMED = "operation:undo:confirmed", "{actor} confirmed the undo on {cluster}"
    SWITCH_CONFIRMED = "operation:directory-switch:confirmed", "{actor} confirmed the directory switch of {cluster}"
    SETUP_CONFIRMED = "operation:procedure:confirmed", "{actor} confirmed the procedure {subject} on {cluster}"
    SETUP_SAID = "operation:procedure:said", "{actor} said that a step of {subject} on {cluster} is done"
    SETUP_ACCEPTED = (
        "operation:procedure:accepted",
        "{actor} accepted that nobody can prove a step of {subject} on {cluster}",
    )
    SETUP_TAKEN_ON = (
        "operation:procedure:taken-on",
        "{actor} took on what cannot be told before a step of {subject} on {cluster}",
    )
    SETUP_CHECKED = "operation:procedure:checked", "{actor} had {subject} on {cluster} look again"
    SETUP_PAUSED = "operation:procedure:paused", "{actor} paused {subject} on {cluster}"
    SETUP_RESUMED = "operation:procedure:resumed", "{actor} had {subject} on {cluster} go on"
    SETUP_HANDED = "operation:procedure:handed-over", "{actor} handed {subject} on {cluster} over"
    SETUP_GIVEN_UP = "operation:procedure:given-up", "{actor} gave {subject} on {cluster} up"
    DIAGNOSIS_ASKED = "operation:diagnose:asked", "{actor} had the set-up of {cluster} diagnosed"
    REPAIR_CONFIRMED = "operation:repair:confirmed", "{actor} confirmed the repair of {cluster}"
    SETUP_LOG_READ = "diagnosis:setup-log:read", "{actor} had the set-up log {subject} read"
    UNPLANNED_SEEN = "operation:unplanned:seen", "{actor} brought the group of {cluster} up, which nobody had planned"
    OPERATION_BEGAN = "operation:automatic:began", "The {subject} of {cluster} began because a node asked for a go"
    OPERATION_REFUSED = "operation:request:refused", "{actor} asked for {subject} of {cluster} and was refused"
    DRILL_BEGUN = "operation:drill:begun", "{actor} began a drill of {cluster}"
    DRILL_BACK = "operation:drill:sent-back", "{actor} had the drill of {cluster} go back"
    DRILL_WAITS = "operation:drill:waiting", "The way back of the drill of {cluster} waits for a person"
    DRILL_ENDED = "operation:drill:ended", "{actor} ended the drill of {cluster}"
    DRILL_SUCCEEDED = "operation:drill:succeeded", "The drill of {cluster} succeeded"
    DRILL_FAILED = "operation:drill:failed", "The drill of {cluster} failed"
    OPERATION_TICKET = "operation:ticket:given", "{actor} said which ticket {subject} of {cluster} belongs to"
    OPERATION_STOP = "operation:stop:asked", "{actor} asked {subject} of {cluster} to stop"
    OPERATION_RETRIED = "operation:continue:retried", "{actor} had {subject} of {cluster} carried on"
    OPERATION_SKIPPED = "operation:continue:skipped", "{actor} had {subject} of {cluster} carried on without a step"
    OPERATION_HAPPENED = (
        "operation:continue:happened",
        "{actor} said that the step in doubt of {subject} of {cluster} happened",
    )
    OPERATION_AGAIN = "operation:continue:again", "{actor} had the step in doubt of {subject} of {cluster} done again"
    OPERATION_ACKNOWLEDGED = "operation:ending:acknowledged", "{actor} acknowledged how {subject} of {cluster} ended"
    OPERATION_SUCCEEDED = "operation:ending:succeeded", "The {subject} of {cluster} succeeded"
    OPERATION_FAILED = "operation:ending:failed", "The {subject} of {cluster} failed"
    OPERATION_STOPPED = "operation:ending:stopped", "The {subject} of {cluster} was stopped"
    OPERATION_UNCERTAIN = "operation:ending:uncertain", "The {subject} of {cluster} ended uncertain"
    OPERATION_SUPERSEDED = (
        "operation:ending:superseded",
        "The {subject} of {cluster} was overtaken by the cluster product",
    )
    OPERATION_EXPIRED = "operation:ending:expired", "The {subject} of {cluster} expired before a worker took it"

    APPROVAL_RULES = "approval:rules:changed", "{actor} changed which operations on {cluster} wait for an approval"
    APPROVAL_ASKED = "approval:plan:asked", "{actor} asked for an approval of {subject} of {cluster}"
    APPROVAL_GIVEN = "approval:plan:approved", "{actor} approved {subject} of {cluster}"
    APPROVAL_DENIED = "approval:plan:denied", "{actor} denied {subject} of {cluster}"
    APPROVAL_WITHDRAWN = "approval:plan:withdrawn", "{actor} withdrew the request to approve {subject} of {cluster}"
    APPROVAL_REFUSED = "approval:plan:refused", "{actor} tried to approve {subject} of {cluster} and was refused"
    APPROVAL_EXPIRED = "approval:plan:expired", "The request to approve {subject} of {cluster} expired"
    APPROVAL_RENEWED = "approval:plan:renewed", "The approved {subject} of {cluster} was planned again and is the same"
    APPROVAL_VOID = "approval:plan:void", "The approval of {subject} of {cluster} is void"
    APPROVAL_OVERRIDDEN = "approval:plan:overridden", "{actor} started {subject} of {cluster} without an approval"

    RUN_JOINED = "webhook:run:joined", "{subject} asked for a go, and joined the operation under way on {cluster}"
    RUN_TOLD_NO = "webhook:run:told-no", "{subject} asked for a go on {cluster} and was told no"
    RUN_AGAIN = "webhook:run:again", "{actor} had the question of {subject} of {cluster} decided again"
    ALARM_RAISED = "alarm:alarm:raised", "An alarm was raised on {cluster}: {subject}"
    ALARM_ACKNOWLEDGED = "alarm:alarm:acknowledged", "{actor} acknowledged an alarm on {cluster}: {subject}"
    STOP_SET = "brake:stop:set", "{actor} stopped everything that the console would start"
    STOP_LIFTED = "brake:stop:lifted", "{actor} lifted the global stop"
    COOLDOWN_LIFTED = "brake:cooldown:lifted", "{actor} lifted the cooldown of {cluster}"

    WINDOW_MADE = "maintenance:window:made", "{actor} made a maintenance window of {subject}"
    WINDOW_ENDED = "maintenance:window:ended", "{actor} ended a maintenance window of {subject}"
    SCHEDULE_MADE = "maintenance:schedule:made", "{actor} scheduled the {subject} of {cluster}"
    SCHEDULE_CANCELLED = "maintenance:schedule:withdrawn", "{actor} cancelled the scheduled {subject} of {cluster}"
    SCHEDULE_GIVEN_UP = "maintenance:schedule:given-up", "The scheduled {subject} of {cluster} was given up"
    INCIDENT_TAKEN = "incident:care:taken", "{actor} took {subject} of {cluster} on"
    INCIDENT_LAID_BY = "incident:care:laid-by", "{actor} laid {subject} of {cluster} by for a while"
    INCIDENT_LET_GO = "incident:care:let-go", "{actor} looks after {subject} of {cluster} no longer"

    CHANNEL_MADE = "notifications:channel:made", "{actor} made the channel {subject} for notices"
    CHANNEL_CHANGED = "notifications:channel:changed", "{actor} changed the channel {subject}"
    CHANNEL_REMOVED = "notifications:channel:removed", "{actor} removed the channel {subject}"
    CHANNEL_SECRET = "notifications:channel:secret-made", "{actor} made a new secret for the channel {subject}"
    CHANNEL_TESTED = "notifications:channel:tested", "{actor} tried the channel {subject}"
    CHANNEL_FAILING = "notifications:channel:failing", "Notices do not get through to the channel {subject}"
    CHANNEL_MENDED = "notifications:channel:mended", "Notices get through to the channel {subject} again"
    NOTICE_RULE_MADE = "notifications:rule:made", "{actor} made a rule for notices to the channel {subject}"
    NOTICE_RULE_CHANGED = "notifications:rule:changed", "{actor} changed a rule for notices to the channel {subject}"
    NOTICE_RULE_REMOVED = "notifications:rule:removed", "{actor} removed a rule for notices to the channel {subject}"
    NOTICES_GIVEN_UP = "notifications:delivery:given-up", "Notices to the channel {subject} were given up"
    NOTICE_AGAIN = "notifications:delivery:again", "{actor} had a notice sent to the channel {subject} again"


_LAST_WORDS = {
    "refused": ("refused", "denied", "locked", "told-no", "not-believed"),
    "failed": ("failed",),
    "uncertain": ("uncertain",),
    "stopped": ("stopped", "expired", "superseded", "void", "withdrawn", "given-up"),
}
OUTCOMES = {
    outcome: frozenset(str(action) for action in Action if action.split(":")[-1] in words)
    for outcome, words in _LAST_WORDS.items()
}
"""The tags of what did not go as it was asked for, by the last word of the tag."""


def sentence(tag: str, *, actor: str, subject: str, cluster: str) -> str:
    """The sentence of `tag` with its names filled in; a tag of another release is shown as it is."""
    action = next((known for known in Action if known == tag), None)
    if action is None:
        return f"{actor}: {tag} {subject}".rstrip()
    return action.sentence.format(actor=actor, subject=subject, cluster=cluster or "no cluster")
