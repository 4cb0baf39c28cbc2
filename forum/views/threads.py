"""One thread with its replies, and the address of each post."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from forum import reading
from forum.models import Post, Thread
from forum.views.page import SeeOther, place_of, show
from forum.views.sending import reply_composer
from peers import who
from peers.models import Peer

WAYS = ("after", "before", "at")


def thread_for(public_id: str, reader: Peer | None) -> Thread:
    """The thread, where this reader may meet it. Raises Http404."""
    return get_object_or_404(Thread.objects.seen_by(reader).with_names(), public_id=public_id)


@require_safe
def thread(request: HttpRequest, public_id: str) -> HttpResponse:
    reader = who.speaker(request)
    found = thread_for(public_id, reader)
    way = next((way for way in WAYS if way in request.GET), "latest" if "latest" in request.GET else "")
    page = reading.replies(found, reader, way=way, cursor=request.GET.get(way, ""))
    composer = reply_composer(request, found)
    context = {
        "thread": found,
        "room": found.room,
        "opening": found.opening,
        "page": page,
        "paged": bool(way),
        "wrote_here": _wrote_here(reader, [found.opening, *page.items]),
        "not_met": request.GET.get("met") == "no",
        **composer.context(),
    }
    return show(request, "forum/thread.html", context)


def _wrote_here(reader: Peer | None, posts: list[Post | None]) -> bool:
    return reader is not None and any(post is not None and post.peer_id == reader.pk for post in posts)


@require_safe
def post(request: HttpRequest, public_id: str) -> HttpResponse:
    """On to where this post stands."""
    reader = who.speaker(request)
    posts = Post.objects.seen_by(reader).select_related("thread", "session")
    found = get_object_or_404(posts, public_id=public_id)
    if found.thread_id and not Thread.objects.seen_by(reader).filter(pk=found.thread_id).exists():
        raise Http404
    return SeeOther(place_of(request, found, reader))
