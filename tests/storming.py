"""A live room on real processes, a crowd of pages in it, and what may happen to both. Then promises are compared with
what is there: nothing acknowledged lost, nothing twice, every page every event once and in order."""

import asyncio
import json
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle, islice
from typing import Any, NamedTuple

import httpx

from tests.live_client import LivePage, Told
from tests.site import Site

log = logging.getLogger(__name__)
STILL_HERE = 20.0  # seconds between two heartbeats of the host, as the console sends them
PATIENCE = 60.0  # seconds until everyone has everything
OPENING_AT_ONCE = 20
MOST_UNANSWERED = 5  # who has so many words waiting says no more for the moment, as a person would

_PREPARE = """
import json
from forum.live.hosting import move, name_co_host, schedule
from forum.live.states import Act
from forum.models import Room
from peers.arriving import speak_for
from peers.models import Kind, Peer
from peers.sessions import SessionStore

def cookie(peer):
    session = SessionStore()
    speak_for(session=session, peer=peer, remember=False)
    return session.session_key

def room():
    session = schedule(host=host, room=Room.objects.get(slug="self-care"), title="An evening together")
    name_co_host(host=host, session=session, peer=co_host)
    move(host=host, session=session, act=Act.OPEN)
    return session.public_id, cookie(host), cookie(co_host), [cookie(Peer.objects.create()) for _ in range(SPEAKERS)]

host, co_host = (Peer.objects.create(kind=Kind.STAFF, staff_name=name) for name in ("River", "Wren"))
print(json.dumps([room() for _ in range(ROOMS)]))
"""

_COUNT = """
import json
from forum.models import LiveEvent, LiveSession, Post
session = LiveSession.objects.get(public_id=LIVE)
events = [
    (event.seq, event.kind, event.post and event.post.public_id, event.post and event.post.client_id,
     event.at.timestamp())
    for event in LiveEvent.objects.filter(session=session).select_related("post").order_by("seq")
]
posts = list(Post.objects.filter(session=session).values_list("client_id", flat=True))
print(json.dumps({"last": session.last_seq, "events": events, "posts": posts}))
"""

# What a host may press, as often as it stands here.
_PRESSED = ("take_over", "take_over", "step_out", "still", "still", "open", "open", "one_voice")
_DONE, _TOO_LATE = {204, 303}, {403, 409}  # answers; the second to someone who is the host no more


def sentence(number: int) -> str:
    """Something everyday, different each time."""
    return f"Slept after the long meeting and made tea. That was number {number} on my list."


class Room:
    """A live room, and the web processes that serve it."""

    def __init__(self, sites: Sequence[Site], live: str, host: str, co_host: str, cookies: list[str]) -> None:
        self.sites, self.live = sites, live
        self.host, self.co_host, self.cookies = host, co_host, cookies  # of who holds it, and of who may speak

    @property
    def ports(self) -> list[int]:
        return [site.port for site in self.sites]

    def found(self) -> dict[str, Any]:
        """What the database holds of it."""
        found: dict[str, Any] = _ask(self.sites[0], _COUNT, LIVE=self.live)
        return found


def open_rooms(sites: Sequence[Site], number: int, *, speakers: int) -> list[Room]:
    """So many open rooms of a new site, each with so many people who may speak in it."""
    return [Room(sites, *made) for made in _ask(sites[0], _PREPARE, ROOMS=number, SPEAKERS=speakers)]


def _ask(site: Site, script: str, **names: object) -> Any:
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    return json.loads(site.manage("shell", "--no-imports", "-c", given + script))


def beside(site: Site) -> Site:
    """A second web process of the same site."""
    other = Site(site.data)
    other.env = {**site.env, "LAMPLIGHT_SITE_URL": other.url}
    return other


def kill_and_start(site: Site) -> None:
    """SIGKILL to a web process, and begin it anew on the same port."""
    site.kill()
    site.start()


