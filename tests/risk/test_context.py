"""What was said before can add to a judgement and never takes anything away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.risk import Context, Level, assess

DESPAIR = "I want to kill myself and I have nobody."


@pytest.mark.parametrize("reply", ["do it", "just do it", "Go ahead.", "nobody cares"])
def test_urging_on_a_person_at_risk_is_encouragement(reply: str) -> None:
    found = assess(reply, Context(parent=DESPAIR))

    assert found.level == Level.CRISIS
    assert "encouragement" in found.categories


@pytest.mark.parametrize("reply", ["do it", "go ahead"])
def test_the_same_words_to_an_everyday_question_are_nothing(reply: str) -> None:
    assert assess(reply, Context(parent="Should I paint my room green?")).level == Level.GREEN


def test_kind_words_to_a_person_at_risk_stay_green() -> None:
    reply = "Please don't do it, you deserve help. Can you ring someone now?"

    assert assess(reply, Context(parent=DESPAIR)).level == Level.GREEN


def test_a_thought_split_over_two_messages_is_found_in_the_second() -> None:
    text = "kill my whole family no i mean myself"
    alone, joined = assess("to die"), assess("to die", Context(earlier=("hi", "honestly i just want")))

    assert assess(text).level <= Level.RED
    assert alone.level == Level.GREEN
    assert joined.level >= Level.RED
    assert ((0, 6),) in [finding.spans for finding in joined.findings]


def test_a_time_after_words_of_risk_is_a_crisis() -> None:
    found = assess("tonight", Context(earlier=("I want to die",)))

    assert (found.level, found.categories) == (Level.CRISIS, ("suicide",))


def test_a_time_after_everyday_words_is_nothing() -> None:
    assert assess("tonight", Context(earlier=("When is group?",))).level == Level.GREEN


def test_yes_to_the_question_about_suicide_is_red() -> None:
    asked = Context(parent="Thank you for writing. Are you thinking about suicide?")

    assert assess("yes", asked).level == Level.RED
    assert assess("no, nothing like that", asked).level == Level.GREEN


def test_a_search_for_suicide_is_amber_and_the_same_word_in_a_thread_title_of_a_film_is_not() -> None:
    assert assess("suicide", Context(place="search")).level == Level.AMBER
    assert assess("sleep", Context(place="search")).level == Level.GREEN


@pytest.mark.parametrize("said", ["i did it again tonight", "back at the drawer", "gave in. just now"])
def test_it_needs_no_name_in_the_room_on_self_harm(said: str) -> None:
    elsewhere, there = assess(said), assess(said, Context(room="self-harm-recovery"))

    assert "self_harm.again-here" not in [finding.rule for finding in elsewhere.findings]
    assert (there.level >= Level.RED, "self_harm" in there.categories) == (True, True)


def test_good_news_in_the_room_on_self_harm_stays_green() -> None:
    said = "I did it again! A hundred days, so proud."

    assert assess(said, Context(room="self-harm-recovery")).level == Level.GREEN


def test_urging_on_in_answer_to_words_only_the_room_makes_grave_is_encouragement() -> None:
    found = assess("do it", Context(parent="i did it again tonight", room="self-harm-recovery"))

    assert "encouragement" in found.categories


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=4), st.text(max_size=200))
def test_what_came_before_never_lowers_a_level(text: str, earlier: list[str], parent: str) -> None:
    alone = assess(text)

    within = assess(text, Context(earlier=tuple(earlier), parent=parent))

    assert within.level >= alone.level


def test_words_that_go_on_after_grave_ones_are_red_even_where_they_are_milder() -> None:
    milder = "I feel so low and empty tonight, nothing helps."
    grave = ("I want to kill myself.", "I keep thinking about ending my life.")

    alone, after_one, after_two = (
        assess(milder),
        assess(milder, Context(earlier=grave[:1])),
        assess(milder, Context(earlier=grave)),
    )

    assert alone.level == Level.AMBER
    assert "conversation.series" not in [finding.rule for finding in after_one.findings]
    assert "conversation.series" in [finding.rule for finding in after_two.findings]
    assert after_two.level >= Level.RED


def test_urging_on_somebody_who_spoke_a_moment_ago_in_a_live_room_is_encouragement() -> None:
    others = (DESPAIR, "hang in there", "what did you have for tea")

    found = assess("do it", Context(place="live", parent=others[-1], around=others))

    assert "encouragement" in found.categories


def test_what_the_model_hears_in_both_messages_together_is_within_the_second() -> None:
    earlier, text = (
        "so I have sorted my things and I have decided that",
        "tonight is when I stop being here for anybody",
    )

    found = assess(text, Context(earlier=(earlier,)))

    assert found.level >= assess(text).level
    assert all(0 <= start < end <= len(text) for finding in found.findings for start, end in finding.spans)
