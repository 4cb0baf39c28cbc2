"""Addresses of live rooms."""

from django.urls import URLPattern, path

from forum.views import hosting, live

urlpatterns: list[URLPattern] = [
    path("live/new", hosting.new),
    path("live/<str:public_id>/", live.room),
    path("live/<str:public_id>/say", live.say),
    path("live/<str:public_id>/events", live.events),
    path("live/<str:public_id>/host/", hosting.console),
    path("live/<str:public_id>/host/act", hosting.act),
]
