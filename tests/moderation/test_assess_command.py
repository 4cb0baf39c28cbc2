"""The judge as a program: lines in, lines out, in order, whatever is fed to it."""

import json
import subprocess
import sys
from typing import Any

COMMAND = [sys.executable, "manage.py", "assess", "--jsonl"]


def run(lines: bytes) -> tuple[list[dict[str, Any]], bytes, int]:
    done = subprocess.run(COMMAND, input=lines, capture_output=True, timeout=60, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr, done.returncode


def test_each_line_is_answered_in_order_with_level_score_categories_and_spans() -> None:
    texts = ["The cat slept on my feet.", "I am going to end my life tonight"]
    lines = b"".join(json.dumps({"id": n, "text": text}).encode() + b"\n" for n, text in enumerate(texts))

    answers, _, code = run(lines)

    assert code == 0
    assert [answer["id"] for answer in answers] == [0, 1]
    assert [answer["level"] for answer in answers] == ["green", "crisis"]
    assert answers[0]["score"] < answers[1]["score"] <= 1
    assert answers[1]["categories"][0] == "suicide"
    assert all(0 <= start < end <= len(texts[1]) for start, end, _ in answers[1]["spans"])


def test_lines_that_cannot_be_read_do_not_stop_the_others() -> None:
    answers, errors, code = run(b'not json\n\xff\xfe\n{"id": 3, "text": "hello"}\n[]\n{"text": 5}\n')

    assert code == 0
    assert [answer["id"] for answer in answers] == [None, None, 3, None, None]
    assert ["error" in answer for answer in answers] == [True, True, False, True, True]
    assert b"4 lines could not be read" in errors


def test_an_empty_line_is_answered_so_that_answers_keep_the_order_of_lines() -> None:
    answers, errors, _ = run(b'\n{"id": 2, "text": "hello"}\n  \n')

    assert [answer["id"] for answer in answers] == [None, 2, None]
    assert answers[0]["error"]
    assert b"2 lines could not be read" in errors


def test_a_line_that_cannot_be_judged_keeps_its_id() -> None:
    answers, _, _ = run(b'{"id": 4}\n{"id": "five", "text": "hello", "context": 5}\n')

    assert [(answer["id"], "error" in answer) for answer in answers] == [(4, True), ("five", True)]


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin
    assert child.stdout
    assert child.stderr
    child.stdin.write(b'{"id": 1, "text": "hello"}\n')
    child.stdin.flush()
    child.stdout.readline()
    child.stdout.close()

    try:
        child.stdin.write(b'{"id": 2, "text": "hello"}\n' * 50)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it has already gone, as it should
    child.wait(30)

    assert b"Traceback" not in child.stderr.read()
    child.stderr.close()
