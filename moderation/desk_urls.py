"""Addresses of the desk, and of the conversations it begins."""

from django.urls import URLPattern, path

from moderation.views import cases, desk, messages, rules, staff

urlpatterns: list[URLPattern] = [
    path("desk/", desk.queue),
    path("desk/queue", desk.queue_list),
    path("desk/next", desk.take_next),
    path("desk/shift", desk.shift),
    path("desk/sign-in", staff.sign_in),
    path("desk/sign-out", staff.sign_out),
    path("desk/cases/<slug:ref>/", cases.case_page),
    path("desk/cases/<slug:ref>/claim", cases.claim),
    path("desk/cases/<slug:ref>/let-go", cases.let_go),
    path("desk/cases/<slug:ref>/reveal", cases.reveal),
    path("desk/cases/<slug:ref>/decide", cases.decide),
    path("desk/cases/<slug:ref>/close", cases.close),
    path("desk/cases/<slug:ref>/undo", cases.undo),
    path("desk/cases/<slug:ref>/message", cases.message),
    path("desk/rules/", rules.index),
    path("desk/rules/changes/<int:number>", rules.step),
    path("desk/rules/replays/<int:number>/", rules.replay),
    path("desk/rules/replays/<int:number>/reveal", rules.reveal),
    path("desk/rules/<slug:ref>/", rules.rule_set),
    path("desk/rules/<slug:ref>/files/<str:file>", rules.change_file),
    path("desk/rules/<slug:ref>/replay", rules.replay_set),
    path("desk/rules/<slug:ref>/ask", rules.ask),
    path("desk/rules/<slug:ref>/shadow", rules.begin_shadow),
    path("desk/rules/<slug:ref>/end-shadow", rules.end_shadow),
    path("desk/rules/<slug:ref>/roll-back", rules.roll_back),
    path("my/messages/<slug:ref>/", messages.conversation),
    path("my/messages/<slug:ref>/read", messages.read),
]
