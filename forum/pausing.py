"""What the site's mode means for words: which wait, which are given back, and where a new person's thread begins.

Words that may be a cry for help are never given back: while the site is paused they are saved, their case and
help come with them as always, and they wait out of sight until somebody is there to stand by them.
"""

from dataclasses import replace
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from forum.intake import Assessment, Decision
from forum.models import Mode, Room, SiteMode, Visibility
from forum.refusals import Paused
from peers.models import Peer

REASON = "paused"  # why such words wait (`Post.reason_key`)
WAITS_FOR = timedelta(hours=1)  # where judging named no time by which a human looks
ACCEPTED_TO_BE_KNOWN = 5  # posts; below it, or in its first day, an identity is new
_MODE = "lamplight.mode"


def is_newcomer(peer: Peer) -> bool:
    """An identity of its first day, or with fewer than five accepted posts. Staff never are."""
    if peer.is_staff_voice:
        return False
    return peer.is_new or len(peer.posts.open()[:ACCEPTED_TO_BE_KNOWN]) < ACCEPTED_TO_BE_KNOWN


def waits(mode: Mode, peer: Peer, assessment: Assessment) -> bool:
    """Whether these words are saved and wait out of sight. Raises Paused for words that can be sent later.

    Staff may write: somebody has to say what is going on.
    """
    if mode != Mode.PAUSED or peer.is_staff_voice:
        return False
    if not assessment.urgent:
        raise Paused
    return True


def out_of_sight(decision: Decision) -> Decision:
    """The decision, held. What is held for a reason of its own stays so for that reason."""
    if decision.visibility == Visibility.HELD:
        return decision
    until = decision.answer_by or timezone.now() + WAITS_FOR
    return replace(decision, visibility=Visibility.HELD, reason_key=REASON, hold_until=until)


def begins_elsewhere(mode: Mode, peer: Peer | None, room: Room) -> Room | None:
    """The room for arrivals, where a newcomer's thread begins while the site is careful; None: in its own room."""
    if mode != Mode.CAREFUL or room.is_arrivals or (peer is not None and not is_newcomer(peer)):
        return None
    return Room.objects.filter(is_arrivals=True).first()


def remember(request: HttpRequest, mode: Mode) -> None:
    """This page has asked for the mode already, together with something else: one question a page."""
    request.META[_MODE] = mode


def mode_of(request: HttpRequest) -> Mode:
    """The mode as this page shows it."""
    if _MODE not in request.META:
        request.META[_MODE] = SiteMode.objects.now()
    return Mode(request.META[_MODE])
