"""The host's console: announcing a session, keeping it alive, moving it on, giving the floor, handing over, closing it.

Only its host takes its steps. Whoever could take the room over sees the console, too, with that one button; and so
does whoever looks after its messages, with what they do about these.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.live import console as desk
from forum.live import hosting, reading, scheduling
from forum.live.console import CoHostForm, Seat, SlowForm, WindDownForm, who_has
from forum.live.forms import SessionForm
from forum.live.states import Act, acts_from
from forum.models import LiveSession
from forum.views.live import NEWEST, session_for
from forum.views.page import SeeOther, show
from peers import look, who
from peers.models import Peer

REFRESH_SECONDS = 20  # a third of the lease: two lost refreshes do not pause the room
NOT_HOST = "Only the host of this live room has its console. {}"
MOVED_ON = "The room has moved on in the meantime, and this step is not possible from where it stands now."
NOT_TAKEN = 'The room did not take this as a sign that you are here. Press "I am here" to go on.'
WORDS = {
    Act.OPEN_LOBBY: "Open the lobby",
    Act.OPEN: "Open the room",
    Act.SLOW: "Slow mode",
    Act.ONE_VOICE: "One voice: only I speak",
    Act.WIND_DOWN: "Begin to wind down",
    Act.CLOSE: "Close the room",
}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Announce a session, or one that comes back; for staff."""
    host = who.speaker(request)
    if host is None or not host.is_staff_voice:
        sentence = "Live rooms are announced by staff who have signed in."
        return render(request, "errors/403.html", {"sentence": sentence}, status=403)
    form = SessionForm(request.POST or None, initial={"zone": look.look_of(request).zone})
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        return show(request, "forum/live/new.html", {"form": form}, status=status)
    if form.plan:
        scheduling.make_series(host=host, plan=form.plan)
        return SeeOther("/live/yours")
    made = hosting.schedule(
        host=host,
        room=form.cleaned_data["room"],
        title=form.cleaned_data["title"],
        starts_at=form.cleaned_data["starts_at"],
        minutes=form.cleaned_data["minutes"],
    )
    return SeeOther(f"{made.get_absolute_url()}host/")


