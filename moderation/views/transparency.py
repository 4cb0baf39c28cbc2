"""The published reports, for everyone. They are read from files: no figure is asked of the database."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from moderation.transparency import published, published_years


@require_safe
def years(request: HttpRequest) -> HttpResponse:
    return render(request, "transparency/years.html", {"years": published_years()})


@require_safe
def report(request: HttpRequest, year: int) -> HttpResponse:
    found = published(year) if year < 10_000 else None
    if found is None:
        raise Http404
    return render(request, "transparency/report.html", {"report": found})
