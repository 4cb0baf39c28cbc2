"""Why a socket is closed: the one list of codes, told to the client with a plain sentence before it goes."""

from enum import IntEnum


class Close(IntEnum):
    """Close codes of our own (4000-4999); docs/live-protocol.md says what a client does on each."""

    SIGNED_OUT = 4001  # the session ended: signed out, left or banned
    NOT_ALLOWED = 4003  # the desk is for signed-in moderators
    NOT_FOUND = 4004  # no such place
    BEHIND = 4008  # too slow to keep up: come back with `after`
    OVER = 4010  # the live session is closed
    OUR_SIDE = 4011  # something went wrong here: come back with `after`
    TOO_MANY = 4029  # frames came faster than a person writes


SENTENCES: dict[Close, str] = {
    Close.SIGNED_OUT: "You are signed out here. What you wrote is still on this page.",
    Close.NOT_ALLOWED: "This is open to moderators who have signed in with their code.",
    Close.NOT_FOUND: "There is nothing at this address.",
    Close.BEHIND: "Your connection was slower than the room. You will get what you missed.",
    Close.OVER: "This live room is closed.",
    Close.OUR_SIDE: "Something went wrong on our side. You will get what you missed.",
    Close.TOO_MANY: "Too much came from here at once. Wait a moment, then come back.",
}
