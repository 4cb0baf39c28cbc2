"""The peer's side of outreach: a conversation with the desk, in their own space, for nobody else."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forum.posting import TooSoon
from forum.tokens import new_token
from moderation import outreach
from moderation.beside import cards_with_lines, on_shift
from moderation.desk_forms import MessageForm
from moderation.models import Outreach
from peers import who
from peers.models import Peer

MOST_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, ref: str) -> HttpResponse:
    """Look at it and answer. For anyone but the person it was written to, this page does not exist.

    Opening the page says nothing to the desk: a browser may fetch it unasked. Answering does, and so does `read`.
    """
    peer = who.speaker(request)
    if peer is None and request.method == "POST":
        kept = request.POST.get("body", "")
        return render(request, "errors/stale_form.html", {"kept": kept}, status=403)
    found = _theirs(peer, ref)
    if request.method != "POST":
        return _page(request, found)
    return _answer(request, found, _someone(peer))


@require_POST
def read(request: HttpRequest, ref: str) -> HttpResponse:
    """The button "I have read this", for someone who does not want to answer."""
    peer = who.speaker(request)
    if peer is None:
        return render(request, "errors/stale_form.html", {"kept": ""}, status=403)
    found = _theirs(peer, ref)
    _mark_read(request, found)
    return redirect(f"{found.get_absolute_url()}#newest")


def _mark_read(request: HttpRequest, found: Outreach) -> None:
    """What the desk wrote is read once the page that was sent from showed the newest of it."""
    newest = found.messages.filter(moderator__isnull=False).order_by("-pk").values_list("pk", flat=True).first()
    if request.POST.get("seen", "") == str(newest):
        outreach.mark_read(outreach=found)


def _answer(request: HttpRequest, found: Outreach, peer: Peer) -> HttpResponse:
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        done = outreach.answer(outreach=found, peer=peer, body=form.cleaned_data["body"], client_id=form.sent_as)
    except TooSoon as limit:
        form.add_error("body", f"Your words are kept. Send them again in {limit.seconds} seconds")
        return _page(request, found, form=form, status=429)
    _mark_read(request, found)
    if not done.cards:
        return redirect(f"{found.get_absolute_url()}#newest")
    return _page(request, found, help_with=cards_with_lines(request, done.cards))


def _theirs(peer: Peer | None, ref: str) -> Outreach:
    found = Outreach.objects.select_related("case__room", "case__post").filter(public_id=ref, peer=peer).first()
    if peer is None or found is None:
        raise Http404
    return found


def _someone(peer: Peer | None) -> Peer:
    if peer is None:
        raise Http404
    return peer


def _page(
    request: HttpRequest,
    found: Outreach,
    *,
    form: MessageForm | None = None,
    help_with: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    messages = list(found.messages.select_related("moderator__peer").order_by("-pk")[:MOST_SHOWN])[::-1]
    theirs = [each for each in messages if each.moderator_id]
    shown = {
        "outreach": found,
        "messages": messages,
        "seen": max((each.pk for each in theirs), default=""),
        "unread": any(each.read_at is None for each in theirs),
        "form": form or MessageForm(initial={"client_id": new_token()}),
        "help_with": help_with,
        **(on_shift() if help_with else {}),
    }
    return render(request, "messages/conversation.html", shown, status=status)
