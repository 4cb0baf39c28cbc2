"""The desk's part of a person's leaving for good."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from moderation.models import Case, Level, Snapshot
from peers.leaving import Way
from peers.models import Peer

# Cases in which someone else may be in danger: their words outlive a leaving, until decided and no longer appealable.
KEPT_CATEGORIES = frozenset({"encouragement", "sourcing", "threat", "minor", "harassment"})
APPEAL_WINDOW = timedelta(days=30)


def forget(*, peer: Peer, way: Way) -> None:
    """Cases keep category and keyed digest only. Called inside the leaving transaction, before the forum's part.

    Two kinds of open case keep their words until `purge_kept`: those that protect someone else,
    and those about words that stay up because their author chose so.
    """
    kept = [case.pk for case in Case.objects.filter(peer=peer).open() if way == Way.KEEP or protects_others(case)]
    _erase(Case.objects.filter(peer=peer).exclude(pk__in=kept))


def protects_others(case: Case) -> bool:
    return case.level >= Level.RED and not KEPT_CATEGORIES.isdisjoint(case.categories)


def purge_kept(*, now: datetime) -> int:
    """Erase the words of cases whose author has left, once the decision can no longer be appealed. How many cases?

    For the worker, daily; doing it again changes nothing.
    """
    has_words = Q(pk__in=Snapshot.objects.exclude(words="").values("case_id")) | ~Q(author_name="")
    over = Case.objects.filter(has_words, peer=None, resolved_at__lte=now - APPEAL_WINDOW)
    return _erase(over)


def _erase(cases: QuerySet[Case]) -> int:
    """Take the words, the salt that would recognise them, and the name away."""
    found = list(cases.values_list("pk", flat=True))
    Snapshot.objects.filter(case__in=found).update(words="", salt=None)
    return Case.objects.filter(pk__in=found).update(author_name="")
