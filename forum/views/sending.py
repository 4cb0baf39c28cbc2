"""The one way words are sent from a page: a form that keeps them, an answer that carries help."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from forum import drafts, posting, text
from forum.forms import WordsForm, typed_words
from forum.intake import Draft
from forum.models import Post, Room, SavedDraft, Thread, Visibility
from forum.tokens import new_token
from forum.views.page import SeeOther, place_of, show, wait_to_save
from peers import arriving, limits, who
from peers.models import Peer

ONE_PAGE_IN = timedelta(hours=24)  # calmer words bring the page of help once in one place within this time


class Send(Protocol):
    """Posts the words of a form; `folded` where a newcomer's network has to wait."""

    def __call__(self, peer: Peer, *, folded: bool) -> Post: ...


@dataclass(frozen=True, slots=True)
class Composer:
    """One form for words: where its draft is kept, what stands around it."""

    form: WordsForm
    draft_place: str
    action: str
    template: str
    around: dict[str, Any] = field(default_factory=dict)
    saved: SavedDraft | None = None

    @property
    def goes_to(self) -> Room | Thread:
        """Where the words of a valid form are to stand."""
        place: Room | Thread = self.around.get("thread") or self.form.cleaned_data["room"]
        return place

    def context(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "draft_url": f"/drafts/{self.draft_place}",
            "draft_saved": self.saved,
            "action": self.action,
            **self.around,
        }


def blank(request: HttpRequest, form: type[WordsForm], place: str, **first: Any) -> tuple[WordsForm, SavedDraft | None]:
    """The form with the words sent in this request, or with those saved for this place, or empty."""
    if request.method == "POST":
        return form(request.POST), None
    saved = drafts.find_draft(session=request.session, peer=who.speaker(request), place=place)
    initial = {"client_id": new_token(), **first}
    if saved:
        initial |= {"title": saved.title, "body": saved.body, **saved.choices}
    return form(initial=initial), saved


def reply_composer(request: HttpRequest, thread: Thread) -> Composer:
    place = f"thread:{thread.public_id}"
    form, saved = blank(request, WordsForm, place)
    if thread.home_room:
        form.fields["own_name"].help_text = f"Otherwise you go by your name in {thread.home_room.name}."
    action = f"{thread.get_absolute_url()}reply"
    return Composer(form, place, action, "forum/reply.html", {"thread": thread, "room": thread.room}, saved)


def ask(request: HttpRequest, composer: Composer, *, status: int = 200, **more: Any) -> HttpResponse:
    """The composer's page. Where something stood in the way, the words stay on it and are saved as a draft."""
    if status != 200:
        more["saved"] = keep(request, composer.draft_place)
    return show(request, composer.template, {**composer.context(), **more}, status=status)


def keep(request: HttpRequest, place: str) -> bool:
    """Save what this request brought, as the draft of its composer. Is it saved? The page keeps it in any case."""
    words = typed_words(request.POST)
    if saves := bool(words["body"] or words["title"]) and not wait_to_save(request):
        drafts.save_draft(session=request.session, peer=who.speaker(request), place=place, words=words)
    return saves


def new_here(request: HttpRequest) -> float:
    """Take a token for one more identity from this network: seconds to wait, 0.0 where it may begin at once."""
    return limits.wait_for(limits.ARRIVALS, request)


def begin(request: HttpRequest) -> Peer:
    """A new identity, which this request's session speaks for from here on."""
    peer = arriving.arrive(session=request.session)
    who.forget_speaker(request)
    return peer


def take(request: HttpRequest, composer: Composer, send: Send) -> HttpResponse:
    """Send the words: to the page of help, to their place, or back into the composer with a plain reason.

    Whoever has no identity gets one with their first post. Someone whose session ended while they
    wrote is asked first: nobody becomes a stranger to their own words without knowing.
    """
    if not composer.form.is_valid():
        return ask(request, composer, status=422)
    speaker = who.speaker(request)
    if speaker is None and who.session_ended(request) and "as_new" not in request.POST:
        return ask(request, composer, status=409, signed_out=True)
    if speaker is None and (sent := posting.sent_lately(composer.form.draft)):
        return already_posted(request, composer.form.draft, sent)
    try:
        folded = speaker is None and _admitted(request, composer)
        peer = speaker or begin(request)
        post = send(peer, folded=folded)
    except posting.NotPosted as problem:
        return _given_back(request, composer, problem)
    drafts.drop_draft(session=request.session, peer=peer, place=composer.draft_place)
    return answer(request, peer, post)


