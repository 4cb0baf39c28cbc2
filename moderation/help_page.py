"""/help: answered before sessions and database, so that it stands when everything else has fallen."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

from moderation.help import wording
from moderation.help.cards import all_cards
from moderation.help.lines import CATEGORY_WORDS
from moderation.help.listing import LINES_FOR
from moderation.help.register import countries, register
from moderation.resources import help_in, where

ADDRESSES = frozenset({"/help", "/help/"})
# Kept for a minute, because "open now" must be true; longer only while this site cannot be reached at all.
CACHE = "private, max-age=60, stale-if-error=604800"


class HelpFirst:
    """Answers /help by itself and lets every other request through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        register(), all_cards()  # read now: data that breaks a rule stops the start, not the first person in need

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in ADDRESSES:
            return help_page(request)
        return self.get_response(request)


def help_page(request: HttpRequest) -> HttpResponse:
    """The help of one country. Reads the address, the look cookie and the browser's language; sets nothing."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    place = where(request)
    about = request.GET.get("category", "")
    about = about if about in CATEGORY_WORDS or about in LINES_FOR else ""
    context = {
        "help": help_in(place.code, [about] if about else []),
        "where": place,
        "about": about,
        "countries": countries(),
        "topics": CATEGORY_WORDS,
        "words": wording,
    }
    response = render(request, "help/help.html", context)
    response["Cache-Control"] = CACHE
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    set_response_etag(response)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response
