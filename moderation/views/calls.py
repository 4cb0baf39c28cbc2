""" "I need help now", pressed in a live room: a human is called, and help stands in the same answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from forum.live.wishes import wishes_of
from forum.models import LiveSession
from moderation.beside import cards_with_lines, on_shift
from moderation.calling import call_for_help
from moderation.help import wording
from peers import limits
from peers.who import speaker


@require_POST
def call(request: HttpRequest, public_id: str) -> HttpResponse:
    """Works in any state of the room, with or without an identity."""
    session = get_object_or_404(LiveSession.objects.select_related("room"), public_id=public_id)
    peer = speaker(request)
    call_for_help(session=session, peer=peer, may_open=lambda: not limits.wait_for(limits.REPORTS, request))
    context = {
        "session": session,
        "wishes": wishes_of(request.GET),  # the way back leads to the room as they wished to meet it
        "known": peer is not None,
        "do": wording.WHAT_WE_DO,
        "cannot": wording.WHAT_WE_CANNOT_DO,
        **on_shift(),
        **cards_with_lines(request, ["crisis", "grounding"]),
    }
    return render(request, "reports/called.html", context)
