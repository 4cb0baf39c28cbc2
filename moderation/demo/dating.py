"""Dates what the demo wrote back to when its texts say it was. The audit log is never rewritten, here neither."""

from datetime import datetime, timedelta

from django.db.models import Max

from forum.models import LiveEvent, Post, Thread
from forum.models.posts import OPEN
from moderation.models import Case, CaseState, Decision, ResourceAttachment, Signal, Snapshot

LOOKED_AFTER = timedelta(minutes=6)  # how long the demo's moderators took
DECIDED_AFTER = timedelta(minutes=9)


def date_back(posted: list[tuple[Post, datetime]]) -> None:
    """Each post, its thread, and its decided case; open cases keep the deadlines they really have."""
    for post, at in posted:
        _post(post.pk, at)
        for case in Case.objects.filter(post=post, state=CaseState.RESOLVED):
            _case(case, at)
    for thread in Thread.objects.filter(posts__in=[post.pk for post, _ in posted]).distinct():
        newest = thread.posts.filter(visibility__in=OPEN).aggregate(at=Max("created_at"))["at"]
        opened = thread.opening.created_at if thread.opening else thread.opened_at
        Thread.objects.filter(pk=thread.pk).update(opened_at=opened, moved_at=newest or opened)


def _post(pk: int, at: datetime) -> None:
    post = Post.objects.get(pk=pk)
    answer_by = at + (post.answer_by - post.created_at) if post.answer_by else None
    waits = Case.objects.open().filter(post=post).exists()
    Post.objects.filter(pk=pk).update(created_at=at, answer_by=post.answer_by if waits else answer_by)
    LiveEvent.objects.filter(post=post).update(at=at)
    ResourceAttachment.objects.filter(post=post).update(at=at)
    Signal.objects.filter(subject=f"post:{pk}").update(at=at)


def _case(case: Case, at: datetime) -> None:
    given = case.due_at - case.opened_at
    Case.objects.filter(pk=case.pk).update(
        opened_at=at,
        due_at=at + given,
        human_due_at=at + given,
        first_human_at=at + LOOKED_AFTER,
        resolved_at=at + DECIDED_AFTER,
    )
    Snapshot.objects.filter(case=case).update(at=at)
    Decision.objects.filter(case=case).update(at=at + DECIDED_AFTER)
