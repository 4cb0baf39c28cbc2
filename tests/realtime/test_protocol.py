"""docs/live-protocol.md says what is true: its examples, its schema, its tables, and its example client."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from forum.live.hosting import move
from forum.live.states import Act
from forum.models import LiveState
from forum.posting import submit_post, withdraw
from realtime.closing import Close
from tests.conftest import draft
from tests.forum_live.helpers import browser_of
from tests.realtime.protocol import SCHEMA, wrong_with
from tests.site import PROJECT, Visitor, running_site, until

DOCUMENT = (SCHEMA.parent / "live-protocol.md").read_text()
LIVE = DOCUMENT.partition("## The desk's socket")[0]
EXAMPLES = [
    example
    for block in re.findall(r"```json\n(.*?)```", LIVE, re.DOTALL)
    for example in re.split(r"\n(?=\{)", block.strip())
]
CLIENTS = {"say", "resume", "ping"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_as_the_schema_says(example) -> None:
    frame = json.loads(example)

    assert not wrong_with(frame, "from_client" if frame["type"] in CLIENTS else "from_server")


def test_every_kind_of_frame_has_an_example() -> None:
    parts = json.loads(SCHEMA.read_text())["$defs"]
    named = {
        each["$ref"].rpartition("/")[2] for side in ("from_client", "from_server") for each in parts[side]["oneOf"]
    }

    assert {json.loads(example)["type"] for example in EXAMPLES} == {
        name.replace("writes", "writing") for name in named
    }


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "event", "seq": 0},
        {"type": "event", "seq": 3, "kind": "said", "about": 3, "post": "abcdefghijkl"},
        {"type": "event", "seq": 3, "kind": "aside", "peer": 7},
        {"type": "event", "seq": 3, "author": "x"},
        {"type": "pong", "address": "127.0.0.1"},
        {"type": "whisper"},
        {},
    ],
)
def test_the_schema_refuses_what_is_not_in_the_document(frame) -> None:
    assert wrong_with(frame)


def test_every_state_and_close_code_is_in_the_document() -> None:
    assert set(json.loads(SCHEMA.read_text())["$defs"]["state"]["enum"]) == set(LiveState.values)
    for code in Close:
        assert f"| {int(code)} |" in DOCUMENT


@pytest.mark.django_db
def test_the_events_over_http_are_as_the_schema_says(ash, host, session, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    submit_post(peer=ash, place=session, draft=draft("Good evening."))
    move(host=host, session=session, act=Act.SLOW)

    answer = browser_of().get(f"/live/{session.public_id}/events?after=0").json()

    assert not wrong_with(answer, "events")
    assert [event["kind"] for event in answer["events"]] == ["state", "said", "state"]


@pytest.mark.django_db
def test_ones_own_words_are_told_as_such_to_nobody_else(ash, blue, session, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    post = submit_post(peer=ash, place=session, draft=draft("Good evening."))
    withdraw(peer=ash, post=post)

    told = [
        browser_of(reader).get(f"/live/{session.public_id}/events?after=1").json()["events"]
        for reader in (ash, blue, None)
    ]

    mine = [[event.get("mine") for event in events if "post" in event] for events in told]
    assert mine == [[True, True], [None, None], [None, None]]


OPENED = """
from tests.conftest import make_moderator
from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.models import Room
host = make_moderator("river", "River", "host").peer
session = schedule(host=host, room=Room.objects.get(slug="self-care"), title="An evening")
move(host=host, session=session, act=Act.OPEN)
print(session.public_id)
"""


def test_the_example_client_listens_speaks_and_comes_back_after_a_kill(tmp_path) -> None:
    said = tmp_path / "said.txt"
    with running_site(worker=False) as site:
        live = site.manage("shell", "--no-imports", "-c", OPENED).split()[-1]
        page = f"{site.url}/live/{live}/"
        with Visitor(site) as ash:
            ash.post(f"/live/{live}/say", data={"body": "Good evening.", "client_id": "one"})
            cookie = ash.session
        command = [sys.executable, str(Path("docs") / "live_client.py"), page, cookie]
        with (
            said.open("w") as out,
            subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=out, text=True) as client,
        ):
            try:
                until(lambda: "Good evening." in said.read_text(), what="the first message")
                _type(client, "The kettle is on.")
                until(lambda: "ack" in said.read_text(), what="the answer")
                site.kill()
                _type(client, "Still here?")
                site.start()
                until(lambda: said.read_text().count("ack") == 2, 20, what="the answer after a restart")
            finally:
                client.kill()

    heard = re.findall(r"^(\d+) said", said.read_text(), re.MULTILINE)
    assert heard == sorted(set(heard), key=int)
    assert said.read_text().count("Still here?") >= 1


def _type(client: "subprocess.Popen[str]", words: str) -> None:
    assert client.stdin
    client.stdin.write(f"{words}{os.linesep}")
    client.stdin.flush()
