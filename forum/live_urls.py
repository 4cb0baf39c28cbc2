"""Addresses of live rooms."""

from django.urls import URLPattern, path

from forum.views import calendar, hosting, live, live_side

urlpatterns: list[URLPattern] = [
    path("live/", calendar.upcoming),
    path("live/zone", calendar.zone),
    path("live/calendar.ics", calendar.calendar_file),
    path("live/new", hosting.new),
    path("live/yours", calendar.yours),
    path("live/yours/end", calendar.end),
    path("live/<str:public_id>/", live.room),
    path("live/<str:public_id>/say", live.say),
    path("live/<str:public_id>/events", live.events),
    path("live/<str:public_id>/lobby", live_side.lobby),
    path("live/<str:public_id>/hand", live_side.hand),
    path("live/<str:public_id>/mine", live_side.mine),
    path("live/<str:public_id>/out", live_side.out),
    path("live/<str:public_id>/remind", calendar.remind),
    path("live/<str:public_id>/feedback", calendar.feedback),
    path("live/<str:public_id>/session.ics", calendar.session_file),
    path("live/<str:public_id>/series.ics", calendar.series_file),
    path("live/<str:public_id>/cancel", calendar.cancel),
    path("live/<str:public_id>/host/", hosting.console),
    path("live/<str:public_id>/host/act", hosting.act),
]
