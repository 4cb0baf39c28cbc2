"""The desk's part of a person's leaving for good."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from moderation.models import Appeal, Case, CaseState, Complaint, Level, Linking, Outreach, Signal, Snapshot
from peers.leaving import Way
from peers.models import Peer

# Rows 5, 8, 10-12: what could hurt others stays readable for the desk until it is decided, as the leaving page says.
KEPT_UNTIL_DECIDED = frozenset({"encouragement", "sourcing", "threat", "minor", "harassment"})
LONGEST_KEPT = timedelta(days=30)
REASON_ERASED = "The reason was erased."


def forget(*, peer: Peer, way: Way) -> None:
    """Cases keep category and keyed digest only. Called inside the leaving transaction, before the forum's part.

    Private words with moderators, appeals and complaints go in every case. Words that stay under
    "someone" stay in their cases, too; words that go are erased there, but for open cases about
    danger to others.
    """
    Outreach.objects.filter(peer=peer).delete()
    Appeal.objects.filter(statement__peer=peer).update(words="")
    Complaint.objects.filter(case__peer=peer).update(words="", about="")
    mine = Case.objects.filter(peer=peer)
    if way != Way.KEEP:
        kept = [
            case.pk for case in mine.open().filter(level__gte=Level.RED) if KEPT_UNTIL_DECIDED & set(case.categories)
        ]
        erase_words(Snapshot.objects.filter(case__peer=peer).exclude(case__in=kept))
    erase_reasons(mine)
    mine.update(author_name="")


def erase_reasons(cases: QuerySet[Case]) -> None:
    """Why a person lowered a level, or asked for other names, is told in free words, which may tell of its author.

    That it was done stays.
    """
    Signal.objects.filter(case__in=cases, rule="human.lowered").update(reason=REASON_ERASED)
    Linking.objects.filter(case__in=cases).update(reason=REASON_ERASED)


def erase_kept_words(*, now: datetime) -> int:
    """Erase what was kept of people who have left, once it is decided, and after thirty days in any case. How many?

    What still stands publicly under "someone" is not touched.
    """
    gone = Q(case__post=None) | Q(case__post__body="", case__post__title="")
    over = Q(case__state=CaseState.RESOLVED) | Q(at__lt=now - LONGEST_KEPT)
    return erase_words(Snapshot.objects.filter(gone, over, case__peer=None).exclude(words=""))


def erase_words(snapshots: QuerySet[Snapshot]) -> int:
    """The words, and the salt of their digest: from then on nobody can tell whether a text was this one."""
    return snapshots.update(words="", salt=None)
