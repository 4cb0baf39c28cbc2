"""What a person does with their own post, and with someone they do not want to meet again."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from forum import notes, posting, reading
from forum.forms import TitledForm, WordsForm
from forum.models import Post, Thread, Visibility
from forum.views.page import SeeOther, kept, show, signed_out
from forum.views.sending import Composer, ask, blank, keep, take
from peers import boundaries, who
from peers.models import Peer


def _mine(request: HttpRequest, public_id: str) -> Post:
    """One's own post in a thread, unless it was taken down by oneself. Raises Http404."""
    own = Post.objects.filter(peer=who.speaker(request), peer__isnull=False, thread__isnull=False)
    own = own.exclude(visibility=Visibility.WITHDRAWN).select_related("thread__room", "persona", "peer")
    return get_object_or_404(own, public_id=public_id)


def _lost(request: HttpRequest) -> bool:
    """Whether this form was sent by someone whose session has ended."""
    return request.method == "POST" and who.speaker(request) is None and who.session_ended(request)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change one's own words. They are judged anew."""
    if _lost(request):
        keep(request, f"edit:{public_id}")
        return signed_out(request)
    try:
        return _edit(request, _mine(request, public_id))
    except (Http404, Post.DoesNotExist):
        if request.method != "POST":
            raise
        sentence = "It may have been taken down since. Your words are here, to be copied."
        return kept(request, status=404, title="This post cannot be changed", sentence=sentence)


def _edit(request: HttpRequest, post: Post) -> HttpResponse:
    opens = Thread.objects.filter(opening=post).exists()
    first = {"title": post.title, "body": post.body, "notes": notes.from_bits(post.notes)}
    place = f"edit:{post.public_id}"
    form, saved = blank(request, TitledForm if opens else WordsForm, place, **first)
    form.fields.pop("own_name")
    composer = Composer(form, place, request.path, "forum/edit.html", {"post": post}, saved)
    if request.method != "POST":
        return ask(request, composer)

    def send(peer: Peer, *, folded: bool) -> Post:  # noqa: ARG001  (whoever edits is no newcomer)
        return posting.edit_post(peer=peer, post=post, draft=form.draft)

    return take(request, composer, send)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own post down, after a page that says what that means."""
    if _lost(request):
        return signed_out(request)
    post = _mine(request, public_id)
    if request.method != "POST":
        return show(request, "forum/withdraw.html", {"post": post, "address": reading.address_of(post, post.peer)})
    peer = who.speaker(request)
    if peer is not None:
        posting.withdraw(peer=peer, post=post)
    return SeeOther(reading.address_of(post, post.peer))


@require_POST
def block(request: HttpRequest, public_id: str) -> HttpResponse:
    """Never meet this post's author again, under any name, nor they this person."""
    if _lost(request):
        return signed_out(request)
    peer = who.speaker(request)
    post = get_object_or_404(
        Post.objects.seen_by(peer).select_related("peer", "persona", "thread__room"), public_id=public_id
    )
    if peer is None or post.peer is None or post.persona is None or post.peer.is_staff_voice:
        return _cannot_block(request, post)
    boundaries.block(peer=peer, other=post.peer, name_met=post.persona.name)
    return SeeOther(_afterwards(post, peer))


def _cannot_block(request: HttpRequest, post: Post) -> HttpResponse:
    sentence = "For this you need a name here first: write something, or come back with your nine words."
    if post.peer is None:
        sentence = "Whoever wrote this has left, and will not write again."
    elif post.peer.is_staff_voice:
        sentence = "Moderators cannot be hidden. If one treated you badly, report the post: someone else decides."
    return kept(request, status=403, title="This person cannot be hidden", sentence=sentence)


def _afterwards(post: Post, peer: Peer) -> str:
    """Back to the thread where it is still met, else to its room."""
    if post.thread is None:
        return post.place.get_absolute_url()
    seen = Thread.objects.seen_by(peer).filter(pk=post.thread.pk).exists()
    place = post.thread if seen else post.thread.room
    return f"{place.get_absolute_url()}?met=no"
