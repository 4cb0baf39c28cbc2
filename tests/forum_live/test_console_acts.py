"""What a host does in the console, without JavaScript: pace, floor, ending, handing over. Nobody else does it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from forum.live import hosting
from forum.live.grounding import groundings
from forum.live.states import Act
from forum.models import LiveEvent, LiveHand, LiveSession, LiveState
from forum.models.live import LONGEST_SAID
from forum.posting import submit_post
from tests.conftest import draft, make_moderator
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db
ROOM = ("open", "slow", "one_voice", "wind_down", "close")
STEPS = ("here", "stay", "still", "step_out", "take_floor", "co_host", *ROOM)


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def sage(db):
    return make_moderator("sage", "Sage", "host").peer


def act(client, session, wanted: str, **more: str):
    return client.post(f"/live/{session.public_id}/host/act", {"act": wanted, **more})


def console(client, session) -> str:
    return str(client.get(f"/live/{session.public_id}/host/").text)


def drop(session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=1))


def as_it_is(session) -> list[object]:
    return list(LiveSession.objects.filter(pk=session.pk).values_list())


def test_slow_mode_takes_its_interval(host, session) -> None:
    client = browser_of(host)

    act(client, session, "slow", seconds="60")
    again = act(client, session, "slow", seconds="10")

    session.refresh_from_db()
    assert again.status_code == 303
    assert (session.state, session.slow_seconds) == (LiveState.SLOW, 10)


@pytest.mark.parametrize("seconds", ["0", "7", "9999", "fast"])
def test_an_interval_that_is_not_offered_changes_nothing(host, session, seconds) -> None:
    before = as_it_is(session)

    answer = act(browser_of(host), session, "slow", seconds=seconds)

    assert answer.status_code == 422
    assert as_it_is(session) == before


def test_a_reviewed_text_stands_at_the_end(host, session) -> None:
    chosen = next(iter(groundings().values()))

    act(browser_of(host), session, "wind_down", text=chosen.key)

    session.refresh_from_db()
    assert (session.state, session.grounding) == (LiveState.WINDING_DOWN, chosen.words)


def test_ones_own_words_stand_in_place_of_the_text(host, session) -> None:
    act(browser_of(host), session, "wind_down", text="feet", body="Sleep well, all of you.")

    session.refresh_from_db()
    assert session.grounding == "Sleep well, all of you."


def test_words_that_are_too_long_come_back_and_the_room_goes_on(host, session) -> None:
    long = "word " * 120

    answer = act(browser_of(host), session, "wind_down", text="feet", body=long)

    session.refresh_from_db()
    assert answer.status_code == 422
    assert long.strip() in answer.text
    assert session.state == LiveState.OPEN


def test_every_text_fits_and_says_nothing_of_harm() -> None:
    assert 3 <= len(groundings()) <= 4
    for each in groundings().values():
        assert 0 < len(each.words) <= LONGEST_SAID
        assert "!" not in each.words


def test_a_raised_hand_is_seen_and_the_floor_given_and_taken_back(ash, host, session) -> None:
    submit_post(peer=ash, place=session, draft=draft("May I say something?"))
    hosting.raise_hand(peer=ash, session=session)
    client = browser_of(host)
    before = console(client, session)
    act(client, session, "one_voice")
    hand = LiveHand.objects.get()

    given = act(client, session, "give_floor", hand=str(hand.pk))

    session.refresh_from_db()
    assert "One voice</button>" in before
    assert "Give the floor" not in before
    assert given.status_code == 303
    assert session.floor == ash
    assert not LiveHand.objects.exists()
    assert "Take the floor back" in console(client, session)
    act(client, session, "take_floor")
    session.refresh_from_db()
    assert session.floor is None


def test_the_name_at_a_hand_is_that_of_the_room_alone(ash, host, session) -> None:
    hosting.raise_hand(peer=ash, session=session)

    page = console(browser_of(host), session)

    assert "someone" in page.partition('id="hands-title"')[2].partition("</section>")[0].lower()
    assert str(ash.pk) not in page


@pytest.mark.parametrize("hand", ["", "0", "999999", "x", "9" * 30])
def test_the_floor_of_a_hand_that_is_down_is_not_given(host, session, hand) -> None:
    client = browser_of(host)
    act(client, session, "one_voice")

    answer = act(client, session, "give_floor", hand=hand)

    session.refresh_from_db()
    assert answer.status_code == 409
    assert session.floor is None


def test_a_hand_of_another_room_gets_no_floor_here(ash, host, room, session) -> None:
    other = hosting.schedule(host=host, room=room, title="Another evening")
    hand = LiveHand.objects.create(session=other, peer=ash)
    client = browser_of(host)
    act(client, session, "one_voice")

    assert act(client, session, "give_floor", hand=str(hand.pk)).status_code == 409


def test_a_colleague_is_named_and_takes_the_room_over(host, sage, session) -> None:
    act(browser_of(host), session, "co_host", name="Sage")
    client = browser_of(sage)
    offered = console(client, session)

    taken = act(client, session, "take_over")

    session.refresh_from_db()
    assert "Take the room over" in offered
    assert taken.status_code == 303
    assert (session.host, session.co_host) == (sage, host)
    assert session.host_present(timezone.now())
    assert "You are here for another minute" in console(client, session)


@pytest.mark.parametrize("name", ["Nobody here", "River"])
def test_only_a_colleague_is_named(host, session, name) -> None:
    answer = act(browser_of(host), session, "co_host", name=name)

    session.refresh_from_db()
    assert answer.status_code == 422
    assert session.co_host is None


def test_naming_nobody_takes_the_name_back(host, sage, session) -> None:
    client = browser_of(host)
    act(client, session, "co_host", name="Sage")

    act(client, session, "co_host", name="")

    session.refresh_from_db()
    assert session.co_host is None
    assert browser_of(sage).get(f"/live/{session.public_id}/host/").status_code == 403


def test_once_the_host_dropped_any_colleague_takes_over_and_no_peer_does(ash, sage, session) -> None:
    drop(session)

    assert browser_of(ash).get(f"/live/{session.public_id}/host/").status_code == 403
    assert act(browser_of(ash), session, "take_over").status_code == 403
    assert "Take the room over" in console(browser_of(sage), session)
    assert act(browser_of(sage), session, "take_over").status_code == 303
    session.refresh_from_db()
    assert session.host == sage


def test_while_the_host_is_present_no_other_colleague_takes_over(sage, session) -> None:
    answer = act(browser_of(sage), session, "take_over")

    assert answer.status_code == 403
    assert "River has the room now" in answer.text


@pytest.mark.parametrize("wanted", STEPS)
def test_a_co_host_takes_no_step_before_they_took_over(host, sage, session, wanted) -> None:
    hosting.name_co_host(host=host, session=session, peer=sage)
    before = as_it_is(session)

    answer = act(browser_of(sage), session, wanted)

    assert answer.status_code == 409
    assert "River has the room now" in answer.text
    assert as_it_is(session) == before


@pytest.mark.parametrize("wanted", STEPS)
def test_a_former_host_takes_no_step_and_is_told_who_has_the_room(host, sage, session, wanted) -> None:
    drop(session)
    hosting.take_over(host=sage, session=session)
    before = as_it_is(session)

    answer = act(browser_of(host), session, wanted)

    assert answer.status_code == 409
    assert "Sage has the room now" in answer.text
    assert as_it_is(session) == before


@pytest.mark.parametrize("wanted", STEPS)
def test_whoever_dropped_colleagues_take_no_step_before_they_took_over(sage, session, wanted) -> None:
    drop(session)
    before = as_it_is(session)

    answer = act(browser_of(sage), session, wanted)

    assert answer.status_code == 409
    assert as_it_is(session) == before


def test_the_heartbeat_of_a_former_host_says_who_has_the_room(host, sage, session) -> None:
    hosting.name_co_host(host=host, session=session, peer=sage)
    hosting.take_over(host=sage, session=session)
    beat = {"act": "still"}
    client = browser_of(host)

    told = client.post(f"/live/{session.public_id}/host/act", beat, headers={"Accept": "application/json"})
    hosting.name_co_host(host=sage, session=session, peer=None)
    shut = client.post(f"/live/{session.public_id}/host/act", beat, headers={"Accept": "application/json"})

    assert (told.status_code, told.text) == (409, "Sage has the room now.")
    assert (shut.status_code, shut["Content-Type"].partition(";")[0]) == (403, "text/plain")
    assert "Sage has the room now" in shut.text


def test_the_page_of_a_former_host_that_renews_itself_says_so_and_keeps_nobody_here(host, sage, session) -> None:
    client = browser_of(host)
    stay = act(client, session, "stay")["Location"]
    hosting.name_co_host(host=host, session=session, peer=sage)
    hosting.take_over(host=sage, session=session)
    drop(session)

    page = client.get(stay)

    session.refresh_from_db()
    assert "Refresh" not in page.headers
    assert "Sage has the room now" in page.text
    assert not session.host_present(timezone.now())


def test_a_page_that_renews_itself_goes_on_doing_so_after_a_step(host, session) -> None:
    client = browser_of(host)
    stay = act(client, session, "stay")["Location"]
    here = stay.partition("here=")[2]

    after = act(client, session, "slow", seconds="20", here=here)
    guessed = act(client, session, "open", here="guessed")

    assert after["Location"] == stay
    assert "here=" not in guessed["Location"]
    assert f'value="{here}"' in client.get(stay).text


def test_a_closed_room_is_taken_over_by_nobody(host, sage, session) -> None:
    act(browser_of(host), session, "co_host", name="Sage")
    act(browser_of(host), session, "close")

    assert act(browser_of(sage), session, "take_over").status_code == 403
    session.refresh_from_db()
    assert session.host == host


@pytest.mark.usefixtures("emptied_afterwards")
def test_of_several_who_take_over_at_once_one_gets_the_room(host, room) -> None:
    """And of a colleague and the host's own heartbeat, back from a lost line, in the same moment."""
    for place in range(8):
        session = hosting.schedule(host=host, room=room, title=f"Evening {place}")
        hosting.move(host=host, session=session, act=Act.OPEN)
        drop(session)
        takers = [make_moderator(f"t{place}{n}", f"Taker {place} {n}", "host").peer for n in range(3)]
        takes = [partial(hosting.take_over, host=peer, session=session) for peer in takers]

        told = at_once(*takes, partial(hosting.renew_lease, host=host, session=session, coming=False))

        now = LiveSession.objects.get(pk=session.pk)
        assert told.count("lost") == 3
        assert now.host_present(timezone.now())
        assert now.host == [*takers, host][told.index("done")]
        numbers = list(LiveEvent.objects.filter(session=now).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def at_once(*works) -> list[str]:
    """Run each on a thread of its own, all let go in the same moment: which was done, and which came too late."""
    gate = Barrier(len(works))

    def run(work) -> str:
        try:
            gate.wait(10)
            work()
        except hosting.NotTheHost:
            return "lost"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
