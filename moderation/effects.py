"""What a decision does to a post, kept so that it can be undone exactly."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from forum import showing
from forum.intake import Decision as Showing
from forum.locking import lock_post
from forum.models import Shown, Visibility
from moderation.models import Action, Case, Decision, Effect


class NotPossible(Exception):
    """This decision would leave something undecided: a held post must be published, folded or removed."""


_VISIBILITY = {
    Action.PUBLISH: Visibility.PUBLISHED,
    Action.FOLD: Visibility.NOTED,
    Action.REMOVE: Visibility.REMOVED,
}


def apply_action(decision: Decision, case: Case) -> None:
    """Do to the post what was decided. What its author withdrew is never brought back. Raises NotPossible."""
    post = lock_post(cases=case)
    if post is None or post.visibility == Visibility.WITHDRAWN:
        return
    if decision.action == Action.LEAVE:
        if post.visibility == Visibility.HELD:
            raise NotPossible
        return
    before = showing.as_shown(post)
    after = replace(before, visibility=_VISIBILITY[Action(decision.action)], hold_until=None)
    showing.show(post, after)
    Effect.objects.create(
        decision=decision,
        post=post,
        kind="visibility",
        before={**_plain(before), "revision": post.revision},
        after=_plain(after),
    )


def reverse(decision: Decision) -> None:
    """Undo each effect of the decision, once. Words written since it are not judged by it: they stay as they are."""
    for effect in decision.effects.select_for_update().filter(reversed_at=None, post__isnull=False):
        post = lock_post(effects=effect)
        if post and post.visibility != Visibility.WITHDRAWN and post.revision == effect.before["revision"]:
            showing.show(post, _showing(effect.before))
        Effect.objects.filter(pk=effect.pk).update(reversed_at=timezone.now())


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
