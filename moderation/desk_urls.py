"""Addresses of the desk, and of the conversations it begins."""

from django.urls import URLPattern, path

from moderation.views import alike, answers, board, cases, desk, messages, redress, reviews, staff

urlpatterns: list[URLPattern] = [
    path("desk/", desk.queue),
    path("desk/queue", desk.queue_list),
    path("desk/next", desk.take_next),
    path("desk/alike", alike.alike),
    path("desk/alike/take", alike.take),
    path("desk/alike/decide", alike.decide),
    path("desk/shift", desk.shift),
    path("desk/sign-in", staff.sign_in),
    path("desk/sign-out", staff.sign_out),
    path("desk/cases/<slug:ref>/", cases.case_page),
    path("desk/cases/<slug:ref>/claim", cases.claim),
    path("desk/cases/<slug:ref>/let-go", cases.let_go),
    path("desk/cases/<slug:ref>/reveal", cases.reveal),
    path("desk/cases/<slug:ref>/decide", cases.decide),
    path("desk/cases/<slug:ref>/preview", cases.preview),
    path("desk/cases/<slug:ref>/lower", cases.lower),
    path("desk/cases/<slug:ref>/second", answers.second),
    path("desk/cases/<slug:ref>/appeal", answers.appeal),
    path("desk/cases/<slug:ref>/complaint", answers.complaint),
    path("desk/cases/<slug:ref>/close", cases.close),
    path("desk/cases/<slug:ref>/undo", cases.undo),
    path("desk/cases/<slug:ref>/message", cases.message),
    path("desk/board", board.board_view),
    path("desk/board/breaches", board.breaches),
    path("desk/board/disagreements", board.disagreements),
    path("desk/reviews/next", reviews.next_review),
    path("desk/reviews/reveal", reviews.reveal),
    path("desk/reviews/answer", reviews.answer),
    path("desk/reviews/let-go", reviews.let_go),
    path("my/messages/<slug:ref>/", messages.conversation),
    path("my/messages/<slug:ref>/read", messages.read),
    path("my/how-is-it/<slug:ref>", redress.how_is_it),
    path("appeal", redress.appeal_by_code),
    path("statements/<slug:code>", redress.statement),
    path("complain", redress.complain),
    path("complaints/<slug:code>", redress.complaint_receipt),
]
