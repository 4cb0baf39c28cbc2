"""What the desk keeps. One file an idea; import them from here."""

from moderation.models.cases import Case, CaseState, Level, Signal, Snapshot, Source
from moderation.models.decisions import Action, Decision, Effect, ResourceAttachment
from moderation.models.log import AuditEvent, AuditHead, Escalation, Heartbeat, Outbox
from moderation.models.outreach import Outreach, OutreachMessage, Report
from moderation.models.people import Moderator, Role
from moderation.models.reviews import Review

__all__ = [
    "Action",
    "AuditEvent",
    "AuditHead",
    "Case",
    "CaseState",
    "Decision",
    "Effect",
    "Escalation",
    "Heartbeat",
    "Level",
    "Moderator",
    "Outbox",
    "Outreach",
    "OutreachMessage",
    "Report",
    "ResourceAttachment",
    "Review",
    "Role",
    "Signal",
    "Snapshot",
    "Source",
]
