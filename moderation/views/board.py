"""The board: how the desk does as a whole, for those who lead it. Reading it changes nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from moderation import board, board_page
from moderation.capabilities import Capability
from moderation.counting import Span
from moderation.models import Moderator
from moderation.views.staff import at_desk_with

USUAL = "7d"


@require_safe
@at_desk_with(Capability.BOARD)
def board_view(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    found = board_page.page_of(_period(request), timezone.now())
    return render(request, "desk/board.html", {"moderator": moderator, "place": "board", **found})


@require_safe
@at_desk_with(Capability.BOARD)
def breaches(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Every case of the period that was looked at too late, or not yet."""
    now, after = timezone.now(), request.GET.get("after", "")
    rows, more = board_page.breaches(_span(request), now, after=after)
    return _list_page(request, moderator, "desk/board_breaches.html", {"breaches": rows, "more": more, "after": after})


@require_safe
@at_desk_with(Capability.BOARD)
def disagreements(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Every second look of the period that came to something else."""
    after = request.GET.get("after", "")
    rows, more = board_page.differing(_span(request), after=after)
    found = {"differing": rows, "more": more, "after": after}
    return _list_page(request, moderator, "desk/board_disagreements.html", found)


def _list_page(request: HttpRequest, moderator: Moderator, template: str, found: dict[str, Any]) -> HttpResponse:
    words = board_page.period_words(_period(request))
    return render(request, template, {"moderator": moderator, "place": "board", **words, **found})


def _period(request: HttpRequest) -> str:
    asked = request.GET.get("period", "")
    return asked if asked in board.PERIODS else USUAL


def _span(request: HttpRequest) -> Span:
    return Span.before(timezone.now(), board.PERIODS[_period(request)])
