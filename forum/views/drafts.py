"""Saving words that are not posted yet: by the page's script while one writes, or by a button."""

import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from forum import drafts
from forum.forms import typed_words
from forum.views.page import SeeOther, kept, wait_to_save
from peers import who
from peers.middleware import form_token

_BACK = {"new": "/new", "room": "/rooms/{}/new", "thread": "/threads/{}/?latest=1#reply", "edit": "/posts/{}/edit"}
_PLACE = re.compile(r"(?:(new)|(room|thread|edit):([a-z0-9-]{1,30}))")


@require_POST
def save(request: HttpRequest, place: str) -> HttpResponse:
    """Keep the words of one composer, or let them go where it was emptied. Never judged, read by nobody else."""
    back = _back_to(place)
    peer = who.speaker(request)
    words = typed_words(request.POST)
    if wait := wait_to_save(request):
        return _too_often(request, wait)
    if words["body"] or words["title"]:
        drafts.save_draft(session=request.session, peer=peer, place=place, words=words)
    else:
        drafts.drop_draft(session=request.session, peer=peer, place=place)
    if "text/html" in request.headers.get("Accept", ""):
        return SeeOther(back)
    saved = drafts.find_draft(session=request.session, peer=peer, place=place)
    # The first save begins a session: the open page goes on with that session's token.
    moment = saved.saved_at.isoformat() if saved else None
    return JsonResponse({"saved": moment, "form_token": form_token(request)})


def _back_to(place: str) -> str:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise Http404
    return _BACK[found[1] or found[2]].format(found[3])


def _too_often(request: HttpRequest, wait: float) -> HttpResponse:
    sentence = "Drafts were saved very often in a short time. Your words are here; please copy them, or post them."
    response = kept(request, status=429, title="A short pause", sentence=sentence)
    response["Retry-After"] = str(max(1, round(wait)))
    return response
