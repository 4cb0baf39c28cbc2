"""The rooms, and the threads in each: home, a room, and those who wait for a first reply."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from forum import reading
from forum.models import Room, Thread
from forum.models.threads import ThreadQuerySet
from forum.views.page import show
from peers import who
from peers.models import Peer

FILTERS = ("active", "waiting", "mine")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return show(request, "forum/home.html", {"rooms": Room.objects.all()})


@require_safe
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """A room's threads: the last moved first, or those waiting longest, or those one wrote in."""
    found = get_object_or_404(Room, slug=slug)
    reader = who.speaker(request)
    chosen = request.GET.get("show", "active")
    chosen = chosen if chosen in FILTERS else "active"
    threads = _chosen(Thread.objects.filter(room=found).seen_by(reader), chosen, reader)
    turn = reading.longest_waiting if chosen == "waiting" else reading.newest
    rows, further = turn(threads, request.GET.get("before", ""))
    context = {"room": found, "threads": rows, "further": further, "chosen": chosen, "filters": FILTERS}
    context["paged"] = "before" in request.GET
    context["not_met"] = request.GET.get("met") == "no"
    return show(request, "forum/room.html", context)


def _chosen(threads: ThreadQuerySet, chosen: str, reader: Peer | None) -> ThreadQuerySet:
    if chosen != "mine":
        return threads
    return threads.with_words_of(reader) if reader else threads.none()


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Those nobody has answered yet, the longest wait first, without one's own."""
    reader = who.speaker(request)
    threads = Thread.objects.seen_by(reader)
    if reader:
        threads = threads.exclude(opening__peer=reader)
    rows, further = reading.longest_waiting(threads, request.GET.get("before", ""))
    return show(request, "forum/waiting.html", {"threads": rows, "further": further, "paged": "before" in request.GET})
