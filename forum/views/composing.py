"""Writing: opening a thread, and answering in one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from forum import posting
from forum.forms import ThreadForm
from forum.models import Post, Room
from forum.views.page import SeeOther, kept
from forum.views.sending import Composer, ask, blank, reply_composer, take
from forum.views.threads import thread_for
from peers import who
from peers.models import Peer


@require_http_methods(["GET", "HEAD", "POST"])
def new_thread(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The composer, and what it sends. Without a room it may stay "not sure"."""
    room = get_object_or_404(Room, slug=slug) if slug else None
    place = f"room:{slug}" if slug else "new"
    form, saved = blank(request, ThreadForm, place, room="" if room is None or room.is_arrivals else slug)
    composer = Composer(form, place, request.path, "forum/compose.html", {"room": room}, saved)
    if request.method != "POST":
        return ask(request, composer)

    def send(peer: Peer, *, folded: bool) -> Post:
        chosen = form.cleaned_data
        return posting.open_thread(
            peer=peer,
            room=chosen["room"],
            draft=form.draft,
            contract=chosen["contract"],
            own_name=chosen["own_name"],
            folded=folded,
        )

    return take(request, composer, send)


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer in a thread. Its form stands at the end of the thread's page, and there a reader is sent."""
    try:
        thread = thread_for(public_id, who.speaker(request))
    except Http404:
        if request.method != "POST":
            raise
        sentence = "It may have been taken down, or be waiting for a moderator. Your words are here, to be copied."
        return kept(request, status=404, title="This thread is not open at the moment", sentence=sentence)
    if request.method != "POST":
        return SeeOther(f"{thread.get_absolute_url()}?latest=1#reply")
    composer = reply_composer(request, thread)

    def send(peer: Peer, *, folded: bool) -> Post:
        draft, own_name = composer.form.draft, composer.form.cleaned_data["own_name"]
        return posting.submit_post(peer=peer, place=thread, draft=draft, own_name=own_name, folded=folded)

    return take(request, composer, send)
