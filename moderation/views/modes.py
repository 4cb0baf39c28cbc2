"""Whether people can write: how it stands, choosing by hand, and what happens while nobody is on shift."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from forum.models import Mode
from moderation import site_mode
from moderation.capabilities import Capability
from moderation.models import Moderator
from moderation.role_forms import ModeForm, UnattendedForm
from moderation.views.staff import at_desk_with

PAGE = "/desk/mode"


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk_with(Capability.MODE)
def mode(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """The page, and choosing by hand."""
    if request.method != "POST":
        return _page(request, moderator)
    form = ModeForm(request.POST)
    if not form.is_valid():
        return _page(request, moderator, mode_form=form, status=422)
    chosen = form.cleaned_data
    until = timezone.now() + timedelta(hours=chosen["hours"]) if chosen["hours"] else None
    site_mode.choose(
        moderator=moderator, mode=Mode(chosen["mode"]), reason=chosen["reason"], note=chosen["body"], until=until
    )
    return redirect(PAGE)


@require_POST
@at_desk_with(Capability.MODE)
def rota(_request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """End what was chosen by hand."""
    site_mode.follow_rota(moderator=moderator)
    return redirect(PAGE)


@require_POST
@at_desk_with(Capability.MODE)
def unattended(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """What the site does by itself while nobody is on shift."""
    form = UnattendedForm(request.POST)
    if not form.is_valid():
        return _page(request, moderator, unattended_form=form, status=422)
    site_mode.choose_unattended(moderator=moderator, mode=Mode(form.cleaned_data["unattended"]))
    return redirect(PAGE)


def _page(request: HttpRequest, moderator: Moderator, *, status: int = 200, **sent: Any) -> HttpResponse:
    row = site_mode.row()
    found = {
        "moderator": moderator,
        "row": row,
        "by_hand": site_mode.stands_by_hand(row, timezone.now()),
        "place": "mode",
        "mode_form": ModeForm(),
        "unattended_form": UnattendedForm(initial={"unattended": row.unattended}),
        **sent,
    }
    return render(request, "desk/mode.html", found, status=status)
