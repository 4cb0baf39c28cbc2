"""Moving, closing and keeping threads: with a reason that everyone reads, in the log, and without linking any names."""

import json

import pytest
from django.db import IntegrityError, transaction

from forum import keeping, reading
from forum.keeping import AsItWas, Keep, kept_as
from forum.models import Room, Thread
from forum.posting import MayNotSpeak, submit_post
from moderation import thread_care
from moderation.models import AuditEvent
from peers.models import Peer, Persona
from tests.conftest import draft, make_post, make_thread
from tests.desk.staff import Browser, field, sit_down

pytestmark = pytest.mark.django_db
WHY = "It is more at home there."


@pytest.fixture
def there(rooms: dict[str, Room]) -> Room:
    return rooms["relapse"]


@pytest.fixture
def desk(robin) -> Browser:
    return sit_down(robin)


def at(thread: Thread, step: str = "") -> str:
    return f"/desk/threads/{thread.public_id}/{step}"


def sent(desk: Browser, thread: Thread, step: str, **form: str):
    """Fill in the form of the thread's page at the desk, and send it."""
    seen = field(desk.read(at(thread)), "seen")
    return desk.post(at(thread, step), {"seen": seen, "body": WHY, **form})


def name_in(room: Room, peer: Peer) -> str:
    return Persona.objects.get(peer=peer, scope=room.scope).name


def test_a_moved_thread_stands_in_its_new_room_and_says_from_where_and_why(desk, thread, room, there) -> None:
    answer = sent(desk, thread, "move", room=there.slug)

    assert (answer.status_code, answer["Location"]) == (302, thread.get_absolute_url())
    page = Browser().read(thread.get_absolute_url())
    assert f"Moved here from {room.name} by a moderator" in page
    assert WHY in page
    assert thread.public_id in Browser().read(there.get_absolute_url())
    assert thread.public_id not in Browser().read(room.get_absolute_url())
    event = AuditEvent.objects.get(kind="thread.moved")
    assert event.data == {"thread": thread.public_id, "before": room.slug, "after": there.slug}
    assert event.actor == "robin"


def test_search_finds_a_moved_thread_where_it_stands_now_and_counts_stay(desk, thread, blue, there) -> None:
    submit_post(peer=blue, place=thread, draft=draft("Four hours is a good beginning."))
    before = Thread.objects.get()

    sent(desk, thread, "move", room=there.slug)

    found, _ = reading.found("four hours", None)
    after = Thread.objects.get()
    assert {post.thread.room for post in found if post.thread} == {there}
    assert len(found) == 2
    assert (after.replies, after.moved_at, after.opened_at) == (before.replies, before.moved_at, before.opened_at)


def test_nobodys_names_meet_where_a_thread_was_moved_to(desk, thread, ash, room, there) -> None:
    make_post(ash, there, "Tea helped.")
    here_name, there_name = name_in(room, ash), name_in(there, ash)
    assert here_name != there_name

    sent(desk, thread, "move", room=there.slug)
    Browser(ash).post(f"{thread.get_absolute_url()}reply", {"body": "Still here.", "client_id": "after-the-move"})

    page = Browser().read(thread.get_absolute_url())
    assert "Still here." in page
    assert here_name in page
    assert there_name not in page
    assert thread.posts.values("persona").distinct().count() == 1


def test_someone_known_there_replies_under_a_name_of_where_it_began(desk, thread, blue, room, there) -> None:
    make_post(blue, there, "Tea helped.")
    sent(desk, thread, "move", room=there.slug)

    Browser(blue).post(f"{thread.get_absolute_url()}reply", {"body": "I hear you.", "client_id": "a-first-reply"})

    page = Browser().read(thread.get_absolute_url())
    assert name_in(there, blue) not in page
    assert name_in(room, blue) in page
    assert f"The names in this thread are those of {room.name}" in page


