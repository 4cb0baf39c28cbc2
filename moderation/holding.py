"""Ending holds at their deadline: some words go up redacted or folded, others wait on while more people are called."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from forum import showing
from forum.locking import lock_post
from forum.models import Post, Visibility
from moderation import audit, deadlines, statements
from moderation.casework import open_or_join, subject_of
from moderation.escalating import keep_escalating
from moderation.intake import AFTER_REMOVAL
from moderation.models import Case
from moderation.risk import Category
from moderation.signals import tell_desk
from peers.again import once_more

AT_ONCE = 50


def due_holds(now: datetime, leaving_out: Collection[int] = ()) -> list[int]:
    """Held posts whose deadline has come, the oldest first."""
    due = Post.objects.filter(visibility=Visibility.HELD, hold_until__lte=now).order_by("hold_until")
    due = due.exclude(pk__in=leaving_out)
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


@once_more
def end_hold(pk: int, *, now: datetime) -> str:
    """ "released" or "prolonged", once for each deadline; empty when a human or another worker was quicker."""
    with transaction.atomic():
        post = lock_post(pk=pk, visibility=Visibility.HELD, hold_until__lte=now)
        if post is None:
            return ""
        case = Case.objects.open().filter(post=post).first()
        if deadlines.releases(post, case):
            return _release(post, case)
        return _prolong(post, case, now)


def _release(post: Post, case: Case | None) -> str:
    folded = case is not None and Category.DETECTOR.value in case.categories
    hidden = deadlines.hidden_at_release(post)
    visibility = Visibility.NOTED if folded or post.notes else Visibility.PUBLISHED
    as_it_was = showing.as_shown(post)
    shown = replace(as_it_was, visibility=visibility, redactions=hidden, hold_until=None)
    showing.show(post, shown)
    statements.of_post(post=post, shown=shown, case=case)
    if case:
        audit.write(
            actor="worker", kind="hold.released", case_pk=case.pk, case_ref=case.public_id, visibility=str(visibility)
        )
        tell_desk(case.public_id, case.level)
    return "released"


def _prolong(post: Post, case: Case | None, now: datetime) -> str:
    """Wait on, for as long again. A hold nobody answers for any more gets a case: someone must end it."""
    case = case or open_or_join(subject_of(post), AFTER_REMOVAL)
    until = now + deadlines.period(case)
    Post.objects.filter(pk=post.pk, hold_until=post.hold_until).update(hold_until=until)
    statements.prolong(post=post, until=until)
    keep_escalating(case, now)
    return "prolonged"
