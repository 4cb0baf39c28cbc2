"""The one seam through which every text passes before anyone else may read it.

Forum does not know who judges. `settings.FORUM_INTAKE` names an object of the shape `Intake`;
a system check refuses to start without one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from forum.models import Post, Shown, Visibility
from forum.text import whole
from peers.models import Peer


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person asks to post: tidied text and their choices. `client_id` makes sending it twice harmless."""

    body: str
    client_id: str
    title: str = ""
    notes: int = 0

    @property
    def words(self) -> str:
        return whole(self.title, self.body)


@dataclass(frozen=True, slots=True)
class Context:
    """Where the words will stand and what stands before them."""

    place: str  # "thread" or "live"
    room: str
    peer: Peer
    earlier: Sequence[str] = ()  # this name's newest words here, oldest first
    parent: str = ""  # what is being answered
    around: Sequence[str] = ()  # what others said here last, oldest first
    cry: str = ""  # the newest words here of someone for whom help is shown to everyone


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why these words were not taken, with the spans (code points of `Draft.words`) that would have to change."""

    reason_key: str
    spans: tuple[tuple[int, int], ...]


class Assessment(Protocol):
    """What judging found. Opaque to the forum but for these."""

    @property
    def version(self) -> str:
        """The rule set that judged; stored with the post."""

    @property
    def refusal(self) -> Refusal | None:
        """Set only where nothing in the words is at risk and something in them must not be published."""

    @property
    def urgent(self) -> bool:
        """Red or crisis: a limit may fold these words, never refuse them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a post is to be shown. The forum stores it and needs to know no more."""

    visibility: Visibility = Visibility.PUBLISHED
    redactions: Sequence[tuple[int, int]] = ()
    notes: int = 0  # content notes judging adds
    help_keys: Sequence[str] = ()
    help_for: Shown = Shown.NOBODY
    reason_key: str = ""
    hold_until: datetime | None = None
    answer_by: datetime | None = None


Treat = Callable[[Decision], Decision]  # what the place and its rules make of judging's decision


class Intake(Protocol):
    def judge(self, draft: Draft, context: Context) -> Assessment:
        """Judge the words. Pure, before any transaction; never raises: a failure to judge is itself a finding."""

    def record(self, post: Post, assessment: Assessment, treat: Treat) -> Decision:
        """Write everything that follows (signals, case, resources, audit), inside the post's transaction.

        What is written tells of the post as it is shown in the end: judging's decision, treated.
        """


@lru_cache(maxsize=1)
def intake() -> Intake:
    """The object that judges. Raises ImportError when the settings name nothing."""
    return cast("Intake", import_string(settings.FORUM_INTAKE))
