"""Cards are calm, complete and honest about who has read them."""

from typing import Any

import pytest

from moderation.help import wording
from moderation.help.cards import CATEGORIES, KEYS, all_cards, card, cards, read_cards, unsigned
from moderation.help.faults import HelpDataError
from tests.help.data import card as row


def whole_file(**changes: Any) -> dict[str, Any]:
    """A file with every card, the first of them changed."""
    rows = [row(key, categories=sorted(CATEGORIES)) for key in sorted(KEYS)]
    return {"card": [rows[0] | changes, *rows[1:]]}


def test_every_card_the_site_asks_for_is_there() -> None:
    assert set(all_cards()) == KEYS
    assert card("crisis").emergency_first


def test_emergency_cards_come_first_and_each_card_once() -> None:
    found = cards(["distress", "relapse", "overdose", "distress", "crisis"])

    assert [each.key for each in found] == ["overdose", "crisis", "distress", "relapse"]


def test_a_key_saved_long_ago_does_not_take_the_other_cards_with_it() -> None:
    found = cards(["renamed_since", "suicide"])

    assert [each.key for each in found] == ["suicide"]


def test_asking_for_one_card_that_does_not_exist_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        card("renamed_since")


def test_the_words_of_every_card_are_short_enough_to_read_in_distress() -> None:
    for each in all_cards().values():
        for words in (*each.body, *each.now):
            for sentence in words.replace("?", ".").split(". "):
                assert len(sentence.split()) <= 28, (each.key, sentence)
        assert 2 <= len(each.now) <= 6


def test_every_emergency_card_begins_with_the_emergency_number() -> None:
    for each in all_cards().values():
        if each.emergency_first:
            assert each.now[0].startswith("Call the emergency number"), each.key


def test_a_card_without_name_and_day_is_shown_as_not_yet_signed() -> None:
    signed = read_cards(whole_file(reviewed_by="Dr Example", reviewed_on="2026-11-01"))

    first = signed[min(KEYS)]
    assert first.is_signed
    assert not signed[max(KEYS)].is_signed
    assert set(unsigned()) == {each for each in all_cards().values() if not each.is_signed}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "Call now!"},
        {"body": ["This was flagged."]},
        {"now": ["Call 116 123."]},
        {"now": ["Call 01632 960 001."]},
        {"body": []},
        {"now": [" "]},
        {"body": "one string"},
        {"categories": ["anything"]},
        {"emergency_first": "yes"},
        {"reviewed_by": "Dr Example"},
        {"reviewed_on": "2026-11-01"},
        {"reviewed_by": "Dr Example", "reviewed_on": "yesterday"},
        {"surprise": 1},
    ],
)
def test_a_card_that_breaks_a_rule_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(HelpDataError, match=min(KEYS)):
        read_cards(whole_file(**wrong))


def test_a_missing_card_a_double_one_and_a_bare_category_are_refused() -> None:
    whole = whole_file()["card"]
    bare = [each | {"categories": ["suicide"]} for each in whole]

    with pytest.raises(HelpDataError, match="missing"):
        read_cards({"card": whole[1:]})
    with pytest.raises(HelpDataError, match="twice"):
        read_cards({"card": [*whole, whole[0]]})
    with pytest.raises(HelpDataError, match="no card for"):
        read_cards({"card": bare})


def test_the_fixed_words_are_calm_and_the_call_takes_three_sentences() -> None:
    texts = [text for name, text in vars(wording).items() if name.isupper()]
    said = " ".join(text if isinstance(text, str) else " ".join(text) for text in texts)

    assert "!" not in said
    assert len(wording.WHAT_HAPPENS_WHEN_YOU_CALL) == 3
    assert len(wording.GROUNDING_STEPS) == 5
    assert len(wording.BREATHING_STEPS) == 4
    assert any("cannot send anyone" in sentence for sentence in wording.WHAT_WE_CANNOT_DO)
