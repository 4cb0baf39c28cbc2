"""Where a person goes next: on this site, or nowhere."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

HOME = "/my/"
_LONGEST = 300


def next_path(request: HttpRequest) -> str:
    """The page of this site that `next` names, or one's own space: no form can send a person to a foreign place."""
    wanted = (request.POST.get("next") or request.GET.get("next") or "")[:_LONGEST]
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours and wanted.isprintable() else HOME


def with_next(address: str, path: str) -> str:
    return f"{address}?{urlencode({'next': path})}"
