"""Private words between the desk and one peer. They wait in the peer's own space and go nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from forum import text
from forum.posting import TooSoon
from moderation import alerts, audit, risk
from moderation.casework import Need, open_or_join
from moderation.casework import Subject as CaseSubject
from moderation.desk_words import is_unedited
from moderation.intake import Judgement, judge_text, keep_signals
from moderation.models import Case, CaseState, Moderator, Outreach, OutreachMessage
from moderation.reopening import reopen
from moderation.signals import outreach_moved, tell_desk
from moderation.transitions import Event
from moderation.triage import Conflict, mark_answers_read
from peers import limits
from peers.again import once_more
from peers.models import Peer

ANSWER_WITHIN = 4 * 3600  # seconds until a human should have read an answer that carries no risk
EARLIER = 3  # how many of the peer's answers before this one are judged with it


class Unedited(Exception):
    """A template as it stands in the file: a person answers a person, so it must be made one's own first."""


class NobodyToWriteTo(Exception):
    """The author has left, or called without an identity."""


class NotYours(Exception):
    """This conversation is with someone else."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A peer's answer as it was kept, and the help that goes with it (card keys; none for calm words)."""

    message: OutreachMessage
    cards: Sequence[str]


def write_to_author(*, case: Case, moderator: Moderator, body: str, client_id: str) -> OutreachMessage:
    """Write privately to the author of a case one holds. Sending the same `client_id` again returns the first message.

    Raises:
        Unedited: the words are still a template's.
        Conflict: the case is not in this moderator's hands; nothing was sent.
        NobodyToWriteTo: there is no author any more.
    """
    words = text.tidy(body)
    if is_unedited(words):
        raise Unedited
    with transaction.atomic():
        held = Case.objects.open().select_for_update(of=("self",), no_key=True).filter(pk=case.pk).first()
        if held is None or not held.held_by(moderator, timezone.now()):
            raise Conflict
        if held.peer is None:
            raise NobodyToWriteTo
        message, is_new = say_to(case=held, peer=held.peer, moderator=moderator, words=words, client_id=client_id)
        if is_new and held.is_whole_open:
            mark_answers_read(held)
        return message


def say_to(*, case: Case, peer: Peer, moderator: Moderator, words: str, client_id: str) -> tuple[OutreachMessage, bool]:
    """Keep the words in this case's conversation, log that there are some, tell their reader after commit.

    Called inside the transaction of whoever may write. Also: whether they are new, or were sent before.
    """
    outreach, _ = Outreach.objects.get_or_create(case=case, defaults={"peer": peer})
    message, is_new = _say(outreach, words, client_id, moderator=moderator)
    if is_new:
        peer_pk = outreach.peer_id
        _log(case, moderator.username, "outreach.written")
        transaction.on_commit(lambda: outreach_moved.send_robust(None, peer=peer_pk))
    return message, is_new


@once_more
def answer(*, outreach: Outreach, peer: Peer, body: str, client_id: str) -> Answered:
    """A peer answers. The words are judged like any others, and always reach a human.

    At red or above a closed case opens again at that level; calmer answers bring it back as a
    follow-up. Sending the same `client_id` again returns the first answer.

    Raises:
        NotYours: the conversation is with someone else.
        TooSoon: many calm answers at once; nothing was saved. Words at risk are never refused.
    """
    if outreach.peer_id != peer.pk:
        raise NotYours
    words = text.tidy(body)
    judged = judge_text(words, _around(outreach))  # before the lock: judging takes time
    wait = limits.buckets().take(limits.POSTS, f"answers:{peer.pk}")
    if wait and not judged.urgent:
        raise TooSoon(wait)
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=outreach.case_id)
        message, is_new = _say(outreach, words, client_id)
        if is_new:
            _bring_to_desk(case, message, judged)
    return Answered(message, judged.plan.cards if judged.plan.level > risk.Level.GREEN else ())


def mark_read(*, outreach: Outreach) -> None:
    """Its peer said that they have read the desk's words, or answered them."""
    unread = OutreachMessage.objects.filter(outreach=outreach, moderator__isnull=False, read_at=None)
    unread.update(read_at=timezone.now())


def _say(
    outreach: Outreach, words: str, client_id: str, *, moderator: Moderator | None = None
) -> tuple[OutreachMessage, bool]:
    try:
        with transaction.atomic():
            fresh = OutreachMessage.objects.create(
                outreach=outreach, moderator=moderator, body=words, shown_html=text.render(words), client_id=client_id
            )
    except IntegrityError:
        return OutreachMessage.objects.get(outreach=outreach, client_id=client_id, moderator=moderator), False
    return fresh, True


def _around(outreach: Outreach) -> risk.Context:
    said = list(outreach.messages.order_by("-pk")[: 2 * EARLIER])
    mine = [each.body for each in reversed(said) if each.moderator_id is None]
    theirs = next((each.body for each in said if each.moderator_id is not None), "")
    return risk.Context(place="outreach", earlier=tuple(mine[-EARLIER:]), parent=theirs, room=outreach.case.room.slug)


def _bring_to_desk(case: Case, message: OutreachMessage, judged: Judgement) -> None:
    """Put the answer before a human, with its signals; called inside the answer's transaction."""
    plan = judged.plan
    need = Need(
        level=max(plan.level, risk.Level.AMBER),
        categories=plan.categories or case.categories,
        within=plan.within or ANSWER_WITHIN,
        alert=plan.alert,
        lead=plan.lead,
    )
    if case.state == CaseState.RESOLVED:
        case = _bring_back(case, need)
    elif plan.level > risk.Level.GREEN:
        case = open_or_join(_subject(case), need)
    else:
        _mention(case)
    keep_signals(f"answer:{message.pk}", 1, judged.assessment, case)
    _log(case, "rules", "outreach.answered", level=int(plan.level))


def _bring_back(case: Case, need: Need) -> Case:
    """A closed case waits again; where a newer one about the same subject is open, the answer joins that one."""
    urgent = need.level >= risk.Level.RED
    level = max(need.level, case.level) if urgent else need.level  # a human had closed it: a calm answer is no crisis
    noticed = list(dict.fromkeys([*need.categories, *case.categories]))
    again = Need(level, noticed, need.within, alert=need.alert, lead=need.lead)
    event = Event.ANSWERED_AT_RISK if urgent else Event.ANSWERED_CALMLY
    if not reopen(case, again, event=event):
        return open_or_join(_subject(case), replace(need, lead=need.lead or case.lead_only))
    case = Case.objects.get(pk=case.pk)
    _log(case, "rules", "case.reopened", level=case.level)
    if need.alert:
        alerts.alert_on_call(case, step=0)
    tell_desk(case.public_id, case.level)
    return case


def _mention(case: Case) -> None:
    """A calm answer on an open case: whoever is at work sees that something came."""
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    tell_desk(case.public_id, case.level)


def _subject(case: Case) -> CaseSubject:
    return CaseSubject(key=case.subject, room=case.room, peer=case.peer, name=case.author_name, post=case.post)


def _log(case: Case, actor: str, kind: str, **data: int) -> None:
    audit.write(actor=actor, kind=kind, case_pk=case.pk, case_ref=case.public_id, **data)
