"""Recovery words: made on request, shown once, in the answer to that request and nowhere else."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from peers import arriving, who
from peers.models import Kind, Peer
from peers.views.arriving import see_other
from peers.ways import next_path, with_next


@require_http_methods(["GET", "HEAD", "POST"])
def my_words(request: HttpRequest) -> HttpResponse:
    """Make or replace the words, or stay with this device only."""
    peer = who.speaker(request)
    if peer is None:
        return see_other(with_next("/sign-in", request.path))
    if request.method != "POST" or peer.kind == Kind.STAFF:
        return _page(request, peer)
    if request.POST.get("keep") == "device":
        arriving.remember_device(session=request.session)
        return see_other(with_next("/my/words", next_path(request)) + "&kept=device")
    if request.POST.get("stand") != _stand(peer):
        # The same form sent again, as a reload does: the words it made are on someone's paper, and stay valid.
        return see_other(with_next("/my/words", next_path(request)) + "&kept=shown")
    page = {"place": "my", "words": arriving.give_words(peer=peer).split(), "next": next_path(request)}
    return render(request, "peers/words_shown.html", page)


def _page(request: HttpRequest, peer: Peer) -> HttpResponse:
    page = {
        "place": "my",
        "peer": peer,
        "stand": _stand(peer),
        "kept": request.GET.get("kept", ""),
        "stays": not request.session.get_expire_at_browser_close(),
        "next": next_path(request),
    }
    return render(request, "peers/words.html", page)


def _stand(peer: Peer) -> str:
    """Which words hold now, without telling anything about them: a form made before a change no longer fits."""
    return hashlib.sha256(f"stand:{peer.lookup}".encode()).hexdigest()[:16]