def already_posted(request: HttpRequest, draft: Draft, sent: Post) -> HttpResponse:
    """To someone without a session whose words arrived before: where they stand and help, and no identity."""
    address = place_of(request, sent, None) if _is_open(sent) else ""
    return show(
        request, "forum/already_posted.html", {"words": draft.words, "address": address, "helps": bool(sent.help_keys)}
    )


def _is_open(post: Post) -> bool:
    """Whether someone without an identity finds the post where it stands."""
    return post.is_open and (post.thread is None or Thread.objects.seen_by(None).filter(pk=post.thread.pk).exists())


def _admitted(request: HttpRequest, composer: Composer) -> bool:
    return posting.admit(place=composer.goes_to, draft=composer.form.draft, wait=new_here(request))


def answer(request: HttpRequest, peer: Peer, post: Post) -> HttpResponse:
    """Help in this same response where the words call for it; otherwise on to where they stand.

    Words that may be urgent are answered with help each time; only calmer ones go the shorter way.
    """
    address = place_of(request, post, peer)
    if _needs_page(post) and (post.may_be_urgent or not _had_page(peer, post)):
        return show(request, "forum/posted.html", {"post": post, "address": address})
    return SeeOther(address)


def _needs_page(post: Post) -> bool:
    return bool(post.help_keys or post.redactions or post.visibility == Visibility.HELD)


def _had_page(peer: Peer, post: Post) -> bool:
    """Whether this person was answered with help in this thread or live room a short while ago.

    Any earlier help was for words at least as urgent, since these are not. Answers that went the
    shorter way do not count, so that many calm posts never add up to days without the page.
    """
    helped = Post.objects.filter(peer=peer, thread=post.thread_id, session=post.session_id).exclude(help_keys=[])
    shown_at: datetime | None = None
    for at in helped.exclude(pk=post.pk).order_by("pk").values_list("created_at", flat=True):
        shown_at = at if shown_at is None or at - shown_at > ONE_PAGE_IN else shown_at
    return shown_at is not None and timezone.now() - shown_at <= ONE_PAGE_IN


REFUSED = {
    "contact": "They hold a way to reach someone outside this site, or a number nobody here has checked. "
    "That is left out to keep everyone safe. Change that part and the rest goes up.",
}
OTHERWISE = "A part of them can hurt someone else reading. Change that part and the rest goes up."


def _given_back(request: HttpRequest, composer: Composer, problem: posting.NotPosted) -> HttpResponse:
    """The composer again, with every word, a plain reason and the right status."""
    if isinstance(problem, posting.Refused):
        refusal = problem.refusal
        pieces = text.pieces(composer.form.draft.words, refusal.spans)
        sentence = REFUSED.get(refusal.reason_key, OTHERWISE)
        return ask(request, composer, status=422, problem="Your words are not up yet", sentence=sentence, pieces=pieces)
    if isinstance(problem, posting.TooSoon):
        return _later(request, composer, problem)
    if isinstance(problem, posting.Resting) and problem.pause:
        sentence = RESTING.format(f"{problem.pause.until:%-d %B, %H:%M} UTC")
        return ask(request, composer, status=403, problem="Posting is paused for you", sentence=sentence)
    title, sentence = _CLOSED.get(str(problem), _NOT_NOW)
    status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 409)
    return ask(request, composer, status=status, problem=title, sentence=sentence)


RESTING = (
    "A moderator paused it until {}. Why, and how to have someone else look at it, is in My space. Your words are kept"
    " here, you can go on reading, and help stays open. If you are in danger, say so: words like that are always read."
)
ENDED = (
    "Why, and how to have someone else look at it, is in My space. You can go on reading, and help stays open. If you"
    " are in danger, say so: words like that are always read."
)
_CLOSED = {
    "banned": ("Your writing here has ended", ENDED),
    "paused": (
        "Writing is paused on this site right now",
        "Nobody is there to look after new words, so they wait. Reading, help and your own space stay open.",
    ),
    "locked": ("This thread is closed for replies", "A moderator closed it. You can write in a thread of your own."),
}
_STATUS = {posting.MayNotSpeak: 403, posting.Paused: 423}
_NOT_NOW = ("That is not possible at this moment", "Your words are saved here. Please try again in a while.")


def _later(request: HttpRequest, composer: Composer, problem: posting.TooSoon) -> HttpResponse:
    minutes = max(1, round(problem.seconds / 60))
    wait = f"{minutes} minute{'' if minutes == 1 else 's'}"
    why = "You have written a lot in a short time."
    if isinstance(problem, posting.Crowded):
        why = "Many people near you began here within the hour."
    sentence = f"{why} Please wait about {wait} and press again."
    response = ask(request, composer, status=429, problem="A short pause", sentence=sentence)
    response["Retry-After"] = str(problem.seconds)
    return response
