"""Why words were not posted. Whoever catches one of these gives the words back to their author."""

from forum.intake import Refusal
from forum.models import Pause


class NotPosted(Exception):
    """These words were not posted, and why; the caller gives them back to their author."""


class Refused(NotPosted):
    """Judging refused them: `refusal` says why and which part."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason_key)
        self.refusal = refusal


class MayNotSpeak(NotPosted):
    """The peer has left, their writing rests, or the thread is locked."""


class Resting(MayNotSpeak):
    """This person's writing rests here while `pause` holds; none: it has ended."""

    def __init__(self, pause: Pause | None) -> None:
        super().__init__("resting" if pause else "banned")
        self.pause = pause


class Paused(NotPosted):
    """The site is paused, and these words can wait."""

    def __init__(self) -> None:
        super().__init__("paused")


class NobodyHosts(NotPosted):
    """The live session has no present host, or is not open."""


class TooSoon(NotPosted):
    """A limit: wait `seconds`, the words are kept."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too soon")
        self.seconds = max(1, round(seconds))


class Crowded(TooSoon):
    """Many new identities began on one network within the hour: wait `seconds`, the words are kept."""
