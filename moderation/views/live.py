"""What the team of a live room does about people and messages in it: the buttons of the console."""

import contextlib
from collections.abc import Callable
from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from forum.live import hosting
from forum.live.console import who_has
from forum.models import LiveSession, LiveState, Post
from forum.views import hosting as console
from forum.views.live import session_for
from moderation import live_beside, live_care
from moderation.live_care import MayNot, NothingToDo
from moderation.live_forms import AskForm, MuteForm, NoteForm, WhyForm, WordForm
from moderation.models import Moderator
from moderation.signing_in import staff_of
from peers.who import speaker

NOT_YOURS = "Only the present host of this live room, its co-host, and moderators do this. {}"
GONE = "There is nothing left to act on: the message is gone already, waits for a moderator, or its author has left."
CLOSED = "This live room is closed. What is still to do about its messages, moderators do at the desk."
AWAY = "The room had lost sight of you, so this was not done yet."
SEND_AGAIN = f"{AWAY} Your words are here. Send them again: that also says that you are here, and the room goes on."
PRESS = f'{AWAY} Press "I am here", and do it again.'
LOOK_AGAIN = "This was not done yet. Look again at the message you acted on: {}"


@require_POST
def remove(request: HttpRequest, public_id: str, post_id: str) -> HttpResponse:
    post, form = _post(public_id, post_id), WhyForm(request.POST)

    def do(by: Moderator) -> object:
        why, words = form.cleaned_data["reason"], form.cleaned_data["body"]
        return live_care.remove(moderator=by, post=post, reason=why, note=words)

    return _done(request, public_id, do, form, what=post.public_id)


@require_POST
def mute(request: HttpRequest, public_id: str, post_id: str) -> HttpResponse:
    post, form = _post(public_id, post_id), MuteForm(request.POST)

    def do(by: Moderator) -> object:
        why, words = form.cleaned_data["reason"], form.cleaned_data["body"]
        length, key = form.length, form.sent_as
        return live_care.mute(moderator=by, post=post, minutes=length, reason=why, note=words, key=key)

    return _done(request, public_id, do, form, what=post.public_id)


@require_POST
def speak(request: HttpRequest, public_id: str, post_id: str) -> HttpResponse:
    """Let them speak again."""
    post = _post(public_id, post_id)
    return _done(request, public_id, lambda by: live_care.let_speak(moderator=by, post=post))


@require_POST
def word(request: HttpRequest, public_id: str, post_id: str) -> HttpResponse:
    """A private word to whoever wrote this message."""
    post, form = _post(public_id, post_id), WordForm(request.POST)

    def do(by: Moderator) -> object:
        return live_care.write(moderator=by, post=post, body=form.cleaned_data["body"], client_id=form.sent_as)

    return _done(request, public_id, do, form, what=post.public_id)


@require_POST
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a moderator in."""
    session, form = session_for(public_id), AskForm(request.POST)

    def do(by: Moderator) -> object:
        return live_care.ask_in(moderator=by, session=session, note=form.cleaned_data["body"], key=form.sent_as)

    return _done(request, public_id, do, form, what="ask")


@require_POST
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Leave a note for the team."""
    session, form = session_for(public_id), NoteForm(request.POST)

    def do(by: Moderator) -> object:
        return live_care.keep_note(moderator=by, session=session, body=form.cleaned_data["body"], key=form.sent_as)

    return _done(request, public_id, do, form, what="note")


def _post(public_id: str, post_id: str) -> Post:
    """The message, of this session and no other. Raises Http404."""
    posts = Post.objects.filter(session=session_for(public_id))
    return get_object_or_404(posts.select_related("persona", "peer", "session"), public_id=post_id)


def _done(
    request: HttpRequest,
    public_id: str,
    do: Callable[[Moderator], object],
    form: forms.Form | None = None,
    what: str = "",
) -> HttpResponse:
    """Do it, and show the console again: with what went wrong and every word that was sent, where something did."""
    moderator, session = staff_of(request), session_for(public_id)
    if moderator is None:
        kept = {"kept": request.POST.get("body", "")}
        return render(request, "desk/signed_out.html", kept, status=HTTPStatus.FORBIDDEN)
    if form is not None and not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        live_beside.give_back(request, what, form)
        return _again(request, session, LOOK_AGAIN.format(first), HTTPStatus.UNPROCESSABLE_ENTITY)
    _come_back(request, session)
    try:
        do(moderator)
    except MayNot:
        return _refused(request, moderator, session_for(public_id), form, what)
    except NothingToDo:
        if form is not None:
            live_beside.give_back(request, what, form)
        return _again(request, session, GONE, HTTPStatus.CONFLICT)
    _still_here(request, session)
    return console.back(request, session)


def _refused(
    request: HttpRequest, moderator: Moderator, session: LiveSession, form: forms.Form | None, what: str
) -> HttpResponse:
    """A host of whom the room lost sight while they wrote has their words in the form again; nobody else has one."""
    is_closed = session.state == LiveState.CLOSED
    if moderator.peer_id == session.host_id and not is_closed:
        if form is not None:
            live_beside.give_back(request, what, form, away=True)
        return _again(request, session, PRESS if form is None else SEND_AGAIN, HTTPStatus.CONFLICT)
    sentence = CLOSED if is_closed else NOT_YOURS.format(who_has(session))
    found = {"sentence": sentence, "kept": request.POST.get("body", "")}
    return render(request, "desk/not_yours.html", found, status=HTTPStatus.FORBIDDEN)


def _again(request: HttpRequest, session: LiveSession, problem: str, status: int) -> HttpResponse:
    again = console.again(request, session, problem=problem, status=status)
    return again or render(request, "errors/409.html", {"sentence": problem}, status=status)


def _come_back(request: HttpRequest, session: LiveSession) -> None:
    """A host who was told that the room had lost sight of them sends their words once more: they are here."""
    if "back" in request.POST:
        _still_here(request, session, coming=True)


def _still_here(request: HttpRequest, session: LiveSession, *, coming: bool = False) -> None:
    """A host who just did something is here."""
    peer = speaker(request)
    if peer is not None and peer.pk == session.host_id:
        with contextlib.suppress(hosting.NotNow, hosting.NotTheHost):
            hosting.renew_lease(host=peer, session=session, coming=coming)
