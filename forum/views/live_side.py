"""Beside the log of a live room: its lobby, a raised hand, what is there for one person alone, and the way out."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.live import hosting, reading
from forum.live.forms import HEAVY, LobbyForm
from forum.live.wishes import chosen, wishes_of
from forum.views.live import NEWEST, arrives_at, session_for
from forum.views.page import SeeOther, show, signed_out
from peers import who


@require_http_methods(["GET", "HEAD", "POST"])
def lobby(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the room is, and how one wants to be in it. Nothing of this is kept: the choices go with the address.

    A mood is answered and forgotten. Whoever says that it is very heavy is met with help before the room.
    """
    session = session_for(public_id)
    form = LobbyForm(request.POST or None, ways=reading.ways_of(who.speaker(request), wishes_of(request.GET)))
    if request.method != "POST" or not form.is_valid():
        context = {"session": session, "standing": reading.standing_of(session), "form": form}
        return show(request, "forum/live/lobby.html", context, status=422 if request.method == "POST" else 200)
    wishes = chosen(form.ways, listens=form.cleaned_data["listens"])
    if form.cleaned_data["mood"] == HEAVY:
        return show(request, "forum/live/heavy.html", {"session": session, "wishes": wishes})
    return SeeOther(arrives_at(session, wishes) + NEWEST)


@require_POST
def hand(request: HttpRequest, public_id: str) -> HttpResponse:
    """Raise one's hand, or take it down. Only the host sees it."""
    session = session_for(public_id)
    peer = who.speaker(request)
    if peer is None:
        return signed_out(request) if who.session_ended(request) else _nameless(request)
    try:
        if request.POST.get("hand") == "down":
            hosting.lower_hand(peer=peer, session=session)
        else:
            hosting.raise_hand(peer=peer, session=session)
    except hosting.NotNow:
        sentence = "Hands are not raised at this moment. You can go back to the room and read on."
        return show(request, "errors/409.html", {"sentence": sentence}, status=409)
    back = arrives_at(session, wishes_of(request.GET))
    if request.POST.get("follow") == "1":  # from the page that renews itself, and back to it
        back += "&follow=1" if "?" in back else "?follow=1"
    return SeeOther(back + NEWEST)


@require_safe
def mine(request: HttpRequest, public_id: str) -> HttpResponse:
    """What stands in the room for this person alone, for a page that is already open."""
    session = session_for(public_id)
    peer = who.speaker(request)
    context = {
        "session": session,
        "name": reading.name_in(session, peer),
        "asides": reading.asides_of(session, peer),
        "hand": reading.hand_of(session, peer),
    }
    return show(request, "forum/live/_mine_all.html", context)


@require_safe
def out(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stepping out: a kind page. Nobody in the room is told who came or went, so nothing is written."""
    return show(request, "forum/live/out.html", {"session": session_for(public_id), "wishes": wishes_of(request.GET)})


def _nameless(request: HttpRequest) -> HttpResponse:
    """Without a name there is nobody whose hand it would be."""
    sentence = "Your first message gives you a name for this room. After that you can raise your hand."
    return show(request, "errors/403.html", {"sentence": sentence}, status=403)
