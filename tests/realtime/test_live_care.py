"""What a room's team does, as open sockets hear it: the removed is gone at once, a private word reaches one alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from forum.live import hosting
from forum.live.states import Act
from forum.models import LiveEvent, LiveSession, Post, Visibility
from forum.posting import submit_post
from moderation import live_care
from moderation.invariants import breaches
from moderation.models import Case, Decision, Moderator, OutreachMessage
from tests.conftest import draft, make_moderator
from tests.desk.staff import CRY
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "You should all stop being so soft."
LANTERN = "A lantern for you alone."


@pytest.fixture(autouse=True)
def search_is_empty(transactional_db) -> None:
    """No model's table: a flush leaves in it what tests before this one wrote."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM forum_search")


@pytest.fixture
def river(host) -> Moderator:
    return Moderator.objects.select_related("peer").get(peer=host)


@pytest.fixture
def said(ash, session) -> Post:
    return submit_post(peer=ash, place=session, draft=draft(WORDS))


def act(name: str, by: Moderator, post: Post, **more) -> None:
    does: dict[str, Any] = {"remove": live_care.remove, "mute": live_care.mute, "write": live_care.write}
    does[name](moderator=by, post=Post.objects.get(pk=post.pk), **more)


async def test_a_removed_message_leaves_every_open_socket_with_no_word_of_it(ash, blue, river, session, said) -> None:
    async with open_page(session, ash) as own, open_page(session, blue) as other, open_page(session) as reader:
        await sync_to_async(act)("remove", river, said, reason="unkind")
        told = [await page.next_told() for page in (own, other, reader)]

    assert [each["kind"] for each in told] == ["removed"] * 3
    assert {each["post"] for each in told} == {said.public_id}
    assert not any("soft" in str(each) for each in told[1:])


async def test_who_comes_back_later_never_meets_the_removed_words(blue, river, session, said) -> None:
    await sync_to_async(act)("remove", river, said, reason="unkind")

    async with open_page(session, blue, after=0) as page:
        heard = await page.events(4)

    assert "soft" not in str([page.hello, *heard])


async def test_a_private_word_is_told_to_one_person_and_its_text_to_no_socket(
    ash, blue, river, host, session, said
) -> None:
    async with (
        open_page(session, ash) as own,
        open_page(session, blue) as other,
        open_page(session, host) as hosts,
        open_page(session) as reader,
    ):
        await sync_to_async(act)("write", river, said, body=LANTERN, client_id="one")
        told = await own.next_told()
        for page in (other, hosts, reader):
            assert await page.hears_nothing(within=0.4)
        frames = [told, *own.kept, *other.kept, *hosts.kept, *reader.kept]

    assert told["kind"] == "aside"
    assert "lantern" not in str(frames)


async def test_a_muted_person_is_told_to_look_and_their_next_words_come_back(ash, river, session, said) -> None:
    async with open_page(session, ash) as page:
        await sync_to_async(act)("mute", river, said, minutes=15, reason="unkind")
        told = await page.next_told()
        answer = await page.say("But I")

    assert told["kind"] == "aside"
    assert (answer["type"], answer["reason"]) == ("rejected", "may_not_speak")
    assert "Your writing rests here until" in answer["sentence"]


async def test_a_cry_for_help_of_a_muted_person_is_taken_over_the_socket(ash, blue, river, session, said) -> None:
    await sync_to_async(act)("mute", river, said, minutes=None, reason="unkind")

    async with open_page(session, ash) as page, open_page(session, blue) as other:
        answer = await page.say(CRY)
        assert await other.hears_nothing(within=0.4)

    case = await Case.objects.open().aget(post__body=CRY)
    assert (answer["type"], answer["state"]) == ("ack", "held")
    assert 'class="help-card"' in answer["card"]
    assert case.level == 3


def test_a_host_who_loses_the_room_in_this_moment_removes_it_before_or_not_at_all(river, host, room, ash) -> None:
    """No act of a host follows the takeover that ended their hosting."""
    for place in range(8):
        session = hosting.schedule(host=host, room=room, title=f"Evening {place}")
        hosting.move(host=host, session=session, act=Act.OPEN)
        post = submit_post(peer=ash, place=session, draft=draft(f"{WORDS} {place}"))
        sage = make_moderator(f"sage{place}", f"Sage {place}", "host")
        hosting.name_co_host(host=host, session=session, peer=sage.peer)

        def lose(session=session, sage=sage) -> str:
            hosting.take_over(host=sage.peer, session=session)
            return "taken"

        told = at_once(lose, lambda post=post: act("remove", river, post, reason="unkind"))

        kinds = list(LiveEvent.objects.filter(session=session).order_by("seq").values_list("kind", flat=True))
        removed = Post.objects.get(pk=post.pk).visibility == Visibility.REMOVED
        assert removed == (told[1] is None)
        assert removed == ("removed" in kinds)
        assert removed or isinstance(told[1], live_care.MayNot)
        if removed:
            assert kinds[-1] == "state"  # the takeover came after it
        assert LiveSession.objects.get(pk=session.pk).host == sage.peer
    assert not list(breaches())


def test_two_of_the_team_who_remove_the_same_message_at_once_do_it_once(river, robin, said) -> None:
    told = at_once(*(lambda by=by: act("remove", by, said, reason="unkind") for by in (river, robin)))

    assert [type(each) for each in told].count(live_care.NothingToDo) == 1
    assert Decision.objects.count() == 1
    assert not list(breaches())


def test_two_private_words_at_once_are_one_conversation(river, robin, said) -> None:
    at_once(
        *(
            lambda by=by: act("write", by, said, body=f"From {by}", client_id=by.username)
            for by in (river, robin, river, robin)
        )
    )

    assert OutreachMessage.objects.count() == 2
    assert Case.objects.filter(subject__startswith="word:").count() == 1


def at_once(*works) -> list[object]:
    """Run each on a thread of its own, all let go in the same moment; what each gave, or raised."""
    gate = Barrier(len(works))

    def run(work) -> object:
        try:
            gate.wait(10)
            return work()
        except (live_care.MayNot, live_care.NothingToDo) as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
