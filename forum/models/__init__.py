"""What the forum keeps. One file an idea; import them from here."""

from forum.models.drafts import SavedDraft
from forum.models.live import (
    EventKind,
    LiveEvent,
    LiveFeedback,
    LiveHand,
    LiveReminder,
    LiveSeries,
    LiveSession,
    LiveState,
)
from forum.models.modes import Mode, SiteMode
from forum.models.pauses import Pause
from forum.models.posts import Post, Shown, Visibility
from forum.models.rooms import Room
from forum.models.threads import Contract, Thread

__all__ = [
    "Contract",
    "EventKind",
    "LiveEvent",
    "LiveFeedback",
    "LiveHand",
    "LiveReminder",
    "LiveSeries",
    "LiveSession",
    "LiveState",
    "Mode",
    "Pause",
    "Post",
    "Room",
    "SavedDraft",
    "Shown",
    "SiteMode",
    "Thread",
    "Visibility",
]
