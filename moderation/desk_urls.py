"""Addresses of the desk, and of the conversations it begins."""

from django.urls import URLPattern, path

from moderation.views import cases, desk, me, messages, staff

urlpatterns: list[URLPattern] = [
    path("desk/", desk.queue),
    path("desk/queue", desk.queue_list),
    path("desk/next", desk.take_next),
    path("desk/shift", desk.shift),
    path("desk/me", me.me),
    path("desk/me/later", me.later),
    path("desk/handover", me.handover),
    path("desk/handover/<slug:ref>/read", me.handover_read),
    path("desk/sign-in", staff.sign_in),
    path("desk/sign-out", staff.sign_out),
    path("desk/cases/<slug:ref>/", cases.case_page),
    path("desk/cases/<slug:ref>/claim", cases.claim),
    path("desk/cases/<slug:ref>/let-go", cases.let_go),
    path("desk/cases/<slug:ref>/reveal", cases.reveal),
    path("desk/cases/<slug:ref>/cover", cases.cover),
    path("desk/cases/<slug:ref>/decide", cases.decide),
    path("desk/cases/<slug:ref>/close", cases.close),
    path("desk/cases/<slug:ref>/undo", cases.undo),
    path("desk/cases/<slug:ref>/message", cases.message),
    path("my/messages/<slug:ref>/", messages.conversation),
    path("my/messages/<slug:ref>/read", messages.read),
]
