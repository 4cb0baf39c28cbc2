"""Addresses of this app."""

from django.urls import path

from moderation import desk_urls
from moderation.views import calls, health, live, reports, transparency

urlpatterns = [
    *desk_urls.urlpatterns,
    path("report/receipt/<slug:code>", reports.receipt, name="report-receipt"),
    path("report/<slug:public_id>", reports.report, name="report"),
    path("live/<slug:public_id>/call", calls.call, name="live-call"),
    path("live/<slug:public_id>/host/ask", live.ask),
    path("live/<slug:public_id>/host/note", live.note),
    path("live/<slug:public_id>/host/messages/<slug:post_id>/remove", live.remove),
    path("live/<slug:public_id>/host/messages/<slug:post_id>/mute", live.mute),
    path("live/<slug:public_id>/host/messages/<slug:post_id>/speak", live.speak),
    path("live/<slug:public_id>/host/messages/<slug:post_id>/word", live.word),
    path("transparency/", transparency.years, name="transparency"),
    path("transparency/<int:year>", transparency.report, name="transparency-report"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
