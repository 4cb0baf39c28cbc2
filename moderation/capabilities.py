"""What each role may do at the desk: one table, asked by every page and every step. Pure: no request, row or clock."""

from collections.abc import Mapping
from enum import Enum


class Capability(Enum):
    """One thing a role allows. The value says it in a sentence that begins "This is for people who ..."."""

    TRIAGE = "work on cases"
    LEAD_CASES = "may take the cases that are kept for leads"
    SECOND = "confirm what another moderator asked for"
    LINK_NAMES = "may ask to see one person's names together"
    THREADS = "move, close and keep threads"
    MODE = "open, slow or pause the site"
    BOARD = "look after how the desk is doing"
    RULES = "look after what the site notices by itself"
    AUDIT = "read the log of the whole desk"
    STAFF = "look after who works here"


_MODERATOR = frozenset({Capability.TRIAGE, Capability.SECOND, Capability.LINK_NAMES, Capability.THREADS})
_LEAD = _MODERATOR | {
    Capability.LEAD_CASES,
    Capability.MODE,
    Capability.BOARD,
    Capability.RULES,
    Capability.AUDIT,
}
# role (as moderation.models.Role stores it) -> what it allows
ALLOWS: Mapping[str, frozenset[Capability]] = {
    "host": frozenset(),
    "moderator": _MODERATOR,
    "lead": frozenset(_LEAD),
    "admin": frozenset(_LEAD | {Capability.STAFF}),
}


def allows(role: str, capability: Capability) -> bool:
    """Whether this role may do this. A role nobody knows may do nothing."""
    return capability in ALLOWS.get(role, frozenset())


def roles_with(capability: Capability) -> tuple[str, ...]:
    """The roles that allow this, in the order of the table."""
    return tuple(role for role, allowed in ALLOWS.items() if capability in allowed)


def who_may(capability: Capability) -> str:
    """For a page that stays closed: whom it is open to, in one plain sentence."""
    *others, last = [f"{role}s" for role in roles_with(capability)]
    roles = f"{', '.join(others)} and {last}" if others else last
    return f"This page is for people who {capability.value}: {roles}. One of them can help you with it."
