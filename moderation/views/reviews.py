"""The second look: take one, reveal its words, answer. Its address names nothing; each step is a form."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from moderation import board, review_page, reviewing
from moderation.models import Moderator, Review
from moderation.review_form import ReviewForm
from moderation.views.staff import at_desk

HERE = "/desk/reviews/next"
GONE = (
    "This second look is no longer yours: its time ran out, or its words were taken away. Nothing was kept, and "
    "nothing is lost but this answer."
)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def next_review(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """The one in hand, or the offer to take one (a form: taking changes something)."""
    if request.method == "POST":
        taken = reviewing.take_next(moderator=moderator)
        return redirect(HERE if taken else f"{HERE}?nothing=1")
    review = reviewing.in_hand(moderator, timezone.now())
    if review is None:
        return _offer(request, moderator)
    return _page(request, moderator, review, ReviewForm(review=review))


@require_POST
@at_desk
def reveal(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    try:
        reviewing.reveal(review=_named(request), moderator=moderator)
    except reviewing.Conflict:
        return _offer(request, moderator, said=GONE, status=409)
    return redirect(f"{HERE}#words")


@require_POST
@at_desk
def answer(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    review = _named(request)
    form = ReviewForm(request.POST, review=review)
    if not form.is_valid():
        if not review.held_by(moderator, timezone.now()):
            return _offer(request, moderator, said=GONE, status=409)
        return _page(request, moderator, review, form, status=422)
    chosen = {name: form.cleaned_data[name] for name in ("action", "reason_code")}
    try:
        reviewing.answer(review=review, moderator=moderator, **chosen)
    except reviewing.Conflict:
        return _offer(request, moderator, said=GONE, status=409)
    return redirect(f"{HERE}?answered=1")


@require_POST
@at_desk
def let_go(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    reviewing.let_go(review=_named(request), moderator=moderator)
    return redirect(HERE)


def _named(request: HttpRequest) -> Review:
    """The one this form was about. Raises Http404 for any that is none."""
    named = Review.objects.filter(public_id=request.POST.get("review", "")[:12])
    review = named.select_related("case__room", "decision").first()
    if review is None:
        raise Http404
    return review


def _page(
    request: HttpRequest, moderator: Moderator, review: Review, form: ReviewForm, *, status: int = 200
) -> HttpResponse:
    found = review_page.page_of(review, moderator, timezone.now())
    return render(
        request, "desk/review.html", {"moderator": moderator, "place": "reviews", "form": form, **found}, status=status
    )


def _offer(request: HttpRequest, moderator: Moderator, *, said: str = "", status: int = 200) -> HttpResponse:
    found = {
        "moderator": moderator,
        "place": "reviews",
        "said": said,
        "nothing": bool(request.GET.get("nothing")),
        "answered": bool(request.GET.get("answered")),
        "possible": board.second_looks_possible(),
    }
    return render(request, "desk/review_none.html", found, status=status)
