"""The states of a live session and what leads from one to the next. Pure: the one transition function."""

from enum import StrEnum

from forum.models.live import LiveState as S


class Act(StrEnum):
    """What a host does to the session."""

    OPEN_LOBBY = "open_lobby"
    OPEN = "open"
    SLOW = "slow"
    ONE_VOICE = "one_voice"
    WIND_DOWN = "wind_down"
    CLOSE = "close"


_LIVELY = (S.OPEN, S.SLOW, S.ONE_VOICE)
_NEXT: dict[tuple[S, Act], S] = {
    (S.SCHEDULED, Act.OPEN_LOBBY): S.LOBBY,
    (S.SCHEDULED, Act.OPEN): S.OPEN,
    (S.SCHEDULED, Act.CLOSE): S.CLOSED,
    (S.LOBBY, Act.OPEN): S.OPEN,
    (S.LOBBY, Act.CLOSE): S.CLOSED,
    **{(state, Act.OPEN): S.OPEN for state in (*_LIVELY, S.WINDING_DOWN)},  # also back from winding down
    **{(state, Act.SLOW): S.SLOW for state in _LIVELY},
    **{(state, Act.ONE_VOICE): S.ONE_VOICE for state in _LIVELY},
    **{(state, Act.WIND_DOWN): S.WINDING_DOWN for state in _LIVELY},
    **{(state, Act.CLOSE): S.CLOSED for state in (*_LIVELY, S.WINDING_DOWN)},
}


def next_state(state: str, act: Act) -> S | None:
    """The state `act` leads to, or None where it leads nowhere."""
    return _NEXT.get((S(state), act))


def acts_from(state: str) -> tuple[Act, ...]:
    """What a host can do in this state, in the order of the console's buttons."""
    return tuple(act for act in Act if (found := next_state(state, act)) and found != state)
