"""What a decision does to a post, kept so that it can be undone exactly."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from forum import showing
from forum.intake import Decision as Showing
from forum.locking import lock_post
from forum.models import Post, Shown, Visibility
from forum.text import whole
from moderation import statements
from moderation.models import Action, Case, Decision, Effect, EffectKind, Snapshot


class NotPossible(Exception):
    """This decision would leave something undecided, or speaks of what is not there; the message says which."""


HELD_STAYS = "The post is held: choose whether to publish it, fold it, hide parts of it or remove it."
NO_SUCH_PART = "A part that was to be hidden is not in the words."
_VISIBILITY = {
    Action.PUBLISH: Visibility.PUBLISHED,
    Action.FOLD: Visibility.NOTED,
    Action.REMOVE: Visibility.REMOVED,
    Action.ERASE: Visibility.REMOVED,  # at once; the words go when a second person agrees
}


def apply_action(decision: Decision, case: Case) -> None:
    """Do to the post what was decided. What its author withdrew is never brought back. Raises NotPossible."""
    post = lock_post(cases=case)
    if post is None or post.visibility == Visibility.WITHDRAWN:
        return
    before = showing.as_shown(post)
    if decision.action == Action.LEAVE and post.visibility == Visibility.HELD:
        raise NotPossible(HELD_STAYS)
    after = shown_after(decision, before, post)
    if decision.action != Action.LEAVE:
        showing.show(post, after)
        _keep(decision, post, before, after)
    statements.of_post(post=post, shown=after, case=case, decision=decision)


def shown_after(decision: Decision, before: Showing, post: Post) -> Showing:
    """How the post is shown once this is decided. Raises NotPossible for a part outside the words."""
    if decision.action == Action.LEAVE:
        return before
    if decision.action != Action.REDACT:
        return replace(before, visibility=_VISIBILITY[Action(decision.action)], hold_until=None)
    length = len(whole(post.title, post.body))
    spans = [(start, end) for start, end in decision.spans]
    if any(not 0 <= start < end <= length for start, end in spans):
        raise NotPossible(NO_SUCH_PART)
    goes_up = Visibility.NOTED if post.notes else Visibility.PUBLISHED
    visibility = before.visibility if post.is_open else goes_up
    return replace(before, visibility=visibility, redactions=spans, hold_until=None)


def _keep(decision: Decision, post: Post, before: Showing, after: Showing) -> None:
    Effect.objects.create(
        decision=decision,
        post=post,
        kind=EffectKind.VISIBILITY,
        before={**_plain(before), "revision": post.revision},
        after=_plain(after),
    )


def reverse(decision: Decision, *, within: int) -> None:
    """Undo what the decision did to the post, once. Words written since it are not judged by it: they stay.

    A hold whose time is over gets as long as its case has from now on (`within` seconds): a human decides first.
    """
    standing = decision.effects.select_for_update(of=("self",)).filter(reversed_at=None, kind=EffectKind.VISIBILITY)
    statements.end(decision=decision)
    for effect in standing:
        post = lock_post(effects=effect)
        if post and post.visibility != Visibility.WITHDRAWN and post.revision == effect.before["revision"]:
            shown = _held_anew(_showing(effect.before), timezone.now(), within)
            showing.show(post, shown)
            statements.of_post(post=post, shown=shown, case=decision.case)
        Effect.objects.filter(pk=effect.pk).update(reversed_at=timezone.now())


def _held_anew(shown: Showing, now: datetime, within: int) -> Showing:
    """The worker would end at once a hold whose time went by while the decision stood, before anyone could look."""
    is_over = shown.hold_until is not None and shown.hold_until <= now
    return replace(shown, hold_until=now + timedelta(seconds=within)) if is_over else shown


def let_stand(decision: Decision) -> None:
    """A newer decision speaks about the post: what this one did counts as taken back, and the post stays as it is."""
    decision.effects.filter(reversed_at=None, kind=EffectKind.VISIBILITY).update(reversed_at=timezone.now())
    statements.end(decision=decision)


def erase(decision: Decision, case: Case) -> None:
    """Destroy the words of the post everywhere the site keeps them. Only after a second person agreed."""
    post = lock_post(cases=case)
    if post is None:
        return
    showing.erase(post)
    Snapshot.objects.filter(case__post=post).update(words="", salt=None)
    Effect.objects.create(decision=decision, post=post, kind=EffectKind.ERASURE, before={}, after={})
    statements.of_post(post=post, shown=showing.as_shown(post), case=case, decision=decision, erased=True)


def _plain(shown: Showing) -> dict[str, Any]:
    return {
        "visibility": str(shown.visibility),
        "redactions": [list(span) for span in shown.redactions],
        "notes": shown.notes,
        "help_keys": list(shown.help_keys),
        "help_for": str(shown.help_for),
        "reason_key": shown.reason_key,
        "hold_until": shown.hold_until.isoformat() if shown.hold_until else None,
        "answer_by": shown.answer_by.isoformat() if shown.answer_by else None,
    }


def _showing(plain: dict[str, Any]) -> Showing:
    return Showing(
        visibility=Visibility(plain["visibility"]),
        redactions=[(start, end) for start, end in plain["redactions"]],
        notes=plain["notes"],
        help_keys=plain["help_keys"],
        help_for=Shown(plain["help_for"]),
        reason_key=plain["reason_key"],
        hold_until=_time(plain["hold_until"]),
        answer_by=_time(plain["answer_by"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
