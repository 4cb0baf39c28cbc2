"""A whole evening of the desk, told through the doors people use: what the invariants must find in order."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.models import LiveSession, Post, Room, Thread
from forum.opening import open_rooms
from forum.posting import edit_post, submit_post, withdraw
from moderation import deciding, outreach, risk, triage
from moderation.calling import call_for_help
from moderation.deciding import Verdict
from moderation.models import Case, Decision, Moderator
from moderation.reporting import file_report
from moderation.risk import Level
from moderation.tending import tend
from peers import limits
from peers.leaving import Way, leave
from peers.models import Peer
from tests.conftest import draft, make_moderator, make_thread
from tests.desk.staff import CRY, KIND
from tests.moderation.judging import assessment, finding

CALM = "Tea, a walk, and the cat asleep on my feet."
LATER = timedelta(hours=5)  # every planned step of what is open then has come


@dataclass(slots=True)
class Story:
    """Where to find what happened."""

    thread: Thread
    session: LiveSession
    robin: Moderator
    lead: Moderator
    posts: dict[str, Post]

    def post(self, name: str) -> Post:
        return Post.objects.get(pk=self.posts[name].pk)

    def case(self, name: str) -> Case:
        """The newest case about this post."""
        return Case.objects.filter(post=self.posts[name]).latest("pk")


class _Evening:
    """The people and places, and what they do."""

    def __init__(self) -> None:
        open_rooms()
        room = Room.objects.get(slug="self-care")
        self.ash = Peer.objects.create()
        self.robin = make_moderator("robin", "Robin", "moderator")
        self.lead = make_moderator("maren", "Maren", "lead")
        host = make_moderator("river", "River", "host").peer
        session = schedule(host=host, room=room, title="An evening together")
        move(host=host, session=session, act=Act.OPEN)
        self.story = Story(make_thread(self.ash, room, CALM), session, self.robin, self.lead, {})

    def say(
        self, name: str, *found: risk.Finding, live: bool = False, words: str = CALM, peer: Peer | None = None
    ) -> Post:
        """A post by this name: judged by the rules, or as the test says."""
        limits.buckets.cache_clear()
        place = self.story.session if live else self.story.thread
        with _judged(*found):
            post = submit_post(peer=peer or Peer.objects.create(), place=place, draft=draft(words))
        self.story.posts[name] = post
        return post

    def take(self, name: str, by: Moderator | None = None) -> Case:
        triage.claim(case=self.story.case(name), moderator=by or self.robin)
        triage.reveal(case=self.story.case(name), moderator=by or self.robin)
        return self.story.case(name)

    def decide(self, name: str, action: str) -> Decision:
        case = self.take(name)
        assert case.lease_token is not None
        verdict = Verdict(
            action, "stands", "I have read this.", case.lease_token, case.version, f"{name}-{case.version}"
        )
        return deciding.decide(case=case, moderator=self.robin, verdict=verdict)

    def edit(self, name: str, *found: risk.Finding) -> None:
        post = self.story.post(name)
        assert post.peer is not None
        with _judged(*found):
            edit_post(peer=post.peer, post=post, draft=draft("Other words, written later."))


class _judged:  # noqa: N801  (reads as what it does)
    """Within, every text is judged so; without a finding the rules judge."""

    def __init__(self, *found: risk.Finding) -> None:
        self.found = found

    def __enter__(self) -> None:
        self.rules = risk.assess
        if self.found:
            risk.assess = lambda *_: assessment(*self.found)

    def __exit__(self, *_: object) -> None:
        risk.assess = self.rules


def tell() -> Story:
    """Everything that can happen to a post, a case and a decision, in one evening."""
    evening = _Evening()
    _in_the_thread(evening)
    _in_the_session(evening)
    tend(now=timezone.now() + LATER)
    _after_that(evening)
    _people_leave(evening)
    return evening.story


def _in_the_thread(evening: _Evening) -> None:
    threat, method = finding("threat", Level.RED), finding("method", Level.AMBER)
    evening.say("calm")
    evening.say("withdrawn")
    withdraw(peer=evening.story.post("withdrawn").peer or evening.ash, post=evening.story.posts["withdrawn"])
    evening.say("hidden", method)
    evening.say("released", finding("sourcing", Level.RED))
    evening.say("threat", threat)
    evening.say("published", threat)
    evening.decide("published", "publish")
    evening.say("folded", words=CRY)
    evening.decide("folded", "fold")
    for name in ("removed", "written anew"):
        evening.say(name, threat)
        evening.decide(name, "remove")
    evening.edit("written anew")
    evening.say("undone", threat)
    deciding.undo(decision=evening.decide("undone", "remove"), moderator=evening.robin)
    evening.decide("undone", "publish")
    evening.say("reported")
    file_report(post=evening.story.post("reported"), reason="other", note="")


def _in_the_session(evening: _Evening) -> None:
    session, threat = evening.story.session, finding("threat", Level.RED)
    move(host=session.host, session=session, act=Act.SLOW)
    move(host=session.host, session=session, act=Act.OPEN)
    evening.say("said", live=True)
    evening.say("said and hidden", finding("method", Level.AMBER), live=True)
    evening.say("said and removed", words=CRY, live=True)
    evening.decide("said and removed", "remove")
    evening.say("let through", threat, live=True)
    evening.decide("let through", "publish")
    for caller in (evening.ash, Peer.objects.create()):
        call_for_help(session=session, peer=caller)


def _after_that(evening: _Evening) -> None:
    story = evening.story
    evening.edit("published", finding("distress", Level.AMBER))
    evening.say("answered", words=CRY)
    case = evening.take("answered")
    talk = outreach.write_to_author(case=case, moderator=evening.robin, body=KIND, client_id="one").outreach
    evening.decide("answered", "leave")
    outreach.answer(outreach=talk, peer=talk.peer, body=CRY, client_id="two")
    evening.say("in hands", finding("suicide", Level.RED))
    evening.take("in hands")
    evening.say("in other hands", finding("suicide", Level.RED))
    triage.claim(case=story.case("in other hands"), moderator=evening.lead)


def _people_leave(evening: _Evening) -> None:
    for way in Way:
        peer = Peer.objects.create()
        evening.say(f"left: {way}", peer=peer, words=CRY)
        evening.say(f"left in danger: {way}", finding("harassment", Level.RED), peer=peer)
        leave(peer=peer, way=way)
