"""How long a crisis takes from pressing Post to an open desk, and how long posting takes with judging, case and audit.

python -m bench.desk [--posts 50]
"""

import argparse
import asyncio
import json
import platform
import statistics
import sys
import time

import httpx
import websockets
from websockets.typing import Origin

from forum.tokens import new_token
from tests.killing import RISKY, a_thread
from tests.site import Site, Visitor, running_site


def sign_in(site: Site) -> str:
    """The session of a lead at the desk."""
    robin = site.staff("robin", "lead")
    with Visitor(site) as person:
        form = {"username": robin.username, "password": robin.password, "code": robin.code()}
        person.post("/desk/sign-in", data=form)
        return person.session


async def measure(site: Site, posts: int) -> tuple[list[float], list[float]]:
    """Seconds from sending the form to (its answer, the desk's frame), for each crisis post."""
    thread = a_thread(site)
    cookie = f"__Host-lamplight={sign_in(site)}"
    address = f"ws://localhost:{site.port}/desk/socket"
    answered, reached = [], []
    async with websockets.connect(address, origin=Origin(site.url), additional_headers={"Cookie": cookie}) as desk:
        for _ in range(posts):
            sent, took = await asyncio.to_thread(post, site, thread)
            while True:
                frame = json.loads(await asyncio.wait_for(desk.recv(), timeout=10))
                if frame.get("type") == "queue" and frame.get("word") == "crisis":
                    break
            reached.append(time.monotonic() - sent)
            answered.append(took)
            await asyncio.sleep(0.2)
    return answered, reached


def post(site: Site, thread: str) -> tuple[float, float]:
    with Visitor(site) as ash:
        ash.post("/arrive")
        form = {"body": RISKY, "client_id": new_token(), "form_token": ash.form_token(thread)}
        sent = time.monotonic()
        answer: httpx.Response = ash.post(f"{thread}reply", data=form)
        took = time.monotonic() - sent
        if answer.status_code not in (200, 303):
            raise SystemExit(f"the post was answered with {answer.status_code}")
        return sent, took


def said(name: str, seconds: list[float]) -> str:
    ms = sorted(each * 1000 for each in seconds)
    return f"{name}: median {statistics.median(ms):.0f} ms, p95 {ms[int(len(ms) * 0.95)]:.0f} ms, max {ms[-1]:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=50)
    posts = parser.parse_args().posts
    with running_site() as site:
        answered, reached = asyncio.run(measure(site, posts))
    print(f"{platform.machine()}, Python {platform.python_version()}, {posts} crisis posts")
    print(said("answered", answered))
    print(said("seen by an open desk, from sending", reached))
    return 0


if __name__ == "__main__":
    sys.exit(main())
