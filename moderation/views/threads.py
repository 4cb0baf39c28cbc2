"""A thread, as those who look after it see it: where it stands, how it is kept, and what was done to it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from forum.keeping import kept_as
from forum.models import Thread
from moderation import thread_care
from moderation.capabilities import Capability
from moderation.models import Moderator
from moderation.role_forms import KeepForm, MoveForm
from moderation.thread_care import AsItWas, Keep
from moderation.views.staff import at_desk_with

CHANGED = "Someone changed this thread since you opened the page, or it is so already. Look at how it stands now."


@require_safe
@at_desk_with(Capability.THREADS)
def page(request: HttpRequest, moderator: Moderator, public_id: str) -> HttpResponse:
    thread = _thread(public_id)
    return _page(request, moderator, thread, **_blank(thread))


@require_POST
@at_desk_with(Capability.THREADS)
def move(request: HttpRequest, moderator: Moderator, public_id: str) -> HttpResponse:
    """Let it stand in another room."""
    thread = _thread(public_id)
    form = MoveForm(request.POST, thread=thread)

    def change() -> Thread:
        room = form.cleaned_data["room"]
        return thread_care.move_thread(moderator=moderator, thread=thread, room=room, reason=form.cleaned_data["body"])

    return _do(request, moderator, thread, change, move_form=form)


@require_POST
@at_desk_with(Capability.THREADS)
def keep(request: HttpRequest, moderator: Moderator, public_id: str) -> HttpResponse:
    """Close it, keep it as a memorial, or open it again."""
    thread = _thread(public_id)
    form = KeepForm(request.POST, thread=thread)

    def change() -> Thread:
        how = Keep(form.cleaned_data["how"])
        return thread_care.keep_thread(moderator=moderator, thread=thread, how=how, reason=form.cleaned_data["body"])

    return _do(request, moderator, thread, change, keep_form=form)


def _do(
    request: HttpRequest, moderator: Moderator, thread: Thread, change: Callable[[], Thread], **sent: Any
) -> HttpResponse:
    form: forms.Form = next(iter(sent.values()))
    if not form.is_valid():
        return _page(request, moderator, thread, **{**_blank(thread), **sent}, status=422)
    try:
        changed = change() if form.cleaned_data["seen"] == seen_of(thread) else None
    except AsItWas:
        changed = None
    if changed is None:
        now = _thread(thread.public_id)
        return _page(request, moderator, now, **{**_blank(now), **sent}, problem=CHANGED, status=409)
    return redirect(changed)


def seen_of(thread: Thread) -> str:
    """How the thread stands, as the page carries it: a form sent from an older page changes nothing."""
    return f"{thread.room.slug}.{kept_as(thread)}"


def _thread(public_id: str) -> Thread:
    threads = Thread.objects.select_related("room", "home_room")
    return get_object_or_404(threads, public_id=public_id)


def _blank(thread: Thread) -> dict[str, Any]:
    seen = {"seen": seen_of(thread)}
    return {"move_form": MoveForm(initial=seen, thread=thread), "keep_form": KeepForm(initial=seen, thread=thread)}


def _page(
    request: HttpRequest, moderator: Moderator, thread: Thread, *, problem: str = "", status: int = 200, **given: Any
) -> HttpResponse:
    found = {"moderator": moderator, "thread": thread, "seen": seen_of(thread), "problem": problem, **given}
    return render(request, "desk/thread.html", found, status=status)
