"""How events and messages of a live session look on the wire and in the page: rendered once for all who listen."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from forum import notes
from forum.models import EventKind, LiveEvent, LiveSession, LiveState, Post

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One event in its encodings (JSON texts), each shared by everyone who gets the same one."""

    seq: int
    author: Any  # the peer's id, for choosing; never sent
    is_aside: bool  # for its author alone
    is_later_word: bool  # it changes or takes back what was said before
    notes: int
    own: str  # the full one, as its author gets it: their page waits for the acknowledgement to show it
    full: str
    folded: str
    bare: str


def tell(event: LiveEvent, session: LiveSession) -> Told:
    """Encode one event. What it shows is the post as it is at this moment."""
    post = event.post
    bare = {"type": "event", "seq": event.seq}
    whole = {**bare, "kind": event.kind}
    if event.kind == EventKind.STATE:
        whole["state"] = event.state
        author, bits, full, folded = None, 0, whole, whole
    elif event.kind == EventKind.ASIDE:
        author, bits, full, folded = event.peer_id, 0, whole, whole
    else:
        whole |= {"about": event.about or event.seq, "post": post.public_id if post else None}
        author, bits = (post.peer_id, post.notes) if post else (None, 0)
        full = {**whole, "html": said_html(post, session)}
        folded = {**whole, "html": said_html(post, session, folds=notes.ALL)} if bits else full
    is_aside = event.kind == EventKind.ASIDE
    own = {**full, "mine": True} if post else full
    is_later_word = event.kind in {EventKind.CHANGED, EventKind.REMOVED}
    return Told(
        event.seq, author, is_aside, is_later_word, bits, as_json(own), as_json(full), as_json(folded), as_json(bare)
    )


def as_json(frame: Frame) -> str:
    return json.dumps(frame, separators=(",", ":"))


def said_html(post: Post | None, session: LiveSession, *, folds: int = 0, mine_of: HttpRequest | None = None) -> str:
    """One line of the log as everyone sees it or, with its author's request, as its author does."""
    if post is None:
        return ""
    context = {"post": post, "is_host": post.peer_id == session.host_id, "folds": folds, "mine": mine_of is not None}
    return render_to_string("forum/live/_said.html", context, mine_of).strip()


def mine_html(post: Post, request: HttpRequest) -> str:
    """What its author alone gets with a message: help, and why it waits. Empty for everyday words."""
    if not (post.help_keys or post.reason_key or not post.is_open):
        return ""
    return render_to_string("forum/live/_frame_mine.html", {"post": post}, request).strip()


def bar_html(session: LiveSession, standing: Any) -> str:
    """What the room is doing, in the words of its state bar."""
    return render_to_string("forum/live/_bar.html", {"session": session, "standing": standing}).strip()


def why_quiet(standing: Any) -> str:
    """Why nobody can write at this moment; empty while one can."""
    if standing.may_speak:
        return ""
    if standing.state == LiveState.CLOSED:
        return "This live room is closed. Take something kind with you."
    if standing.holding:
        return "The host has dropped. Messages are paused for safety."
    if standing.state == LiveState.ONE_VOICE:
        return "The host speaks for now, and whoever they give the floor to. You can raise your hand."
    if standing.state == LiveState.WINDING_DOWN:
        return "The last five minutes are over. The room closes now."
    return "Nobody can write here at this moment."


def room_frame(session: LiveSession, standing: Any) -> Frame:
    """How the room stands; sent on arrival and whenever it changes."""
    return {
        "type": "room",
        "state": standing.state,
        "holding": standing.holding,
        "may_speak": standing.may_speak,
        "host_present": standing.host_present,
        "last_seq": session.last_seq,
        "host": session.host.staff_name,
        "floor": standing.floor,
        "slow_seconds": session.slow_seconds if standing.state == LiveState.SLOW else 0,
        "ends_by": standing.ends_by.isoformat() if standing.ends_by else None,
        "why": why_quiet(standing),
        "html": bar_html(session, standing),
    }
