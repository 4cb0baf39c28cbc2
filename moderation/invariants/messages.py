"""What must be true of live sessions: every listener can rebuild from the numbers what was said."""

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from forum.models import EventKind, LiveEvent, LiveSession, Post
from forum.models.posts import OPEN
from moderation.invariants.breaches import Breach, breach, number_of


def numbers_have_no_gap() -> Breach | None:
    """A client that heard number n waits for n + 1: the numbers are 1 to the session's last, each once."""
    counted = LiveSession.objects.annotate(
        number=Count("events"), first=Coalesce(Min("events__seq"), 1), last=Coalesce(Max("events__seq"), 0)
    )
    return breach("with a gap in its numbers", counted.exclude(number=F("last_seq"), first=1, last=F("last_seq")))


def visible_messages_were_said_once() -> Breach | None:
    """A message others can see has the one event that brought it to them."""
    said = LiveEvent.objects.filter(post=OuterRef("pk"), kind=EventKind.SAID)
    visible = Post.objects.filter(session__isnull=False, visibility__in=OPEN)
    return breach(
        "visible in a session, and not said just once", visible.annotate(said=number_of(said)).exclude(said=1)
    )


def newest_event_tells_how_a_message_stands() -> Breach | None:
    """What was taken down is announced as removed, and what came back as changed: no listener keeps either wrongly."""
    newest = LiveEvent.objects.filter(post=OuterRef("pk")).order_by("-seq").values("kind")[:1]
    messages = Post.objects.filter(session__isnull=False).annotate(newest=Subquery(newest))
    stale = Q(visibility__in=OPEN, newest=EventKind.REMOVED) | (
        ~Q(visibility__in=OPEN) & Q(newest__in=[EventKind.SAID, EventKind.CHANGED])
    )
    return breach("standing otherwise than its newest event says", messages.filter(stale))
