"""Every address of the site, and the pages that answer when something went wrong."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("peers.urls")),
    path("", include("forum.urls")),
    path("", include("moderation.urls")),
]
