"""Beginning, coming back, signing out, and getting away at once."""

from importlib import import_module

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from peers import arriving, limits, who
from peers.forms import SignInForm
from peers.ways import next_path

WRONG_WORDS = "These words do not open a name here. Look for a missing word, or one letter that is different."


@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest) -> HttpResponse:
    """One tap: a name of one's own, then back to where one was. Pressed twice, it is still one identity."""
    if request.method != "POST":
        return welcome(request)
    if who.speaker(request) is None:
        if wait := limits.wait_for(limits.ARRIVALS, request):
            return too_soon(request, wait)
        arriving.arrive(session=request.session)
        who.forget_speaker(request)
    return see_other(next_path(request))


def welcome(request: HttpRequest) -> HttpResponse:
    """What a name here is, and the two ways to have one."""
    return render(request, "peers/welcome.html", {"place": "my", "next": next_path(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Come back with recovery words. What was typed is never shown again: it is the only key there is."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _sign_in_page(request, form)
    if wait := limits.wait_for(limits.SIGN_INS, request):
        return too_soon(request, wait)
    if not form.is_valid() or not _come_back(request, form):
        return _sign_in_page(request, form, status=422)
    return see_other(next_path(request))


def _come_back(request: HttpRequest, form: SignInForm) -> bool:
    words, remember = form.cleaned_data["words"], form.cleaned_data["remember"]
    peer = arriving.come_back(session=request.session, pasted=words, remember=remember)
    who.forget_speaker(request)
    if peer is None:
        form.add_error("words", WRONG_WORDS)
    return peer is not None


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    page = {"place": "my", "form": form, "next": next_path(request), "current": who.speaker(request)}
    return render(request, "peers/sign_in.html", page, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    arriving.sign_out(session=request.session)
    return see_other("/")


@require_http_methods(["GET", "HEAD", "POST"])
def leave_site(request: HttpRequest) -> HttpResponse:
    """Away, at once: the session ends and a neutral site opens, also when the database cannot be reached.

    A beacon (a request the browser sends while the page is already gone) gets 204.
    """
    try:
        arriving.sign_out(session=request.session)
    except DatabaseError:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()  # nothing left to save
    if request.method == "POST" and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse(status=204)
    return see_other(settings.EXIT_SITE)


def too_soon(request: HttpRequest, seconds: float) -> HttpResponse:
    """429, with the time to wait in plain words."""
    minutes = max(1, round(seconds / 60))
    wait = "one minute" if minutes == 1 else f"{minutes} minutes"
    sentence = f"Many tries came from here in a short time, so this door rests for {wait}. Then please try again."
    response = render(request, "errors/429.html", {"sentence": sentence}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def see_other(path: str) -> HttpResponse:
    """303: the form was taken, and a reload of the next page sends nothing again."""
    return HttpResponseRedirect(path, status=303)
