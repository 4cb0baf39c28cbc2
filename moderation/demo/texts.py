"""The words of the demo community, read from `community/*.toml`: a file for each room, and one live session.

Every word was written for this project; no real person's post is among them. Each text carries the
level and categories a careful human would give it, so that the demo can be compared with the engine.
Where one voice calls another by name the file says `{voice}`: names are given by the server, so the
loader puts in whatever name that voice goes by in that place.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOMS: Final = (
    "relationships",
    "relapse",
    "self-care",
    "self-harm-recovery",
    "family-and-trust",
    "everyday-wins",
)
CONTRACTS: Final = frozenset({"listen", "been_there", "ideas", "sit_with_me", "no_hugs"})
LEVELS: Final = frozenset({"green", "amber", "red", "crisis"})
CATEGORIES: Final = frozenset(
    {
        "distress",
        "suicide",
        "self_harm",
        "method",
        "encouragement",
        "relapse",
        "overdose",
        "sourcing",
        "abuse",
        "threat",
        "minor",
        "harassment",
        "concern",
        "eating",
        "contact",
        "detector",
    }
)
NOTES: Final = frozenset(
    {
        "self-harm",
        "suicide",
        "drugs",
        "alcohol",
        "eating",
        "abuse",
        "sexual-violence",
        "death",
        "medical",
        "pregnancy",
    }
)
LIVE_SCOPE: Final = "live"

NameOf = Callable[[str, str], str]
"""(scope, voice) -> the name that voice goes by there. Scope is a room's slug, or `LIVE_SCOPE`."""

_COMMUNITY: Final = Path(__file__).parent / "community"
_CALLED: Final = re.compile(r"\{([a-z0-9-]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What every text has: who, the words, and what a careful human makes of them."""

    voice: str
    body: str
    level: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReply(Said):
    """An answer in a thread. `minutes_after` counts from the thread's opening."""

    minutes_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoThread(Said):
    """An opening post and its answers, in the order they came.

    `minutes_ago` counts back from a late evening (23:00), so that most openings fall in the night.
    A thread without a title has an empty one.
    """

    room: str
    title: str
    contract: str
    notes: tuple[str, ...]
    minutes_ago: int
    replies: tuple[DemoReply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMessage(Said):
    """Something said in the live session. `seconds_after` counts from its opening."""

    seconds_after: int


@dataclass(frozen=True, slots=True)
class DemoSession:
    """One live session, as a script for its host and the people in it."""

    room: str
    title: str
    host: str
    messages: tuple[DemoMessage, ...]


@dataclass(frozen=True, slots=True)
class Community:
    """All that is said in the demo."""

    threads: tuple[DemoThread, ...]
    session: DemoSession

    def voices_in(self, scope: str) -> frozenset[str]:
        """Everyone who speaks in a room, or in the live session for `LIVE_SCOPE`."""
        if scope == LIVE_SCOPE:
            return frozenset({self.session.host, *(message.voice for message in self.session.messages)})
        return frozenset(
            voice
            for thread in self.threads
            if thread.room == scope
            for voice in (thread.voice, *(reply.voice for reply in thread.replies))
        )

    def voices(self) -> frozenset[str]:
        """Everyone who speaks anywhere; one voice is one peer."""
        return frozenset().union(*(self.voices_in(scope) for scope in (*ROOMS, LIVE_SCOPE)))

    def posts(self) -> Iterator[Said]:
        """Every text, opening posts before their replies, the live session last."""
        for thread in self.threads:
            yield thread
            yield from thread.replies
        yield from self.session.messages


def plain_name(_scope: str, voice: str) -> str:
    """A stand-in where no names have been given yet: `tomas-nights` becomes "Tomas"."""
    return voice.split("-", maxsplit=1)[0].capitalize()


def load_community(name_of: NameOf = plain_name) -> Community:
    """Read the demo community, with every `{voice}` in a text replaced by that voice's name there.

    Raises:
        ValueError: a file names a room, contract, note, level or category outside its closed set.
        KeyError: a field is missing.
    """
    threads = tuple(thread for room in ROOMS for thread in _threads_of(room, name_of))
    return Community(threads=threads, session=_live_session(name_of))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_COMMUNITY / f"{name}.toml").read_text(encoding="utf-8"))


def _threads_of(room: str, name_of: NameOf) -> Iterator[DemoThread]:
    table = _read(room)
    _one_of(table["room"], frozenset({room}), "room")
    for row in table["thread"]:
        yield DemoThread(
            room=room,
            title=row.get("title", ""),
            contract=_one_of(row["contract"], CONTRACTS, "contract"),
            notes=tuple(_one_of(note, NOTES, "note") for note in row["notes"]),
            minutes_ago=row["minutes_ago"],
            replies=tuple(_reply(reply, room, name_of) for reply in row.get("reply", ())),
            **_said(row, room, name_of),
        )


def _reply(row: dict[str, Any], room: str, name_of: NameOf) -> DemoReply:
    return DemoReply(minutes_after=row["minutes_after"], **_said(row, room, name_of))


def _live_session(name_of: NameOf) -> DemoSession:
    table = _read(LIVE_SCOPE)
    return DemoSession(
        room=_one_of(table["room"], frozenset(ROOMS), "room"),
        title=table["title"],
        host=table["host"],
        messages=tuple(
            DemoMessage(seconds_after=row["seconds_after"], **_said(row, LIVE_SCOPE, name_of))
            for row in table["message"]
        ),
    )


def _said(row: dict[str, Any], scope: str, name_of: NameOf) -> dict[str, Any]:
    return {
        "voice": row["voice"],
        "body": _CALLED.sub(lambda called: name_of(scope, called[1]), row["body"]).strip(),
        "level": _one_of(row["level"], LEVELS, "level"),
        "categories": tuple(_one_of(name, CATEGORIES, "category") for name in row["categories"]),
    }


def _one_of(value: str, allowed: frozenset[str], what: str) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is not a {what} the demo knows")
    return value
