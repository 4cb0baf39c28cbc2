"""What every page of the forum shares: who reads it, and answers in plain words when something stands in the way."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from forum import notes, reading
from forum.live.wishes import wishes_of
from forum.models import Post
from peers import boundaries, limits, who
from peers.models import Peer
from peers.sessions import hashed


class SeeOther(HttpResponseRedirect):
    """303: done; look there."""

    status_code = 303


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page, with its reader and the notes (bits) that reader wants folded."""
    reader = who.speaker(request)
    ways = boundaries.topic_ways(reader)
    folds = notes.to_bits(note for note, way in ways.items() if way == "fold")
    return render(request, template, {"place": "rooms", "reader": reader, "folds": folds, **context}, status=status)


def place_of(request: HttpRequest, post: Post, reader: Peer | None) -> str:
    """Where this reader finds the post: a live room as they wished to meet it this time."""
    address = reading.address_of(post, reader)
    return wishes_of(request.GET).at(address) if post.session_id else address


def wait_to_save(request: HttpRequest) -> float:
    """Seconds until this session may save a draft, or this network for whoever has no session; no address is kept."""
    network = limits.buckets().network(request.META.get("REMOTE_ADDR", ""))
    key = request.session.session_key
    saver = hashed(key) if key else network  # never the key itself: a bucket may stand in Redis for a while
    return limits.buckets().take(limits.DRAFTS, saver) if saver else 0.0


def kept(request: HttpRequest, *, status: int, title: str, sentence: str) -> HttpResponse:
    """An answer where no form can take the words: they are given back, to be copied."""
    words = [request.POST.get(name, "") for name in ("title", "body")]
    context = {"title": title, "sentence": sentence, "kept": "\n\n".join(word for word in words if word)}
    return show(request, "forum/kept.html", context, status=status)


def signed_out(request: HttpRequest) -> HttpResponse:
    """409: something that only the author can do was asked in a session that has ended."""
    sentence = "Your session ended. Come back with your nine words, and do this again; nothing was changed."
    return kept(request, status=409, title="You were signed out", sentence=sentence)
