"""Whatever happens to a live room: nothing lost, nothing twice, order kept. Long: bench/live_storm.py."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests import storming
from tests.site import Site, running_site

CLIENTS, SPEAKERS = 30, 8
RATE = 8.0  # messages a second


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site(worker=False) as site:
        yield site


@pytest.fixture(scope="module")
def rooms(site: Site) -> Iterator[storming.Room]:
    return iter(storming.open_rooms([site], 6, speakers=SPEAKERS))


@pytest.fixture
def room(rooms: Iterator[storming.Room]) -> storming.Room:
    return next(rooms)


async def test_all_cut_off_at_once_come_back_to_everything_once_and_in_order(room) -> None:
    async with storming.a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies)
        listeners = await crowd.come([""] * CLIENTS)
        async with crowd.talk(speakers, RATE):
            await storming.cut_off(listeners)
            await storming.cut_off([*listeners, *speakers], away=1.0)
        outcome = await crowd.settle()

    assert outcome.faults == []
    assert outcome.acknowledged >= RATE
    assert outcome.heard >= CLIENTS * outcome.acknowledged
    assert outcome.codes[1006] >= 2 * CLIENTS


async def test_drops_at_any_moment_and_a_killed_server_lose_and_double_nothing(site, room) -> None:
    async with storming.a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies)
        async with crowd.talk(speakers, RATE):
            dropping = [asyncio.create_task(storming.drop_often(page, 6, 0.2)) for page in speakers[:5]]
            await asyncio.to_thread(storming.kill_and_start, site)
            await asyncio.gather(*dropping)
        outcome = await crowd.settle()

    assert outcome.faults == []
    assert outcome.acknowledged >= 5 * 3
    assert outcome.codes[1006] >= 5 * 6


async def test_who_stops_reading_keeps_nothing_from_others_and_gets_everything_later(room) -> None:
    async with storming.a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies)
        (deaf,) = await crowd.come([""], narrow=True)
        deaf.reads.clear()
        for number in range(3 * SPEAKERS):
            await speakers[number % SPEAKERS].say(storming.sentence(number))
        await storming.until_all(lambda: not any(page.waiting for page in speakers), "answering")
        heard_by_others = [page.after for page in speakers]
        behind = deaf.after
        deaf.reads.set()
        outcome = await crowd.settle()

    assert outcome.faults == []
    assert behind + SPEAKERS < min(heard_by_others)


async def test_two_hosts_who_race_are_never_two_and_nobody_speaks_without_one(room) -> None:
    first = time.time()
    async with storming.a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies)
        async with crowd.talk(speakers, RATE):
            race = storming.Race(room)
            await race.run(3.0)
        outcome = await crowd.settle()

    assert outcome.faults == []
    assert storming.overstepped(race, room.found()["events"], first=first) == []
    assert {each.who for each in race.done if each.act == "take_over"} == {"host", "co-host"}
    assert outcome.acknowledged


@pytest.mark.parametrize("state", ["open", "slow"])
async def test_the_same_send_over_three_sockets_and_http_at_once_is_one_message(room, state) -> None:
    async with storming.a_crowd(room) as crowd:
        if state == "slow":
            await storming.slow_down(room, crowd.asks)
        pages = await crowd.come([room.cookies[0]] * 3)
        statuses = await storming.same_send(crowd, pages, times=10)
        outcome = await crowd.settle()

    assert outcome.faults == []
    assert len(pages[0].words) == 1
    assert set(statuses) == {303}
    assert len(next(iter(pages[0].words.values())).acks) == 10 - len(statuses)
