"""The host's console: announcing a session, keeping it alive, moving it on, closing it. Only its host comes in."""

import hashlib
import hmac
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.live import hosting, reading, scheduling
from forum.live.forms import SessionForm
from forum.live.states import Act, acts_from
from forum.models import LiveSession
from forum.views.live import session_for
from forum.views.page import SeeOther, show
from peers import look, who
from peers.models import Peer

REFRESH_SECONDS = 20  # a third of the lease: two lost refreshes do not pause the room
NOT_HOST = "Only the host of this live room has its console."
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
        return SeeOther("/live/mine")
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
    session, host = _hosted(request, public_id)
    if host is None:
        return render(request, "errors/403.html", {"sentence": NOT_HOST}, status=403)
    stays = request.method == "GET" and hmac.compare_digest(request.GET.get("here", ""), _key(request, session))
    stays = stays and _stay_on(host, session)
    response = _page(request, session, stays=stays)
    if stays:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _stay_on(host: Peer, session: LiveSession) -> bool:
    """Renew the lease of a host who is still here; not of one who stepped out or closed the room."""
    try:
        hosting.renew_lease(host=host, session=session, coming=False)
    except hosting.NotNow:
        return False
    session.refresh_from_db(fields=["host_until", "state", "last_seq"])
    return True


@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    """One button of the console: a step of the session, "here", "stay" or "step_out"; or its heartbeat, "still"."""
    session, host = _hosted(request, public_id)
    if host is None:
        return render(request, "errors/403.html", {"sentence": NOT_HOST}, status=403)
    console_at = f"{session.get_absolute_url()}host/"
    wanted = request.POST.get("act", "")
    try:
        _do(wanted, host, session)
    except hosting.NotNow:
        sentence = "The room has moved on in the meantime, and this step is not possible from where it stands now."
        return render(request, "errors/409.html", {"sentence": sentence}, status=409)
    if wanted == "still":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return SeeOther(f"{console_at}?here={_key(request, session)}" if wanted == "stay" else console_at)


def _do(wanted: str, host: Peer, session: LiveSession) -> None:
    """Raises NotNow; Http404 for a button that does not exist."""
    if wanted in {"here", "stay"}:
        hosting.renew_lease(host=host, session=session)
    elif wanted == "still":
        hosting.renew_lease(host=host, session=session, coming=False)
    elif wanted == "step_out":
        hosting.step_out(host=host, session=session)
    elif wanted in set(Act):
        hosting.move(host=host, session=session, act=Act(wanted))
    else:
        raise Http404


def _hosted(request: HttpRequest, public_id: str) -> tuple[LiveSession, Peer | None]:
    """The session, and its host if they are who asks."""
    session = session_for(public_id)
    peer = who.speaker(request)
    return session, peer if peer is not None and peer.pk == session.host_id else None


def _key(request: HttpRequest, session: LiveSession) -> str:
    """Known to this session of the host alone, and good for nothing but staying here."""
    said = f"here:{request.session.session_key}:{session.public_id}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]


def _page(request: HttpRequest, session: LiveSession, *, stays: bool) -> HttpResponse:
    context = {
        "session": session,
        "standing": reading.standing_of(session, session.host_id),
        "acts": [(each.value, WORDS[each]) for each in acts_from(session.state)],
        "care": reading.needing_care(session),
        "stays": stays,
    }
    return show(request, "forum/live/console.html", context)
