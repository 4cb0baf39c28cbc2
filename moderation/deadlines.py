"""What becomes of a held post when nobody has decided in time. Pure but for what it reads of the post's cases."""

from datetime import timedelta

from forum import pausing, resting
from forum.models import Mode, Post, SiteMode
from forum.text import whole
from moderation.models import Action, Case, Decision, Signal
from moderation.risk import Category, sentence_around
from moderation.table import table

HIDDEN_AT_RELEASE = frozenset({Category.METHOD, Category.SOURCING})


def stays_held() -> frozenset[str]:
    """Categories whose holds only a human ends: the rows of the table that say so."""
    rows = table()
    return frozenset(
        category.value
        for category, row in rows.items()
        if not row.releases and any("hold" in (cell.do, cell.unsure, cell.targeted) for cell in row.cells)
    )


def edit_lifts(reason_key: str) -> bool:
    """Whether changing the part named by this reason publishes the post at once."""
    return reason_key in {Category.METHOD.value, Category.SOURCING.value, Category.CONTACT.value}


def releases(post: Post, case: Case | None) -> bool:
    """Whether the post goes up, redacted or folded, at its deadline without a decision.

    Where it is not sure (no case, no category, a removal by a human before) the post waits on; so does
    what waits because the site is paused, while it is.
    """
    if case is None or not case.categories or stays_held() & set(case.categories):
        return False
    if post.reason_key in resting.NOT_RELEASED:
        return False
    if post.reason_key == pausing.REASON and SiteMode.objects.now() == Mode.PAUSED:
        return False
    removed = Decision.objects.standing().filter(case__post=post, action__in=[Action.REMOVE, Action.ERASE])
    return not removed.exists()


def hidden_at_release(post: Post) -> list[tuple[int, int]]:
    """What stays hidden when the post is released: the whole sentences that hold what was found.

    No human has looked yet, so the sentence is hidden even where the span seemed certain.
    """
    words = whole(post.title, post.body)
    kept = {(start, end) for start, end in post.redactions}
    found = Signal.objects.filter(
        subject=f"post:{post.pk}", revision=post.revision, category__in=[each.value for each in HIDDEN_AT_RELEASE]
    )
    for spans in found.values_list("spans", flat=True):
        kept |= {sentence_around(words, start, end) for start, end in spans} or {(0, len(words))}
    return sorted(kept)


def period(case: Case) -> timedelta:
    """How long a hold that goes on is prolonged each time: what the case gave a human at first."""
    return max(case.due_at - case.opened_at, timedelta(minutes=1))
