"""The queue, the next case, and the shift."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from moderation import caring, staffing, triage
from moderation.desk_forms import ShiftForm
from moderation.models import Alarm, Case, HandoverNote, Moderator
from moderation.queue import queue_for
from moderation.views.staff import at_desk

MOST_ALARMS = 5
MOST_NOTES = 5  # at the top of the desk


@require_safe
@at_desk
def queue(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """What waits, in the order it is served. Reading it changes nothing."""
    return _queue_page(request, moderator)


@require_GET
@at_desk
def queue_list(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """The list alone, for a desk that is open."""
    here = request.GET.get("case", "")
    return render(request, "desk/_queue.html", {"queue": queue_for(moderator), "here": here, "live": True})


@require_POST
@at_desk
def take_next(_request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """The most urgent case this moderator may take."""
    case = triage.claim_next(moderator=moderator)
    if case is None:
        return redirect("/desk/?nothing=1")
    return redirect(case)


@require_POST
@at_desk
def shift(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Begin, rest, end, and whether alerts ring. A break and an end give the cases in hand back."""
    act = request.POST.get("act", "")
    if act == "start":
        form = ShiftForm(request.POST)
        if not form.is_valid():
            return _queue_page(request, moderator, shift_form=form, status=422)
        staffing.start_shift(moderator=moderator, hours=form.cleaned_data["hours"])
    elif act in _SHIFT:
        _SHIFT[act](moderator)
    else:
        return _queue_page(request, moderator, status=422)
    return redirect("/desk/handover?ended=1" if act == "end" else "/desk/")


_SHIFT: dict[str, Any] = {
    "end": lambda moderator: staffing.end_shift(moderator=moderator),
    "break": lambda moderator: caring.take_break(moderator=moderator),
    "on_call": lambda moderator: staffing.be_on_call(moderator=moderator, on_call=True),
    "off_call": lambda moderator: staffing.be_on_call(moderator=moderator, on_call=False),
}


def bar_of(moderator: Moderator, shift_form: ShiftForm | None = None) -> dict[str, Any]:
    """The shift bar: until when, how many cases are in hand, and how much was read today."""
    now = timezone.now()
    until = moderator.on_shift_until
    return {
        "moderator": moderator,
        "on_shift_until": until if until and until > now else None,
        "in_hand": Case.objects.open().filter(lease_by=moderator, lease_until__gt=now).count(),
        "shift_form": shift_form or ShiftForm(),
        "care": caring.care_of(moderator, now),
    }


def _queue_page(
    request: HttpRequest, moderator: Moderator, *, shift_form: ShiftForm | None = None, status: int = 200
) -> HttpResponse:
    after = request.GET.get("after", "")
    found = {
        "queue": queue_for(moderator, after=after),
        "after": after,
        "live": not after,
        "nothing": bool(request.GET.get("nothing")),
        "alarms": list(Alarm.objects.standing(timezone.now())[:MOST_ALARMS]),
        "noted": bool(request.GET.get("noted")),
        "notes": HandoverNote.objects.waiting_for(moderator, timezone.now())[:MOST_NOTES],
        "team": caring.team_today(asking=moderator, now=timezone.now()) if moderator.leads else None,
        **bar_of(moderator, shift_form),
    }
    return render(request, "desk/queue.html", found, status=status)
