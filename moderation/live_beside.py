"""What stands in a live room's console and page from above: acts on messages, the team's part, words for one person."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from forum.models import LiveSession, LiveState, Pause, Post
from forum.tokens import new_token
from moderation.live_care import WORD, may_act, mutes_in, removal_reasons
from moderation.live_forms import LENGTHS
from moderation.models import Case, LiveNote, OutreachMessage, Statement
from moderation.models.statements import RUNS_OUT
from moderation.signing_in import staff_of
from moderation.statements import in_words
from peers.models import Peer
from peers.who import speaker

Found = dict[str, Any] | None
MOST_NOTES = 20
MOST_WORDS = 3  # in the room; all of them stand in the conversation
_TEAM = "lamplight.live_team"  # the request's place for what was read once for all messages of a page
_SENT = "lamplight.live_sent"  # and for a form that comes back, and whether its sender was away


@dataclass(frozen=True, slots=True)
class Team:
    """What acts on the messages of one session need to know, for somebody who looks after it."""

    muted: frozenset[Any]  # peers, never shown
    written: dict[Any, int]  # private words so far, by peer


def team_of(request: HttpRequest | None, session: LiveSession) -> Team | None:
    """None for whoever does not look after this session. Asked once a request."""
    if request is None:
        return None
    if _TEAM not in request.META:
        may = cares_for(request, session) or _was_away(request)
        request.META[_TEAM] = _read(session) if may else None
    team: Team | None = request.META[_TEAM]
    return team


def cares_for(request: HttpRequest, session: LiveSession) -> bool:
    """Whether whoever asks looks after this session: `settings.FORUM_LIVE_CARE`. Asks nothing of the database."""
    moderator = staff_of(request)
    return moderator is not None and may_act(moderator, session, timezone.now())


def _read(session: LiveSession) -> Team:
    now = timezone.now()
    muted = mutes_in(session).filter(effects__until__gt=now).values_list("case__peer", flat=True)
    words = OutreachMessage.objects.filter(moderator__isnull=False, outreach__case__subject__startswith=_of(session))
    counted = words.values_list("outreach__peer").annotate(many=Count("pk"))
    return Team(frozenset(muted), dict(counted))


def give_back(request: HttpRequest, what: str, form: Any, *, away: bool = False) -> None:
    """A form that did nothing stands again where it was sent from, with every word. `what`: its post, or its name.

    `away`: it came from the host, of whom the room had lost sight; sent again, it brings them back.
    """
    request.META[_SENT] = (what, form, away)


def sent_back(request: HttpRequest, what: str) -> Any:
    found, form, _ = request.META.get(_SENT, ("", None, False))
    return form if found == what else None


def _was_away(request: HttpRequest) -> bool:
    away: bool = request.META.get(_SENT, ("", None, False))[2]
    return away


def acts_on(request: HttpRequest | None, session: LiveSession, post: Post, where: str) -> Found:
    """What can be done about one message and its author."""
    team = team_of(request, session)
    if request is None or team is None or post.peer is None or post.peer.is_staff_voice:
        return None
    form = sent_back(request, f"{where}:{post.public_id}") or sent_back(request, post.public_id)
    return {
        "session": session,
        "post": post,
        "where": where,
        "muted": post.peer_id in team.muted,
        "written": team.written.get(post.peer_id, 0),
        "reasons": removal_reasons(),
        "lengths": LENGTHS,
        "key": new_token(),
        "form": form,
        "here": _here(request),
        "away": _was_away(request),
    }


def team_part(request: HttpRequest | None, session: LiveSession) -> Found:
    """Asking a moderator in, and the notes of this session."""
    if request is None or team_of(request, session) is None:
        return None
    notes = LiveNote.objects.filter(session=session).select_related("moderator__peer").order_by("-pk")[:MOST_NOTES]
    asked = Case.objects.open().filter(subject=f"ask:{session.pk}").select_related("lease_by__peer").first()
    return {
        "session": session,
        "asked": asked,
        "holder": asked.lease_by.public_name if asked and asked.lease_by and asked.is_held(timezone.now()) else "",
        "notes": list(notes),
        "key": new_token(),
        "ask_form": sent_back(request, "ask"),
        "note_form": sent_back(request, "note"),
        "here": _here(request),
        "away": _was_away(request),
    }


def _here(request: HttpRequest) -> str:
    """The key under which a page without a script keeps renewing itself goes along with each act."""
    given = request.GET.get("here", "") or request.POST.get("here", "")
    return given if given.isalnum() and given.isascii() and len(given) <= 64 else ""


def for_me(request: HttpRequest | None, session: LiveSession) -> Found:
    """For one person alone, in the room: private words to them, and why and until when their writing rests."""
    peer = speaker(request) if request is not None else None
    if peer is None:
        return None
    words = _words_to(peer, session)
    pause = Pause.objects.holding(peer, session, timezone.now())
    if not words and pause is None:
        return None
    statement = _statement_of(peer, pause)
    return {
        "words": words,
        "pause": pause,
        "until": pause.until_words if pause else "",
        "is_over": session.state == LiveState.CLOSED,
        "statement": statement,
        "reasons": in_words(statement, now=timezone.now()) if statement else None,
    }


def _words_to(peer: Peer, session: LiveSession) -> list[OutreachMessage]:
    """The newest words to this person from whoever looks after the session, oldest first."""
    said = OutreachMessage.objects.filter(outreach__peer=peer, outreach__case__subject__startswith=_of(session))
    said = said.filter(moderator__isnull=False).select_related("moderator__peer", "outreach")
    return list(said.order_by("-pk")[:MOST_WORDS])[::-1]


def _of(session: LiveSession) -> str:
    return f"{WORD}:{session.pk}:"


def _statement_of(peer: Peer, pause: Pause | None) -> Statement | None:
    if pause is None:
        return None
    found = Statement.objects.in_force().filter(peer=peer, restriction__in=RUNS_OUT, until=pause.until)
    return found.select_related("case__room", "decision__moderator__peer").order_by("-pk").first()