def test_a_page_that_was_open_during_the_move_gives_no_other_name(thread, ash, there, robin) -> None:
    make_post(ash, there, "Tea helped.")
    as_it_was = Thread.objects.with_names().get(pk=thread.pk)
    thread_care.move_thread(moderator=robin, thread=thread, room=there, reason=WHY)
    as_it_is = Thread.objects.with_names().get(pk=thread.pk)

    replies = [submit_post(peer=ash, place=each, draft=draft("Still here.")) for each in (as_it_was, as_it_is)]

    assert len({reply.persona_id for reply in replies}) == 1


def test_moving_on_and_back_keeps_the_names_of_where_it_began(thread, ash, room, there, rooms, robin) -> None:
    further = rooms["relationships"]
    stands = thread
    scopes = []

    for target in (there, further, room):
        stands = thread_care.move_thread(moderator=robin, thread=stands, room=target, reason=WHY)
        scopes.append(Thread.objects.get(pk=thread.pk).names_scope)

    assert scopes == [room.scope] * 3
    assert Thread.objects.get().home_room is None
    page = Browser().read(thread.get_absolute_url())
    assert f"Moved here from {further.name}" in page
    assert "The names in this thread" not in page


def test_a_closed_thread_says_why_and_takes_no_reply_until_it_is_opened_again(desk, thread, blue) -> None:
    sent(desk, thread, "keep", how="closed")
    with pytest.raises(MayNotSpeak):
        submit_post(peer=blue, place=thread, draft=draft("I hear you."))
    closed = Browser().read(thread.get_absolute_url())

    sent(desk, thread, "keep", how="open", body="It was closed by mistake.")
    submit_post(peer=blue, place=thread, draft=draft("I hear you."))

    opened = Browser().read(thread.get_absolute_url())
    assert f'Closed for replies by a moderator: <span dir="auto">{WHY}' in closed
    assert "closed for replies" in closed
    assert "It was closed by mistake." in opened
    assert WHY in opened
    assert 'id="reply"' in opened
    told = list(AuditEvent.objects.filter(kind="thread.kept").order_by("id").values_list("data", flat=True))
    assert [(each["before"], each["after"]) for each in told] == [("open", "closed"), ("closed", "open")]


def test_a_memorial_is_read_and_never_waits_for_an_answer(desk, thread, blue) -> None:
    waiting_before = thread.public_id in Browser().read("/waiting")

    sent(desk, thread, "keep", how="memorial")

    page = Browser().read(thread.get_absolute_url())
    lists = [Browser().read("/waiting"), Browser().read(f"{thread.room.get_absolute_url()}?show=waiting")]
    assert waiting_before
    assert [thread.public_id in each for each in lists] == [False, False]
    assert "kept as a memorial" in page
    assert "<textarea" not in page
    assert "kept as a memorial" in Browser().read(thread.room.get_absolute_url())
    with pytest.raises(MayNotSpeak):
        submit_post(peer=blue, place=thread, draft=draft("I miss them."))


@pytest.mark.parametrize("how", Keep)
def test_each_way_of_keeping_leads_to_each_other_and_to_itself_is_nothing(thread, robin, how) -> None:
    stands = Thread.objects.get()
    if how != Keep.OPEN:
        stands = thread_care.keep_thread(moderator=robin, thread=stands, how=how, reason=WHY)

    with pytest.raises(AsItWas):
        thread_care.keep_thread(moderator=robin, thread=stands, how=how, reason=WHY)
    for other in set(Keep) - {how}:
        stands = thread_care.keep_thread(moderator=robin, thread=stands, how=other, reason=WHY)
        assert kept_as(Thread.objects.get()) == other


@pytest.mark.parametrize(("step", "form"), [("move", {"room": "relationships"}), ("keep", {"how": "memorial"})])
def test_of_two_moderators_the_slower_changes_nothing_and_keeps_their_words(
    desk, thread, robin, there, step, form
) -> None:
    seen = field(desk.read(at(thread)), "seen")
    thread_care.move_thread(moderator=robin, thread=thread, room=there, reason=WHY)
    before = Thread.objects.values().get()

    answer = desk.post(at(thread, step), {"seen": seen, "body": "My own careful reason.", **form})

    assert answer.status_code == 409
    assert "My own careful reason." in answer.content.decode()
    assert f"Moved here from {thread.room.name}" in answer.content.decode()
    assert Thread.objects.values().get() == before