async def to_its_end(work: Callable[[], None]) -> None:
    """Do this in a thread; who is cancelled meanwhile waits for it first."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


class Crowd:
    """All pages that are open in a room."""

    def __init__(self, room: Room, asks: httpx.AsyncClient) -> None:
        self.room, self.asks = room, asks
        self.told = Told()
        self.pages: list[LivePage] = []
        self._said = 0

    async def come(self, cookies: Sequence[str], *, narrow: bool = False) -> list[LivePage]:
        """A page more with each of these cookies; an empty one is someone without a voice."""
        room = self.room
        new = [LivePage(room.ports, room.live, self.told, self.asks, cookie=each, narrow=narrow) for each in cookies]
        self.pages += new
        for start in range(0, len(new), OPENING_AT_ONCE):
            some = new[start : start + OPENING_AT_ONCE]
            for page in some:
                page.start()
            await until_all(partial(_all_greeted, some), "opening")
        return new

    @asynccontextmanager
    async def talk(self, speakers: Sequence[LivePage], rate: float, padding: str = "") -> AsyncIterator[None]:
        """Meanwhile these say so many messages a second in turn."""

        async def speak() -> None:
            begin = time.monotonic()
            for turn in count(1):
                speaker = speakers[turn % len(speakers)]
                if len(speaker.waiting) < MOST_UNANSWERED:
                    self._said += 1
                    await speaker.say(sentence(self._said) + padding)
                await asyncio.sleep(max(0.0, begin + turn / rate - time.monotonic()))

        talking = asyncio.create_task(speak())
        try:
            yield
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def settle(self) -> "Outcome":
        """Wait until everyone is there, every word is answered, and everyone has the last number; then compare."""
        await until_all(lambda: not any(page.waiting for page in self.pages), "answering")
        await until_all(partial(_all_whole, self.pages), "coming back")
        found = await asyncio.to_thread(self.room.found)
        await until_all(partial(_all_heard, self.pages, found["last"]), "hearing everything")
        return compare(self, found)

    async def go(self) -> None:
        await asyncio.gather(*(page.close() for page in self.pages))


def _all_greeted(pages: Iterable[LivePage]) -> bool:
    return all(page.is_open and page.greeted_at for page in pages)


def _all_whole(pages: Iterable[LivePage]) -> bool:
    """Who was told something wrong is waited for no longer."""
    return all(page.is_whole or page.faults for page in pages)


def _all_heard(pages: Iterable[LivePage], last: int) -> bool:
    return all(page.after >= last or page.faults for page in pages)


async def until_all(ready: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait until this is so. What is not so in the end is found by `compare`, so this raises nothing."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            log.warning("not within %.0f s: %s", seconds, what)
            return
        await asyncio.sleep(0.02)


@asynccontextmanager
async def a_crowd(room: Room) -> AsyncIterator[Crowd]:
    """Pages of this room, with its host present."""
    async with httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_connections=20)) as asks:
        crowd = Crowd(room, asks)
        beating = asyncio.create_task(_stay(room))
        try:
            yield crowd
        finally:
            beating.cancel()
            await asyncio.gather(crowd.go(), beating, return_exceptions=True)


async def _stay(room: Room) -> None:
    """The host's console is open: it renews the lease as static/js/host.js does, whoever else is asking."""
    async with httpx.AsyncClient(timeout=STILL_HERE) as own:
        while True:
            site = random.choice(room.sites)  # noqa: S311  (not secret)
            with suppress(httpx.HTTPError):
                await _still_here(own, f"{site.url}/live/{room.live}/host/", room.host)
            await asyncio.sleep(STILL_HERE)


async def _still_here(own: httpx.AsyncClient, console: str, host: str) -> None:
    token = await form_token(own, console, host)
    await post(own, f"{console}act", host, {"act": "still", "form_token": token})


async def slow_down(room: Room, asks: httpx.AsyncClient) -> None:
    """The host lets everyone wait between two messages."""
    console = f"{room.sites[0].url}/live/{room.live}/host/"
    token = await form_token(asks, console, room.host)
    await post(asks, f"{console}act", room.host, {"act": "slow", "form_token": token})


async def form_token(asks: httpx.AsyncClient, page: str, cookie: str) -> str:
    text = (await asks.get(page, headers={"Cookie": f"__Host-lamplight={cookie}"})).text
    token = text.partition('name="form_token" value="')[2].partition('"')[0]
    assert token, f"{page} has no form"
    return token


async def post(asks: httpx.AsyncClient, address: str, cookie: str, form: dict[str, str]) -> httpx.Response:
    origin = address.partition("/live/")[0]
    return await asks.post(address, data=form, headers={"Cookie": f"__Host-lamplight={cookie}", "Origin": origin})


class Back(NamedTuple):
    """Seconds until each page was greeted again, and until it had all it had missed by then; both sorted."""

    greeted: list[float]
    whole: list[float]


async def cut_off(pages: Sequence[LivePage], *, away: float = 0.0) -> Back:
    """Break all these connections in one moment; they come back after so many seconds. Counted from there on."""
    for page in pages:
        page.cut(away)
    began = time.monotonic() + away
    return await all_back(pages, began, patience=away + PATIENCE)


