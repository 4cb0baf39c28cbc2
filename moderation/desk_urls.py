"""Addresses of the desk, and of the conversations it begins."""

from django.urls import URLPattern, path

from moderation.views import cases, desk, messages, modes, seconds, staff, staff_list, threads

urlpatterns: list[URLPattern] = [
    path("desk/", desk.queue),
    path("desk/queue", desk.queue_list),
    path("desk/next", desk.take_next),
    path("desk/shift", desk.shift),
    path("desk/sign-in", staff.sign_in),
    path("desk/sign-out", staff.sign_out),
    path("desk/staff", staff_list.page),
    path("desk/staff/<slug:username>/role", staff_list.role),
    path("desk/staff/<slug:username>/active", staff_list.active),
    path("desk/mode", modes.mode),
    path("desk/mode/rota", modes.rota),
    path("desk/mode/unattended", modes.unattended),
    path("desk/seconds", seconds.page),
    path("desk/cases/<slug:ref>/link", seconds.ask_linking),
    path("desk/links/<slug:link>/confirm", seconds.confirm_linking),
    path("desk/links/<slug:link>/refuse", seconds.refuse_linking),
    path("desk/links/<slug:link>/show", seconds.show_linking),
    path("desk/threads/<slug:public_id>/", threads.page),
    path("desk/threads/<slug:public_id>/move", threads.move),
    path("desk/threads/<slug:public_id>/keep", threads.keep),
    path("desk/cases/<slug:ref>/", cases.case_page),
    path("desk/cases/<slug:ref>/claim", cases.claim),
    path("desk/cases/<slug:ref>/let-go", cases.let_go),
    path("desk/cases/<slug:ref>/reveal", cases.reveal),
    path("desk/cases/<slug:ref>/decide", cases.decide),
    path("desk/cases/<slug:ref>/close", cases.close),
    path("desk/cases/<slug:ref>/undo", cases.undo),
    path("desk/cases/<slug:ref>/message", cases.message),
    path("my/messages/<slug:ref>/", messages.conversation),
    path("my/messages/<slug:ref>/read", messages.read),
]
