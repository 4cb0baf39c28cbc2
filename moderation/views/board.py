"""The board: how the desk does as a whole, for those who lead it. Reading it changes nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from moderation import board, board_page
from moderation.counting import Span
from moderation.models import Moderator
from moderation.views.staff import at_desk

P = ParamSpec("P")
USUAL = "7d"
FOR_LEADS = "The board is for leads. It holds nothing about any one person, and your desk is where it was."
Page = Callable[Concatenate[HttpRequest, Moderator, P], HttpResponse]


def leads_only(view: Page[P]) -> Page[P]:
    """403 with a page for everyone else at the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, moderator: Moderator, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not moderator.leads:
            return render(request, "errors/403.html", {"sentence": FOR_LEADS}, status=403)
        return view(request, moderator, *args, **kwargs)

    return guarded


@require_safe
@at_desk
@leads_only
def board_view(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    found = board_page.page_of(_period(request), timezone.now())
    return render(request, "desk/board.html", {"moderator": moderator, "place": "board", **found})


@require_safe
@at_desk
@leads_only
def breaches(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Every case of the period that was looked at too late, or not yet."""
    now, after = timezone.now(), request.GET.get("after", "")
    rows, more = board_page.breaches(_span(request), now, after=after)
    return _list_page(request, moderator, "desk/board_breaches.html", {"breaches": rows, "more": more, "after": after})


@require_safe
@at_desk
@leads_only
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
