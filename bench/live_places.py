"""The three servers that are measured, each in a process of its own on one core."""

import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.servers import answers, free_port, wait_for
from tests.site import PROJECT, SERVER, Site, Visitor, running_site

CORES = sorted(os.sched_getaffinity(0))
SERVES, LISTENS = CORES[0], CORES[-1]
STILL_HERE = 20.0  # seconds between two heartbeats of the host, as the console sends them
SPEAKERS_A_MESSAGE = 4  # speakers for each message a second: nobody comes near 20 messages a minute

_PREPARE = """
import json
from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.models import Room
from peers.arriving import speak_for
from peers.models import Kind, Peer
from peers.sessions import SessionStore

def cookie(peer):
    session = SessionStore()
    speak_for(session=session, peer=peer, remember=False)
    return session.session_key

host = Peer.objects.create(kind=Kind.STAFF, staff_name="River")
session = schedule(host=host, room=Room.objects.get(slug="self-care"), title="An evening together")
move(host=host, session=session, act=Act.OPEN)
speakers = [cookie(Peer.objects.create()) for _ in range(SPEAKERS)]
print(json.dumps({"live": session.public_id, "host": cookie(host), "speakers": speakers}))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A server that runs, and how to come in."""

    pids: tuple[int, ...]
    ports: tuple[int, ...]
    path: str = "/"
    cookies: Sequence[str] = ()
    speakers: int = 1
    mark: bytes = b'{"type":"event","seq":'
    greets: bool = False

    def doors(self, listeners: int) -> list[tuple[int, bytes]]:
        """A port and a request for each; the first carry the cookies of those who speak."""
        ports = [self.ports[number % len(self.ports)] for number in range(listeners)]
        cookies = [*self.cookies[:listeners], *[""] * (listeners - len(self.cookies))]
        return [(port, _request(port, self.path, cookie)) for port, cookie in zip(ports, cookies, strict=True)]


def _request(port: int, path: str, cookie: str) -> bytes:
    host = f"localhost:{port}"
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Upgrade: websocket"]
    lines += ["Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
    lines += [f"Cookie: __Host-lamplight={cookie}"] if cookie else []
    return "\r\n".join([*lines, "", ""]).encode()


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started meanwhile stays on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def _process(port: int, *words: str, **variables: str) -> Iterator[int]:
    with on_core(SERVES):
        server = subprocess.Popen(
            [sys.executable, *words], env={**os.environ, **variables}, cwd=PROJECT, stderr=subprocess.DEVNULL
        )  # a line for each socket that is cut off in the end would bury the figures
    try:
        wait_for(lambda: answers(port), words[1])
        yield server.pid
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def raw(rate: float) -> Iterator[Place]:
    port = free_port()
    with _process(port, "-m", "bench.live_raw", str(port)) as pid:
        yield Place((pid,), (port,), speakers=speakers_for(rate))


@contextlib.contextmanager
def textbook(rate: float) -> Iterator[Place]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="lamplight-textbook-") as folder:
        words = ["-m", "uvicorn", "bench.live_textbook:application", "--port", str(port), *SERVER]
        with _process(port, *words, LAMPLIGHT_BENCH_ROWS=f"{folder}/rows.sqlite3") as pid:
            yield Place((pid,), (port,), speakers=speakers_for(rate), mark=b'{"type": "event", "seq": ')


class Lamplight:
    """The real site with a live room in it. Each `open()` is a server begun anew on the same data."""

    def __init__(self, site: Site, rate: float, processes: int) -> None:
        self.site = site
        script = f"SPEAKERS = {speakers_for(rate)}\n{_PREPARE}"
        made = json.loads(site.manage("shell", "--no-imports", "-c", script))
        self.live, self.host, self.speakers = made["live"], made["host"], made["speakers"]
        self.others = [_beside(site) for _ in range(processes - 1)]

    @contextlib.contextmanager
    def open(self) -> Iterator[Place]:
        sites = [self.site, *self.others]
        try:
            with on_core(SERVES):
                for site in sites:
                    site.stop()
                    site.start()
            with host_present(self.site, self.live, self.host):
                yield Place(
                    tuple(site.server.pid for site in sites if site.server),
                    tuple(site.port for site in sites),
                    f"/live/{self.live}/socket",
                    self.speakers,
                    len(self.speakers),
                    greets=True,
                )
        finally:
            for site in sites:
                site.stop()


@contextlib.contextmanager
def lamplight(rate: float, processes: int = 1) -> Iterator[Lamplight]:
    with running_site(worker=False) as site:
        yield Lamplight(site, rate, processes)


def _beside(site: Site) -> Site:
    """A second web process of the same site."""
    other = Site(site.data)
    other.env = {**site.env, "LAMPLIGHT_SITE_URL": other.url}
    return other


@contextlib.contextmanager
def host_present(site: Site, live: str, cookie: str) -> Iterator[None]:
    """The host's console is open: it renews the lease as static/js/host.js does."""
    over = threading.Event()
    with Visitor(site) as host:
        host.session = cookie
        form = {"act": "still", "form_token": host.form_token(f"/live/{live}/host/")}

        def stay() -> None:
            if host.post(f"/live/{live}/host/act", data=form).status_code != 204:
                raise SystemExit("the host was not let in")

        def stay_on_and_on() -> None:
            while not over.wait(STILL_HERE):
                stay()

        stay()
        beating = threading.Thread(target=stay_on_and_on, daemon=True)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()


def speakers_for(rate: float) -> int:
    return max(4, math.ceil(rate * SPEAKERS_A_MESSAGE))
