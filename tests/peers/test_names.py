"""Names: made by the server, one for each place, unique there, and linking nothing."""

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags

from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.posting import submit_post
from peers import naming
from peers.models import Peer, Persona
from peers.naming import candidate, name_words, persona_for
from tests.conftest import draft, make_post, make_thread
from tests.peers.browser import arrive

STAFF_LIKE = {"moderator", "host", "admin", "staff", "team", "lead", "helper", "nurse", "doctor", "robin", "wren"}
# Taken out after review: each wounds, mocks or names a means beside some other word.
NEVER = {"hollow", "swallow", "bridge", "cliff", "narcissus", "snowflake", "little", "light", "patient", "foggy"}


def test_there_are_names_enough_and_none_of_staff() -> None:
    describing, nouns = name_words()

    assert len(describing) * len(nouns) >= 30_000
    assert len(set(describing)) == len(describing)
    assert len(set(nouns)) == len(nouns)
    assert all(word.isascii() and word.isalpha() and word.islower() for word in describing + nouns)
    assert not STAFF_LIKE & set(describing + nouns)
    assert not NEVER & set(describing + nouns)


def test_one_person_has_a_name_for_each_place_and_keeps_it(ash) -> None:
    here = persona_for(peer=ash, scope="room:self-care")
    there = persona_for(peer=ash, scope="room:relapse")

    assert here.name != there.name
    assert persona_for(peer=ash, scope="room:self-care") == here


def test_a_name_tells_nothing_without_the_key(ash, blue) -> None:
    def names_of(peer: Peer) -> list[str]:
        return [candidate(persona_key=peer.persona_key, scope=f"room:{n}", counter=0) for n in range(10)]

    assert bytes(ash.persona_key) != bytes(blue.persona_key)
    assert len(ash.persona_key) == 32
    assert names_of(ash) == names_of(ash)
    assert not set(zip(range(10), names_of(ash), strict=True)) & set(zip(range(10), names_of(blue), strict=True))


def test_a_taken_name_gives_way_to_the_next(ash, blue, monkeypatch) -> None:
    monkeypatch.setattr(naming, "candidate", lambda *, counter, **_: f"Quiet Harbour {counter}")

    names = [persona_for(peer=peer, scope="room:self-care").name for peer in (ash, blue)]

    assert names == ["Quiet Harbour 0", "Quiet Harbour 1"]


def test_a_tab_that_was_quicker_decides_the_name(ash, monkeypatch) -> None:
    def meanwhile(**_) -> str:
        Persona.objects.get_or_create(peer=ash, scope="room:self-care", defaults={"name": "Mossy Lantern"})
        return "Golden Fern"

    monkeypatch.setattr(naming, "candidate", meanwhile)

    assert persona_for(peer=ash, scope="room:self-care").name == "Mossy Lantern"


def test_a_full_room_says_so_instead_of_giving_a_name_twice(ash, blue, monkeypatch) -> None:
    monkeypatch.setattr(naming, "candidate", lambda **_: "Quiet Harbour")
    persona_for(peer=ash, scope="room:self-care")

    with pytest.raises(RuntimeError):
        persona_for(peer=blue, scope="room:self-care")


def test_crowded_rooms_get_a_third_word() -> None:
    key = b"k" * 32

    assert len(candidate(persona_key=key, scope="room:a", counter=0).split()) == 2
    assert len(candidate(persona_key=key, scope="room:a", counter=naming.TRIES // 2).split()) == 3


def test_staff_speak_under_their_staff_name_everywhere(robin) -> None:
    names = {persona_for(peer=robin.peer, scope=scope).name for scope in ("room:a", "live:b", "thread:c")}

    assert names == {"Robin"}


def test_nothing_public_links_two_names_of_one_person(client, ash, rooms) -> None:
    first = make_thread(ash, rooms["self-care"], "I made soup.")
    second = make_thread(ash, rooms["everyday-wins"], "I went outside.")
    one, other = (Persona.objects.get(posts__thread=thread).name for thread in (first, second))

    pages = {path: client.get(path).content.decode() for path in (first.get_absolute_url(), second.get_absolute_url())}

    assert one in pages[first.get_absolute_url()]
    assert other not in pages[first.get_absolute_url()]
    for page in pages.values():
        assert str(ash.pk) not in page
        assert ash.pk.hex not in page


def test_my_space_shows_my_names_to_me_alone(client, rooms, thread) -> None:
    blue = arrive(client)
    submit_post(peer=blue, place=thread, draft=draft("Me too."))
    name = Persona.objects.get(peer=blue).name

    mine = client.get("/my/").content.decode()
    client.cookies.clear()
    anyones = client.get("/my/").content.decode()

    assert name in mine
    assert name not in anyones


def render_name(post) -> str:
    return Template("{% name_of post %}").render(Context({"post": post})).strip()


def test_a_post_carries_its_authors_name_and_pattern(thread) -> None:
    shown = render_name(thread.opening)

    assert Persona.objects.get().name in shown
    assert "<svg" in shown
    assert "moderator" not in shown


def test_staff_are_named_as_such(thread, robin) -> None:
    post = submit_post(peer=robin.peer, place=thread, draft=draft("Thank you for telling us."))

    assert strip_tags(render_name(post)).split() == ["Robin", "(moderator)"]


@pytest.mark.parametrize("post", [None, "junk"])
def test_a_post_without_an_author_is_by_someone(post) -> None:
    assert render_name(post) == '<span class="name"><bdi>someone</bdi></span>'


def test_a_name_that_looks_like_markup_stays_words(thread) -> None:
    post = thread.opening
    post.persona.name = "<b>Robin</b>"

    assert "<b>" not in render_name(post)


def test_new_identities_are_new_for_a_day(ash) -> None:
    assert Peer.objects.get(pk=ash.pk).is_new


def test_a_live_session_gives_a_name_of_its_own_that_no_other_place_shows(ash, host, room, session) -> None:
    again = schedule(host=host, room=room, title="Another evening")
    move(host=host, session=again, act=Act.OPEN)

    posts = [make_post(ash, room, "Tea helped.")]
    posts += [submit_post(peer=ash, place=place, draft=draft("Tea helped.")) for place in (session, again)]

    assert len({str(post.persona) for post in posts}) == 3
    assert [post.persona.scope for post in posts if post.persona] == [room.scope, session.scope, again.scope]
