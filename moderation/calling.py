""" "I need help now": a person in a live room asks for a human. It works in every state of the room."""

import secrets
from collections.abc import Callable

from django.db import transaction

from forum.models import LiveSession
from moderation import risk
from moderation.casework import Need, Subject, open_or_join
from moderation.models import Case, Signal, Source
from peers.again import once_more
from peers.models import Peer
from peers.naming import persona_for

WITHIN = 120  # seconds: who presses this is believed
CALL = Need(level=risk.Level.CRISIS, categories=("distress",), within=WITHIN, alert=True)


@once_more
def call_for_help(*, session: LiveSession, peer: Peer | None, may_open: Callable[[], bool] = lambda: True) -> Case:
    """Bring a human to this person, with an alert to whoever is on call. Calling again joins the first call.

    A caller without an identity opens a call of their own while `may_open()` allows; beyond that
    they join one shared call of the session, so that a flood hides nobody and no call is lost.
    """
    with transaction.atomic():
        # The name of this session, not the person: nothing links their calls once they have left.
        persona = persona_for(peer=peer, scope=session.scope) if peer else None
        caller = str(persona.pk) if persona else (secrets.token_hex(8) if may_open() else "someone")
        name = persona.name if persona else ""
        subject = Subject(key=f"call:{session.pk}:{caller}", room=session.room, peer=peer, name=name)
        case = open_or_join(subject, CALL)
        signal = Signal(case=case, subject=subject.key, revision=1, source=Source.CALL, rule="call.help", version="1")
        signal.category, signal.level = "distress", risk.Level.CRISIS
        signal.reason = "Pressed: I need help now"
        Signal.objects.bulk_create([signal], ignore_conflicts=True)
        return case
