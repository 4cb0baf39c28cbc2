"""What time does to people here: ended sessions, and identities nobody has used for a year."""

from datetime import datetime, timedelta

from peers.leaving import Way, leave
from peers.models import Kind, Peer, Session

UNUSED = timedelta(days=365)
AT_ONCE = 50


def drop_ended_sessions(*, now: datetime) -> int:
    """Delete sessions whose time is over. How many?"""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def let_unused_go(*, now: datetime) -> int:
    """Identities unused for a year leave; their posts stay and become those of "someone". How many, at most fifty?"""
    unused = Peer.objects.filter(kind=Kind.PEER, last_seen_week__lt=(now - UNUSED).date())
    found = list(unused.exclude(sessions__expire_date__gt=now)[:AT_ONCE])
    for peer in found:
        leave(peer=peer, way=Way.KEEP)
    return len(found)
