"""Blind second looks: drawn at random by the worker, read and answered by someone who does not know the decision."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from forum.models import Visibility
from moderation import audit, caring, counting
from moderation.agreement import outcome
from moderation.effects import NotPossible
from moderation.models import Action, Case, Decision, EffectKind, Moderator, Review, Snapshot
from moderation.models.people import LEAD_ROLES
from moderation.models.reviews import ReviewQuerySet
from peers.again import once_more

SHARE = 0.05  # of decisions
LOOKS_BACK = timedelta(days=7)  # how old a decision may be when it is drawn: a worker that slept loses nothing
LEASE = timedelta(minutes=20)  # no clock runs against anyone here


class Conflict(Exception):
    """This second look is no longer this moderator's, or no longer asked for. Nothing was changed."""


def is_drawn(number: int, *, seed: str, share: float = SHARE) -> bool:
    """Whether the decision of this number is among those drawn: by a keyed hash, so that nobody can foresee it."""
    mark = hmac.new(seed.encode(), f"review:{number}".encode(), hashlib.sha256).digest()
    return int.from_bytes(mark[:8], "big") < share * 2**64


def draw_reviews(*, now: datetime, seed: str = "") -> int:
    """Draw the share of recent standing decisions that get a second look, each at most once. How many?

    Only where the words are there and someone else could look: with one moderator none are drawn.
    """
    recent = counting.decisions().standing().filter(at__gt=now - LOOKS_BACK, at__lte=now, review=None)
    numbers = recent.order_by("pk").values_list("pk", flat=True)
    drawn = [number for number in numbers if is_drawn(number, seed=seed or settings.SECRET_KEY)]
    chosen = Decision.objects.filter(pk__in=drawn).select_related("case__post")
    return sum(_draw(decision, now) for decision in chosen)


def _draw(decision: Decision, now: datetime) -> bool:
    words = decision.case.snapshots.filter(at__lte=decision.at).order_by("-revision").first()
    if words is None or not words.words or not others_for(decision).exists():
        return False
    with transaction.atomic():
        review, is_new = Review.objects.get_or_create(
            decision=decision,
            defaults={
                "case": decision.case,
                "decider_id": decision.moderator_id,
                "revision": words.revision,
                **_stood(decision, words),
                "drawn_at": now,
                "waits_since": now,
            },
        )
        if is_new:
            _log(review, "worker", "review.drawn")
    return is_new


def others_for(decision: Decision) -> QuerySet[Moderator]:
    """Who could look at this decision blindly: the desk without whoever had a part in deciding about this case."""
    case, known = decision.case, Decision.objects.filter(case=decision.case_id)
    there = Moderator.objects.at_desk()
    if case.not_for_id is not None:
        there = there.exclude(pk=case.not_for_id)
    if case.lead_only:
        there = there.filter(role__in=[role.value for role in LEAD_ROLES])
    part = Q(pk__in=known.values("moderator"))
    for field in ("undone_by", "confirmed_by"):
        part |= Q(pk__in=known.filter(**{f"{field}__isnull": False}).values(field))
    return there.exclude(part)


def _stood(decision: Decision, words: Snapshot) -> dict[str, Any]:
    """How the post was shown just before: kept with what the decision did; where it did nothing, as it is shown now."""
    effect = decision.effects.filter(kind=EffectKind.VISIBILITY).first()
    if effect:
        return {"stood": effect.before["visibility"], "parts_hidden": bool(effect.before["redactions"])}
    post = decision.case.post
    shown = post if post and post.is_open else words
    return {"stood": shown.visibility, "parts_hidden": bool(shown.redactions)}


def expire_reviews(*, now: datetime) -> int:
    """Give up those that can no longer be looked at: words gone, taken down, or the decision taken back. How many?"""
    waiting = Review.objects.waiting()
    gone = waiting.exclude(pk__in=waiting.readable().values("pk")).values_list("pk", flat=True)
    return Review.objects.waiting().filter(pk__in=list(gone)).update(expired_at=now, lease_by=None, lease_until=None)


