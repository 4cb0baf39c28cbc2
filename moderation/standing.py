"""What moderators' standing decisions mean for words that were changed since.

Hidden parts and a fold stand each by themselves: a later decision that leaves the post as it is, or speaks of the other
of the two only, takes neither back.
"""

from forum.models import Post
from forum.text import whole
from moderation import redacting
from moderation.models import Action, Decision, EffectKind, Snapshot

_FOLD_OR_NOT = (Action.PUBLISH, Action.FOLD, Action.REMOVE, Action.ERASE)


def is_folded(post: Post) -> bool:
    """A moderator's fold stands until a moderator undoes it; an edit does not."""
    standing = _newest(post, *_FOLD_OR_NOT)
    return standing is not None and standing.action == Action.FOLD


def hides_still(post: Post) -> bool:
    """Whether a moderator hid parts of this post: then a human looks at what its author makes of it."""
    standing = _newest(post, Action.REDACT)
    return standing is not None and bool(standing.spans)  # hiding no parts shows the post whole


def hidden_again(post: Post) -> list[redacting.Span]:
    """Where the new words hold a part that a moderator hid, exactly as it was written then."""
    standing = _newest(post, Action.REDACT)
    if standing is None:
        return []
    effect = standing.effects.filter(kind=EffectKind.VISIBILITY).first()
    kept = Snapshot.objects.filter(case=standing.case_id)
    kept = kept.filter(revision=effect.before["revision"]) if effect else kept.order_by("-revision")
    before = kept.values_list("words", flat=True).first() or ""
    words = whole(post.title, post.body)
    places = {place for start, end in standing.spans for place in redacting.places(words, before[start:end])}
    return sorted(places)


def _newest(post: Post, *actions: Action) -> Decision | None:
    """The newest standing decision of these actions; to words that were never changed none is applied anew."""
    return Decision.objects.standing_for(post, *actions) if post.revision > 1 else None
