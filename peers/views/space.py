"""One's own space: what is here for this person, and the ways to change it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from peers import who
from peers.models import Persona
from peers.views.arriving import welcome

MOST_NAMES = 50
# The kinds of a name's scope, in words and as an address; what follows is a public id.
PLACES = {"thread": ("One thread", "/threads/{}/"), "live": ("A live room", "/live/{}/")}


@require_safe
def my_space(request: HttpRequest) -> HttpResponse:
    """What waits for this person first, then control. Without an identity: how to have one."""
    peer = who.speaker(request)
    if peer is None:
        return welcome(request)
    personas = Persona.objects.filter(peer=peer).order_by("-pk")[:MOST_NAMES]
    page = {
        "place": "my",
        "peer": peer,
        "may_speak": who.may_speak(peer),
        "names": [(persona, *_where(persona.scope)) for persona in personas],
    }
    return render(request, "peers/my.html", page)


def _where(scope: str) -> tuple[str, str]:
    """The place of a scope in words, and its address."""
    kind, _, which = scope.partition(":")
    if kind == "room":
        return which.replace("-", " ").capitalize(), f"/rooms/{which}/"
    words, address = PLACES.get(kind, ("Somewhere here", "/"))
    return words, address.format(which)
