"""What this app shows on every page: a post's words, one's own posts, times in words."""

from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from forum import pausing, text
from forum.models import Mode, Post, Visibility
from peers import who

register = template.Library()
MINUTE, HOUR, DAY = 60, 3600, 86400
MINE_SHOWN = 20
_GONE = {
    Visibility.REMOVED: "A moderator took this down.",
    Visibility.WITHDRAWN: "Its author took this down.",
    Visibility.HELD: "This is waiting for a moderator.",
}


@register.simple_tag(takes_context=True)
def post_body(context: template.Context, post: Post) -> SafeString:
    """The post's words as this reader may see them: whole, folded behind their note, or only the place they had.

    Folds what judging noted, and the notes in `folds` (bits) that this reader asked to have folded. Its author
    reads it unfolded, and even when others do not.
    """
    mine = is_mine(context, post)
    if mine and not post.is_open:
        return _body(text.shown(post.title, post.body)[1])
    if not post.is_open:
        return format_html("<p>{}</p>", _GONE[Visibility(post.visibility)])
    if mine or not is_folded(post, context.get("folds") or 0):
        return _body(post.shown_html)
    summary = format_html("<summary>Content note: {}. Open to read</summary>", fold_words(post))
    return format_html('<details class="fold">{}{}</details>', summary, _body(post.shown_html))


def _body(clean_html: str) -> SafeString:
    safe = mark_safe(clean_html)  # noqa: S308  (forum.text cleaned it twice; every output uses this one form)
    return format_html('<div class="post-body" dir="auto">{}</div>', safe)


def is_mine(context: template.Context, post: Post) -> bool:
    request = context.get("request")
    if post.peer_id is None or not isinstance(request, HttpRequest) or not hasattr(request, "session"):
        return False
    peer = who.speaker(request)
    return peer is not None and peer.pk == post.peer_id


def is_folded(post: Post, folds: int) -> bool:
    """Whether judging or this reader's own filter folds these words."""
    return post.visibility == Visibility.NOTED or bool(post.notes & folds)


@register.filter
def fold_words(post: Post) -> str:
    """What a folded post is about, in neutral words."""
    return ", ".join(post.note_labels) or "this may be hard to read"


@register.filter
def row_words(post: Post, folds: int = 0) -> str:
    """What a list says of a post: its title or first words, or only its note where the words are folded."""
    if post.visibility == Visibility.WITHDRAWN:
        return "Taken down by its author"
    if post.visibility == Visibility.REMOVED:
        return "Taken down by a moderator"
    if is_folded(post, folds or 0):
        return f"Content note: {fold_words(post)}"
    return text.excerpt(post.shown_title, post.shown_html) or "(no words)"


@register.filter
def own_words(post: Post) -> str:
    """The first words of one's own post, whatever others see of it."""
    if post.is_open:
        return text.excerpt(post.shown_title, post.shown_html) or "(no words)"
    return text.excerpt(post.title or " ".join(post.body[:200].split()), "") or "(no words)"


@register.inclusion_tag("forum/_my_posts.html", takes_context=True)
def my_posts(context: template.Context) -> dict[str, Any]:
    """The reader's own newest posts, with how each one stands."""
    request = context.get("request")
    peer = who.speaker(request) if isinstance(request, HttpRequest) and hasattr(request, "session") else None
    mine = Post.objects.of(peer)[:MINE_SHOWN] if peer else []
    return {"posts": mine, "request": request}


@register.simple_tag(takes_context=True)
def begins_in_arrivals(context: template.Context) -> bool:
    """Whether what this reader writes now begins in the room for arrivals: said before they send it."""
    request = context.get("request")
    if not isinstance(request, HttpRequest) or pausing.mode_of(request) != Mode.CAREFUL:
        return False
    reader = context.get("reader")
    return reader is None or pausing.is_newcomer(reader)


@register.filter
def since(moment: datetime) -> str:
    """How long ago, in the words static/js/times.js goes on with; the date after two weeks."""
    seconds = max(0.0, (timezone.now() - moment).total_seconds())
    if seconds >= 14 * DAY:
        return f"{moment:%d %B %Y}".lstrip("0")
    if seconds < MINUTE:
        return "just now"
    about = "about " if 50 * MINUTE <= seconds < 22 * HOUR else ""
    return f"{about}{_rounded(seconds)} ago"


@register.filter
def waited(moment: datetime) -> str:
    """For how long someone has waited: "40 minutes"."""
    return _rounded(max(float(MINUTE), (timezone.now() - moment).total_seconds()))


def _rounded(seconds: float) -> str:
    if seconds < 50 * MINUTE:
        return _many(seconds / MINUTE, "minute")
    if seconds < 22 * HOUR:
        return _many(seconds / HOUR, "hour")
    return _many(seconds / DAY, "day")


def _many(count: float, one: str) -> str:
    whole = max(1, round(count))
    return f"{whole} {one}{'' if whole == 1 else 's'}"


@register.filter
def asks(contract: str) -> str:
    """What the author asked for, as it stands within a sentence."""
    return ASKS[contract]


ASKS = {
    "listen": "just listen",
    "been_there": "tell me if you have been there",
    "ideas": "ideas are welcome",
    "sit_with_me": "sit with me",
    "no_hugs": "no hugs, please",
}
