"""What stands beside a post, the search and one's own space: everything the template tags show, as values."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from forum.models import Post, Shown, Visibility
from forum.text import whole
from moderation import deadlines, risk
from moderation.help import wording as help_wording
from moderation.help.cards import cards
from moderation.help.listing import Listing
from moderation.intake import judge_text
from moderation.models import Case, Decision, Feeling, FollowUp, Level, Outreach, OutreachMessage, Signal, Statement
from moderation.resources import help_in, where
from moderation.shift import shift_now
from moderation.wording import why
from peers.models import Peer
from peers.who import speaker

Found = dict[str, Any] | None
MOST_LINES = 4  # beside a card; the help page has them all
MOST_MESSAGES = 20
_AFTERCARE = "lamplight.aftercare"  # the request's place for what was read once for all posts of a page


def is_author(request: HttpRequest | None, post: Post) -> bool:
    """Whether this request's speaker wrote the post. A frame rendered for many readers has no speaker."""
    peer = speaker(request) if request is not None else None
    return peer is not None and peer.pk == post.peer_id


def on_shift() -> dict[str, Any]:
    return {"shift": shift_now()}


def help_beside(request: HttpRequest | None, post: Post) -> Found:
    """The author's cards in full; readers get one line, and only where help is shown to everyone."""
    if not post.help_keys or post.help_for == Shown.NOBODY:
        return None
    if is_author(request, post):
        return {"full": True, "post": post, **cards_with_lines(request, post.help_keys)}
    return {"full": False} if post.help_for == Shown.EVERYONE else None


def cards_with_lines(request: HttpRequest | None, keys: Sequence[str]) -> dict[str, Any]:
    """The cards of these keys with the lines that suit them, in the reader's country."""
    found = cards(keys)
    about = frozenset[str]().union(*(card.categories for card in found[:1])) if found else frozenset()
    place = where(request)
    there = help_in(place.code, about)
    return {"cards": found, "help": there, "lines": first_lines(there), "where": place}


def first_lines(there: Listing) -> tuple[Any, ...]:
    """The few lines that stand beside a card: surely open ones first."""
    return (*there.open_now, *there.others)[:MOST_LINES]


def answer_to(request: HttpRequest | None, post: Post) -> Found:
    """The page that answers words at risk, for their author."""
    if not is_author(request, post):
        return None
    case = Case.objects.open().filter(post=post).first()
    return {
        "post": post,
        "urgent": case is not None and case.level >= Level.RED,
        "case": case,
        "do": help_wording.WHAT_WE_DO,
        "cannot": help_wording.WHAT_WE_CANNOT_DO,
        **on_shift(),
        **cards_with_lines(request, post.help_keys or ["general"]),
        "outreach": Outreach.objects.filter(case=case).first() if case and case.level == Level.CRISIS else None,
        **waiting(post, case),
    }


def waiting(post: Post, case: Case | None) -> dict[str, Any]:
    """Why a post waits or is hidden in part, what happens at its deadline, and what its author can do."""
    held = post.visibility == Visibility.HELD
    words = whole(post.title, post.body)
    return {
        "held": held,
        "releases": held and deadlines.releases(post, case),
        "why": why(post.reason_key) if held or post.redactions else "",
        "edit_lifts": deadlines.edit_lifts(post.reason_key),
        "hidden_parts": [words[start:end] for start, end in post.redactions],
    }


def marked_in(request: HttpRequest | None, post: Post) -> Found:
    """For the author of words that wait and go up once a part is changed: which part that is."""
    may_change = post.thread_id is not None  # what was said in a live room stays as it was said
    waits = may_change and post.visibility == Visibility.HELD and deadlines.edit_lifts(post.reason_key)
    if not waits or not is_author(request, post):
        return None
    words = whole(post.title, post.body)
    found = Signal.objects.filter(subject=f"post:{post.pk}", revision=post.revision, category=post.reason_key)
    spans = sorted({(start, end) for several in found.values_list("spans", flat=True) for start, end in several})
    return {"parts": [words[start:end] for start, end in spans]} if spans else None