def tend_reviews(*, now: datetime) -> int:
    """The worker's part: draw new ones, give up what cannot be read any more. How many changed?"""
    return draw_reviews(now=now) + expire_reviews(now=now)


def in_hand(moderator: Moderator, now: datetime) -> Review | None:
    """The second look this moderator has taken, if it is still theirs."""
    return (
        _theirs(moderator)
        .filter(lease_by=moderator, lease_until__gt=now)
        .select_related("case__room", "decision")
        .first()
    )


def take_next(*, moderator: Moderator, among: int = 20) -> Review | None:
    """The longest waiting one this moderator may look at, taken for twenty minutes; or the one in their hands.

    Nobody waits for it: whoever has read enough today gets none, and nobody one of a kind they keep away from.
    """
    now = timezone.now()
    if mine := in_hand(moderator, now):
        return mine
    offered = Case.objects.filter(caring.may_be_offered(moderator=moderator, now=now), pk=OuterRef("case"))
    waiting = _theirs(moderator).free(now).filter(Exists(offered))
    for review in waiting.order_by("waits_since", "pk")[:among]:
        free = Review.objects.waiting().free(now).filter(pk=review.pk)
        if free.update(lease_by=moderator, lease_until=now + LEASE, revealed_at=None):
            return review
    return None


def let_go(*, review: Review, moderator: Moderator) -> bool:
    """Give it back, to the end of the line. Did it change?"""
    held = Review.objects.waiting().filter(pk=review.pk, lease_by=moderator)
    return bool(held.update(lease_by=None, lease_until=None, revealed_at=None, waits_since=timezone.now()))


def reveal(*, review: Review, moderator: Moderator) -> None:
    """Let the words into this moderator's page, under this lease; every reveal is logged, and the first counted in
    their day. Raises Conflict."""
    now = timezone.now()
    with transaction.atomic():
        mine = _theirs(moderator).filter(pk=review.pk, lease_by=moderator, lease_until__gt=now)
        is_first = mine.filter(revealed_at=None).exists()
        if not mine.update(revealed_at=now, lease_until=now + LEASE):
            raise Conflict
        if is_first:
            caring.count_reveal(case=review.case, moderator=moderator, now=now)
        _log(review, moderator.username, "review.revealed")


@once_more
def answer(*, review: Review, moderator: Moderator, action: str, reason_code: str) -> Review:
    """Keep what this moderator would have decided. Nothing changes for the post, its author or the case.

    Sending the same answer twice keeps it once.

    Raises:
        Conflict: it is not in their hands, its words were not read, or they have gone; nothing was kept.
        NotPossible: the post was held, and a held post cannot be left so; nothing was kept.
    """
    if action == Action.LEAVE and review.stood == Visibility.HELD:
        raise NotPossible
    with transaction.atomic():
        first, second = (
            outcome(each, review.stood, hidden=review.parts_hidden) for each in (review.decision.action, action)
        )
        mine = _theirs(moderator).filter(pk=review.pk, lease_by=moderator, revealed_at__isnull=False)
        kept = mine.update(
            reviewer=moderator,
            action=action,
            reason_code=reason_code,
            agrees=first == second,
            at=timezone.now(),
            lease_by=None,
            lease_until=None,
        )
        if kept:
            _log(review, moderator.username, "review.answered", action=action, reason=reason_code)
    if not kept and not _answered_so(review, moderator, action, reason_code):
        raise Conflict
    return Review.objects.get(pk=review.pk)


def _answered_so(review: Review, moderator: Moderator, action: str, reason_code: str) -> bool:
    same = Review.objects.filter(pk=review.pk, reviewer=moderator, action=action, reason_code=reason_code)
    return same.exists()


def _theirs(moderator: Moderator) -> ReviewQuerySet:
    """What this person may look at, asked anew at each step: words may have gone meanwhile."""
    return Review.objects.waiting().readable().for_reviewer(moderator)


def _log(review: Review, actor: str, kind: str, **data: str) -> None:
    audit.write(actor=actor, kind=kind, case_pk=review.case_id, case_ref=review.case.public_id, **data)
