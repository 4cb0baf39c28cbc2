"""Hundreds of crises while workers are killed: the quick form of bench/crises.py."""

import pytest
from django.db import connections
from django.utils import timezone

from tests.clock import Clock
from tests.crises import Simulation, faults, look

CRISES = 150


@pytest.mark.django_db(transaction=True)
def test_no_crisis_is_forgotten_however_workers_die(emptied_afterwards, rooms, monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    simulation = Simulation(clock, crises=CRISES, kills=6, rest=4.0, lasts=(30.0, 280.0), seed=3)

    tally = simulation.run()

    connections.close_all()
    assert faults(look(clock), tally, crises=CRISES) == []
    assert tally.kills > 2
    assert tally.vanished > 10
