"""What the desk keeps. One file an idea; import them from here."""

from moderation.models.cases import Case, Signal, Snapshot, Source
from moderation.models.decisions import Action, Decision, Effect, EffectKind, Measure, ResourceAttachment
from moderation.models.follow_ups import Feeling, FollowUp
from moderation.models.linking import Linking
from moderation.models.log import AuditEvent, AuditHead, Escalation, Heartbeat, Outbox
from moderation.models.outreach import Outreach, OutreachMessage, Report
from moderation.models.people import Moderator, Role
from moderation.models.reviews import Review
from moderation.models.seals import AuditSeal
from moderation.models.statements import Appeal, Complaint, Outcome, Restriction, Statement
from moderation.models.states import CaseState, Level

__all__ = [
    "Action",
    "Appeal",
    "AuditEvent",
    "AuditHead",
    "AuditSeal",
    "Case",
    "CaseState",
    "Complaint",
    "Decision",
    "Effect",
    "EffectKind",
    "Escalation",
    "Feeling",
    "FollowUp",
    "Heartbeat",
    "Level",
    "Linking",
    "Measure",
    "Moderator",
    "Outbox",
    "Outcome",
    "Outreach",
    "OutreachMessage",
    "Report",
    "ResourceAttachment",
    "Restriction",
    "Review",
    "Role",
    "Signal",
    "Snapshot",
    "Source",
    "Statement",
]
