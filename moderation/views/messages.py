"""The peer's side of outreach: a conversation with the desk, in their own space, for nobody else."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

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
    """Read and answer. For anyone but the person it was written to, this page does not exist."""
    peer = who.speaker(request)
    if peer is None and request.method == "POST":
        kept = request.POST.get("body", "")
        return render(request, "errors/stale_form.html", {"kept": kept}, status=403)
    found = _theirs(peer, ref)
    if request.method != "POST":
        return _page(request, found)
    return _answer(request, found, _someone(peer))


def _answer(request: HttpRequest, found: Outreach, peer: Peer) -> HttpResponse:
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        done = outreach.answer(outreach=found, peer=peer, body=form.cleaned_data["body"], client_id=form.sent_as)
    except TooSoon as limit:
        form.add_error("body", f"Your words are kept. Send them again in {limit.seconds} seconds")
        return _page(request, found, form=form, status=429)
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
    if any(message.moderator_id and message.read_at is None for message in messages):
        outreach.mark_read(outreach=found)
    shown = {
        "outreach": found,
        "messages": messages,
        "form": form or MessageForm(initial={"client_id": new_token()}),
        "help_with": help_with,
        **(on_shift() if help_with else {}),
    }
    return render(request, "messages/conversation.html", shown, status=status)
