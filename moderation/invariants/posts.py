"""What must be true of posts: judged, shown only as far as they may be, and with the help they were given."""

from functools import reduce
from operator import or_

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from forum.models import Post, Visibility
from forum.models.posts import GONE, OPEN
from forum.text import HIDDEN_PART
from moderation.at_crisis import AIMED_AT
from moderation.invariants.breaches import Breach, breach
from moderation.models import Case, ResourceAttachment, Signal, Source
from moderation.planning import plan_for
from moderation.risk import Assessment, Category, Finding, Level


def posts_are_judged() -> Breach | None:
    """No words are read by others that no rule set has read first."""
    return breach("judged by no rule set", Post.objects.filter(judged_by=""))


def held_posts_have_a_deadline() -> Breach | None:
    """Nobody waits for ever: the worker finds a hold by its deadline."""
    return breach("held without a deadline", Post.objects.filter(visibility=Visibility.HELD, hold_until=None))


def held_posts_have_an_open_case() -> Breach | None:
    """A hold promises its author that a person will look."""
    waiting = Case.objects.open().filter(post=OuterRef("pk"))
    return breach("held without an open case", Post.objects.filter(~Exists(waiting), visibility=Visibility.HELD))


def gone_posts_show_nothing() -> Breach | None:
    """What was removed or withdrawn is in no stored page any more."""
    shown = ~Q(shown_title="") | ~Q(shown_html="")
    return breach("gone, and still with words to show", Post.objects.filter(shown, visibility__in=GONE))


def hidden_parts_are_marked() -> Breach | None:
    """Where a part must be hidden, the stored page says so: it was made after the part was hidden."""
    marked = Q(shown_title__contains=HIDDEN_PART) | Q(shown_html__contains=HIDDEN_PART)
    open_posts = Post.objects.filter(visibility__in=OPEN).exclude(redactions=[])
    return breach("shown without the part that must be hidden", open_posts.exclude(marked))


def risky_posts_got_their_cards() -> Breach | None:
    """Help came in the same answer: what the table gives for a finding was attached to that revision."""
    attached = ResourceAttachment.objects.filter(post=OuterRef("case__post"), revision=OuterRef("revision"))
    judged = Signal.objects.filter(_gives_cards(), source=Source.RULES, subject__startswith="post:").exclude(
        rule=AIMED_AT  # noticed in the words of another
    )
    lacking = judged.filter(~Exists(attached), case__post__isnull=False)
    return breach("of a post to which no help was attached", lacking, ref="case__post__public_id")


def cards_were_given_for_a_signal() -> Breach | None:
    """Help is attached only where something was found: without the finding, the finding was lost."""
    subject = Concat(Value("post:"), Cast(OuterRef("post_id"), CharField()))
    found = Signal.objects.filter(subject=subject, revision=OuterRef("revision"), source=Source.RULES)
    return breach("given for no signal", ResourceAttachment.objects.filter(~Exists(found)), ref="post__public_id")


def attached_help_stands() -> Breach | None:
    """Help that was attached to the words as they are now is still under them."""
    now = ResourceAttachment.objects.filter(revision=F("post__revision"))
    bare = now.filter(post__help_keys=[]).exclude(post__visibility=Visibility.WITHDRAWN).exclude(post__body="")
    return breach("taken from under a post", bare, ref="post__public_id")


def _gives_cards() -> Q:
    """Signals for which the decision table gives help cards."""
    pairs = [
        Q(category=category.value, level__in=levels)
        for category in Category
        if (levels := [level for level in Level if level > Level.GREEN and _cards(category, level)])
    ]
    return reduce(or_, pairs, Q(pk__in=[]))


def _cards(category: Category, level: Level) -> tuple[str, ...]:
    finding = Finding(category=category, level=level, rule="", version="", spans=(), reason="")
    return plan_for(Assessment(level=level, score=0, findings=(finding,), version=""), "").cards
