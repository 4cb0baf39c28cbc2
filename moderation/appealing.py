"""Appeals: someone asks that another person looks at what was restricted. A code is enough; no session is needed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from forum import text
from forum.locking import lock_peer, lock_post
from moderation import risk
from moderation.casework import Need, Subject, open_or_join
from moderation.deciding import log, settle, take_back
from moderation.intake import Judgement, judge_text, keep_signals
from moderation.models import Appeal, Case, CaseState, Moderator, Outcome, Statement
from moderation.models.statements import APPEAL_WITHIN
from moderation.transitions import Event
from moderation.triage import Conflict
from peers.again import once_more

WITHIN = 24 * 3600  # seconds until another person should have answered an appeal that carries no risk
LONGEST = 5_000  # characters


class TooLate(Exception):
    """The restriction is over, or the time to appeal is."""


@dataclass(frozen=True, slots=True)
class Filed:
    """An appeal as it was kept, and the help that goes with its words (card keys; none for calm words)."""

    appeal: Appeal
    cards: Sequence[str]


@once_more
def file_appeal(*, statement: Statement, words: str) -> Filed:
    """Keep the appeal and bring it to someone who had no part in the decision. Appealing again returns the first.

    What nobody has decided yet is appealed at the case that waits anyway. The words are judged like any others.

    Raises:
        TooLate: it was changed already, or more than thirty days have gone; nothing was saved.
    """
    said = text.tidy(words)[:LONGEST]
    judged = judge_text(said, risk.Context(place="appeal", room=statement.case.room.slug))
    cards = judged.plan.cards if judged.plan.level > risk.Level.GREEN else ()
    if statement.ended_at or timezone.now() > statement.issued_at + APPEAL_WITHIN:
        first = Appeal.objects.filter(statement=statement).first()
        if first is None:
            raise TooLate
        return Filed(first, cards)
    try:
        with transaction.atomic():
            return Filed(_file(statement, said, judged), cards)
    except IntegrityError:  # sent twice
        return Filed(Appeal.objects.get(statement=statement), cards)


def _file(statement: Statement, words: str, judged: Judgement) -> Appeal:
    if statement.post_id:
        lock_post(pk=statement.post_id)  # before the case: everyone's order
    case = open_or_join(_subject(statement), _need(statement, judged))
    keep_signals(f"appeal:{statement.pk}", 1, judged.assessment, case)
    appeal = Appeal.objects.create(statement=statement, case=case, words=words)
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return appeal


def _subject(statement: Statement) -> Subject:
    """The waiting case of what nobody has decided; otherwise a case of its own, not for whoever decided."""
    about = statement.case
    if statement.decision is None and about.state != CaseState.RESOLVED:
        return Subject(key=about.subject, room=about.room, peer=about.peer, name=about.author_name, post=about.post)
    decided_by = statement.decision.moderator if statement.decision else None
    return Subject(
        key=f"appeal:{statement.pk}",
        room=about.room,
        peer=about.peer,
        name=about.author_name,
        follows=about,
        not_for=decided_by,
    )


def _need(statement: Statement, judged: Judgement) -> Need:
    plan = judged.plan
    level = max(plan.level, risk.Level.AMBER)
    lead = statement.case.lead_only or plan.lead
    return Need(
        level,
        [*plan.categories, *statement.case.categories],
        min(plan.within or WITHIN, WITHIN),
        alert=plan.alert,
        lead=lead,
    )


def appeal_of(case: Case) -> Appeal | None:
    """The appeal this case was opened for: it is answered instead of decided."""
    own = Appeal.objects.filter(case=case, statement__decision__isnull=False, case__subject__startswith="appeal:")
    return own.select_related("statement__decision__moderator__peer", "statement__post", "statement__case").first()


@once_more
def answer_appeal(
    *, case: Case, moderator: Moderator, outcome: str, words: str, token: uuid.UUID, version: int
) -> Appeal:
    """Uphold a decision, or take it back exactly. Its author reads `words`; who decided before may not answer.

    Where nobody else could answer for a day, the same person may, and that is marked.

    Raises:
        Conflict: the case is not in this moderator's hands, or changed; nothing happened.
    """
    appeal = appeal_of(case)
    if appeal is None or appeal.statement.decision is None:
        raise Conflict
    decision = appeal.statement.decision
    with transaction.atomic():
        if decision.case.peer:
            lock_peer(decision.case.peer)
        lock_post(cases=decision.case)
        if not settle(case, moderator, Event.DECIDED, token=token, version=version):
            raise Conflict
        single = decision.moderator_id == moderator.pk
        Appeal.objects.filter(pk=appeal.pk).update(
            outcome=outcome, answer=words, answered_at=timezone.now(), answered_by=moderator, single=single
        )
        if outcome == Outcome.OVERTURNED:
            take_back(decision, moderator)
            log(decision.case, moderator, "decision.undone", action=decision.action)
        log(case, moderator, "appeal.answered", outcome=str(outcome), single=single)
        return Appeal.objects.get(pk=appeal.pk)
