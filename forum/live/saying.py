"""Saying something in a live session: the one way for page and socket, with every outcome in plain words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from forum.live import frames, reading
from forum.live.forms import SayForm
from forum.models import EventKind, LiveEvent, LiveSession, Pause, Post
from forum.posting import admit, cries_for_help, submit_post
from forum.refusals import Crowded, MayNotSpeak, NobodyHosts, NotPosted, Paused, Refused, Resting, TooSoon
from peers.models import Peer

BANNED = "You cannot write here at the moment. You can read on, and help stays open to you."
RESTING = "Your writing rests here {}. You can read on. If you are in danger, write that: moderators get it."
NO_VOICE = "Send this once with the button below; from then on you have a name here."
CROWDED = "Many people near you began here within the hour. You can send this in {} s. Your words stay here."
PAUSED = "Writing is paused on the whole site right now. Your words stay here. Reading goes on, and help is open."
REFUSED = "This may hold a way to find or reach someone. Take that part out, and it goes up now."


@dataclass(frozen=True, slots=True)
class Said:
    """Committed. `seq` is its number in the session; none while it waits for a moderator.

    `session` was read after the commit where there is a number: its host may be another than the page was told.
    """

    post: Post
    seq: int | None
    session: LiveSession


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Not committed: nothing was saved, the words stay with their author."""

    reason: str  # as docs/live-protocol.md lists them
    sentence: str
    status: int  # of the page that answers
    seconds: int = 0  # to wait, for too_soon


def say(*, peer: Peer, session: LiveSession, typed: Mapping[str, Any], folded: bool = False) -> Said | Unsaid:
    """Judge and save one message; `typed` holds body and client_id. The same message again returns the first.

    `folded` is what `welcome` answered for a newcomer.
    """
    form = SayForm(typed)
    if not form.is_valid():
        return _invalid(form)
    try:
        post = submit_post(peer=peer, place=session, draft=form.draft, folded=folded)
    except NotPosted as problem:
        return _not_posted(problem, session)
    said = LiveEvent.objects.select_related("session").filter(post=post, kind=EventKind.SAID).first()
    return Said(post, said.seq, said.session) if said else Said(post, None, session)


def welcome(*, session: LiveSession, typed: Mapping[str, Any], arrives: Callable[[], float]) -> Unsaid | bool:
    """Asked before someone gets an identity for these words: why they cannot be said now, or whether they are folded.

    `arrives` takes a token for a new identity and returns the seconds to wait for one; it is asked
    only where the words could be said.
    """
    form = SayForm(typed)
    if not form.is_valid():
        return _invalid(form)
    if not (session.may_speak(timezone.now()) or cries_for_help(session, form.draft)):
        return _not_posted(NobodyHosts(), session)
    try:
        return admit(place=session, draft=form.draft, wait=arrives())
    except (Crowded, Paused) as problem:
        return _not_posted(problem, session)


def _invalid(form: SayForm) -> Unsaid:
    problems = form.errors.as_data().get("body", [])
    first = problems[0] if problems else None
    if first is None:
        return Unsaid("unreadable", "This message did not arrive whole. Please send it again.", 422)
    return Unsaid(first.code or "unreadable", f"{first.messages[0]}.", 422)


_PLAINLY: dict[type[NotPosted], Unsaid] = {
    Paused: Unsaid("paused", PAUSED, 423),
    MayNotSpeak: Unsaid("may_not_speak", BANNED, 403),
    Refused: Unsaid("refused", REFUSED, 422),
}
_UNREADABLE = Unsaid("unreadable", "This message could not be taken. Your words stay here.", 422)


def _why_quiet(session: LiveSession) -> str:
    """As it stands now: the room of an open page may have been read a while ago."""
    fresh = LiveSession.objects.filter(pk=session.pk).first()
    return frames.why_quiet(reading.standing_of(fresh)) if fresh else "This live room is gone."


def _not_posted(problem: NotPosted, session: LiveSession) -> Unsaid:
    match problem:
        case Crowded():
            return Unsaid("too_soon", CROWDED.format(problem.seconds), 429, problem.seconds)
        case TooSoon():
            wait = f"You can send again in {problem.seconds} s. Your words stay here."
            return Unsaid("too_soon", wait, 429, problem.seconds)
        case Resting(pause=Pause() as pause):
            return Unsaid("may_not_speak", RESTING.format(pause.until_words), 403)
        case NobodyHosts():
            return Unsaid("nobody_hosts", f"{_why_quiet(session)} Your words stay here.", 409)
        case _:
            return next((told for kind, told in _PLAINLY.items() if isinstance(problem, kind)), _UNREADABLE)
