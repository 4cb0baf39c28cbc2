"""One's boundaries: topics to fold or leave out, and people not to meet again."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from forum.notes import NOTES
from peers import boundaries, who
from peers.forms import TopicFilterForm
from peers.models import Peer
from peers.ways import with_next

PAGE = "/my/boundaries"


@require_http_methods(["GET", "HEAD", "POST"])
def my_boundaries(request: HttpRequest) -> HttpResponse:
    """Topic filters, all of them at once, and the list of blocked people under the names they were met."""
    peer = who.speaker(request)
    if peer is None:
        return _sign_in()
    data = request.POST if request.method == "POST" else None
    form = TopicFilterForm(data, notes=NOTES, ways=boundaries.topic_ways(peer))
    if request.method != "POST" or not form.is_valid():
        return _page(request, peer, form)
    boundaries.set_topic_filters(peer=peer, ways=form.ways)
    return HttpResponseRedirect(f"{PAGE}?saved", status=303)


@require_POST
def unblock(request: HttpRequest, mark: str) -> HttpResponse:
    """Meet someone again. Another person's block is simply not there."""
    peer = who.speaker(request)
    if peer is None:
        return _sign_in()
    boundaries.unblock(peer=peer, mark=mark)
    return HttpResponseRedirect(PAGE, status=303)


def _page(request: HttpRequest, peer: Peer, form: TopicFilterForm) -> HttpResponse:
    page = {"place": "my", "form": form, "blocks": boundaries.blocks_of(peer), "saved": "saved" in request.GET}
    return render(request, "forum/boundaries.html", page, status=422 if form.errors else 200)


def _sign_in() -> HttpResponse:
    return HttpResponseRedirect(with_next("/sign-in", PAGE), status=303)