async def all_back(pages: Sequence[LivePage], began: float, patience: float = PATIENCE) -> Back:
    await until_all(partial(_all_whole, pages), "coming back", patience)
    never = [float("inf")]
    back = [page for page in pages if page.is_whole]
    missing = never * (len(pages) - len(back))
    return Back(
        sorted(max(0.0, page.greeted_at - began) for page in back) + missing,
        sorted(max(0.0, page.whole_at - began) for page in back) + missing,
    )


async def drop_often(page: LivePage, drops: int, longest: float) -> None:
    """Break this page's connection at random moments; half the time just after it said something."""
    dropped = 0
    while dropped < drops:
        await asyncio.sleep(random.uniform(0, longest))  # noqa: S311  (not secret)
        if page.is_open and page.cookie and dropped % 2:
            await page.say(f"Tea is ready, and the window is open. {dropped}")
        dropped += page.cut()


async def same_send(crowd: Crowd, pages: Sequence[LivePage], times: int) -> list[int]:
    """The same words over these sockets of one person and over HTTP, all at once. The statuses of the HTTP answers."""
    first, cookie = pages[0], pages[0].cookie
    client_id = await first.say("The same words, sent again and again.")
    for page in pages[1:]:
        page.words[client_id] = first.words[client_id]  # one person's: what any socket answers counts
    room = crowd.room
    address = f"{random.choice(room.sites).url}/live/{room.live}/say"  # noqa: S311  (not secret)
    token = await form_token(crowd.asks, address, cookie)
    form = {"body": first.words[client_id].body, "client_id": client_id, "form_token": token}
    doors = islice(cycle([*pages, None]), times - 1)
    sends: list[Awaitable[Any]] = [
        page.send_words(client_id) if page else post(crowd.asks, address, cookie, form) for page in doors
    ]
    answers = await asyncio.gather(*sends)
    sockets = times - sum(answer is not None for answer in answers)
    answered = first.words[client_id]
    await until_all(lambda: len(answered.acks) + len(answered.refusals) >= sockets, "answering")
    return [answer.status_code for answer in answers if answer is not None]


@dataclass(slots=True)
class Outcome:
    """What was promised, and what is there."""

    said: int = 0
    acknowledged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    heard: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def compare(crowd: Crowd, found: dict[str, Any]) -> Outcome:
    """Everything that must not be, in words."""
    outcome = Outcome()
    numbers = [row[0] for row in found["events"]]
    if numbers != list(range(1, found["last"] + 1)):
        outcome.faults.append(f"the numbers in the database have gaps: {len(numbers)} of {found['last']}")
    said = {row[0]: row for row in found["events"] if row[1] == "said"}
    by_id = Counter(sent.rpartition("-")[0] for sent in found["posts"])  # the form adds a digest
    if twice := [sent for sent, times in by_id.items() if times > 1]:
        outcome.faults.append(f"{len(twice)} messages stored twice")
    if twice := [post for post, times in Counter(row[2] for row in said.values()).items() if times > 1]:
        outcome.faults.append(f"{len(twice)} messages told under two numbers")
    for page in crowd.pages:
        _compare_words(outcome, page, said)
        _compare_heard(outcome, page, found["last"])
    _compare_shown(outcome, crowd.told, found["events"])
    return outcome


def _compare_words(outcome: Outcome, page: LivePage, said: dict[int, Any]) -> None:
    for client_id, words in page.words.items():
        outcome.said += 1
        outcome.acknowledged += bool(words.acks)
        outcome.refused.update(words.refusals)
        kept = [(seq, post) for seq, post in words.acks if _is_there(said.get(seq or 0), post, client_id)]
        counted = {
            "acknowledged and lost": len(words.acks) - len(kept),
            "acknowledged as another": len(set(words.acks)) > 1,
            "said, and refused": bool(words.acks and words.refusals),
            "without an answer": client_id in page.waiting,
        }
        outcome.faults += [f"{what}: {words}" for what, number in counted.items() if number]


def _is_there(row: Any, post: str, client_id: str) -> bool:
    return row is not None and row[2] == post and row[3].rpartition("-")[0] == client_id


def _compare_heard(outcome: Outcome, page: LivePage, last: int) -> None:
    outcome.heard += len(page.heard_at)
    outcome.codes.update(page.codes)
    outcome.faults += page.faults
    if page.after != last or len(page.heard_at) != last:
        outcome.faults.append(f"heard {len(page.heard_at)} up to {page.after} instead of {last}")


