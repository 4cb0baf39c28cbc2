"""The worker sends beside its rounds: a destination that hangs makes no step late, and nothing ends the sending."""

import threading

from moderation.management.commands import worker
from moderation.tending import MANY


def quick(monkeypatch) -> None:
    monkeypatch.setattr(worker, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(worker, "LAST_MESSAGE", 0.1)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)  # the test's own connection stays


def test_a_destination_that_hangs_makes_no_round_late(monkeypatch) -> None:
    stop, hung, rounds = threading.Event(), threading.Event(), []
    quick(monkeypatch)

    def tend(**_: object) -> int:
        rounds.append(hung.wait(5))  # only once a message hangs
        if len(rounds) == 3:
            stop.set()
        return 0

    hangs: list[bool] = []

    def hang(_: str) -> int:
        hung.set()
        hangs.append(stop.wait(2))
        if len(hangs) > 3:
            stop.set()
        return 0

    monkeypatch.setattr(worker, "tend", tend)
    monkeypatch.setattr(worker, "pass_on", hang)

    worker.run(stop)

    assert rounds == [True, True, True]


def test_a_channel_that_fails_is_looked_at_again(monkeypatch, caplog) -> None:
    stop, looks, rounds = threading.Event(), [], []
    quick(monkeypatch)

    def fails(channel: str) -> int:
        looks.append(channel)
        if len(looks) > 3:
            stop.set()
        raise ValueError("someone@example.org")

    def tend(**_: object) -> int:
        rounds.append(1)
        if len(rounds) > 300:
            stop.set()
        return 0

    monkeypatch.setattr(worker, "CHANNELS", ("mail",))
    monkeypatch.setattr(worker, "tend", tend)
    monkeypatch.setattr(worker, "pass_on", fails)

    worker.run(stop)

    assert len(looks) > 3
    assert "mail could not be looked at (ValueError)" in caplog.text
    assert "example.org" not in caplog.text


def test_where_much_is_left_the_next_round_follows_at_once(monkeypatch) -> None:
    monkeypatch.setattr(worker, "tend", lambda **_: MANY)

    assert worker._round(1.0) == 0.0
