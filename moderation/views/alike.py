"""Alike cases decided together: choose, read, decide. Every case keeps its own decision and its own line in the log."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from forum.forms import Typed
from moderation import batch, desk_words
from moderation.decision_forms import MOST_NOTE
from moderation.desk_forms import words_of
from moderation.models import Action, Moderator
from moderation.views.desk import bar_of
from moderation.views.staff import at_desk


class AlikeForm(forms.Form):
    action = forms.ChoiceField(
        label="The posts",
        choices=[(action.value, action.label) for action in batch.ACTIONS],
        initial=Action.REMOVE,
        widget=forms.RadioSelect,
    )
    body = Typed(
        label="What each author will read",
        help_text="In exactly these words.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def clean_body(self) -> str:
        return words_of(self.cleaned_data["body"], MOST_NOTE)


@require_safe
@at_desk
def alike(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """What can be decided together. Words are in it only where they were revealed under one's own lease."""
    return _page(request, moderator)


@require_POST
@at_desk
def take(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    batch.take(refs=request.POST.getlist("case"), moderator=moderator)
    return redirect("/desk/alike")


@require_POST
@at_desk
def keep(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Stay with them; what was written and ticked stays in its form."""
    refs = [name.removeprefix("token-") for name in request.POST if name.startswith("token-")]
    kept = batch.keep(refs=refs, moderator=moderator)
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=204 if kept else 409)
    form = AlikeForm(initial={name: request.POST.get(name, "") for name in ("action", "body")})
    return _page(request, moderator, form=form, ticked=request.POST.getlist("case"))


@require_POST
@at_desk
def decide(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    form = AlikeForm(request.POST)
    seen = [each for ref in request.POST.getlist("case") if (each := _seen(request, ref))]
    if not form.is_valid() or not seen:
        if not seen:
            form.add_error(None, "Tick the cases this is for")
        return _page(request, moderator, form=form, ticked=request.POST.getlist("case"), status=422)
    action, note = form.cleaned_data["action"], form.cleaned_data["body"]
    reason = desk_words.usual_reason(action, sorted(batch.ALIKE)).code
    done = batch.decide(seen=seen, moderator=moderator, action=action, reason_code=reason, public_note=note)
    if done.changed:  # for those the words may be wanted again
        return _page(request, moderator, done=done, form=form)
    return _page(request, moderator, done=done)


def _seen(request: HttpRequest, ref: str) -> batch.Seen | None:
    """What the page had seen of a ticked case; none for what did not arrive whole."""
    token, version = request.POST.get(f"token-{ref}", ""), request.POST.get(f"version-{ref}", "")
    try:
        return batch.Seen(ref, uuid.UUID(token), int(version)) if version.isascii() and version.isdigit() else None
    except ValueError:
        return None


def _page(request: HttpRequest, moderator: Moderator, *, status: int = 200, **given: Any) -> HttpResponse:
    now = timezone.now()
    waiting = batch.waiting(moderator)
    mine = [case for case in waiting if case.is_revealed_to(moderator, now)]
    sentence = desk_words.usual_reason(Action.REMOVE, sorted(batch.ALIKE)).sentence
    found = {
        "free": [case for case in waiting if case not in mine],
        "mine": mine,
        "form": AlikeForm(initial={"body": sentence}),
        "done": None,
        "ticked": [case.public_id for case in mine],
        **given,
        **bar_of(moderator),
    }
    return render(request, "desk/alike.html", found, status=status)