@require_safe
def console(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the host sees.

    Reading changes nothing, with one exception: under the key that "Stay here" gave, each renewal of
    the page renews the lease, because without JavaScript a page can repeat a GET only. The key is
    known to this session alone, so that no foreign link can pretend that a host is present.
    """
    session = session_for(public_id)
    seat = _seat(request, session)
    if seat is None:
        return _closed(request, session)
    stays = request.method == "GET" and _has_key(request.GET, request, session)
    stays = stays and seat.is_host and _stay_on(seat.peer, session)
    response = _page(request, session, seat, stays=stays)
    if stays:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _stay_on(host: Peer, session: LiveSession) -> bool:
    """Renew the lease of a host who is still here; not of one who stepped out or closed the room, or whose room
    someone took over."""
    try:
        hosting.renew_lease(host=host, session=session, coming=False)
    except (hosting.NotNow, hosting.NotTheHost):
        return False
    session.refresh_from_db(fields=["host_until", "state", "last_seq"])
    return True


@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    """One button of the console, a step of the session among them; or its heartbeat, "still"."""
    session = session_for(public_id)
    seat = _seat(request, session)
    if seat is None:
        return _closed(request, session)
    wanted = request.POST.get("act", "")
    name, form = _form_of(wanted, request.POST, session)
    if form is not None and not form.is_valid():
        return _page(request, session, seat, status=HTTPStatus.UNPROCESSABLE_ENTITY, **{name: form})
    try:
        _do(wanted, seat, session, form or request.POST)
    except hosting.NotTheHost:
        return _lost(request, session, "")
    except hosting.NotNow:
        return _lost(request, session, NOT_TAKEN if wanted == "still" else MOVED_ON)
    if wanted == "still":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return back(request, session, stays=wanted == "stay")


def back(request: HttpRequest, session: LiveSession, *, stays: bool = False) -> HttpResponse:
    """To the console after an act, still renewing itself where it did; to the room for whoever has no console."""
    if _seat(request, session_for(session.public_id)) is None:
        return SeeOther(session.get_absolute_url() + NEWEST)
    console_at = f"{session.get_absolute_url()}host/"
    stays = stays or _has_key(request.POST, request, session)
    return SeeOther(f"{console_at}?here={_key(request, session)}" if stays else console_at)


def again(request: HttpRequest, was: LiveSession, *, problem: str, status: int) -> HttpResponse | None:
    """The console as it stands now, with what went wrong; None for whoever has none."""
    session = session_for(was.public_id)
    seat = _seat(request, session)
    return _page(request, session, seat, status=status, problem=problem) if seat else None


def _form_of(wanted: str, typed: Mapping[str, Any], session: LiveSession) -> tuple[str, Any]:
    """What this button sends along, and under which name its page knows it."""
    match wanted:
        case Act.SLOW:
            return "slow_form", SlowForm(typed)
        case Act.WIND_DOWN:
            return "ending_form", WindDownForm(typed)
        case "co_host":
            return "co_host_form", CoHostForm(typed, session=session)
        case _:
            return "", None


def _do(wanted: str, seat: Seat, session: LiveSession, given: Any) -> None:
    """Raises NotTheHost, NotNow; Http404 for an unknown button. `given` is a valid form, or what was sent."""
    if wanted == "take_over":
        hosting.take_over(host=seat.peer, session=session)
        return
    if not seat.is_host:
        raise hosting.NotTheHost
    held: dict[str, Any] = {"host": seat.peer, "session": session}
    acts: dict[str, Callable[[], Any]] = {
        "here": lambda: hosting.renew_lease(**held),
        "stay": lambda: hosting.renew_lease(**held),
        "still": lambda: hosting.renew_lease(**held, coming=False),
        "step_out": lambda: hosting.step_out(**held),
        "give_floor": lambda: hosting.give_floor(**held, peer=desk.peer_of_hand(session, given.get("hand", ""))),
        "take_floor": lambda: hosting.give_floor(**held, peer=None),
        "co_host": lambda: hosting.name_co_host(**held, peer=given.chosen),
        Act.SLOW: lambda: hosting.move(**held, act=Act.SLOW, slow_seconds=given.cleaned_data["seconds"]),
        Act.WIND_DOWN: lambda: hosting.move(**held, act=Act.WIND_DOWN, grounding=given.grounding),
        **{plain: partial(hosting.move, **held, act=plain) for plain in Act if plain not in _WITH_FORM},
    }
    if wanted not in acts:
        raise Http404
    acts[wanted]()


_WITH_FORM = {Act.SLOW, Act.WIND_DOWN}


def _seat(request: HttpRequest, session: LiveSession) -> Seat | None:
    cares = desk.looks_after(request, session)
    return desk.seat_of(session, who.speaker(request), timezone.now(), cares=cares)


def _closed(request: HttpRequest, session: LiveSession) -> HttpResponse:
    """403 for whoever has no place here; staff are told who has the room."""
    peer = who.speaker(request)
    sentence = NOT_HOST.format(who_has(session) if peer and peer.is_staff_voice else "").strip()
    if _is_script(request):
        return HttpResponse(sentence, status=HTTPStatus.FORBIDDEN, content_type="text/plain; charset=utf-8")
    return render(request, "errors/403.html", {"sentence": sentence}, status=HTTPStatus.FORBIDDEN)


def _lost(request: HttpRequest, was: LiveSession, sentence: str) -> HttpResponse:
    """409: the step was not taken. The console as it stands now, or who has the room where it is someone else."""
    session = session_for(was.public_id)
    seat = _seat(request, session)
    if seat is None:
        return _closed(request, session)
    sentence = (sentence if seat.is_host else "") or who_has(session)
    if _is_script(request):
        return HttpResponse(sentence, status=HTTPStatus.CONFLICT, content_type="text/plain; charset=utf-8")
    return _page(request, session, seat, status=HTTPStatus.CONFLICT, problem=sentence)


def _is_script(request: HttpRequest) -> bool:
    """Whether the console's script asks: it shows a sentence in the page that is open."""
    return "application/json" in request.headers.get("Accept", "")


def _has_key(given: Mapping[str, Any], request: HttpRequest, session: LiveSession) -> bool:
    return hmac.compare_digest(str(given.get("here", "")).encode(), _key(request, session).encode())


def _key(request: HttpRequest, session: LiveSession) -> str:
    """Known to this session of the host alone, and good for nothing but staying here."""
    said = f"here:{request.session.session_key}:{session.public_id}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]


def _page(
    request: HttpRequest, session: LiveSession, seat: Seat, *, stays: bool = False, status: int = 200, **given: Any
) -> HttpResponse:
    """The console; `given` are forms that were sent and are shown again, and what went wrong."""
    context = {
        "session": session,
        "seat": seat,
        "standing": reading.standing_of(session, seat.peer.pk),
        "acts": acts_from(session.state) if seat.is_host else (),
        "words": WORDS,
        "hands": reading.hands_of(session) if seat.sees_hands else [],
        "care": reading.needing_care(session),
        "said": reading.newest_said(session),
        "slow_form": SlowForm(initial={"seconds": session.slow_seconds}),
        "ending_form": WindDownForm(),
        "co_host_form": CoHostForm(session=session) if seat.is_host else None,
        "stays": stays,
        "here": _key(request, session) if stays else "",
        **given,
    }
    return show(request, "forum/live/console.html", context, status=status)
