"""/help: answered before sessions and database, so that it stands when everything else has fallen."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class HelpFirst:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in {"/help", "/help/"}:
            return render(request, "help/help.html")
        return self.get_response(request)