def what_became_of(request: HttpRequest | None, post: Post) -> Found:
    """For the author: why the post waits, is hidden or was removed, a moderator's words, and their messages."""
    if request is None or not is_author(request, post):
        return None
    read = _read_once(request, post)
    decision, outreach = read["decisions"].get(post.pk), read["outreach"].get(post.pk)
    shows = post.visibility in {Visibility.HELD, Visibility.REMOVED} or bool(post.redactions)
    if not (shows or decision or outreach):
        return None
    case = read["cases"].get(post.pk)
    stated = read["statements"].get(post.pk, [])
    return {"post": post, "decision": decision, "outreach": outreach, "statements": stated, **waiting(post, case)}


def _read_once(request: HttpRequest, post: Post) -> dict[str, dict[int, Any]]:
    """Decisions, messages, statements and open cases of all the author's posts in this place: four queries a page."""
    key = (post.thread_id, post.session_id)
    kept: dict[Any, dict[str, dict[int, Any]]] = request.META.setdefault(_AFTERCARE, {})
    if key not in kept:
        mine = {"post__peer": post.peer_id, "post__thread": post.thread_id, "post__session": post.session_id}
        of_cases = {f"case__{name}": value for name, value in mine.items()}
        decisions = Decision.objects.standing().filter(**of_cases).select_related("case", "moderator__peer")
        written = OutreachMessage.objects.filter(outreach=OuterRef("pk"), moderator__isnull=False)
        outreach = Outreach.objects.filter(**of_cases).select_related("case").annotate(written=Exists(written))
        kept[key] = {
            "cases": {case.post_id or 0: case for case in Case.objects.open().filter(**mine)},
            "decisions": {each.case.post_id or 0: each for each in decisions.order_by("pk")},
            "outreach": {each.case.post_id or 0: each for each in outreach.order_by("pk")},
            "statements": _by_post(Statement.objects.in_force().filter(**mine).order_by("pk")),
        }
    return kept[key]


def _by_post(found: Iterable[Statement]) -> dict[int, Any]:
    several: dict[int, Any] = {}
    for each in found:
        several.setdefault(each.post_id or 0, []).append(each)
    return several


def messages_for(request: HttpRequest | None) -> Found:
    """The newest conversations with moderators, and whether something in them is unread."""
    peer = speaker(request) if request is not None else None
    found = conversations(peer) if peer else []
    return {"conversations": found, "written": any(each.written for each in found)} if found else None  # type: ignore[attr-defined]  # annotated


def conversations(peer: Peer) -> list[Outreach]:
    written = OutreachMessage.objects.filter(outreach=OuterRef("pk"), moderator__isnull=False)
    unread = written.filter(read_at=None)
    return list(
        Outreach.objects.filter(peer=peer)
        .annotate(unread=Exists(unread), written=Exists(written))
        .select_related("case__room")
        .order_by("-pk")[:MOST_MESSAGES]
    )


def statements_for(request: HttpRequest | None) -> Found:
    """What is restricted at this moment about this reader's words or voice, the newest first."""
    peer = speaker(request) if request is not None else None
    if peer is None:
        return None
    found = Statement.objects.in_force().filter(peer=peer).exclude(until__lte=timezone.now())
    running = list(found.select_related("case__room").order_by("-pk")[:MOST_MESSAGES])
    return {"statements": running} if running else None


def question_for(request: HttpRequest | None) -> Found:
    """The newest "how is it now?" that waits for this reader's answer."""
    peer = speaker(request) if request is not None else None
    asked = FollowUp.objects.asking(peer).first() if peer else None
    return {"asked": asked, "feelings": Feeling.choices} if asked else None


def help_for_words(request: HttpRequest | None, query: str) -> Found:
    """Help above the results of a search whose words are those of someone who may need it. Nothing is kept."""
    judged = judge_text(query[:200], risk.Context(place="search"))
    if judged.plan.level == risk.Level.GREEN:
        return None
    return {"full": True, "post": None, **cards_with_lines(request, judged.plan.cards or ["general"])}
