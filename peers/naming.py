"""Names made by the server: gentle, never chosen, never the same in two places, never like a member of staff."""

import hashlib
import hmac
import tomllib
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction

from peers.models import Peer, Persona
from peers.prepared import Prepared

_KNOWN = Prepared(lambda peer, scope: Persona.objects.filter(peer=peer, scope=scope), UUID(int=1), "~")
TRIES = 200  # after these the room holds so many names that a second describing word is added


@lru_cache(maxsize=1)
def name_words() -> tuple[list[str], list[str]]:
    """The reviewed describing words and nouns of names."""
    data = tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text())
    return data["describing"], data["nouns"]


def candidate(*, persona_key: bytes | memoryview, scope: str, counter: int) -> str:
    """The counter-th name of this key in this scope: fixed by the key, and telling nothing about it."""
    digest = hmac.new(bytes(persona_key), f"{scope}|{counter}".encode(), hashlib.sha256).digest()
    describing, nouns = name_words()
    number = int.from_bytes(digest[:16])
    number, first = divmod(number, len(describing))
    number, noun = divmod(number, len(nouns))
    if describing[first] == nouns[noun]:
        noun = (noun + 1) % len(nouns)  # not "Willow Willow"
    second = describing[number % len(describing)] if counter >= TRIES // 2 else ""
    return " ".join(part for part in (second, describing[first], nouns[noun]) if part).title()


def persona_for(*, peer: Peer, scope: str) -> Persona:
    """The peer's name in this scope, made at first need; staff speak under their public staff name."""
    if found := _KNOWN(peer.pk, scope):
        return found[0]
    for counter in range(TRIES):
        name = peer.staff_name or candidate(persona_key=peer.persona_key, scope=scope, counter=counter)
        try:
            with transaction.atomic():
                return Persona.objects.create(peer=peer, scope=scope, name=name)
        except IntegrityError:
            # Either the name is taken here (try the next) or another tab was quicker (take its persona).
            if quicker := Persona.objects.filter(peer=peer, scope=scope).first():
                return quicker
    raise RuntimeError("no free name was found in this scope")
