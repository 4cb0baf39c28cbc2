"""How a case moves, as a table and as a property: whatever happens in whatever order, no case is lost or lowered."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.models import CaseState, Level
from moderation.transitions import BY_HUMAN, TABLE, Event, Impossible, after, before, level_after

STATES = list(CaseState)
happenings = st.lists(st.tuples(st.sampled_from(list(Event)), st.sampled_from(list(Level))), max_size=40)


def test_every_pair_of_state_and_event_is_decided_once() -> None:
    for state, event in itertools.product(STATES, Event):
        if (state, event) in TABLE:
            assert after(state, event) == TABLE[state, event]
        else:
            with pytest.raises(Impossible):
                after(state, event)


def test_an_event_leads_to_one_state_from_wherever_a_human_does_it() -> None:
    for event in BY_HUMAN:
        assert len({after(state, event) for state in before(event)}) == 1


@given(happenings)
def test_only_a_human_closes_a_case_and_automation_never_lowers_it(story) -> None:
    state, level = CaseState.OPEN, Level.AMBER
    for event, found in story:
        if (state, event) not in TABLE:
            continue
        was, state = state, after(state, event)
        if state == CaseState.RESOLVED:
            assert event in BY_HUMAN
        if event not in BY_HUMAN:
            raised = level_after(level, found)
            assert raised >= level
            level = raised
            assert state != CaseState.RESOLVED
        if was == CaseState.PENDING_SECOND and state == CaseState.RESOLVED:
            assert event == Event.CONFIRMED  # what cannot be undone never closes by one person


@given(happenings)
def test_from_every_state_there_is_a_way_on(story) -> None:
    state = CaseState.OPEN
    for event, _ in story:
        state = TABLE.get((state, event), state)

    assert any(was == state for was, _ in TABLE)
    assert Event.ANSWERED_AT_RISK in {event for was, event in TABLE if was == state}


def test_whatever_is_noticed_at_an_open_case_leaves_it_open() -> None:
    for state in STATES:
        for event in (Event.NOTICED, Event.ANSWERED_CALMLY, Event.ANSWERED_AT_RISK):
            if state != CaseState.RESOLVED:
                assert after(state, event) != CaseState.RESOLVED
