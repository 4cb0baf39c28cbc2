"""What the desk keeps. One file an idea; import them from here."""

from moderation.models.cases import Case, CaseState, Level, Signal, Snapshot, Source
from moderation.models.decisions import Action, Decision, Effect, ResourceAttachment
from moderation.models.log import AuditEvent, AuditHead, Escalation, Heartbeat, Outbox
from moderation.models.outreach import Outreach, OutreachMessage, Report
from moderation.models.people import Moderator, Role
from moderation.models.rules import (
    ChangeKind,
    ChangeState,
    Replay,
    ReplayState,
    RuleChange,
    RuleSet,
    RuleText,
    Shadow,
    ShadowResult,
)

__all__ = [
    "Action",
    "AuditEvent",
    "AuditHead",
    "Case",
    "CaseState",
    "ChangeKind",
    "ChangeState",
    "Decision",
    "Effect",
    "Escalation",
    "Heartbeat",
    "Level",
    "Moderator",
    "Outbox",
    "Outreach",
    "OutreachMessage",
    "Replay",
    "ReplayState",
    "Report",
    "ResourceAttachment",
    "Role",
    "RuleChange",
    "RuleSet",
    "RuleText",
    "Shadow",
    "ShadowResult",
    "Signal",
    "Snapshot",
    "Source",
]
