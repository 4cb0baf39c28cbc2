"""A moderator's own page, the break card, and notes between shifts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forum.tokens import new_token
from moderation import caring
from moderation.caring_forms import ChoicesForm, HandoverForm
from moderation.models import HandoverNote, Moderator
from moderation.views.desk import bar_of
from moderation.views.staff import at_desk


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def me(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """How I read, what I keep away from, how much I have read today. For these eyes only."""
    if request.method != "POST":
        chosen = {"reveal": "whole" if moderator.whole_at_once else "steps", "opted_out": moderator.opted_out}
        return _my_page(request, moderator, ChoicesForm(initial=chosen))
    form = ChoicesForm(request.POST)
    if not form.is_valid():
        return _my_page(request, moderator, form, status=422)
    caring.choose(moderator=moderator, opted_out=form.cleaned_data["opted_out"], whole_at_once=form.whole_at_once)
    return redirect("/desk/me?kept=1")


@require_POST
@at_desk
def later(_request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Not now: the break card is put away for a while."""
    caring.put_off_break(moderator=moderator)
    return redirect("/desk/")


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def handover(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Leave a note for whoever comes next. A form that is not valid keeps every word."""
    if request.method != "POST":
        return _handover_page(request, moderator, HandoverForm(initial={"key": new_token()}))
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return _handover_page(request, moderator, form, status=422)
    caring.leave_note(moderator=moderator, body=form.cleaned_data["body"], key=form.cleaned_data["key"])
    return redirect("/desk/?noted=1")


@require_POST
@at_desk
def handover_read(_request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    caring.put_note_away(note=get_object_or_404(HandoverNote, public_id=ref), moderator=moderator)
    return redirect("/desk/")


def _my_page(request: HttpRequest, moderator: Moderator, form: ChoicesForm, *, status: int = 200) -> HttpResponse:
    found: dict[str, Any] = {"form": form, "kept": bool(request.GET.get("kept")), "place": "me", **bar_of(moderator)}
    return render(request, "desk/me.html", found, status=status)


def _handover_page(
    request: HttpRequest, moderator: Moderator, form: HandoverForm, *, status: int = 200
) -> HttpResponse:
    ended = bool(request.GET.get("ended"))
    return render(request, "desk/handover.html", {"form": form, "ended": ended, **bar_of(moderator)}, status=status)
