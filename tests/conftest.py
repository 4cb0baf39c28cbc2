"""People, rooms and servers that tests share. Personas: Ash and Blue are peers, Robin moderates."""

import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import template
from django.db import connection
from django.test.utils import _TestState
from redis import Redis

from forum.intake import Draft
from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.models import LiveSession, Post, Room, Thread
from forum.opening import open_rooms
from forum.posting import open_thread
from forum.tokens import new_token
from moderation import rules_in_force, triggers
from moderation.models import Moderator, Role
from peers import limits
from peers.models import Kind, Peer
from tests import site

_PREPARED = os.environ.get("LAMPLIGHT_PREPARED")
_EMPTY = Path(_PREPARED) / site.EMPTY if _PREPARED and connection.vendor == "sqlite" else None

QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Tables that `./test` has made are taken over: to make them anew takes every process many seconds."""
    return bool(_EMPTY or request.config.getoption("reuse_db"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    if _EMPTY:
        shutil.copy(_EMPTY, connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session", autouse=True)
def rendered_as_on_the_site(django_test_environment: None) -> None:
    """Django's tests copy what every template was given, for `response.context`: dear, and no test here asks for it."""
    template.Template._render = _TestState.saved_data.template_render  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def quick_and_alone(settings, monkeypatch) -> Iterator[None]:
    """Each test starts with full buckets; staff passwords need no second of hashing; no rules but the shipped judge."""
    monkeypatch.setattr(rules_in_force, "_known", rules_in_force.Known(look_at=math.inf))
    settings.PASSWORD_HASHERS = [QUICK_HASHER]
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.WHITENOISE_AUTOREFRESH = True  # no collected files are needed, and none are looked for
    limits.buckets.cache_clear()
    if settings.REDIS_URL:
        with Redis.from_url(settings.REDIS_URL) as kept:
            kept.flushdb()
    yield
    limits.buckets.cache_clear()


@pytest.fixture
def emptied_afterwards(transactional_db) -> Iterator[None]:
    """For tests that write from several threads. The log refuses deletion: for emptying the database its guards are
    lifted; the flush puts them back."""
    yield
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM forum_search")  # no model's table: a flush leaves it


@pytest.fixture(scope="session")
def described() -> list[dict[str, Any]]:
    """The rooms as they are described, once a test has opened them."""
    return []


@pytest.fixture
def rooms(db, described) -> dict[str, Room]:
    if described and not Room.objects.exists():
        Room.objects.bulk_create(Room(**each) for each in described)  # to look for each of them in each test is dear
    else:
        open_rooms()
        every = [field.attname for field in Room._meta.fields if not field.primary_key]
        described[:] = Room.objects.order_by("pk").values(*every)
    return {room.slug: room for room in Room.objects.all()}


@pytest.fixture
def room(rooms: dict[str, Room]) -> Room:
    return rooms["self-care"]


@pytest.fixture
def ash(db) -> Peer:
    return Peer.objects.create()


@pytest.fixture
def blue(db) -> Peer:
    return Peer.objects.create()


@pytest.fixture
def robin(db) -> Moderator:
    return make_moderator("robin", "Robin", Role.MODERATOR)


@pytest.fixture
def wren(db) -> Moderator:
    """A second moderator, for races."""
    return make_moderator("wren", "Wren", Role.MODERATOR)


@pytest.fixture
def host(db) -> Peer:
    return make_moderator("river", "River", Role.HOST).peer


@pytest.fixture
def session(host, room) -> LiveSession:
    """An open live session with its host present."""
    made = schedule(host=host, room=room, title="An evening together")
    move(host=host, session=made, act=Act.OPEN)
    made.refresh_from_db()
    return made


@pytest.fixture
def thread(ash, room) -> Thread:
    return make_thread(ash, room, "I slept four hours and I am proud of it.")


def make_moderator(username: str, staff_name: str, role: str) -> Moderator:
    peer = Peer.objects.create(kind=Kind.STAFF, staff_name=staff_name)
    moderator = Moderator(username=username, role=role, peer=peer)
    moderator.set_password("a long password for tests")
    moderator.save()
    return moderator


def draft(body: str, *, title: str = "", client_id: str = "", notes: int = 0) -> Draft:
    return Draft(body=body, title=title, notes=notes, client_id=client_id or new_token())


def make_thread(peer: Peer, room: Room, body: str, *, title: str = "", contract: str = "listen") -> Thread:
    return make_post(peer, room, body, title=title, contract=contract).thread  # type: ignore[return-value]


def make_post(peer: Peer, room: Room, body: str, *, title: str = "", contract: str = "listen") -> Post:
    return open_thread(peer=peer, room=room, draft=draft(body, title=title), contract=contract)
