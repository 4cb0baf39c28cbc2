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
from moderation.crying import beside, hear
from moderation.deciding import log, settle
from moderation.effects import NotPossible
from moderation.intake import Judgement, judge_text
from moderation.models import Appeal, AppealOutcome, Case, Decision, Moderator, Statement
from moderation.models.cases import SINGLE_AFTER
from moderation.overturning import overturn
from moderation.planning import Plan
from moderation.seconds import is_alone
from moderation.transitions import Event
from moderation.triage import Conflict
from peers.again import once_more

WITHIN = 24 * 3600  # seconds until another person should have answered an appeal that carries no risk
LONGEST = 5_000  # characters
HAD_PART = "You agreed to this decision, so someone else answers the appeal. Give the case back."


class TooLate(Exception):
    """The restriction is over, or the time to appeal is. `cards`: the help that goes with the words all the same."""

    def __init__(self, cards: Sequence[str]) -> None:
        super().__init__("too late")
        self.cards = cards


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
        TooLate: it was changed already, or ran out, or more than thirty days have gone; nothing was saved.
    """
    said = text.tidy(words)[:LONGEST]
    about = statement.case
    judged = judge_text(said, risk.Context(place="appeal", room=about.room.slug))
    cards = judged.plan.cards if judged.plan.level > risk.Level.GREEN else ()
    # Whatever becomes of the appeal, a cry in it is heard, and its case keeps what was noticed. The appeal's own case
    # keeps nothing of that: it is about what was decided, and a person reads these words in any case.
    subject = Subject(f"appeal:{statement.pk}", about.room, statement.peer, about.author_name)
    heard = hear(about=subject, words=said, judged=judged)
    if not statement.may_be_appealed(timezone.now()):
        first = Appeal.objects.filter(statement=statement).first()
        now_with_someone = cards if heard else ()  # the page says that a moderator has these words
        if first is None:
            raise TooLate(now_with_someone)
        return Filed(first, now_with_someone)
    try:
        with transaction.atomic():
            return Filed(_file(statement, said, judged), cards)
    except IntegrityError:  # sent twice
        return Filed(Appeal.objects.get(statement=statement), cards)


def _file(statement: Statement, words: str, judged: Judgement) -> Appeal:
    if statement.post_id:
        lock_post(pk=statement.post_id)  # before the case: everyone's order
    case = open_or_join(_subject(statement), _need(statement, beside(judged, words, "appeal").plan))
    appeal = Appeal.objects.create(statement=statement, case=case, words=words)
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return appeal


def _subject(statement: Statement) -> Subject:
    """The waiting case of what nobody has decided; otherwise a case of its own, not for whoever decided."""
    about = statement.case
    if (
        statement.decision is None
    ):  # and where that case is closed, another about the same: it is decided like any other
        return Subject(key=about.subject, room=about.room, peer=about.peer, name=about.author_name, post=about.post)
    return Subject(
        key=f"appeal:{statement.pk}",
        room=about.room,
        peer=about.peer,
        name=about.author_name,
        follows=about,
        not_for=statement.decision.moderator,
    )


def _need(statement: Statement, noticed: Plan) -> Need:
    """An ordinary look by another person within a day; sooner for what was noticed beside a plea for help."""
    return Need(
        max(noticed.level, risk.Level.AMBER),
        [*noticed.categories, *statement.case.categories],
        min(noticed.within or WITHIN, WITHIN),
        alert=noticed.alert,
        lead=statement.case.lead_only or noticed.lead,
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
        NotPossible: who agreed to the decision may not judge it, or erased words were to come back; nothing happened.
    """
    appeal = appeal_of(case)
    if appeal is None or appeal.statement.decision is None:
        raise Conflict
    with transaction.atomic():
        decision = _held(appeal.statement.decision)
        single = _is_single(case, decision, moderator)
        if not settle(case, moderator, Event.DECIDED, token=token, version=version):
            raise Conflict
        Appeal.objects.filter(pk=appeal.pk).update(
            outcome=outcome, answer=words, answered_at=timezone.now(), answered_by=moderator, single=single
        )
        if outcome == AppealOutcome.OVERTURNED:
            overturn(decision, moderator)
        log(case, moderator, "appeal.answered", outcome=str(outcome), single=single)
        return Appeal.objects.get(pk=appeal.pk)


def _held(decision: Decision) -> Decision:
    """The decision with peer, post and case held, as it stands then: someone may have agreed to it a moment ago."""
    if decision.case.peer:
        lock_peer(decision.case.peer)
    lock_post(cases=decision.case)
    Case.objects.locked().get(pk=decision.case_id)
    return Decision.objects.select_related("case__peer").get(pk=decision.pk)


def _is_single(case: Case, decision: Decision, moderator: Moderator) -> bool:
    """Whether someone judges their own doing, because nobody else was there for a day. Raises NotPossible, Conflict."""
    if decision.moderator_id == moderator.pk:
        if not case.may_be_judged_alone(timezone.now()):
            raise Conflict
        return True
    if decision.confirmed_by_id != moderator.pk:
        return False
    had_part = [decision.moderator_id, decision.confirmed_by_id]
    others = Moderator.objects.at_desk().exclude(pk__in=had_part)
    if case.opened_at > timezone.now() - SINGLE_AFTER or not is_alone(case, others):
        raise NotPossible(HAD_PART)
    return True
