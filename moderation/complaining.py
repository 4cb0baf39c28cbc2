"""Complaints about a moderator: a lead or an admin who is not that person looks. A receipt tells what came of it."""

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from forum import text
from forum.models import Room
from moderation import risk
from moderation.casework import Need, Subject, open_or_join
from moderation.crying import beside, hear
from moderation.deciding import log, settle
from moderation.intake import judge_text, keep_signals
from moderation.models import Case, Complaint, Moderator
from moderation.models.cases import SINGLE_AFTER
from moderation.models.people import LEAD_ROLES
from moderation.planning import Plan
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
    whom = _named(about)
    with transaction.atomic():
        subject = Subject(key=f"complaint:{key}", room=room, peer=peer, name="", not_for=whom)
        other = beside(judged, said, "complaint")
        case = open_or_join(subject, _need(other.plan, whom))
        keep_signals(subject.key, 1, other.assessment, case)
        complaint = Complaint.objects.create(case=case, words=said, about=about.strip()[:60])
        hear(about=subject, words=said, judged=judged)
    return Filed(complaint, plan.cards if plan.level > risk.Level.GREEN else ())


def _need(plan: Plan, whom: Moderator | None) -> Need:
    """What was noticed is for leads alone; where the only one is whom it is about, it waits until they may see it."""
    leads = Moderator.objects.at_desk().filter(role__in=[*LEAD_ROLES])
    alone = whom is not None and not leads.exclude(pk=whom.pk).exists()
    waits = alone and plan.level < risk.Level.CRISIS
    within = round(SINGLE_AFTER.total_seconds()) if waits else min(plan.within or WITHIN, WITHIN)
    categories = list(dict.fromkeys([*plan.categories, "complaint"]))
    return Need(max(plan.level, risk.Level.AMBER), categories, within, alert=plan.alert, lead=True)


def _named(about: str) -> Moderator | None:
    """Whom at the desk this names: by the name itself, else by a name that stands in it as a word. None: nobody known.

    Of several it is kept from a lead, as only leads read it at all; of several leads, from whoever is named first.
    """
    given = about.strip().casefold()
    staff = {each.public_name.casefold(): each for each in Moderator.objects.at_desk().select_related("peer")}
    if given in staff:
        return staff[given]
    places = {name: re.search(rf"(?<!\w){re.escape(name)}(?!\w)", given) for name in staff}
    meant = sorted((not staff[name].leads, found.start(), name) for name, found in places.items() if found)
    return staff[meant[0][2]] if meant else None


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
