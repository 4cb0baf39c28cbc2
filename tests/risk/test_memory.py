"""What is remembered of words is bounded, the same for every thread, and never changes an answer."""

from concurrent.futures import ThreadPoolExecutor

from moderation.risk import assess
from moderation.risk.memory import Memory
from tests.risk.labelled import labelled


def test_what_is_asked_again_is_not_worked_out_again() -> None:
    worked_out: list[str] = []

    def length(word: str) -> int:
        worked_out.append(word)
        return len(word)

    lengths: Memory[str, int] = Memory(length, 10)

    assert [lengths[word] for word in ("one", "three", "one")] == [3, 5, 3]
    assert worked_out == ["one", "three"]


def test_no_more_is_kept_than_was_allowed_and_nothing_long() -> None:
    lengths: Memory[str, int] = Memory(len, 10)

    answers = [lengths["a" * n] for n in range(200)]

    assert answers == list(range(200))
    assert len(lengths) <= 10
    assert max(map(len, lengths)) <= 64


def test_threads_that_judge_side_by_side_come_to_the_same_answers() -> None:
    texts = [example.text for example in labelled("train")[::202]]

    with ThreadPoolExecutor(4) as threads:
        beside = list(threads.map(assess, texts * 2))

    assert beside == [assess(text) for text in texts] * 2