def _compare_shown(outcome: Outcome, told: Told, events: Iterable[Any]) -> None:
    if told.differing:
        outcome.faults.append(f"shown differently to different pages: {sorted(told.differing)}")
    for seq, kind, post, *_ in events:
        shown = told.shown.get(seq)
        if shown is not None and shown != f"{kind} {post}":
            outcome.faults.append(f"{seq} was shown as {shown} and is {kind} {post}")


class Done(NamedTuple):
    """Something a host did, and between which moments."""

    who: str
    act: str
    began: float
    ended: float


@dataclass(slots=True)
class Race:
    """Host and co-host press whatever hosts press, over HTTP, as fast as they can."""

    room: Room
    done: list[Done] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # answers other than "done" and "too late"

    async def run(self, seconds: float) -> None:
        """For this long, and on a busy machine until each has taken the room over. In the end the first of them takes
        it, if it is not theirs, and opens it."""
        both = {"host": self.room.host, "co-host": self.room.co_host}
        await asyncio.gather(*(self._hold(who, cookie, seconds) for who, cookie in both.items()))
        await self._hold("host", self.room.host, 0)

    async def _hold(self, who: str, cookie: str, seconds: float) -> None:
        async with httpx.AsyncClient(timeout=10) as own:
            token = await form_token(own, f"{self.room.sites[0].url}/live/{self.room.live}/host/", cookie)
            began = time.monotonic()
            while seconds and not self._is_over(time.monotonic() - began, seconds):
                await self._press(own, who, cookie, token, random.choice(_PRESSED))  # noqa: S311  (not secret)
                await asyncio.sleep(random.uniform(0, 0.1))  # noqa: S311  (not secret)
            if not seconds:
                for act in ("take_over", "open"):  # it may be theirs, and open, already
                    await self._press(own, who, cookie, token, act)

    def _is_over(self, raced: float, seconds: float) -> bool:
        took = {each.who for each in self.done if each.act == "take_over"}
        return raced >= (seconds if len(took) > 1 else seconds + PATIENCE)

    async def _press(self, own: httpx.AsyncClient, who: str, cookie: str, token: str, act: str) -> None:
        console = f"{random.choice(self.room.sites).url}/live/{self.room.live}/host/act"  # noqa: S311  (not secret)
        began = time.time()
        status = (await post(own, console, cookie, {"act": act, "form_token": token})).status_code
        if status in _DONE:
            self.done.append(Done(who, act, began, time.time()))
        elif status not in _TOO_LATE:
            self.faults.append(f"{who}: {act} was answered with {status}")


def two_hosts(done: Sequence[Done]) -> list[str]:
    """Acts of someone who was surely not the host: another had taken over before, and they had not taken it back."""
    faults = []
    takes = [each for each in done if each.act == "take_over"]
    for each in done:
        others = [take for take in takes if take.who != each.who and take.ended < each.began]
        if each.act == "take_over" or not others:
            continue
        last = max(others, key=lambda take: take.began)
        if not any(take.who == each.who and take.ended > last.began and take.began < each.ended for take in takes):
            faults.append(f"{each.who} did {each.act} while {last.who} was the host")
    by_who = Counter(take.who for take in takes)
    if by_who and max(by_who.values()) - min(by_who.values(), default=0) > 1:
        faults.append(f"taken over by turns, but {dict(by_who)}")
    return faults


def said_in_silence(
    done: Sequence[Done], events: Iterable[Any], *, closes: str, opens: set[str], first: float = 0.0
) -> list[str]:
    """Messages of moments that were surely silent: after `closes` was done and before any of `opens` was begun."""
    silences = []
    for each in done:
        if each.act == closes:
            ends = min((o.began for o in done if o.act in opens and o.ended > each.began), default=float("inf"))
            if ends > each.ended:
                silences.append((each.ended, ends))
    at = [row[4] for row in events if row[1] == "said" and row[4] > first]
    return [f"said after {closes}" for moment in at if any(a < moment < b for a, b in silences)]


def overstepped(race: Race, events: Sequence[Any], *, first: float) -> list[str]:
    """Whatever two racing hosts did, or others said, that could not be: two hosts, or words while none was present or
    only the host spoke. Messages from before `first` are left out."""
    present = {"take_over", "still", "open", "one_voice"}
    faults = [*race.faults, *two_hosts(race.done)]
    idle = {"host", "co-host"} - {each.who for each in race.done if each.act == "take_over"}
    faults += [f"{who} never took the room over: there was no race" for who in idle]
    faults += said_in_silence(race.done, events, closes="step_out", opens=present, first=first)
    return faults + said_in_silence(race.done, events, closes="one_voice", opens={"open"}, first=first)
