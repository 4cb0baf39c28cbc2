"""How pages look for this reader. Works without an identity, and changes nothing but one cookie."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from peers import look
from peers.forms import LookForm
from peers.views.arriving import see_other


@require_http_methods(["GET", "HEAD", "POST"])
def my_look(request: HttpRequest) -> HttpResponse:
    """Choose, or go back to no choice, which leaves no cookie behind."""
    countries = look.country_names()
    current = look.look_of(request)
    form = LookForm(request.POST if request.method == "POST" else None, initial=asdict(current), countries=countries)
    if request.method != "POST" or not form.is_valid():
        page = {"place": "my", "form": form, "saved": "saved" in request.GET, "has_choice": current != look.Look()}
        return render(request, "peers/look.html", page, status=422 if form.errors else 200)
    # What this form does not offer stays as it was.
    chosen = look.Look() if "forget" in request.POST else look.closed({**asdict(current), **form.cleaned_data})
    response = see_other("/my/look?saved")
    look.remember(response, chosen)
    return response
