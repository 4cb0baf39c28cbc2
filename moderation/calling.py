""" "I need help now": a person in a live room asks for a human. It works in every state of the room."""

import secrets
from collections.abc import Callable

from django.db import transaction

from forum.models import LiveSession
from moderation import risk
from moderation.casework import Need, Subject, open_or_join
from moderation.models import Case, Signal, Source
from peers.models import Peer, Persona

WITHIN = 120  # seconds: who presses this is believed
CALL = Need(level=risk.Level.CRISIS, categories=("distress",), within=WITHIN, alert=True)


def call_for_help(*, session: LiveSession, peer: Peer | None, may_open: Callable[[], bool] = lambda: True) -> Case:
    """Bring a human to this person, with an alert to whoever is on call. Calling again joins the first call.

    A caller without an identity opens a call of their own while `may_open()` allows; beyond that
    they join one shared call of the session, so that a flood hides nobody and no call is lost.
    """
    caller = str(peer.pk) if peer else (secrets.token_hex(8) if may_open() else "someone")
    persona = Persona.objects.filter(peer=peer, scope=session.scope).first() if peer else None
    subject = Subject(
        key=f"call:{session.pk}:{caller}", room=session.room, peer=peer, name=persona.name if persona else ""
    )
    with transaction.atomic():
        case = open_or_join(subject, CALL)
        signal = Signal(case=case, subject=subject.key, revision=1, source=Source.CALL, rule="call.help", version="1")
        signal.category, signal.level = "distress", risk.Level.CRISIS
        signal.reason = "Pressed: I need help now"
        Signal.objects.bulk_create([signal], ignore_conflicts=True)
        return case
