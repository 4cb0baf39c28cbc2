"""What the desk keeps. One file an idea; import them from here."""

from moderation.models.cases import Case, CaseState, Level, Signal, Snapshot, Source
from moderation.models.decisions import Action, Decision, Effect, ResourceAttachment
from moderation.models.log import AuditEvent, AuditHead, Escalation, Heartbeat, Outbox
from moderation.models.outreach import Outreach, OutreachMessage, Report
from moderation.models.people import Moderator, Role
from moderation.models.rota import Duty, Rota
from moderation.models.watching import Alarm, AlarmKind, Drill, Hearing, Outcome

__all__ = [
    "Action",
    "Alarm",
    "AlarmKind",
    "AuditEvent",
    "AuditHead",
    "Case",
    "CaseState",
    "Decision",
    "Drill",
    "Duty",
    "Effect",
    "Escalation",
    "Hearing",
    "Heartbeat",
    "Level",
    "Moderator",
    "Outbox",
    "Outcome",
    "Outreach",
    "OutreachMessage",
    "Report",
    "ResourceAttachment",
    "Role",
    "Rota",
    "Signal",
    "Snapshot",
    "Source",
]
