"""What the desk keeps. One file an idea; import them from here."""

from moderation.models.caring import Exposure, HandoverNote
from moderation.models.cases import Case, CaseState, Level, Reveal, Signal, Snapshot, Source
from moderation.models.decisions import Action, Decision, Effect, ResourceAttachment
from moderation.models.log import AuditEvent, AuditHead, Escalation, Heartbeat, Outbox
from moderation.models.outreach import Outreach, OutreachMessage, Report
from moderation.models.people import Moderator, Role

__all__ = [
    "Action",
    "AuditEvent",
    "AuditHead",
    "Case",
    "CaseState",
    "Decision",
    "Effect",
    "Escalation",
    "Exposure",
    "HandoverNote",
    "Heartbeat",
    "Level",
    "Moderator",
    "Outbox",
    "Outreach",
    "OutreachMessage",
    "Report",
    "ResourceAttachment",
    "Reveal",
    "Role",
    "Signal",
    "Snapshot",
    "Source",
]
