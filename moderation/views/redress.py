"""For whoever something was taken from: the statement of reasons, an appeal, a complaint, and how it is now.

None of these pages needs a session: a code is enough, so that a lost session or an ended voice closes no door.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.forms import Typed
from moderation import appealing, complaining, following_up, statements
from moderation.beside import cards_with_lines, on_shift
from moderation.desk_forms import words_of
from moderation.models import Complaint, Feeling, Statement
from peers import limits, who
from peers.models import Peer

WRONG_CODE = "There is no statement with this code. Look again: it has twelve letters and numbers."
MANY = "Many tries came from here. Your words are kept: send them again in {} seconds."
MANY_CODES = "Many codes were tried from here, so we did not look. Try this one again in {} seconds."
LATE = "The time to appeal is over, or it was changed already."


class WordsForm(forms.Form):
    body = Typed(
        label="What should the person who looks at it know?",
        help_text="Only moderators read it.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "spellcheck": "true"}),
    )

    def clean_body(self) -> str:
        return words_of(self.cleaned_data["body"], appealing.LONGEST)


class ComplaintForm(WordsForm):
    about = Typed(
        label="Whom is it about?",
        help_text="The name they sign with, if you know it.",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].help_text = "Who reads it stands above."  # one moderator, at least, may not


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_by_code(request: HttpRequest) -> HttpResponse:
    """The door for whoever has only the code."""
    if request.method != "POST":
        return render(request, "redress/code.html", {})
    code = "".join(letter for letter in request.POST.get("code", "").lower() if letter.isalnum())[:12]
    if wait := limits.wait_for(limits.SIGN_INS, request):
        problem = MANY_CODES.format(round(wait) or 1)
        return render(request, "redress/code.html", {"code": code, "problem": problem}, status=429)
    if not Statement.objects.filter(code=code).exists():
        return render(request, "redress/code.html", {"code": code, "problem": WRONG_CODE}, status=404)
    return redirect(f"/statements/{code}")


@require_http_methods(["GET", "HEAD", "POST"])
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """What was restricted and why; and the appeal. Words at risk are answered with help in the same response."""
    kept = Statement.objects.select_related("case__room", "decision", "appeal", "post").filter(code=code).first()
    if kept is None:
        raise Http404
    form = WordsForm(request.POST or None)
    if request.method != "POST":
        return _statement(request, kept, form)
    if not form.is_valid():
        return _statement(request, kept, form, status=422)
    try:
        filed = appealing.file_appeal(statement=kept, words=form.cleaned_data["body"])
    except appealing.TooLate as late:
        form.add_error("body", LATE)
        help_with = cards_with_lines(request, late.cards) if late.cards else None
        return _statement(request, kept, form, help_with=help_with, status=409)
    if not filed.cards:
        return redirect(kept)
    kept = Statement.objects.select_related("case__room", "decision", "appeal", "post").get(pk=kept.pk)
    return _statement(request, kept, WordsForm(), help_with=cards_with_lines(request, filed.cards))


def _statement(
    request: HttpRequest,
    kept: Statement,
    form: WordsForm,
    *,
    help_with: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = {
        "statement": kept,
        "reasons": statements.in_words(kept, now=timezone.now()),
        "appeal": getattr(kept, "appeal", None),
        "form": form,
        "help_with": help_with,
        **(on_shift() if help_with else {}),
    }
    return render(request, "redress/statement.html", found, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """About a moderator, with or without an identity; a receipt tells what came of it."""
    form = ComplaintForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "redress/complain.html", {"form": form}, status=status)
    wait = limits.wait_for(limits.REPORTS, request)
    if wait and not complaining.is_urgent(form.cleaned_data["body"]):
        form.add_error(None, MANY.format(round(wait) or 1))
        return render(request, "redress/complain.html", {"form": form}, status=429)
    filed = complaining.complain(
        words=form.cleaned_data["body"], about=form.cleaned_data["about"], peer=who.speaker(request)
    )
    if not filed.cards:
        return redirect(f"/complaints/{filed.complaint.receipt}")
    found = {"complaint": filed.complaint, "help_with": cards_with_lines(request, filed.cards), **on_shift()}
    return render(request, "redress/receipt.html", found)


@require_safe
def complaint_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What came of a complaint, for whoever holds its code."""
    found = Complaint.objects.select_related("case").filter(receipt=code).first()
    if found is None:
        raise Http404
    return render(request, "redress/receipt.html", {"complaint": found, "help_with": None})


@require_POST
def how_is_it(request: HttpRequest, ref: str) -> HttpResponse:
    """One tap: how it is now, a day or three after. Waving it away asks for nothing."""
    peer = who.speaker(request)
    feeling = request.POST.get("feeling", "")
    if peer and feeling not in Feeling.values:
        following_up.wave_away(public_id=ref, peer=peer)
    reached = _told(ref, peer, feeling)
    if not reached and feeling not in following_up.CALLS:
        return redirect("/my/")
    keys = ["crisis", "grounding"] if feeling in following_up.CALLS else ["grounding"]
    found = {"reached": reached, "urgent": feeling == Feeling.UNSAFE, "help_with": cards_with_lines(request, keys)}
    return render(request, "redress/told.html", {**found, **on_shift()}, status=200 if reached else 404)


def _told(ref: str, peer: Peer | None, feeling: str) -> bool:
    """Whether the answer reached the desk: it was asked of this person, and not answered yet."""
    if peer is None or feeling not in Feeling.values:
        return False
    try:
        following_up.tell_feeling(public_id=ref, peer=peer, feeling=feeling)
    except following_up.NotAsked:
        return False
    return True