def test_a_move_decided_on_an_older_sight_changes_nothing(thread, rooms, robin, there) -> None:
    as_it_was = Thread.objects.get()
    thread_care.move_thread(moderator=robin, thread=thread, room=there, reason=WHY)

    with pytest.raises(AsItWas):
        keeping.move(thread=as_it_was, room=rooms["relationships"], why=WHY)
    thread_care.keep_thread(moderator=robin, thread=thread, how=Keep.CLOSED, reason=WHY)
    with pytest.raises(AsItWas):
        keeping.keep(thread=as_it_was, how=Keep.MEMORIAL, why=WHY)


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("move", {"body": ""}),
        ("keep", {"how": "closed", "body": " "}),
        ("move", {"room": "nowhere"}),
        ("move", {"room": ""}),
        ("keep", {"how": "burnt"}),
        ("keep", {"how": "open"}),
        ("keep", {}),
    ],
)
def test_without_a_reason_or_a_place_nothing_is_changed(desk, thread, there, step, form) -> None:
    before = Thread.objects.values().get()

    answer = sent(desk, thread, step, **({"room": there.slug} if step == "move" else {}) | form)

    assert answer.status_code == 422
    assert Thread.objects.values().get() == before
    assert not AuditEvent.objects.filter(kind__startswith="thread.").exists()


@pytest.mark.parametrize("act", ["move", "keep"])
def test_a_thread_is_never_changed_without_its_line_in_the_log(thread, robin, there, act, monkeypatch) -> None:
    def fails(**_) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("moderation.thread_care.audit.write", fails)
    before = Thread.objects.values().get()

    acts = {
        "move": lambda: thread_care.move_thread(moderator=robin, thread=thread, room=there, reason=WHY),
        "keep": lambda: thread_care.keep_thread(moderator=robin, thread=thread, how=Keep.MEMORIAL, reason=WHY),
    }
    with pytest.raises(OSError, match="full"):
        acts[act]()

    assert Thread.objects.values().get() == before


def test_the_reason_stays_out_of_the_log(desk, thread, there) -> None:
    sent(desk, thread, "move", room=there.slug)

    assert WHY not in json.dumps(list(AuditEvent.objects.values("data")))


def test_a_reason_is_shown_as_written_and_never_as_html(desk, thread, there) -> None:
    sent(desk, thread, "move", room=there.slug, body="<b>bold</b>")

    assert "&lt;b&gt;bold" in Browser().read(thread.get_absolute_url())


def test_only_moderators_find_the_way_to_look_after_a_thread(desk, thread, ash, host) -> None:
    link = f'href="{at(thread)}"'

    assert link in desk.read(thread.get_absolute_url())
    assert [link in Browser(peer).read(thread.get_absolute_url()) for peer in (None, ash, host)] == [False] * 3


def test_the_page_of_a_thread_at_the_desk_shows_no_word_of_it(desk, ash, room) -> None:
    thread = make_thread(ash, room, "A lantern in the window.", title="The harbour")

    page = desk.read(at(thread))

    assert "lantern" not in page
    assert "harbour" not in page.replace("Quiet Harbour", "")


def test_its_page_asks_a_fixed_number_of_questions(desk, thread, robin, there, django_assert_num_queries) -> None:
    thread_care.move_thread(moderator=robin, thread=thread, room=there, reason=WHY)

    with django_assert_num_queries(5):  # session, moderator, device; the thread; the rooms
        desk.read(at(thread))


def test_the_database_keeps_memorials_closed_and_homes_elsewhere(thread) -> None:
    for change in ({"memorial": True, "locked": False}, {"home_room": thread.room}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Thread.objects.update(**change)
