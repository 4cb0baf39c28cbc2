"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, include, path

from forum.views import boundaries, composing, drafts, own, rooms, searching, threads

urlpatterns: list[URLPattern | URLResolver] = [
    path("", rooms.home),
    path("waiting", rooms.waiting),
    path("rooms/<slug:slug>/", rooms.room),
    path("rooms/<slug:slug>/new", composing.new_thread),
    path("new", composing.new_thread),
    path("threads/<slug:public_id>/", threads.thread),
    path("threads/<slug:public_id>/reply", composing.reply),
    path("posts/<slug:public_id>/", threads.post),
    path("posts/<slug:public_id>/edit", own.edit),
    path("posts/<slug:public_id>/withdraw", own.withdraw),
    path("posts/<slug:public_id>/block", own.block),
    path("drafts/<str:place>", drafts.save),
    path("search", searching.search),
    path("my/boundaries", boundaries.my_boundaries),
    path("my/boundaries/<slug:mark>/unblock", boundaries.unblock),
    # Live rooms keep their addresses apart.
    path("", include("forum.live_urls")),
]
