"""How a case moves: the one table of states and events. Pure: no clock, no row, no request.

Claimed is not a state (a lease that has not run out) and escalated is not a state (a tier), so a
crash strands nothing. Automation raises a level; only a human lowers it.
"""

from collections.abc import Mapping
from enum import StrEnum

from moderation.models.states import CaseState, Level


class Event(StrEnum):
    """What can happen to a case."""

    NOTICED = "noticed"  # rules, a report, a call or an appeal joined it
    ANSWERED_CALMLY = "answered_calmly"  # its author wrote back, and nothing is at risk
    ANSWERED_AT_RISK = "answered_at_risk"  # its author wrote back at red or above
    DECIDED = "decided"
    PROPOSED = "proposed"  # decided, in a way that cannot be undone: a second person must agree
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    FOLLOWED_UP = "followed_up"  # a human read what came; the earlier decision stands
    UNDONE = "undone"


class Impossible(Exception):
    """In this state, this does not happen."""


_OPEN, _SECOND, _FOLLOW, _DONE = CaseState.OPEN, CaseState.PENDING_SECOND, CaseState.FOLLOW_UP, CaseState.RESOLVED

TABLE: Mapping[tuple[CaseState, Event], CaseState] = {
    (_OPEN, Event.NOTICED): _OPEN,
    (_OPEN, Event.ANSWERED_CALMLY): _OPEN,
    (_OPEN, Event.ANSWERED_AT_RISK): _OPEN,
    (_OPEN, Event.DECIDED): _DONE,
    (_OPEN, Event.PROPOSED): _SECOND,
    # What comes while a second person is awaited is seen by that person: the case waits on, at a higher version.
    (_SECOND, Event.NOTICED): _SECOND,
    (_SECOND, Event.ANSWERED_CALMLY): _SECOND,
    (_SECOND, Event.ANSWERED_AT_RISK): _SECOND,
    (_SECOND, Event.CONFIRMED): _DONE,
    (_SECOND, Event.DECLINED): _OPEN,
    (_FOLLOW, Event.NOTICED): _OPEN,
    (_FOLLOW, Event.ANSWERED_CALMLY): _FOLLOW,
    (_FOLLOW, Event.ANSWERED_AT_RISK): _OPEN,
    (_FOLLOW, Event.DECIDED): _DONE,
    (_FOLLOW, Event.PROPOSED): _SECOND,
    (_FOLLOW, Event.FOLLOWED_UP): _DONE,
    (_DONE, Event.ANSWERED_CALMLY): _FOLLOW,
    (_DONE, Event.ANSWERED_AT_RISK): _OPEN,
    (_DONE, Event.UNDONE): _OPEN,
}
BY_HUMAN = frozenset({Event.DECIDED, Event.PROPOSED, Event.CONFIRMED, Event.DECLINED, Event.FOLLOWED_UP, Event.UNDONE})


def after(state: str, event: Event) -> CaseState:
    """The state after this event. Raises Impossible where the table has no such move."""
    try:
        return TABLE[CaseState(state), event]
    except KeyError:
        raise Impossible(f"{event} cannot happen to a case that is {state}") from None


def before(event: Event) -> list[str]:
    """The states in which this event can happen: for a conditional update. They all lead to one state."""
    return sorted(state.value for (state, happening) in TABLE if happening == event)


def level_after(level: int, found: int) -> Level:
    """What automation makes of a level: never lower than it was."""
    return Level(max(level, found))
