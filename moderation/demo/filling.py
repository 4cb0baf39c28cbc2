"""Fills an empty, non-production site with the demo community, through the same doors real people use.

Everything is posted and judged as it would be; afterwards it is dated back, so that the site
looks lived in. Nothing rings: the alerts it causes are marked as told to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forum import notes, posting
from forum.intake import Draft
from forum.live import hosting
from forum.live.states import Act
from forum.models import LiveSession, Post, Room, Thread
from forum.opening import open_rooms
from forum.tokens import new_token
from moderation.demo import dating, deciding
from moderation.demo.texts import LIVE_SCOPE, Community, DemoThread, load_community
from moderation.models import Moderator, Outbox, Role
from moderation.staffing import Newcomer, add_moderator, start_shift
from peers import limits
from peers.models import Kind, Peer
from peers.naming import persona_for

STAFF = (("lark", "Lark", Role.HOST), ("robin", "Robin", Role.MODERATOR), ("maren", "Maren", Role.LEAD))
HOST_STAYS = timedelta(hours=12)  # the demo's host has no console open, and the room should still be one to try
SHIFT_HOURS = 8
TOLD_NOBODY = "nobody: written by the demo"
LATE_EVENING = 23  # o'clock: the texts count their minutes back from it
SESSION_BEGAN = timedelta(minutes=20)  # ago


class NotHere(Exception):
    """This site must not be filled; the message says why. Nothing was changed."""


@dataclass(slots=True)
class Filled:
    """What was made."""

    staff: list[Newcomer]
    posted: list[tuple[Post, datetime]] = field(default_factory=list)  # with the time it should seem to have been
    refused: int = 0
    still_open: int = 0


def fill() -> Filled:
    """Write the whole community, or nothing. Raises NotHere on a production site or one where someone already is."""
    _refuse_if_lived_in()
    with transaction.atomic():
        open_rooms()
        staff = [add_moderator(username=name, staff_name=shown, role=role) for name, shown, role in STAFF]
        filled = Filled(staff)
        session = _hold_session(staff[0].moderator.peer)
        voices = _Voices(host=staff[0].moderator.peer, session=session)
        community = load_community(voices.name)
        _post_threads(community, voices, filled)
        _speak(community, voices, filled)
        robin, lead = (each.moderator for each in staff[1:])
        filled.still_open = deciding.decide_most(filled.posted, moderator=robin, lead=lead)
        dating.date_back(filled.posted)
        _after(robin, session)
    return filled


def _refuse_if_lived_in() -> None:
    if settings.PRODUCTION:
        raise NotHere("This site says that it is a real one (LAMPLIGHT_PRODUCTION). The demo is never put there.")
    someone = Moderator.objects.exists() or Peer.objects.filter(kind=Kind.PEER).exists() or Thread.objects.exists()
    if someone:
        raise NotHere("Someone is already here. The demo only fills an empty site: begin with a new data folder.")


class _Voices:
    """One peer for each voice of the texts, made when it is first heard."""

    def __init__(self, *, host: Peer, session: LiveSession) -> None:
        self._peers: dict[str, Peer] = {}
        self._host, self.session = host, session

    def peer(self, voice: str) -> Peer:
        if voice not in self._peers:
            since = timezone.now().date() - timedelta(days=40)
            is_host = voice.endswith("-host")
            self._peers[voice] = self._host if is_host else Peer.objects.create(created_on=since)
        return self._peers[voice]

    def name(self, scope: str, voice: str) -> str:
        """What this voice is called in a room, or in the live session."""
        place = self.session.scope if scope == LIVE_SCOPE else f"room:{scope}"
        return persona_for(peer=self.peer(voice), scope=place).name


def _post_threads(community: Community, voices: _Voices, filled: Filled) -> None:
    """Post openings and replies in the order of their times, as they would have come."""
    rooms = {room.slug: room for room in Room.objects.all()}
    threads: dict[int, Thread | None] = {}
    for at, number, reply in sorted(_times(community.threads)):
        limits.buckets.cache_clear()  # two weeks are written in a minute
        thread = community.threads[number]
        said = thread if reply < 0 else thread.replies[reply]
        peer = voices.peer(said.voice)
        try:
            if reply < 0:
                post = _open(peer, rooms[thread.room], thread)
                threads[number] = post.thread
            else:
                post = _answer(peer, threads.get(number), said.body)
        except posting.NotPosted:
            filled.refused += 1
            continue
        filled.posted.append((post, at))


def _times(threads: tuple[DemoThread, ...]) -> Iterator[tuple[datetime, int, int]]:
    """(when, number of the thread, number of the reply or -1)."""
    evening = last_evening(timezone.now())
    for number, thread in enumerate(threads):
        opened = evening - timedelta(minutes=thread.minutes_ago)
        yield opened, number, -1
        for place, reply in enumerate(thread.replies):
            yield opened + timedelta(minutes=reply.minutes_after), number, place


def last_evening(now: datetime) -> datetime:
    """The newest 23:00 that is over."""
    today = now.replace(hour=LATE_EVENING, minute=0, second=0, microsecond=0)
    return today if today < now else today - timedelta(days=1)


def _open(peer: Peer, room: Room, thread: DemoThread) -> Post:
    draft = Draft(body=thread.body, title=thread.title, notes=notes.to_bits(thread.notes), client_id=new_token())
    return posting.open_thread(peer=peer, room=room, draft=draft, contract=thread.contract)


def _answer(peer: Peer, thread: Thread | None, body: str) -> Post:
    if thread is None:
        raise posting.NotPosted("its thread was not opened")
    return posting.submit_post(peer=peer, place=thread, draft=Draft(body=body, client_id=new_token()))


def _hold_session(host: Peer) -> LiveSession:
    room = Room.objects.get(slug="self-care")
    session = hosting.schedule(host=host, room=room, title="Live", starts_at=timezone.now() - SESSION_BEGAN)
    hosting.move(host=host, session=session, act=Act.OPEN)
    return session


def _speak(community: Community, voices: _Voices, filled: Filled) -> None:
    script, session = community.session, voices.session
    LiveSession.objects.filter(pk=session.pk).update(title=script.title, room=Room.objects.get(slug=script.room))
    session.refresh_from_db()
    for message in script.messages:
        limits.buckets.cache_clear()
        draft = Draft(body=message.body, client_id=new_token())
        post = posting.submit_post(peer=voices.peer(message.voice), place=session, draft=draft)
        filled.posted.append((post, session.starts_at + timedelta(seconds=message.seconds_after)))


def _after(moderator: Moderator, session: LiveSession) -> None:
    """Someone is on shift, the host stays, and no alert leaves."""
    now = timezone.now()
    start_shift(moderator=moderator, hours=SHIFT_HOURS)
    LiveSession.objects.filter(pk=session.pk).update(host_until=now + HOST_STAYS)
    for message in Outbox.objects.filter(sent_at=None):
        payload = {**message.payload, "sent_to": TOLD_NOBODY}
        Outbox.objects.filter(pk=message.pk).update(sent_at=now, payload=payload)
