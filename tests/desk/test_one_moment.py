"""A check of a running site: of one moment, and in nobody's way."""

from threading import Thread

import pytest
from django.db import connection

from forum.models import Post
from moderation.invariants.breaches import one_moment
from tests.conftest import make_post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("emptied_afterwards")]


def test_a_check_is_of_one_moment_and_keeps_nobody_waiting(ash, room) -> None:
    make_post(ash, room, "Tea, a walk, and the cat asleep on my feet.")

    def write() -> None:
        make_post(ash, room, "Written meanwhile.")
        connection.close()

    with one_moment():
        before = Post.objects.count()
        writer = Thread(target=write)
        writer.start()
        writer.join(timeout=20)
        meanwhile = Post.objects.count()

    assert not writer.is_alive()
    assert (before, meanwhile, Post.objects.count()) == (1, 1, 2)
