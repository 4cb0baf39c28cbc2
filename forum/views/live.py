"""A live room as pages: the log with its composer, reading along, saying something, and the events as JSON.

Without JavaScript a page that renews itself would take the words out of its own form, so the two
are apart: `/live/<id>/?follow=1` renews itself and holds no form, `/live/<id>/` and
`/live/<id>/say` hold the form and stand still.
"""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from forum import posting
from forum.live import frames, reading, saying
from forum.live.forms import SayForm
from forum.live.wishes import Wishes, wishes_of
from forum.models import LiveSession, LiveState
from forum.tokens import new_token
from forum.views.page import show
from forum.views.sending import already_posted, answer, begin, new_here
from peers import who

FOLLOW_SECONDS = 10
NEWEST = "#newest"  # where one who comes in finds what was said last, also without a script
IN_COMPOSER = 10  # messages above the form of the page that only holds the form


def session_for(public_id: str) -> LiveSession:
    """Raises Http404, also for what could not be an id."""
    if not (public_id.isascii() and public_id.isalnum()):
        raise Http404
    return get_object_or_404(LiveSession.objects.select_related("room", "host"), public_id=public_id)


@require_safe
def room(request: HttpRequest, public_id: str) -> HttpResponse:
    """The room, to read and write in; with `?follow=1` to read along, renewed every ten seconds."""
    session = session_for(public_id)
    follow = request.GET.get("follow") == "1" and session.state != LiveState.CLOSED
    response = _page(request, session, _empty(), follow=follow)
    if follow:
        response["Refresh"] = str(FOLLOW_SECONDS)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form alone, under the newest messages; and what it sends."""
    session = session_for(public_id)
    if request.method != "POST":
        return _page(request, session, _empty(), most=IN_COMPOSER)
    form = SayForm(request.POST)
    peer, folded = who.speaker(request), False
    if peer is None:
        welcome = _welcome(request, session, form)
        if isinstance(welcome, HttpResponse):
            return welcome
        peer, folded = begin(request), welcome
    outcome = saying.say(peer=peer, session=session, typed=request.POST, folded=folded)
    if isinstance(outcome, saying.Unsaid):
        return _given_back(request, session, form, outcome)
    return answer(request, peer, outcome.post)


def _empty() -> SayForm:
    return SayForm(initial={"client_id": new_token()})


def arrives_at(session: LiveSession, wishes: Wishes) -> str:
    """The address of the room as someone wishes to meet it."""
    return wishes.at(session.get_absolute_url())


def _welcome(request: HttpRequest, session: LiveSession, form: SayForm) -> HttpResponse | bool:
    """Before someone gets an identity: whether their words are folded, or the answer to what stands in the way."""
    if who.session_ended(request) and "as_new" not in request.POST:
        return _page(request, session, form, status=409, signed_out=True)
    if form.is_valid() and (sent := posting.sent_lately(form.draft)):
        return already_posted(request, form.draft, sent)
    welcome = saying.welcome(session=session, typed=request.POST, arrives=partial(new_here, request))
    return _given_back(request, session, form, welcome) if isinstance(welcome, saying.Unsaid) else welcome


@require_safe
def events(request: HttpRequest, public_id: str) -> HttpResponse:
    """What happened after a number, as the socket would have told it: for catching up without a socket."""
    session = session_for(public_id)
    given = request.GET.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 17):
        problem = {"type": "error", "sentence": "after is the number of the last event you have."}
        return _json(frames.as_json(problem), status=400)
    told = reading.events_after(session, int(given))
    apart = reading.kept_apart(told)
    listener = reading.listener_of(who.speaker(request), wishes_of(request.GET))
    frame = frames.as_json(frames.room_frame(session, reading.standing_of(session)))
    more = "true" if len(told) == reading.MOST_AT_ONCE else "false"
    listed = ",".join(listener.hears(each, apart) for each in told)
    return _json(f'{{"room":{frame},"events":[{listed}],"more":{more}}}')


def _json(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="application/json")


def _given_back(request: HttpRequest, session: LiveSession, form: SayForm, unsaid: saying.Unsaid) -> HttpResponse:
    """The room again, with every word in the form and the reason above it."""
    response = _page(request, session, form, status=unsaid.status, unsaid=unsaid)
    if unsaid.seconds:
        response["Retry-After"] = str(unsaid.seconds)
    return response


def _page(request: HttpRequest, session: LiveSession, form: SayForm, *, status: int = 200, **more: Any) -> HttpResponse:
    peer = who.speaker(request)
    wishes = wishes_of(request.GET)
    listener = reading.listener_of(peer, wishes)
    lines = reading.lines_for(listener, session, most=more.get("most", reading.MOST_AT_ONCE))
    is_host = listener.is_author(session.host_id)
    standing = reading.standing_of(session, peer.pk if peer else None)
    context = {
        "session": session,
        "standing": standing,
        "why": frames.why_quiet(standing),
        "lines": lines,
        "names": reading.names_of(lines),
        "hand": reading.hand_of(session, peer),
        "wishes": wishes,
        "folds": listener.fold,
        "asides": reading.asides_of(session, peer),
        "name": reading.name_in(session, peer),
        "is_host": is_host,
        "form": form,
        **more,
    }
    return show(request, "forum/live/room.html", context, status=status)
