"""Distress in words that are about something else: an appeal, a complaint. It gets a case of its own.

The appeal waits for another person than decided, the complaint for a lead; someone in danger waits for neither.
"""

import hashlib
import hmac
import uuid
from dataclasses import replace

from django.db import transaction
from django.db.models import Max

from moderation import risk
from moderation.casework import Need, Subject, open_or_join
from moderation.intake import Judgement, keep_signals
from moderation.models import Case, Level, Signal, Snapshot
from moderation.planning import plan_for
from moderation.reopening import WITHIN
from moderation.table import table
from peers.again import once_more


@once_more
def hear(*, about: Subject, words: str, judged: Judgement) -> Case | None:
    """Bring words by which their author is in danger to a human; others are left to the appeal or complaint they are.

    `about.key` names where they came from, in at most fifty characters: the same words again join the open case.
    `about.not_for` is whom the words are about; where nobody else works here, they see them at once.
    """
    need = _need(judged)
    if need is None:
        return None
    with transaction.atomic():
        subject = replace(about, key=f"cry:{about.key}")
        case = open_or_join(subject, need)
        revision = _newest(subject.key, case) + 1
        salt = uuid.uuid4()
        digest = hmac.new(salt.bytes, words.encode(), hashlib.sha256).hexdigest()
        Snapshot.objects.create(case=case, revision=revision, words=words, digest=digest, salt=salt)
        keep_signals(subject.key, revision, judged.assessment, case)
        return case


def beside(judged: Judgement, words: str, place: str) -> Judgement:
    """What else was noticed in the words, and what that asks for: their pleas have a case of their own. Pure."""
    left = tuple(each for each in judged.assessment.findings if each.level < Level.RED or not _is_plea(each))
    level = max((each.level for each in left), default=risk.Level.GREEN)
    assessment = replace(judged.assessment, findings=left, level=level)
    return Judgement(assessment, plan_for(assessment, words, place=place))


def _is_plea(finding: risk.Finding) -> bool:
    return table()[finding.category].plea


def _need(judged: Judgement) -> Need | None:
    """What the gravest plea in the words needs; none below red."""
    pleas = [each for each in judged.assessment.findings if _is_plea(each)]
    level = Level(max((each.level for each in pleas), default=risk.Level.GREEN) or Level.AMBER)
    if level < Level.RED:
        return None
    categories = dict.fromkeys(each.category.value for each in pleas if each.level >= risk.Level.RED)
    return Need(level, list(categories), WITHIN[level], alert=level == Level.CRISIS)


def _newest(key: str, case: Case) -> int:
    """The newest revision of which anything is kept: cases of the same words before this one count on."""
    noticed = Signal.objects.filter(subject=key).aggregate(newest=Max("revision"))["newest"] or 0
    return max(noticed, case.snapshots.aggregate(newest=Max("revision"))["newest"] or 0)
