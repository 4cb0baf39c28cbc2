"""Signing out, and getting away from this site at once."""

import pytest
from django.conf import settings
from django.db import OperationalError

from peers import signals
from peers.models import Session
from peers.sessions import SessionStore, hashed
from tests.peers.browser import arrive, send

COOKIE = settings.SESSION_COOKIE_NAME


@pytest.fixture
def ended(monkeypatch):
    """What open sockets would be told to close."""
    heard = []

    def listen(**what):
        heard.append((what["session"], what["peer"]))

    signals.voice_ended.connect(listen)
    yield heard
    signals.voice_ended.disconnect(listen)


def test_signing_out_ends_the_session_and_tells_its_sockets(
    client, db, ended, django_capture_on_commit_callbacks
) -> None:
    arrive(client)
    key = client.cookies[COOKIE].value

    with django_capture_on_commit_callbacks(execute=False) as told:
        answer = send(client, "/sign-out")

    assert answer["Location"] == "/"
    assert not Session.objects.exists()
    assert ended == []
    for tell in told:
        tell()
    assert ended == [(hashed(key), None)]


@pytest.mark.parametrize("method", ["get", "post"])
def test_leaving_the_site_ends_the_session_at_once(client, db, method) -> None:
    arrive(client)

    answer = getattr(client, method)("/exit")

    assert (answer.status_code, answer["Location"]) == (303, settings.EXIT_SITE)
    assert not Session.objects.exists()
    assert answer.cookies[COOKIE]["max-age"] == 0
    assert answer["Cache-Control"] == "no-store"


def test_a_beacon_is_answered_without_a_page(client, db) -> None:
    arrive(client)

    answer = client.post("/exit", {"any": "thing"}, headers={"sec-fetch-mode": "no-cors"})

    assert answer.status_code == 204
    assert not Session.objects.exists()


def test_leaving_the_site_works_without_a_session_and_sets_nothing(client, db) -> None:
    answer = client.get("/exit")

    assert answer.status_code == 303
    assert not answer.cookies


def test_leaving_the_site_works_with_the_database_gone(client, db, monkeypatch) -> None:
    arrive(client)

    def gone(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr(SessionStore, "delete", gone)
    answer = client.get("/exit")

    assert answer["Location"] == settings.EXIT_SITE
    assert answer.cookies[COOKIE]["max-age"] == 0
