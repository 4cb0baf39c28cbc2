"""Reads whose SQL is worked out once: the same rows as the QuerySet's, for whatever is asked."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from peers.models import Block, Peer, Persona, Session
from peers.prepared import Prepared

pytestmark = pytest.mark.django_db

PERSONAS = Prepared(lambda peer, scope: Persona.objects.filter(peer=peer, scope=scope), UUID(int=1), "~")
SESSIONS = Prepared(
    lambda after, peer: Session.objects.filter(peer=peer, expire_date__gt=after).order_by("-expire_date")[:2],
    datetime(2000, 1, 1, tzinfo=UTC),
    UUID(int=1),
)


@pytest.fixture
def named(db) -> list[Persona]:
    peers = [Peer.objects.create() for _ in range(2)]
    return [
        Persona.objects.create(peer=peer, scope=scope, name=f"{scope} {number}")
        for number, peer in enumerate(peers)
        for scope in ("room:a", "room:b")
    ]


def test_the_rows_are_those_of_the_queryset(named) -> None:
    for persona in named:
        assert PERSONAS(persona.peer_id, persona.scope) == [persona]
        assert PERSONAS(persona.peer_id, persona.scope)[0].name == persona.name
    assert PERSONAS(uuid4(), "room:a") == []
    assert PERSONAS(named[0].peer_id, "' OR 1=1 --") == []


def test_it_costs_one_query_and_none_to_prepare(named, django_assert_num_queries) -> None:
    fresh = Prepared(lambda peer, scope: Persona.objects.filter(peer=peer, scope=scope), UUID(int=1), "~")

    with django_assert_num_queries(2):
        fresh(named[0].peer_id, "room:a")
        fresh(named[1].peer_id, "room:b")


def test_times_order_and_a_limit_hold(db) -> None:
    peer, now = Peer.objects.create(), timezone.now()
    for hours in (-1, 3, 1, 2):
        Session.objects.create(session_key=f"{hours}", peer=peer, expire_date=now + timedelta(hours=hours))

    assert [session.session_key for session in SESSIONS(now, peer.pk)] == ["3", "2"]
    assert [session.session_key for session in SESSIONS(now + timedelta(hours=2.5), peer.pk)] == ["3"]
    assert SESSIONS(now, peer.pk)[0].peer_id == peer.pk


def test_an_argument_may_stand_in_several_places(db) -> None:
    ash, blue, river = (Peer.objects.create() for _ in range(3))
    met = [Block.objects.create(peer=ash, blocked=blue), Block.objects.create(peer=river, blocked=ash)]
    both_ways = Prepared(
        lambda one: (Block.objects.filter(peer=one) | Block.objects.filter(blocked=one)).order_by("pk"), UUID(int=1)
    )

    assert both_ways(ash.pk) == met
    assert both_ways(blue.pk) == met[:1]


@pytest.mark.parametrize(
    "examples",
    [pytest.param((UUID(int=1), UUID(int=1)), id="two alike"), pytest.param((UUID(int=1), "~", 3), id="one unused")],
)
def test_examples_that_tell_no_place_are_refused(db, examples) -> None:
    confused = Prepared(lambda peer, scope, *_: Persona.objects.filter(peer=peer, scope=scope), *examples)

    with pytest.raises(ValueError, match="another"):
        confused(*examples)


def test_a_lock_is_asked_for_in_a_transaction_each_time(monkeypatch) -> None:
    locked = Prepared(lambda pk: Peer.objects.select_for_update().filter(pk=pk), UUID(int=1))
    peer = Peer.objects.create()
    assert locked(peer.pk) == [peer]  # a test is in a transaction

    monkeypatch.setattr(connection, "get_autocommit", lambda: True)

    with pytest.raises(TransactionManagementError):
        locked(peer.pk)
