"""Judging line by line: same order, one answer per line, a bad line is answered and passed."""

import io
import json
from typing import Any

from moderation.risk.lines import judge_lines


def judged(*lines: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    judge_lines(io.StringIO("\n".join(lines) + "\n"), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_line_is_answered_in_order() -> None:
    answers = judged('{"id": 1, "text": "hello"}', '{"id": "b", "text": "I want to kill myself"}')

    assert [answer["id"] for answer in answers] == [1, "b"]
    assert [answer["level"] for answer in answers] == ["green", "red"]
    assert answers[1]["categories"][0] == "suicide"
    assert [2, 21, "suicide"] in answers[1]["spans"]


def test_a_bad_line_is_answered_and_the_next_one_follows() -> None:
    answers = judged("{", '{"id": 2}', "[]", '{"id": 3, "text": "hi", "context": 7}', '{"id": 4, "text": "hi"}')

    assert [answer["id"] for answer in answers] == [None, 2, None, 3, 4]
    assert all("error" in answer for answer in answers[:4])


def test_context_is_heard() -> None:
    context = {"place": "live", "earlier": ["I want to die"], "parent": "", "room": "night"}

    assert judged(json.dumps({"id": 1, "text": "tonight", "context": context}))[0]["level"] == "crisis"


def test_each_answer_is_flushed_before_the_next_line_is_read() -> None:
    class Watched(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed = self.getvalue().count("\n")

    out = Watched()

    def lines():
        yield '{"id": 1, "text": "a"}\n'
        assert out.flushed == 1
        yield '{"id": 2, "text": "b"}\n'
        assert out.flushed == 2

    assert judge_lines(lines(), out) == 0


def test_a_text_longer_than_a_window_is_judged_to_its_end() -> None:
    text = "we walked " * 4_500 + "and I want to kill myself"

    answer = judged(json.dumps({"id": 1, "text": text}))[0]

    assert [len(text) - 19, len(text), "suicide"] in answer["spans"]
