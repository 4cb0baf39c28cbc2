"""Distress in words that are about something else: an appeal, a complaint. It gets a case of its own, for everyone.

The appeal may be hidden from whoever decided, the complaint from all but leads. Danger is hidden from no moderator.
"""

import hashlib
import hmac
import uuid

from django.db import transaction

from forum.models import Room
from moderation.casework import Need, Subject, open_or_join
from moderation.intake import Judgement, keep_signals
from moderation.models import Case, Snapshot
from peers.again import once_more
from peers.models import Peer


@once_more
def hear(*, key: str, words: str, judged: Judgement, room: Room, peer: Peer | None, name: str = "") -> Case | None:
    """Bring words at red or above to a human; calmer ones are left to the appeal or complaint they stand in.

    `key` names where they came from, in at most fifty characters: the same words again join the open case.
    """
    plan = judged.plan
    if not judged.urgent or not plan.within:
        return None
    with transaction.atomic():
        subject = Subject(key=f"cry:{key}", room=room, peer=peer, name=name)
        case = open_or_join(subject, Need(plan.level, plan.categories, plan.within, alert=plan.alert))
        revision = case.snapshots.count() + 1
        salt = uuid.uuid4()
        digest = hmac.new(salt.bytes, words.encode(), hashlib.sha256).hexdigest()
        Snapshot.objects.create(case=case, revision=revision, words=words, digest=digest, salt=salt)
        keep_signals(subject.key, revision, judged.assessment, case)
        return case
