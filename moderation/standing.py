"""What a moderator's standing decision means for words that were changed since."""

from forum.models import Post
from forum.text import whole
from moderation import redacting
from moderation.models import Action, Decision, EffectKind, Snapshot


def is_folded(standing: Decision | None) -> bool:
    """A moderator's fold stands until a moderator undoes it; an edit does not."""
    return standing is not None and standing.action == Action.FOLD


def hides_still(post: Post) -> bool:
    """Whether a moderator hid parts of this post: then a human looks at what its author makes of it."""
    if post.revision == 1:
        return False
    standing = Decision.objects.standing_for(post)
    return standing is not None and standing.action == Action.REDACT


def hidden_again(post: Post, standing: Decision | None) -> list[redacting.Span]:
    """Where the new words hold a part that a moderator hid, exactly as it was written then."""
    if standing is None or standing.action != Action.REDACT:
        return []
    effect = standing.effects.filter(kind=EffectKind.VISIBILITY).first()
    kept = Snapshot.objects.filter(case=standing.case_id)
    kept = kept.filter(revision=effect.before["revision"]) if effect else kept.order_by("-revision")
    before = kept.values_list("words", flat=True).first() or ""
    words = whole(post.title, post.body)
    places = {place for start, end in standing.spans for place in redacting.places(words, before[start:end])}
    return sorted(places)
