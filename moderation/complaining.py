"""Complaints about a moderator: a lead or an admin who is not that person looks. A receipt tells what came of it."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from forum import text
from forum.models import Room
from moderation import risk
from moderation.casework import Need, Subject, open_or_join
from moderation.crying import hear
from moderation.deciding import log, settle
from moderation.intake import judge_text
from moderation.models import Case, Complaint, Moderator
from moderation.transitions import Event
from moderation.triage import Conflict
from peers.again import once_more
from peers.models import Peer

WITHIN = 4 * 3600  # seconds until a lead should have looked
LONGEST = 5_000  # characters


@dataclass(frozen=True, slots=True)
class Filed:
    """A complaint as it was kept, and the help that goes with its words (card keys; none for calm words)."""

    complaint: Complaint
    cards: Sequence[str]


def is_urgent(words: str) -> bool:
    """Whether the words may be a cry for help: those are never turned away."""
    return judge_text(text.tidy(words)[:LONGEST], risk.Context(place="complaint")).urgent


@once_more
def complain(*, words: str, about: str, peer: Peer | None) -> Filed:
    """Keep the complaint and bring it to a lead. `about` is the public name of the moderator, if it is known.

    A name nobody bears is no reason to turn words away: then any lead looks.
    """
    said = text.tidy(words)[:LONGEST]
    judged = judge_text(said, risk.Context(place="complaint"))
    plan = judged.plan
    room = Room.objects.order_by("-is_arrivals", "pk")[0]
    key = secrets.token_hex(8)
    with transaction.atomic():
        subject = Subject(key=f"complaint:{key}", room=room, peer=peer, name="", not_for=_named(about))
        case = open_or_join(subject, Need(risk.Level.AMBER, ["complaint"], WITHIN, lead=True))
        complaint = Complaint.objects.create(case=case, words=said, about=about.strip()[:60])
        hear(key=f"complaint:{key}", words=said, judged=judged, room=room, peer=peer)
    return Filed(complaint, plan.cards if plan.level > risk.Level.GREEN else ())


def _named(about: str) -> Moderator | None:
    """The one person at the desk whose name this is, or stands in it; None where it could be several or nobody."""
    given = about.strip().casefold()
    staff = Moderator.objects.at_desk().select_related("peer")
    meant = [each for each in staff if given and each.public_name.casefold() in given]
    return meant[0] if len(meant) == 1 else None


@once_more
def answer_complaint(*, case: Case, moderator: Moderator, words: str, token: uuid.UUID, version: int) -> Complaint:
    """Answer it in words that whoever complained reads by their receipt. Raises Conflict."""
    with transaction.atomic():
        if not settle(case, moderator, Event.DECIDED, token=token, version=version):
            raise Conflict
        if not Complaint.objects.filter(case=case).update(answer=words):
            raise Conflict
        log(case, moderator, "complaint.answered", single=case.not_for_id == moderator.pk)
        return Complaint.objects.get(case=case)
