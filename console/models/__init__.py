"""Rows and constraints; no rules of their own."""

from console.models.accounts import OsAccount, PersonalChoices
from console.models.approvals import Approval, ApprovalRule, ApprovalVote
from console.models.audit import AnchorAttempt, AuditHead, AuditRecord, AuditSegment, SavedFilter, SignedHead
from console.models.automatic import Alarm, GlobalStop, Go, NodeRun
from console.models.diagnoses import DiagnosisRecord, SetupLogRecord
from console.models.discoveries import Discovery
from console.models.drills import Drill
from console.models.grants import Grant
from console.models.hooks import HookNonce, HookRefusals, NodeKey
from console.models.incidents import IncidentCare
from console.models.inventory import Cluster, Credential, Directory, ExchangeServer, Node, Site
from console.models.kits import KitList, KitMailbox, NodeKit
from console.models.monitoring import RunningTotal, WorkerSeen
from console.models.node_scripts import NodeScripts
from console.models.notifications import Channel, Delivery, DeliveryAttempt, Notice, NoticeCursor, NoticeRule
from console.models.operations import (
    JournalLine,
    ObservationRecord,
    ObservationTurn,
    Operation,
    PeriodicTurn,
    PlanMailboxes,
    PlanRecord,
    ReceiptRecord,
)
from console.models.procedures import ProcedureProof
from console.models.readiness import ReadinessChange, ReadinessRecord
from console.models.sign_in import (
    DirectoryAccount,
    GroupMapping,
    SignInDirectory,
    SignInFailures,
    TemporaryPassword,
)
from console.models.tokens import ApiOnce, ApiToken
from console.models.trials import CredentialTrial
from console.models.watching import EventLogRecord, ServerDifferences
from console.models.windows import MaintenanceWindow, ScheduledMove

__all__ = [
    "Alarm",
    "AnchorAttempt",
    "ApiOnce",
    "ApiToken",
    "Approval",
    "ApprovalRule",
    "ApprovalVote",
    "AuditHead",
    "AuditRecord",
    "AuditSegment",
    "Channel",
    "Cluster",
    "Credential",
    "CredentialTrial",
    "Delivery",
    "DeliveryAttempt",
    "DiagnosisRecord",
    "Directory",
    "DirectoryAccount",
    "Discovery",
    "Drill",
    "EventLogRecord",
    "ExchangeServer",
    "GlobalStop",
    "Go",
    "Grant",
    "GroupMapping",
    "HookNonce",
    "HookRefusals",
    "IncidentCare",
    "JournalLine",
    "KitList",
    "KitMailbox",
    "MaintenanceWindow",
    "Node",
    "NodeKey",
    "NodeKit",
    "NodeRun",
    "NodeScripts",
    "Notice",
    "NoticeCursor",
    "NoticeRule",
    "ObservationRecord",
    "ObservationTurn",
    "Operation",
    "OsAccount",
    "PeriodicTurn",
    "PersonalChoices",
    "PlanMailboxes",
    "PlanRecord",
    "ProcedureProof",
    "ReadinessChange",
    "ReadinessRecord",
    "ReceiptRecord",
    "RunningTotal",
    "SavedFilter",
    "ScheduledMove",
    "ServerDifferences",
    "SetupLogRecord",
    "SignInDirectory",
    "SignInFailures",
    "SignedHead",
    "Site",
    "TemporaryPassword",
    "WorkerSeen",
]
