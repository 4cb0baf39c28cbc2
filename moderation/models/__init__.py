"""What the desk keeps. One file an idea; import them from here."""

from moderation.models.caring import Exposure, HandoverNote
from moderation.models.cases import Case, Reveal
from moderation.models.decisions import Action, Decision, Effect, EffectKind, Measure, ResourceAttachment
from moderation.models.follow_ups import Feeling, FollowUp
from moderation.models.linking import Linking
from moderation.models.live import LiveNote
from moderation.models.log import AuditEvent, AuditHead, Escalation, Heartbeat, Outbox
from moderation.models.noticing import Signal, Snapshot, Source
from moderation.models.outreach import Outreach, OutreachMessage, Report
from moderation.models.people import Moderator, Role
from moderation.models.reviews import Review
from moderation.models.rota import Duty, Rota
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
from moderation.models.seals import AuditSeal
from moderation.models.statements import Appeal, AppealOutcome, Complaint, Restriction, Statement
from moderation.models.states import CaseState, Level
from moderation.models.watching import Alarm, AlarmKind, Drill, Hearing, Outcome

__all__ = [
    "Action",
    "Alarm",
    "AlarmKind",
    "Appeal",
    "AppealOutcome",
    "AuditEvent",
    "AuditHead",
    "AuditSeal",
    "Case",
    "CaseState",
    "ChangeKind",
    "ChangeState",
    "Complaint",
    "Decision",
    "Drill",
    "Duty",
    "Effect",
    "EffectKind",
    "Escalation",
    "Exposure",
    "Feeling",
    "FollowUp",
    "HandoverNote",
    "Hearing",
    "Heartbeat",
    "Level",
    "Linking",
    "LiveNote",
    "Measure",
    "Moderator",
    "Outbox",
    "Outcome",
    "Outreach",
    "OutreachMessage",
    "Replay",
    "ReplayState",
    "Report",
    "ResourceAttachment",
    "Restriction",
    "Reveal",
    "Review",
    "Role",
    "Rota",
    "RuleChange",
    "RuleSet",
    "RuleText",
    "Shadow",
    "ShadowResult",
    "Signal",
    "Snapshot",
    "Source",
    "Statement",
]
