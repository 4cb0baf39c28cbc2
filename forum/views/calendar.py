"""What is announced, and what comes after: the calendar and its files, reminders, a host's list, how it was."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.live import calendar, hosting, ics, reminding, scheduling
from forum.live import feedback as felt
from forum.live.forms import FeedbackForm, ZoneForm
from forum.models import LiveSeries, LiveSession, LiveState
from forum.views.live import session_for
from forum.views.page import SeeOther, show
from forum.views.sending import begin, new_here
from peers import limits, look, who
from peers.models import Peer
from peers.ways import next_path
from peers.zones import HOME, words

NOT_STAFF = "Live rooms are announced by staff who have signed in."
TOO_LATE = "This evening has begun, or was closed already. Its host can close it from its console."
OVER = "This live room is over. The next ones are in the calendar."
CLOSED = "Nobody is asked about this live room any more. If something from it stays with you, help is open."


@require_safe
def upcoming(request: HttpRequest) -> HttpResponse:
    """The sessions of the next three weeks by day, in the reader's own time zone or in UTC."""
    sessions, further = calendar.upcoming(timezone.now(), request.GET.get("after", ""))
    chosen = look.look_of(request).zone
    context = {
        "days": calendar.by_day(sessions, chosen or HOME),
        "further": further,
        "paged": "after" in request.GET,
        "zone": chosen,
        "zone_words": words(chosen or HOME),
        "form": ZoneForm(initial={"zone": chosen}),
        "reminded": reminding.reminded_of(who.speaker(request), sessions),
    }
    return show(request, "forum/live/calendar.html", context)


@require_POST
def zone(request: HttpRequest) -> HttpResponse:
    """Choose a time zone, or none: kept with the other choices in this browser's one cookie."""
    form = ZoneForm(request.POST)
    if not form.is_valid():
        return render(request, "errors/422.html", {"sentence": "Choose one of the time zones of the list."}, status=422)
    response = SeeOther("/live/")
    look.remember(response, look.with_zone(look.look_of(request), form.cleaned_data["zone"]))
    return response


@require_safe
def calendar_file(request: HttpRequest) -> HttpResponse:
    """All sessions of the next three weeks, for a calendar of one's own. Needs no session and starts none."""
    return _file(request, calendar.all_announced(timezone.now()))


@require_safe
def session_file(request: HttpRequest, public_id: str) -> HttpResponse:
    return _file(request, [session_for(public_id)])


@require_safe
def series_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every announced evening of the series this session belongs to."""
    return _file(request, calendar.of_series(session_for(public_id), timezone.now()))


def _file(request: HttpRequest, sessions: list[LiveSession]) -> HttpResponse:
    made = ics.calendar_file(sessions, now=timezone.now(), full=request.GET.get("full") == "1")
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sessions.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: HttpRequest, public_id: str) -> HttpResponse:
    """Be reminded of a session on this site's own pages, or no more; and the other way, a calendar file."""
    session = session_for(public_id)
    if request.method != "POST":
        return _reminder_page(request, session)
    if request.POST.get("act") == "forget":
        return _forget(request, session)
    if session.state == LiveState.CLOSED:
        return render(request, "errors/409.html", {"sentence": OVER}, status=409)
    peer = who.speaker(request) or _newcomer(request, session)
    if isinstance(peer, HttpResponse):
        return peer
    reminding.remind(peer=peer, session=session)
    return SeeOther(f"{session.get_absolute_url()}remind")


def _newcomer(request: HttpRequest, session: LiveSession) -> Peer | HttpResponse:
    """A new identity for whoever has none, or what stands in its way."""
    # Whoever had a name is asked first: nobody becomes someone new without knowing.
    if who.session_ended(request) and "as_new" not in request.POST:
        return _reminder_page(request, session, status=409, signed_out=True)
    wait = new_here(request)
    return _later(request, wait) if wait else begin(request)


def _forget(request: HttpRequest, session: LiveSession) -> HttpResponse:
    if peer := who.speaker(request):
        reminding.forget(peer=peer, session=session)
    return SeeOther(next_path(request) if request.POST.get("next") else f"{session.get_absolute_url()}remind")


def _reminder_page(request: HttpRequest, session: LiveSession, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"session": session, "reminded": reminding.reminded_of(who.speaker(request), [session]), **more}
    return show(request, "forum/live/remind.html", context, status=status)


def _later(request: HttpRequest, wait: float) -> HttpResponse:
    minutes = max(1, round(wait / 60))
    sentence = (
        f"Many people near you pressed here within the hour. Please wait about {minutes} minute{'s' * (minutes > 1)}."
    )
    response = render(request, "errors/429.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(max(1, round(wait)))
    return response


@require_safe
def yours(request: HttpRequest) -> HttpResponse:
    """A host's series and sessions, and how those that are over were for people."""
    host = _host(request)
    if host is None:
        return render(request, "errors/403.html", {"sentence": NOT_STAFF}, status=403)
    held = calendar.held_lately(host)
    context = {
        "series": calendar.series_of(host),
        "sessions": calendar.to_come(host),
        "held": held,
        "counts": felt.counts_of(held, timezone.now()),
    }
    return show(request, "forum/live/yours.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """No more evenings of this series are announced."""
    host, given = _host(request), request.POST.get("series", "")
    if host is None:
        return render(request, "errors/403.html", {"sentence": NOT_STAFF}, status=403)
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 17 else 0
    series = LiveSeries.objects.filter(pk=number, host=host).first()
    if series is None:
        raise Http404
    scheduling.end_series(host=host, series=series)
    return SeeOther("/live/yours")


@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """An evening that was announced does not take place."""
    session, host = session_for(public_id), _host(request)
    if host is None or host.pk != session.host_id:
        return render(request, "errors/403.html", {"sentence": "Only its host cancels this evening."}, status=403)
    try:
        scheduling.cancel(host=host, session=session)
    except hosting.NotNow:
        return render(request, "errors/409.html", {"sentence": TOO_LATE}, status=409)
    return SeeOther("/live/yours")


def _host(request: HttpRequest) -> Peer | None:
    peer = who.speaker(request)
    return peer if peer is not None and peer.is_staff_voice else None


@require_POST
def feedback(request: HttpRequest, public_id: str) -> HttpResponse:
    """How it was: counted, and answered kindly; with help first where it was hard."""
    session, form = session_for(public_id), FeedbackForm(request.POST)
    if not felt.is_open(session, timezone.now()):
        return render(request, "errors/409.html", {"sentence": CLOSED}, status=409)
    if not form.is_valid():
        return render(request, "errors/422.html", {"sentence": "Choose one of the three."}, status=422)
    face = form.cleaned_data["face"]
    # Whoever it was hard for gets help, counted or not.
    counted = not limits.wait_for(limits.FACES, request) and felt.is_first(request.session, session)
    if counted:
        felt.count(session=session, face=face)
    context = {"session": session, "hard": face == felt.Face.WORSE, "counted": counted}
    return show(request, "forum/live/felt.html", context, status=HTTPStatus.OK)
