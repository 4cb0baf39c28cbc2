"""The pages that answer when something went wrong. They need no database and no session."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception, **_: Any) -> HttpResponse:
    """400, or 413 where what was sent is larger than the site takes at once."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"errors/{status}.html", status=status)


def forbidden(request: HttpRequest, exception: Exception, **_: Any) -> HttpResponse:  # noqa: ARG001  (Django's shape of these)
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception, **_: Any) -> HttpResponse:  # noqa: ARG001  (Django's shape of these)
    return render(request, "errors/404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: calm words and the way to help; what broke is in the log, without anyone's words."""
    return render(request, "errors/500.html", status=500)


def wrong_method(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    """405 with a page in place of Django's empty answer."""
    response = render(request, "errors/405.html", status=405)
    response["Allow"] = refused["Allow"]
    return response
