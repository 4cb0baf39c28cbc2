"""The demo community is whole, varied, and safe to read."""

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from moderation.demo import texts
from moderation.demo.texts import CATEGORIES, LEVELS, LIVE_SCOPE, ROOMS, Community, Said, load_community

FOURTEEN_DAYS = 14 * 24 * 60
FICTIONAL_PHONES = re.compile(r"\b555-01\d\d\b|\b07700 900\d{3}\b")
LONG_NUMBER = re.compile(r"\+?\d[\d .()-]{5,}\d")
ADDRESS = re.compile(r"[\w.]+@([\w-]+\.[\w.-]*\w)|\b(?:https?://|www\.)\S+")
AMOUNT = re.compile(r"\b\d+\s?(?:mg|mcg|µg|g|ml|grams?|pills?|tablets?|units?)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def community() -> Community:
    return load_community()


def trigrams(body: str) -> frozenset[tuple[str, ...]]:
    """Word trigrams, or the words themselves where a text is shorter than three."""
    words = re.findall(r"\w+", body.lower())
    size = min(3, len(words))
    return frozenset(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def test_there_are_sixty_threads_ten_in_each_room(community: Community) -> None:
    per_room = Counter(thread.room for thread in community.threads)

    assert per_room == dict.fromkeys(ROOMS, 10)


def test_three_hundred_replies_leave_some_threads_waiting(community: Community) -> None:
    replies = [len(thread.replies) for thread in community.threads]

    assert sum(replies) == 300
    assert max(replies) <= 14
    assert replies.count(0) >= 6


def test_the_live_session_is_a_short_evening_with_a_host(community: Community) -> None:
    session = community.session

    assert 22 <= len(session.messages) <= 28
    assert session.host in {message.voice for message in session.messages}
    assert len(community.voices_in(LIVE_SCOPE)) >= 7
    assert all(len(message.body) <= 500 for message in session.messages)


def test_time_runs_forward_within_fourteen_days(community: Community) -> None:
    for thread in community.threads:
        times = [0, *(reply.minutes_after for reply in thread.replies), thread.minutes_ago]
        assert all(earlier < later for earlier, later in pairwise(times)), thread.body[:40]
        assert thread.minutes_ago <= FOURTEEN_DAYS
    said = [message.seconds_after for message in community.session.messages]
    assert said == sorted(set(said))


def test_more_threads_open_at_night_than_by_day(community: Community) -> None:
    evening = 23 * 60
    hours = Counter((evening - thread.minutes_ago) // 60 % 24 for thread in community.threads)

    night = sum(hours[hour] for hour in (20, 21, 22, 23, 0, 1, 2, 3, 4, 5))

    assert night >= 36


def test_every_level_and_category_occurs(community: Community) -> None:
    levels = {post.level for post in community.posts()}
    categories = {category for post in community.posts() for category in post.categories}

    assert levels == LEVELS
    assert categories == CATEGORIES


def test_most_of_it_is_ordinary_and_little_of_it_is_urgent(community: Community) -> None:
    count = Counter(post.level for post in community.posts())
    share = {level: count[level] / count.total() for level in LEVELS}

    assert share["green"] == pytest.approx(0.70, abs=0.05)
    assert share["amber"] == pytest.approx(0.18, abs=0.04)
    assert share["red"] == pytest.approx(0.09, abs=0.02)
    assert share["crisis"] == pytest.approx(0.03, abs=0.01)


def test_only_a_green_text_has_no_category(community: Community) -> None:
    for post in community.posts():
        assert (post.level == "green") == (not post.categories), post.body[:40]


def test_bodies_are_short_and_long_as_in_life(community: Community) -> None:
    sizes = [len(post.body) for post in community.posts()]

    assert min(sizes) >= 1
    assert max(sizes) <= 4_000
    assert sum(size > 1_500 for size in sizes) >= 8
    assert sum(size < 60 for size in sizes) >= 30


def test_no_text_is_said_twice_or_nearly_twice(community: Community) -> None:
    bodies = [post.body for post in community.posts()]
    shapes = [trigrams(body) for body in bodies]

    near = [
        (bodies[i][:50], bodies[j][:50])
        for i, j in combinations(range(len(bodies)), 2)
        if len(shapes[i] & shapes[j]) > 0.5 * len(shapes[i] | shapes[j])
    ]

    assert len(set(bodies)) == len(bodies)
    assert near == []


def test_contact_details_can_reach_nobody(community: Community) -> None:
    for post in community.posts():
        assert LONG_NUMBER.search(FICTIONAL_PHONES.sub("", post.body)) is None, post.body[:40]
        assert all(found[1] == "example.org" for found in ADDRESS.finditer(post.body)), post.body[:40]


def test_no_text_names_an_amount(community: Community) -> None:
    named = [post.body[:40] for post in community.posts() if AMOUNT.search(post.body)]

    assert named == []


def test_words_that_teach_harm_are_only_placeholders(community: Community) -> None:
    guarded = [post for post in community.posts() if {"method", "sourcing"} & set(post.categories)]

    assert len(guarded) >= 5
    assert all(re.search(r"\[[a-z ]+\]", post.body) for post in guarded)


def test_every_crisis_in_a_thread_is_answered_at_once(community: Community) -> None:
    for thread in community.threads:
        posts: list[tuple[int, Said]] = [
            (0, thread),
            *((reply.minutes_after, reply) for reply in thread.replies),
        ]
        for place, (minute, post) in enumerate(posts):
            if post.level == "crisis":
                answer_minute, answer = posts[place + 1]
                assert answer.voice != post.voice, post.body[:40]
                assert answer_minute - minute <= 10, post.body[:40]


def test_names_called_in_a_text_are_the_names_given_in_that_place() -> None:
    asked: set[tuple[str, str]] = set()

    def name_of(scope: str, voice: str) -> str:
        asked.add((scope, voice))
        return "Gentle Otter"

    community = load_community(name_of)

    assert any("Gentle Otter" in post.body for post in community.posts())
    assert all(voice in community.voices_in(scope) for scope, voice in asked)
    assert not any("{" in post.body for post in community.posts())


def test_stand_in_names_tell_the_voices_of_a_place_apart(community: Community) -> None:
    for scope in (*ROOMS, LIVE_SCOPE):
        voices = community.voices_in(scope)
        assert len({texts.plain_name(scope, voice) for voice in voices}) == len(voices)


def test_a_value_outside_its_closed_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LEVELS", frozenset({"green"}))

    with pytest.raises(ValueError, match="is not a level"):
        load_community()


def test_about_seventy_voices_are_heard_and_many_come_back(community: Community) -> None:
    times = Counter(post.voice for post in community.posts())

    assert 65 <= len(community.voices()) <= 90
    assert sum(times[voice] >= 3 for voice in times) >= 35
