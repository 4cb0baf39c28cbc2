"""Reporting a post, and the receipt. Nobody needs an identity for either."""

from datetime import timedelta

from django import forms
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from forum.forms import Typed
from forum.models import Post
from moderation import reporting
from moderation.beside import cards_with_lines
from moderation.models import Report
from peers import limits

_SEEN = TimestampSigner(salt="report")
SEEN_FOR = timedelta(hours=1)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label="What is it about?",
        widget=forms.RadioSelect,
        choices=lambda: [(each.key, each.label) for each in reporting.reasons().values()],
        error_messages={"required": "Choose what fits best", "invalid_choice": "Choose one of these"},
    )
    note = Typed(
        label="Is there something a moderator should know?",
        help_text="You may leave this empty. Only moderators read it.",
        required=False,
        max_length=reporting.LONGEST_NOTE,
        widget=forms.Textarea,
        error_messages={"max_length": "Please say it in 2,000 characters or fewer"},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # see `_was_open`


def _was_open(request: HttpRequest, public_id: str) -> bool:
    """Whether this form was served a while ago, and the post was open then: else it would tell what is hidden."""
    try:
        return _SEEN.unsign(request.POST.get("seen", ""), max_age=SEEN_FOR) == public_id
    except BadSignature:
        return False


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form, and the report. Words at risk in the note are answered with help in the same response."""
    posts = Post.objects.select_related("persona", "thread__room", "session__room").filter(public_id=public_id)
    post = posts.open().first() or (posts.taken_down().first() if _was_open(request, public_id) else None)
    if post is None:
        return _gone(request)
    form = ReportForm(request.POST or None, initial={"seen": _SEEN.sign(public_id)})
    if request.method == "POST" and form.is_valid():
        return _filed(request, post, form)
    return _form(request, post, form, status=422 if request.method == "POST" else 200)


def _filed(request: HttpRequest, post: Post, form: ReportForm) -> HttpResponse:
    words = {key: form.cleaned_data[key] for key in ("reason", "note")}
    judged = reporting.judge_note(words["note"])
    wait = limits.wait_for(limits.REPORTS, request)
    if wait and not judged.urgent:  # words that may be a cry for help are never turned away
        form.add_error(None, f"Many reports came from here. Please send this again in {round(wait) or 1} seconds.")
        return _form(request, post, form, status=429)
    try:
        filed = reporting.file_report(post=post, judged=judged, **words)
    except reporting.PostGone:
        return _gone(request)
    if judged.urgent:
        return _receipt(request, filed, cards_with_lines(request, judged.plan.cards or ["general"]))
    answer = HttpResponseRedirect(f"/report/receipt/{filed.receipt}")
    answer.status_code = 303
    return answer


@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What came of a report, for whoever holds its code."""
    filed = get_object_or_404(Report.objects.select_related("case"), receipt=code)
    return _receipt(request, filed, {})


def _form(request: HttpRequest, post: Post, form: ReportForm, *, status: int) -> HttpResponse:
    return render(request, "reports/report.html", {"post": post, "form": form}, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    """No report of what is not there; who wrote a note has it back, with help where its words are at risk."""
    if request.method != "POST":
        raise Http404
    note = request.POST.get("note", "")[: reporting.LONGEST_NOTE]
    judged = reporting.judge_note(note)
    shown = cards_with_lines(request, judged.plan.cards or ["general"]) if judged.urgent else {}
    return render(request, "reports/gone.html", {"note": note, "full": bool(shown), **shown}, status=404)


def _receipt(request: HttpRequest, filed: Report, help_shown: dict[str, object]) -> HttpResponse:
    due = reporting.due_of(filed)
    context = {"report": filed, "progress": reporting.progress_of(filed), "due": due, "late": due < timezone.now()}
    context |= {"full": bool(help_shown), **help_shown}
    return render(request, "reports/receipt.html", context)
