"""Whether a form really came from our own page."""

import hashlib
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from peers import who
from peers.sessions import PEER

TOKEN_FIELD = "form_token"  # noqa: S105  (the name of a field, not a secret)
WORDS = ("title", "body", "note", "q")  # the fields that hold a person's words, given back to copy
SECRETS = frozenset({"words", "password", "code"})  # a form with one of these is filled in anew, never sent on
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LEAVING = frozenset({"/exit"})  # must work in an instant and from a beacon; forged, it only signs someone out
Answer = Callable[[HttpRequest], HttpResponse]


def form_token(request: HttpRequest) -> str:
    """The token of this session's forms; empty where there is no session, so that reading starts none."""
    key = request.session.session_key
    if not key:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), f"form:{key}".encode(), hashlib.sha256).hexdigest()


def came_from_us(request: HttpRequest) -> bool:
    """Whether the browser itself says that our own page sent this request."""
    origin = request.headers.get("Origin")
    if origin:
        # https, too, where a proxy that nobody named in TRUSTED_PROXIES speaks it for us.
        return origin in {f"{request.scheme}://{request.get_host()}", f"https://{request.get_host()}"}
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


class SameOrigin:
    """Refuses forms that another site sent, without a cookie for readers.

    With a session a form needs the token derived from it. Without one it carries no authority
    and needs our own origin. A page whose session ended meanwhile counts as one without: the
    view asks `who.session_ended(request)` and keeps the person's text.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or request.path_info in LEAVING:
            return self.get_response(request)
        has_cookie = bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        alive = has_cookie and not _ended(request)
        given = request.POST.get(TOKEN_FIELD, "") or request.headers.get("X-Form-Token", "")
        who.mark_session(request, ended=bool(has_cookie or given) and not alive)
        if alive and hmac.compare_digest(given.encode(), form_token(request).encode()):
            return self.get_response(request)
        if not alive and came_from_us(request):
            return self.get_response(request)
        return stale_form(request)


def _ended(request: HttpRequest) -> bool:
    request.session.get(PEER)  # loads it: a session that has ended loses its key
    return request.session.session_key is None


def stale_form(request: HttpRequest) -> HttpResponse:
    """403 with what was written still on the page. A form of our own can be sent again from there, by a person.

    Recovery words, passwords and codes are never written into a page again; their form has to be filled in anew.
    """
    kept = [value for name in WORDS if (value := request.POST.get(name, ""))]
    fields = [(name, value) for name, values in request.POST.lists() if name != TOKEN_FIELD for value in values]
    may_resend = came_from_us(request) and SECRETS.isdisjoint(request.POST)
    page = {"kept": "\n\n".join(kept), "fields": fields if may_resend else [], "action": request.get_full_path()}
    return render(request, "errors/stale_form.html", page, status=403)
