"""Plain search over what anyone may read. What is looked for is stored nowhere."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from forum import reading
from forum.text import tidy
from forum.views.page import show
from peers import who

MOST_ASKED = 200  # characters of a question that are looked at


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = " ".join(tidy(request.GET.get("q", ""))[:MOST_ASKED].split())
    posts, further = reading.found(query, who.speaker(request), request.GET.get("before", "")) if query else ([], "")
    return show(request, "forum/search.html", {"place": "search", "query": query, "posts": posts, "further": further})
