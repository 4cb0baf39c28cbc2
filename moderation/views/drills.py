"""Drills: what the last ones showed, and a button for leads that begins one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from moderation import drilling
from moderation.models import Drill, Moderator
from moderation.views.staff import at_desk

MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def drills(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """The newest drills with the seconds to each step; a POST begins one."""
    if request.method != "POST":
        return _page(request, moderator)
    if not moderator.leads:
        raise PermissionDenied
    try:
        drilling.start(by=moderator)
    except drilling.NotNow as problem:
        return _page(request, moderator, problem=str(problem), status=409)
    return redirect("/desk/drills")


def _page(request: HttpRequest, moderator: Moderator, *, problem: str = "", status: int = 200) -> HttpResponse:
    newest = list(Drill.objects.select_related("started_by__peer").order_by("-pk")[:MOST])
    found = {
        "moderator": moderator,
        "place": "drills",
        "drills": [(drill, drilling.steps_of(drill)) for drill in newest],
        "running": any(drill.ended_at is None for drill in newest),
        "problem": problem,
    }
    return render(request, "desk/drills.html", found, status=status)
